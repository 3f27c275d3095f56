//! Many tests at once: which of them may be told, so that only a share of what is told is false.
//!
//! Of ten thousand series of noise, five hundred pass a test at 5 %. Y. Benjamini and Y. Hochberg (1995) order the
//! p-values and take those below a line that rises to the level; so much of what is taken is false on average at most.

/// The largest p-value that is a discovery at `level`, of `tests` tests of which `found` has all p-values up to the level.
#[must_use]
pub fn threshold(found: &mut [f64], tests: usize, level: f64) -> Option<f64> {
    found.sort_by(f64::total_cmp);
    let line = |rank: usize| level * crate::order::count(rank + 1) / crate::order::count(tests.max(1));
    found.iter().enumerate().rev().find(|(rank, p)| **p <= line(*rank)).map(|(_, p)| *p)
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn discoveries_are_those_of_the_paper() {
        // The example of Benjamini and Hochberg 1995, section 4: four of fifteen at 0.05.
        let mut found = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459];
        assert_eq!(threshold(&mut found, 15, 0.05), Some(0.0095));
        assert_eq!(threshold(&mut [0.04], 2, 0.05), None);
        assert_eq!(threshold(&mut [], 0, 0.05), None);
    }
}

//! How often something speaks, learnt from the gaps between its messages.
//!
//! The estimate is the second longest of the last [`GAPS`] gaps (the longest of fewer than eight): an upper
//! quantile. A median would be fooled by senders that say several things one after the other and then pause:
//! half of their gaps are tiny, and they would be called silent in every pause. An upper quantile is the
//! length of the pause, and leaving the longest one out forgives a single lost message or short outage.
//! Gaps below [`BURST`] belong to one burst and are not counted. Whoever becomes slow is understood after two
//! gaps, whoever becomes fast after a ring of them: at worst a silence is noticed late, never too early twice.

use crate::time::Millis;

/// Gaps remembered.
const GAPS: usize = 16;
/// Gaps from which on the longest is left out.
const ENOUGH_TO_FORGIVE: usize = 8;
/// Gaps from which on the rhythm counts as known.
const KNOWN: usize = 3;
/// The second longest gap of a regular rhythm is at most so much of the fourth longest: four thirds. Intervals with a
/// jitter of a tenth to either side are within it.
const REGULAR: (u64, u64) = (4, 3);
/// The pauses of a steady rhythm are at least so much of the second longest: three quarters.
const STEADY: (u64, u64) = (3, 4);
/// All other gaps in it are shorter than this part of a pause.
const BURSTS: u64 = 10;
/// Shorter gaps lie inside a burst.
const BURST: Millis = 50;

/// The rhythm of one sender.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    /// Milliseconds, a ring.
    gaps: [u32; GAPS],
    len: usize,
    next: usize,
}

impl Rhythm {
    /// Learns that `gap` milliseconds lay between two messages.
    pub fn heard(&mut self, gap: Millis) {
        if gap < BURST {
            return;
        }
        self.gaps[self.next] = u32::try_from(gap).unwrap_or(u32::MAX);
        self.next = (self.next + 1) % GAPS;
        self.len = (self.len + 1).min(GAPS);
    }

    /// The usual gap, once enough are known.
    #[must_use]
    pub fn estimate(&self) -> Option<Millis> {
        (self.len >= KNOWN).then(|| Millis::from(self.upper()))
    }

    /// Whether the pauses are much the same, so that another one that is much longer means something. Who speaks when
    /// something happens has pauses of any length.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        let mut gaps = self.gaps;
        let Some(known) = gaps.get_mut(..self.len).filter(|known| known.len() >= ENOUGH_TO_FORGIVE) else {
            return false;
        };
        known.sort_unstable_by_key(|gap| std::cmp::Reverse(*gap));
        // The longest is forgiven here, too.
        let [_, second, _, fourth, ..] = *known else { return false };
        u64::from(second) * REGULAR.1 <= u64::from(fourth) * REGULAR.0
    }

    /// Whether each pause is much the same, and there is nothing but pauses and bursts: so that even one that is not twice as
    /// long means something. Who speaks by chance looks [regular](Self::is_regular) now and then, but hardly ever so.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        let pause = u64::from(self.upper());
        let is_pause = |gap: u64| gap * STEADY.1 >= pause * STEADY.0;
        let is_burst = |gap: u64| gap * BURSTS < pause;
        let gaps = || self.gaps.iter().map(|gap| u64::from(*gap));
        self.len == GAPS
            && gaps().all(|gap| is_pause(gap) || is_burst(gap))
            && gaps().filter(|gap| is_pause(*gap)).count() >= GAPS / 4
    }

    fn upper(&self) -> u32 {
        let (mut longest, mut second) = (0, 0);
        for &gap in &self.gaps[..self.len] {
            if gap > longest {
                (longest, second) = (gap, longest);
            } else {
                second = second.max(gap);
            }
        }
        if self.len >= ENOUGH_TO_FORGIVE { second } else { longest }
    }
}

#[cfg(test)]
mod tests {
    use super::Rhythm;

    fn check(gaps: &[i64], expect: Option<i64>) {
        let mut rhythm = Rhythm::default();
        gaps.iter().for_each(|gap| rhythm.heard(*gap));
        assert_eq!(rhythm.estimate(), expect, "{gaps:?}");
    }

    #[test]
    fn a_rhythm_is_known_after_three_gaps() {
        check(&[], None);
        check(&[5_000, 5_000], None);
        check(&[5_000, 5_100, 4_900], Some(5_100));
    }

    #[test]
    fn bursts_and_steps_back_of_the_clock_are_not_gaps() {
        check(&[0, 1, 49, -5_000, 10, 3], None);
        check(&[5_000, 1, 5_000, 2, 5_000, 0], Some(5_000));
    }

    #[test]
    fn pairs_of_messages_have_the_rhythm_of_their_pauses() {
        check(&[100, 59_900].repeat(8), Some(59_900));
        check(&[100, 100, 100, 59_700].repeat(4), Some(59_700));
    }

    #[test]
    fn who_speaks_when_something_happens_has_no_regular_rhythm() {
        let regular = |gaps: &[i64]| {
            let mut rhythm = Rhythm::default();
            gaps.iter().for_each(|gap| rhythm.heard(*gap));
            rhythm.is_regular()
        };
        assert!(regular(&[30_000].repeat(8)));
        assert!(!regular(&[30_000].repeat(7)), "too few");
        assert!(regular(&[27_000, 33_000, 30_000, 31_000].repeat(3)));
        assert!(regular(&[100, 59_900].repeat(8)));
        assert!(regular(&[&[30_000].repeat(15)[..], &[3_600_000]].concat()), "one outage");
        assert!(!regular(&[5_000, 600_000, 20_000, 90_000, 1_000, 3_000, 45_000, 7_000]));
    }

    #[test]
    fn chance_is_hardly_ever_steady() {
        let steady = |gaps: &[i64]| {
            let mut rhythm = Rhythm::default();
            gaps.iter().for_each(|gap| rhythm.heard(*gap));
            rhythm.is_steady()
        };
        assert!(steady(&[30_000].repeat(16)));
        assert!(!steady(&[30_000].repeat(15)), "too few");
        assert!(steady(&[27_000, 33_000, 30_000, 31_000].repeat(4)));
        assert!(steady(&[100, 59_900].repeat(8)), "pairs");
        assert!(steady(&[&[5_000].repeat(15)[..], &[3_600_000]].concat()), "one outage");
        assert!(!steady(&[&[5_000].repeat(15)[..], &[2_000]].concat()), "one in between");
    }

    #[test]
    fn one_outage_teaches_nothing_and_a_new_pace_is_learnt() {
        let steady = [5_000].repeat(16);
        check(&[&steady[..], &[86_400_000]].concat(), Some(5_000));
        check(&[&steady[..], &[3_600_000].repeat(2)].concat(), Some(3_600_000));
        check(&[&[60_000].repeat(16)[..], &[1_000].repeat(16)].concat(), Some(1_000));
    }
}

//! Running sums of what senders tell as differences.
//!
//! A sum that was forgotten, because too many were told since, begins anew: readers see that it fell, as when a process is
//! started again.

use crate::generations::{Generations, Key};
use model::{Histogram, Reason, limits};
use std::collections::BTreeMap;

/// Sums in one generation. Each takes about a hundred bytes, those of histograms some kilobytes.
const SUMS: usize = limits::SERIES;

/// What has come so far of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sum {
    /// A number.
    Number(f64),
    /// Count, sum, and the counts of buckets with bounds of their own.
    Buckets(u64, f64, Vec<u64>),
    /// A native histogram.
    Native(Box<Histogram>),
}

/// All running sums.
#[derive(Debug)]
pub(crate) struct Cumulative(Generations<(u64, Sum)>);

impl Default for Cumulative {
    fn default() -> Self {
        Self(Generations::new(SUMS))
    }
}

/// Sums as they will be when a request was taken.
#[derive(Debug, Default)]
pub(crate) struct Staged(Vec<(Key, u64, Sum)>, BTreeMap<[u8; 16], usize>);

impl Staged {
    /// Adds `difference`, told for `time`, to what there is of `key`, and gives the sum.
    ///
    /// # Errors
    /// [`Reason::Duplicate`] when a difference of that time or a later one was told before.
    pub(crate) fn add(
        &mut self,
        key: Key,
        time: u64,
        difference: Sum,
        all: &mut Cumulative,
    ) -> Result<Sum, Reason> {
        let staged = self.1.get(&key.bytes()).copied();
        let before = match staged.and_then(|at| self.0.get(at)) {
            Some((_, before, sum)) => Some((*before, sum.clone())),
            None => all.0.get(key).cloned(),
        };
        let sum = match before {
            Some((before, _)) if before >= time => return Err(Reason::Duplicate),
            Some((_, sum)) => plus(sum, difference),
            None => difference,
        };
        match staged.and_then(|at| self.0.get_mut(at)) {
            Some(place) => *place = (key, time, sum.clone()),
            None => {
                self.1.insert(key.bytes(), self.0.len());
                self.0.push((key, time, sum.clone()));
            }
        }
        Ok(sum)
    }

    /// The request was taken: what came with it counts from now on.
    pub(crate) fn keep(self, all: &mut Cumulative) {
        for (key, time, sum) in self.0 {
            match all.0.get(key) {
                Some(known) => *known = (time, sum),
                None => all.0.keep(key, (time, sum)),
            }
        }
    }
}

/// Both together. Where they do not go together, the sum begins anew.
fn plus(sum: Sum, difference: Sum) -> Sum {
    match (sum, difference) {
        (Sum::Number(a), Sum::Number(b)) => Sum::Number(a + b),
        (Sum::Buckets(count, sum, counts), Sum::Buckets(more, of, by)) if counts.len() == by.len() => {
            let counts = counts.iter().zip(&by).map(|(a, b)| a.saturating_add(*b)).collect();
            Sum::Buckets(count.saturating_add(more), sum + of, counts)
        }
        (Sum::Native(sum), Sum::Native(difference)) if sum.zero_threshold == difference.zero_threshold => {
            Sum::Native(Box::new(together(*sum, *difference)))
        }
        (_, difference) => difference,
    }
}

fn together(mut sum: Histogram, mut difference: Histogram) -> Histogram {
    while sum.schema > difference.schema {
        sum = coarser(sum);
    }
    while difference.schema > sum.schema {
        difference = coarser(difference);
    }
    sum.count += difference.count;
    sum.sum += difference.sum;
    sum.zero_count += difference.zero_count;
    for (side, more) in [(&mut sum.positive, &difference.positive), (&mut sum.negative, &difference.negative)]
    {
        more.iter().for_each(|(index, count)| *side.entry(*index).or_default() += count);
    }
    sum
}

/// The same with buckets twice as wide.
pub(crate) fn coarser(mut histogram: Histogram) -> Histogram {
    let halved = |buckets: &BTreeMap<i32, f64>| {
        let mut halved = BTreeMap::new();
        for (index, count) in buckets {
            *halved.entry(index.saturating_add(1).div_euclid(2)).or_default() += count;
        }
        halved
    };
    histogram.schema -= 1;
    histogram.positive = halved(&histogram.positive);
    histogram.negative = halved(&histogram.negative);
    histogram
}

#[cfg(test)]
mod tests {
    use super::{Cumulative, Staged, Sum};
    use crate::generations::Key;
    use model::{Histogram, Reason};

    fn native(schema: i8, index: i32) -> Sum {
        let histogram = Histogram {
            schema,
            count: 1.0,
            sum: 2.0,
            positive: [(index, 1.0)].into(),
            ..Histogram::default()
        };
        Sum::Native(Box::new(histogram))
    }

    #[test]
    fn differences_are_added_up_and_count_when_they_were_taken() {
        let (key, mut all) = (Key::of(b"x", 1), Cumulative::default());
        let mut lost = Staged::default();
        assert_eq!(lost.add(key, 1, Sum::Number(2.0), &mut all), Ok(Sum::Number(2.0)));
        let mut staged = Staged::default();
        assert_eq!(staged.add(key, 1, Sum::Number(2.0), &mut all), Ok(Sum::Number(2.0)));
        assert_eq!(staged.add(key, 2, Sum::Number(3.0), &mut all), Ok(Sum::Number(5.0)));
        assert_eq!(staged.add(key, 2, Sum::Number(3.0), &mut all), Err(Reason::Duplicate));
        staged.keep(&mut all);
        let mut next = Staged::default();
        assert_eq!(next.add(key, 2, Sum::Number(3.0), &mut all), Err(Reason::Duplicate));
        assert_eq!(next.add(key, 3, Sum::Number(1.0), &mut all), Ok(Sum::Number(6.0)));
        let other = Sum::Buckets(1, 2.0, vec![1, 0]);
        assert_eq!(next.add(key, 4, other.clone(), &mut all), Ok(other.clone()), "begun anew");
        assert_eq!(next.add(key, 5, other, &mut all), Ok(Sum::Buckets(2, 4.0, vec![2, 0])));
    }

    #[test]
    fn histograms_meet_at_the_coarser_of_their_buckets() {
        let (key, mut all, mut staged) = (Key::of(b"x", 1), Cumulative::default(), Staged::default());
        staged.add(key, 1, native(1, 4), &mut all).expect("new");
        let Ok(Sum::Native(sum)) = staged.add(key, 2, native(0, 2), &mut all) else { panic!("a histogram") };
        assert_eq!((sum.schema, sum.count, sum.positive), (0, 2.0, [(2, 2.0)].into()));
    }
}

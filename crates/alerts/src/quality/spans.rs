//! Sets of times.

use model::{Millis, TimeRange, limits};

/// Times that neither touch nor overlap, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spans(Vec<(Millis, Millis)>);

impl Spans {
    /// The times together. Each takes a second at least, so that what began and ended at once is there.
    pub(super) fn new(times: impl IntoIterator<Item = (Millis, Millis)>) -> Self {
        let mut all: Vec<_> = times
            .into_iter()
            .map(|(start, end)| (start, end.max(start.saturating_add(limits::SECOND))))
            .collect();
        all.sort_unstable();
        let mut merged: Vec<(Millis, Millis)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Self(merged)
    }

    /// Whether a moment is one of theirs.
    pub(super) fn has(&self, t: Millis) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= t);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, end)| t <= *end)
    }

    /// How many there are, apart from each other.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// How long they are together.
    pub(super) fn total(&self) -> Millis {
        self.0.iter().map(|(start, end)| end.saturating_sub(*start)).sum()
    }

    /// Each with so much before and behind it.
    pub(super) fn widened(&self, by: Millis) -> Self {
        Self::new(self.0.iter().map(|(start, end)| (start.saturating_sub(by), end.saturating_add(by))))
    }

    /// How long they are in `range`.
    pub(super) fn within(&self, range: TimeRange) -> Millis {
        self.common(&Self(vec![(range.start, range.end)]))
    }

    /// How long both are at once.
    pub(super) fn common(&self, other: &Self) -> Millis {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = 0;
        while let (Some(one), Some(two)) = (ours.peek(), theirs.peek()) {
            common += one.1.min(two.1).saturating_sub(one.0.max(two.0)).max(0);
            if one.1 <= two.1 {
                ours.next();
            } else {
                theirs.next();
            }
        }
        common
    }
}

#[cfg(test)]
mod tests {
    use super::Spans;
    use model::TimeRange;

    #[test]
    fn times_are_put_together_and_compared() {
        let spans =
            Spans::new([(10_000, 20_000), (0, 2_000), (15_000, 30_000), (2_000, 3_000), (50_000, 50_000)]);
        assert_eq!(spans, Spans(vec![(0, 3_000), (10_000, 30_000), (50_000, 51_000)]));
        assert_eq!((spans.count(), spans.total()), (3, 24_000));
        assert_eq!(spans.within(TimeRange { start: 1_000, end: 11_000 }), 3_000);
        let other = Spans::new([(2_500, 12_000), (29_000, 60_000)]);
        assert_eq!((spans.common(&other), other.common(&spans)), (4_500, 4_500));
        assert!(spans.has(3_000) && !spans.has(3_001) && !spans.has(-1) && spans.has(50_500));
        assert_eq!(spans.widened(4_000).count(), 2, "the first two meet");
    }
}

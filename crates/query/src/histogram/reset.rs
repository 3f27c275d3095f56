//! Whether a histogram began anew.

use super::{Buckets, FloatHistogram, bounds};
use model::ResetHint;
use std::sync::Arc;

impl FloatHistogram {
    /// Whether it, a counter, began anew after `previous`: it says so; or it has less of something; or it has a resolution or
    /// a bucket of zero that it could not have gone over to.
    #[must_use]
    pub fn detect_reset(&self, previous: &Self) -> bool {
        match self.reset {
            ResetHint::Reset => return true,
            ResetHint::NotReset => return false,
            ResetHint::Unknown | ResetHint::Gauge => {}
        }
        if self.count < previous.count || self.is_custom() != previous.is_custom() {
            return true;
        }
        if self.is_custom() {
            return self.is_custom_reset(previous);
        }
        if self.schema > previous.schema || self.zero_threshold < previous.zero_threshold {
            return true;
        }
        let (zero_count, threshold) = previous.zero_at(self.zero_threshold);
        if threshold != self.zero_threshold || self.zero_count < zero_count {
            return true;
        }
        let shift = previous.schema.abs_diff(self.schema);
        [(&self.positive, &previous.positive), (&self.negative, &previous.negative)].into_iter().any(
            |(now, before)| {
                let before = previous.outside(before, self.zero_threshold);
                has_less(now, before.map(|(index, count)| (bounds::coarser(*index, shift), *count)))
            },
        )
    }

    fn is_custom_reset(&self, previous: &Self) -> bool {
        if bounds::are_same(&self.bounds, &previous.bounds) {
            return has_less(&self.positive, previous.positive.iter().copied());
        }
        let common: Arc<[f64]> = bounds::common(&self.bounds, &previous.bounds).into();
        let mut both = [self.clone(), previous.clone()];
        both.iter_mut().for_each(|histogram| histogram.move_to_bounds(&common));
        let [now, before] = both;
        has_less(&now.positive, before.positive.into_iter())
    }
}

/// Whether a bucket has less than it had. The indexes of `before` ascend, some perhaps more than once.
fn has_less(now: &Buckets<f64>, before: impl Iterator<Item = (i32, f64)>) -> bool {
    let mut rest = now.iter().peekable();
    let mut before = before.peekable();
    while let Some((index, mut had)) = before.next() {
        while let Some((_, more)) = before.next_if(|(next, _)| *next == index) {
            had += more;
        }
        while rest.next_if(|(other, _)| *other < index).is_some() {}
        let has = rest.next_if(|(other, _)| *other == index).map_or(0.0, |(_, count)| *count);
        if has < had {
            return true;
        }
    }
    false
}

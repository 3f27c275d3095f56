//! Adding one histogram to another: to the lower of the two resolutions, the wider of the two buckets of zero, and the bounds
//! that both have.

use super::{Buckets, Distribution, FloatHistogram, Number, bounds};
use model::ResetHint;
use std::sync::Arc;

/// What there is to say of a histogram that was made of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// One had begun anew and the other had not: `conflicting counter resets`.
    pub conflicting_resets: bool,
    /// The bounds were different: `mismatched custom buckets were reconciled`.
    pub reconciled_bounds: bool,
}

/// One histogram has exponential buckets, the other bounds of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a histogram with exponential buckets and one with custom buckets cannot be combined")]
pub struct MixedSchemas;

impl<N: Number> Distribution<N> {
    /// Adds `sign` times the other.
    pub(super) fn merge(&mut self, other: &FloatHistogram, sign: f64) -> Result<Merged, MixedSchemas> {
        if self.is_custom() != other.is_custom() {
            return Err(MixedSchemas);
        }
        let conflicting_resets = self.join_reset(other.reset);
        self.count.add(sign * other.count);
        self.sum.add(sign * other.sum);
        let mut reconciled_bounds = false;
        if self.is_custom() {
            reconciled_bounds = !bounds::are_same(&self.bounds, &other.bounds);
            self.merge_custom(other, sign);
        } else {
            self.merge_exponential(other, sign);
        }
        self.bound_size();
        Ok(Merged { conflicting_resets, reconciled_bounds })
    }

    fn merge_exponential(&mut self, other: &FloatHistogram, sign: f64) {
        let zero = self.level_zero(other);
        self.zero_count.add(sign * zero);
        self.reduce_to(other.schema);
        let shift = other.schema.abs_diff(self.schema);
        let sides = [(&mut self.positive, &other.positive), (&mut self.negative, &other.negative)];
        for (mine, theirs) in sides {
            let outside = other.outside(theirs, self.zero_threshold);
            let moved = outside.map(|(index, count)| (bounds::coarser(*index, shift), sign * count));
            merge_side(mine, moved);
        }
    }

    fn merge_custom(&mut self, other: &FloatHistogram, sign: f64) {
        if bounds::are_same(&self.bounds, &other.bounds) {
            merge_side(
                &mut self.positive,
                other.positive.iter().map(|(index, count)| (*index, sign * count)),
            );
            return;
        }
        let common: Arc<[f64]> = bounds::common(&self.bounds, &other.bounds).into();
        self.move_to_bounds(&common);
        let places = bounds::places(&other.bounds, &common);
        let moved = other.positive.iter().map(|(index, count)| (place(&places, *index), sign * count));
        merge_side(&mut self.positive, moved);
    }

    /// Goes over to fewer bounds, which are some of those that there are.
    pub(super) fn move_to_bounds(&mut self, to: &Arc<[f64]>) {
        let places = bounds::places(&self.bounds, to);
        let mut moved: Buckets<N> = Vec::with_capacity(self.positive.len());
        for (index, count) in self.positive.drain(..) {
            let index = place(&places, index);
            match moved.last_mut() {
                Some((last, sum)) if *last == index => sum.join(count),
                _ => moved.push((index, count)),
            }
        }
        self.positive = moved;
        self.bounds = Arc::clone(to);
    }

    /// What is known of the sum's past. Gives whether what is known of the two contradicts.
    fn join_reset(&mut self, other: ResetHint) -> bool {
        use ResetHint::{Gauge, NotReset, Reset, Unknown};
        let both = (self.reset, other);
        self.reset = match both {
            (Gauge, _) | (_, Gauge) => Gauge,
            (a, b) if a == b => a,
            _ => Unknown,
        };
        matches!(both, (Reset, NotReset) | (NotReset, Reset))
    }
}

fn place(places: &[i32], index: i32) -> i32 {
    let found = usize::try_from(index).ok().and_then(|index| places.get(index));
    found.or(places.last()).copied().unwrap_or(0)
}

/// Adds buckets whose indexes ascend, some perhaps more than once.
fn merge_side<N: Number>(mine: &mut Buckets<N>, theirs: impl Iterator<Item = (i32, f64)>) {
    let mut at = 0;
    let mut new: Buckets<N> = Vec::new();
    for (index, count) in theirs {
        while mine.get(at).is_some_and(|(other, _)| *other < index) {
            at += 1;
        }
        if let Some((_, sum)) = mine.get_mut(at).filter(|(other, _)| *other == index) {
            sum.add(count);
        } else if let Some((_, sum)) = new.last_mut().filter(|(other, _)| *other == index) {
            sum.add(count);
        } else {
            let mut sum = N::default();
            sum.add(count);
            new.push((index, sum));
        }
    }
    if !new.is_empty() {
        mine.append(&mut new);
        // Two ascending runs: that is one pass.
        mine.sort_by_key(|(index, _)| *index);
    }
}

impl FloatHistogram {
    /// Adds the other.
    ///
    /// # Errors
    /// [`MixedSchemas`]; then nothing has changed.
    pub fn add(&mut self, other: &Self) -> Result<Merged, MixedSchemas> {
        let merged = self.merge(other, 1.0)?;
        self.compact();
        Ok(merged)
    }

    /// Takes the other away. What is left is a gauge.
    ///
    /// # Errors
    /// As [`FloatHistogram::add`].
    pub fn sub(&mut self, other: &Self) -> Result<Merged, MixedSchemas> {
        let merged = self.merge(other, -1.0)?;
        self.reset = ResetHint::Gauge;
        self.compact();
        Ok(merged)
    }
}

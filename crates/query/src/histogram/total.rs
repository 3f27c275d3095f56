//! Sums and means of many histograms, which lose nothing to rounding on the way.

use super::number::Exact;
use super::{Distribution, FloatHistogram, MixedSchemas, Number};
use model::ResetHint;

/// What there is to say of many histograms that became one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    reset: bool,
    not_reset: bool,
    /// Bounds were different: `mismatched custom buckets were reconciled`.
    pub reconciled_bounds: bool,
}

impl Notes {
    /// Some had begun anew and others had not: `conflicting counter resets`.
    #[must_use]
    pub fn conflicting_resets(self) -> bool {
        self.reset && self.not_reset
    }

    fn see(&mut self, hint: ResetHint) {
        self.reset |= hint == ResetHint::Reset;
        self.not_reset |= hint == ResetHint::NotReset;
    }
}

/// A sum of histograms.
#[derive(Debug, Clone)]
pub struct Total {
    held: Distribution<Exact>,
    notes: Notes,
}

impl Total {
    /// Begins with the first.
    #[must_use]
    pub fn new(first: &FloatHistogram) -> Self {
        let mut notes = Notes::default();
        notes.see(first.reset);
        Self { held: first.map(Exact::from), notes }
    }

    /// Adds one.
    ///
    /// # Errors
    /// [`MixedSchemas`]; then nothing has changed.
    pub fn add(&mut self, other: &FloatHistogram) -> Result<(), MixedSchemas> {
        let merged = self.held.merge(other, 1.0)?;
        self.notes.see(other.reset);
        self.notes.reconciled_bounds |= merged.reconciled_bounds;
        Ok(())
    }

    /// What there is to say of it.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.notes
    }

    /// The sum.
    #[must_use]
    pub fn finish(&self) -> FloatHistogram {
        let mut sum = self.held.map(Exact::value);
        sum.compact();
        sum
    }

    fn is_finite_with(&self, other: &FloatHistogram) -> bool {
        let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(f64::abs).fold(0.0, f64::max);
        let mine = largest(&mut self.held.numbers().map(|number| number.sum));
        // Buckets that fall together are added too: far from the end of numbers no few of them reach it.
        let theirs = largest(&mut other.numbers());
        mine < f64::MAX / 1e9 && theirs < f64::MAX / 1e9
    }

    fn has_overflow(&self) -> bool {
        self.held.numbers().any(|number| number.sum.is_infinite())
    }
}

/// A mean of histograms. It is that of a sum, until that has no number any more.
#[derive(Debug, Clone)]
pub struct Mean {
    total: Total,
    count: f64,
    /// Whether the total is already the mean.
    is_mean: bool,
}

impl Mean {
    /// Begins with the first.
    #[must_use]
    pub fn new(first: &FloatHistogram) -> Self {
        Self { total: Total::new(first), count: 1.0, is_mean: false }
    }

    /// Adds one.
    ///
    /// # Errors
    /// [`MixedSchemas`]; then nothing has changed.
    pub fn add(&mut self, other: &FloatHistogram) -> Result<(), MixedSchemas> {
        if self.total.held.is_custom() != other.is_custom() {
            return Err(MixedSchemas);
        }
        if !self.is_mean {
            if self.total.is_finite_with(other) {
                self.count += 1.0;
                return self.total.add(other);
            }
            let mut tried = self.total.clone();
            tried.add(other)?;
            if !tried.has_overflow() {
                self.count += 1.0;
                self.total = tried;
                return Ok(());
            }
            self.is_mean = true;
            self.total.held.numbers_mut().for_each(|number| number.divide(self.count));
        }
        self.count += 1.0;
        let keep = (self.count - 1.0) / self.count;
        self.total.held.numbers_mut().for_each(|number| number.multiply(keep));
        let mut share = other.clone();
        share.numbers_mut().for_each(|number| *number /= self.count);
        self.total.add(&share)
    }

    /// What there is to say of it.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.total.notes
    }

    /// The mean.
    #[must_use]
    pub fn finish(&self) -> FloatHistogram {
        if self.is_mean {
            return self.total.finish();
        }
        let mut mean = self.total.held.map(|number| number.sum / self.count + number.carry / self.count);
        mean.compact();
        mean
    }
}

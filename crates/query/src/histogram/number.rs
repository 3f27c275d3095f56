//! The numbers of a histogram: plain ones, and those that remember what rounding took from them.

/// A count or a sum.
pub trait Number: Copy + Default {
    /// Adds a number.
    fn add(&mut self, more: f64);
    /// Adds another of its kind.
    fn join(&mut self, other: Self);
    /// Multiplies.
    fn multiply(&mut self, factor: f64);
    /// Divides.
    fn divide(&mut self, by: f64);
    /// The number that it is.
    fn value(self) -> f64;
    /// Whether there is nothing, and nothing remembered.
    fn is_zero(self) -> bool;
}

impl Number for f64 {
    fn add(&mut self, more: f64) {
        *self += more;
    }

    fn join(&mut self, other: Self) {
        *self += other;
    }

    fn multiply(&mut self, factor: f64) {
        *self *= factor;
    }

    fn divide(&mut self, by: f64) {
        *self /= by;
    }

    fn value(self) -> f64 {
        self
    }

    fn is_zero(self) -> bool {
        self == 0.0
    }
}

/// A sum, and what rounding took from it (Kahan, Neumaier).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Exact {
    pub(super) sum: f64,
    pub(super) carry: f64,
}

impl From<f64> for Exact {
    fn from(sum: f64) -> Self {
        Self { sum, carry: 0.0 }
    }
}

impl Number for Exact {
    fn add(&mut self, more: f64) {
        let sum = self.sum + more;
        if sum.is_infinite() {
            self.carry = 0.0;
        } else if self.sum.abs() >= more.abs() {
            self.carry += (self.sum - sum) + more;
        } else {
            self.carry += (more - sum) + self.sum;
        }
        self.sum = sum;
    }

    fn join(&mut self, other: Self) {
        self.add(other.sum);
        self.carry += other.carry;
    }

    fn multiply(&mut self, factor: f64) {
        self.sum *= factor;
        self.carry *= factor;
    }

    fn divide(&mut self, by: f64) {
        self.sum /= by;
        self.carry /= by;
    }

    fn value(self) -> f64 {
        self.sum + self.carry
    }

    fn is_zero(self) -> bool {
        self.sum == 0.0 && self.carry == 0.0
    }
}

//! Multiplying and dividing.

use super::{FloatHistogram, Number};
use model::ResetHint;

impl FloatHistogram {
    /// Multiplies all that is in it. With a negative number it becomes a gauge.
    pub fn mul(&mut self, factor: f64) {
        self.numbers_mut().for_each(|number| number.multiply(factor));
        self.turn(factor);
    }

    /// Divides all that is in it. With a negative number it becomes a gauge; divided by zero it has no buckets any more.
    pub fn div(&mut self, by: f64) {
        if by == 0.0 {
            self.positive.clear();
            self.negative.clear();
        }
        self.numbers_mut().for_each(|number| number.divide(by));
        self.turn(by);
    }

    /// Changes its sign.
    pub fn negate(&mut self) {
        self.mul(-1.0);
    }

    fn turn(&mut self, by: f64) {
        if by < 0.0 {
            self.reset = ResetHint::Gauge;
        }
        self.compact();
    }
}

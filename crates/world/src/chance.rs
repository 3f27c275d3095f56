//! Chance from a seed, so that what happened can happen again.

use std::time::Duration;

/// A generator of random numbers.
#[derive(Debug, Clone)]
pub struct Chance {
    generator: fastrand::Rng,
}

impl Chance {
    /// The same numbers for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { generator: fastrand::Rng::with_seed(seed) }
    }

    /// Other numbers in every process.
    #[must_use]
    pub fn from_entropy() -> Self {
        Self { generator: fastrand::Rng::new() }
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.generator.u64(0..bound) }
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        self.generator.f64()
    }

    /// `around`, up to `share` of it shorter or longer.
    pub fn jitter(&mut self, around: Duration, share: f64) -> Duration {
        let factor = 1.0 + share * (2.0 * self.unit() - 1.0);
        around.mul_f64(factor.max(0.0))
    }
}

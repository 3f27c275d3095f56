//! Noise as machines make it, the same each time.

/// Makes noise.
pub(crate) struct Noise(fastrand::Rng);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A standard normal deviate (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.0.f64()).cos()
    }

    /// A first-order autoregression of deviation 1 (or a random walk with steps of 1), and white noise of deviation
    /// `rough` on top of it.
    pub(crate) fn series(&mut self, length: usize, coefficient: f64, rough: f64) -> Vec<f64> {
        let fresh = if coefficient < 1.0 { (1.0 - coefficient * coefficient).sqrt() } else { 1.0 };
        let mut value = self.normal();
        let mut values = Vec::with_capacity(length);
        for _ in 0..length {
            value = coefficient * value + fresh * self.normal();
            values.push(value + rough * self.normal());
        }
        values
    }
}

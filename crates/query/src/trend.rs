//! Where a series is going.

use crate::scale;
use crate::significance::Significance;
use model::{Point, to_seconds};

/// Slope per second above which a series is called increasing, and below whose negative decreasing: the
/// seed's. It depends on the unit; [`Significance`] does not.
const SEED_THRESHOLD: f64 = 0.1;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Up.
    Increasing,
    /// Down.
    Decreasing,
    /// Neither.
    Stable,
    /// Fewer than two points.
    InsufficientData,
}

impl Direction {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Increasing => "increasing",
            Self::Decreasing => "decreasing",
            Self::Stable => "stable",
            Self::InsufficientData => "insufficient_data",
        }
    }
}

/// A trend: the seed's fields, and beside them a test that means the same in every unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// By the slope of the regression line and the seed's thresholds.
    pub trend: Direction,
    /// Size of the slope.
    pub strength: f64,
    /// Slope of the least-squares line, per second.
    pub slope: f64,
    /// Points that took part.
    pub data_points: usize,
    /// Whether there is more than noise; `None` for too few points.
    pub significance: Option<Significance>,
}

impl Trend {
    /// The direction that the test sees: stable unless it is significant.
    #[must_use]
    pub fn tested_direction(&self) -> Direction {
        match self.significance {
            None => Direction::InsufficientData,
            Some(test) if !test.significant || test.slope_per_hour == 0.0 => Direction::Stable,
            Some(test) if test.slope_per_hour > 0.0 => Direction::Increasing,
            Some(_) => Direction::Decreasing,
        }
    }
}

/// The trend of `points`, which ascend in time.
#[must_use]
pub fn trend(points: &[Point]) -> Trend {
    let points: Vec<Point> = crate::measured(points).collect();
    let slope = slope(&points);
    let direction = match slope {
        _ if points.len() < 2 => Direction::InsufficientData,
        slope if slope > SEED_THRESHOLD => Direction::Increasing,
        slope if slope < -SEED_THRESHOLD => Direction::Decreasing,
        _ => Direction::Stable,
    };
    Trend {
        trend: direction,
        strength: slope.abs(),
        slope,
        data_points: points.len(),
        significance: Significance::of(&points),
    }
}

/// Slope of the least-squares line, per second; 0 where all points have one time.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^53 are exact")]
fn slope(points: &[Point]) -> f64 {
    let Some(first) = points.first() else { return 0.0 };
    let n = points.len() as f64;
    // Times since the epoch are so large that their squares would leave no digits for the differences.
    let seconds = |point: &Point| to_seconds(point.t.saturating_sub(first.t));
    let mean_t = points.iter().map(seconds).sum::<f64>() / n;
    let factor = scale::factor(points.iter().map(|point| point.v));
    let mean_v = points.iter().map(|point| point.v * factor / n).sum::<f64>();
    let (mut products, mut squares) = (0.0, 0.0);
    for point in points {
        let t = seconds(point) - mean_t;
        products += t * (point.v * factor - mean_v);
        squares += t * t;
    }
    if squares > 0.0 { scale::undo(products / squares, factor) } else { 0.0 }
}

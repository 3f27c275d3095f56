//! Statistics over points: aggregates, counter increase, trends.
//!
//! Everything here is a pure function of points; where they come from and what time it is, the caller knows.
//! Staleness markers and values that are not finite never take part.

mod scale;

mod aggregate;

mod increase;

mod significance;

mod trend;

pub mod syntax;

pub mod histogram;

pub use aggregate::{Aggregate, aggregate};
pub use increase::increase;
pub use significance::Significance;
pub use trend::{Direction, Trend, trend};

/// The points that take part in statistics: staleness markers and values that are not finite do not.
pub fn measured(points: &[model::Point]) -> impl Iterator<Item = model::Point> {
    points.iter().copied().filter(|point| point.v.is_finite())
}

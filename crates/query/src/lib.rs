//! PromQL over whatever gives series ([`model::Select`]), and statistics over points: aggregates, counter increase, trends.
//!
//! An expression is read by [`syntax::parse`] and evaluated by [`Engine`]; `eval` says how. Everything here is a pure
//! function of samples; where they come from and what time it is, the caller knows. Staleness markers and values that
//! are not finite never take part in the statistics of points.

mod scale;

mod aggregate;

mod increase;

mod significance;

mod trend;

pub mod syntax;

pub mod histogram;

mod moments;

mod number;

mod annotation;

mod eval;

pub mod kernel;

pub mod notation;

pub use aggregate::{Aggregate, aggregate};
pub use eval::{
    Answer, Cost, Engine, MatrixSeries, Options, QueryError, RateKind, Sample, Stop, Value, VectorSample,
    rate_of,
};
pub use increase::increase;
pub use number::Number;
pub use significance::Significance;
pub use trend::{Direction, Trend, trend};

/// The points that take part in statistics: staleness markers and values that are not finite do not.
pub fn measured(points: &[model::Point]) -> impl Iterator<Item = model::Point> {
    points.iter().copied().filter(|point| point.v.is_finite())
}

//! A round: where a group's questions are answered and its results go, for as long as it may take.

use model::{Labels, Millis, Point, Select};
use query::{Engine, Options, Stop, Value, VectorSample};
use std::time::Duration;

/// A sample that a rule gives.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSample {
    /// Its series.
    pub labels: Labels,
    /// Time and value.
    pub point: Point,
}

/// What a round is given by whoever knows the clock and the way to the store.
pub trait Round {
    /// A rule begins: its time runs from now on.
    fn begin(&self);

    /// How long the rule has taken so far.
    fn took(&self) -> Duration;

    /// Why the rule should stop, if it should.
    fn stop(&self) -> Option<Stop>;

    /// Takes samples. Who asks after this returned `Ok` sees them.
    ///
    /// # Errors
    /// Why they were not taken, or not all of them.
    fn write(&self, samples: &[RuleSample]) -> Result<(), String>;
}

/// What an expression comes to at `t`: series, or a number without labels.
pub(super) fn asked(
    select: &dyn Select,
    round: &dyn Round,
    expr: &str,
    t: Millis,
) -> Result<Vec<VectorSample>, String> {
    let stop = || round.stop();
    let answer = Engine::new(select, Options::default(), &stop).instant(expr, t);
    match answer.map_err(|error| error.to_string())?.value {
        Value::Vector(vector) => Ok(vector),
        Value::Scalar(t, value) => {
            Ok(vec![VectorSample { labels: Labels::default(), t, sample: query::Sample::Float(value) }])
        }
        Value::String(..) | Value::Matrix(_) => Err("rule result is not a vector or scalar".to_owned()),
    }
}

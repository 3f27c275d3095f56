//! Rules tried on kept samples before they are saved.

use super::working::unreadable;
use super::{Answer, json};
use crate::body::Object;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::prom::{Going, worked};
use ::backtest::{Outcome, Request, Trial, TrialError, Watch};
use axum::extract::State;
use model::{Millis, limits};
use query::Stop;
use serde_json::Value;
use std::sync::Arc;

/// When a rule would have fired
///
/// A rule of Alicia's (`rule`) or an alerting rule as rule files have it (`alert`, `interval`) is run on the samples of `since` (1d),
/// or from `start` to `end` in Unix seconds, by the evaluators that judge new samples. With `thresholds` and lengths of `for` all
/// pairs are tried at once. Nothing is saved, and nobody is told.
#[utoipa::path(post, path = "/rules/backtest", tag = "rules", operation_id = "backtest_rule",
    request_body(content_type = "application/json", description = "rule or alert; interval, since or start, end, thresholds, for"),
    responses((status = 200, description = "start, end, samples, series, notes, and for each pair of `cells`: threshold, for, count, per_week, firing_seconds, longest_seconds, firings", body = Outcome),
              (status = 400, description = "The rule cannot be tried"), (status = 422, description = "Not a JSON object"),
              (status = 503, description = "Too many questions wait"), (status = 504, description = "It took too long")))]
pub(super) async fn run(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    let request: Request = serde_json::from_value(Value::Object(fields)).map_err(refused)?;
    let trial = request.trial(parts.clock.now()).map_err(refused)?;
    worked(parts, limits::QUERY_TIME, move |parts, going| tried(parts, &trial, going)).await
}

/// Somebody who waits for the answer of a request.
pub(super) struct Waiting<'a>(pub(super) &'a Going);

impl Watch for Waiting<'_> {
    fn reached(&self, _t: Millis) {}

    fn stop(&self) -> Option<Stop> {
        self.0.stop()
    }
}

fn tried(parts: &Parts, trial: &Trial, going: &Going) -> Answer {
    match ::backtest::run(trial, &*parts.select, &Waiting(going)) {
        Ok(outcome) => json(&outcome),
        Err(TrialError::Unreadable(error)) => Err(unreadable(&error)),
        Err(TrialError::Stopped(_)) => Err(Problem::TooSlow),
        Err(error) => Err(refused(error)),
    }
}

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::Bad(format!("Invalid trial: {why}"))
}

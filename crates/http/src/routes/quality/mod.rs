//! How good rules are, by what came of their alerts: the desk's history, and `ALERTS` for what that has no more, are brought into
//! the form that [`alerts::quality`] judges.

mod subjects;

mod fired;

use super::working::unreadable;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::prom::{Going, worked};
use ::alerts::quality::{Quality, judge};
use axum::extract::State;
use fired::Gathered;
use model::{Millis, TimeRange, limits, seconds};
use serde::Serialize;
use std::sync::Arc;
use subjects::Subjects;

/// Days that are looked at if nothing else is asked for.
const DEFAULT_DAYS: usize = 30;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = QualityReport)]
struct Report {
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    start: Millis,
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    end: Millis,
    /// Since when the history has all alerts, within the range: of those before only `ALERTS` of rule files is known.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    history_since: Millis,
    /// Alerts of rules that there are no more.
    other_alerts: usize,
    rules: Vec<Quality>,
}

/// How good each rule is, by what came of its alerts; the worst first
#[utoipa::path(get, path = "/alerts/quality", tag = "alerts", operation_id = "get_rule_quality",
    params(("days" = Option<usize>, Query, description = "The days before now that are looked at (30)")),
    responses((status = 200, description = "The report", body = Report),
              (status = 422, description = "A bad parameter"), (status = 503, description = "Too many questions wait"),
              (status = 504, description = "It took too long")))]
pub(super) async fn report(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    let days = params.positive("days", DEFAULT_DAYS, limits::QUALITY_DAYS)?;
    let days = Millis::try_from(days).unwrap_or(1);
    worked(parts, limits::QUERY_TIME, move |parts, going| {
        json(&reported(parts, TimeRange::last(days * limits::DAY, parts.clock.now()), going)?)
    })
    .await
}

fn reported(parts: &Parts, range: TimeRange, going: &Going) -> Answer<Report> {
    let subjects = Subjects::of(parts, range, going)?;
    let Gathered { fired, others, history_since } = fired::gathered(parts, &subjects, range, going)?;
    let rules = judge(subjects.all(), &fired, range);
    Ok(Report { start: range.start, end: range.end, history_since, other_alerts: others, rules })
}

/// Goes on only if somebody still waits.
fn wanted(going: &Going) -> Answer<()> {
    going.check().map_err(|_| Problem::TooSlow)
}

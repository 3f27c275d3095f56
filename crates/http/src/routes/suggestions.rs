//! Rules that are learnt from what is kept.

use super::backtests::Waiting;
use super::working::unreadable;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::prom::{Going, worked};
use ::backtest::TrialError;
use ::backtest::suggest::{Asked, Cover, suggest};
use ::rules::groups::RuleViewKind;
use ::rules::scope;
use ::rules::why::selectors_in;
use axum::extract::State;
use model::{Millis, RuleKind, TimeRange, limits};
use std::sync::Arc;

/// Days that are learnt from if nothing else is asked for.
const DEFAULT_DAYS: usize = 14;
/// Alerts a week that a rule may have if nothing else is asked for.
const DEFAULT_BUDGET: f64 = 1.0;

/// Rules that would have fired at most so many times a week
///
/// What is usual is learnt from the samples of the last days; thresholds beyond that and lengths of `for` are tried on them by the
/// evaluators that judge new samples. Nothing is saved. What there is no time for, or no rule, is in `skipped` with its reason.
#[utoipa::path(get, path = "/rules/suggestions", tag = "rules", operation_id = "suggest_rules",
    params(("budget" = Option<f64>, Query, description = "Alerts a week that each rule may have (1)"),
           ("days" = Option<usize>, Query, description = "The days before now that are learnt from (14)"),
           ("service" = Option<String>, Query, description = "Only for this service")),
    responses((status = 200, description = "The rules, and the metrics that have none", body = backtest::suggest::Suggestions),
              (status = 400, description = "Too large a budget"), (status = 422, description = "A bad parameter"),
              (status = 503, description = "Too many questions wait"), (status = 504, description = "It took too long")))]
pub(super) async fn list(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    let budget = params.above_zero("budget", DEFAULT_BUDGET)?;
    let days = params.positive("days", DEFAULT_DAYS, limits::SUGGEST_DAYS)?;
    let days = Millis::try_from(days).unwrap_or(1);
    worked(parts, limits::QUERY_TIME, move |parts, going| {
        let asked = Asked {
            range: TimeRange::last(days * limits::DAY, parts.clock.now()),
            budget,
            service: params.text("service").map(str::to_owned),
            covers: covers(parts),
            names: parts.book.rules().into_iter().map(|rule| rule.name).collect(),
        };
        suggested(parts, &asked, going)
    })
    .await
}

fn suggested(parts: &Parts, asked: &Asked, going: &Going) -> Answer {
    match suggest(asked, &*parts.select, &Waiting(going)) {
        Ok(suggestions) => json(&suggestions),
        Err(TrialError::Unreadable(error)) => Err(unreadable(&error)),
        Err(TrialError::Stopped(_)) => Err(Problem::TooSlow),
        Err(error) => Err(Problem::Bad(error.to_string())),
    }
}

/// What is judged already: by Alicia's rules that are enabled, and by each selector of alerting rules of rule files.
fn covers(parts: &Parts) -> Vec<Cover> {
    let rules = parts.book.rules().into_iter();
    let rules = rules.filter(|rule| rule.enabled && rule.kind == RuleKind::Condition);
    let own = rules.filter_map(|rule| {
        let (matchers, _) = scope(&rule).ok()?;
        Some(Cover { rule: rule.name, matchers })
    });
    let mut covers: Vec<Cover> = own.collect();
    for group in parts.groups.groups() {
        let alerting = group.rules.iter().filter(|view| matches!(view.kind, RuleViewKind::Alerting { .. }));
        covers.extend(alerting.flat_map(|view| {
            let selectors = selectors_in(&view.rule.expr).into_iter();
            selectors.map(|matchers| Cover { rule: view.rule.name.clone(), matchers })
        }));
    }
    covers
}

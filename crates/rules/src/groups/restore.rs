//! What alerts were before a restart, read from the series that they wrote.
//!
//! How long an alert was pending goes on as Prometheus lets it: for rules whose `for` is so long that beginning anew would
//! cost more than the grace, where the outage was not too long. Which alerts were told as begun is not read from series but
//! known to whoever keeps the list of alerts; series only have their ends written.

use super::alerting::{Active, AlertState};
use super::definition::GroupRule;
use super::naming::{ALERT_NAME, ALERT_STATE, ALERTS, FOR_STATE};
use model::{
    Labels, Matcher, Millis, NAME, Point, Select, SelectError, Selection, TimeRange, is_stale_marker, limits,
};
use std::collections::BTreeMap;

/// Series of alerts by the alert, each with its newest point.
type Newest = BTreeMap<Labels, Point>;

/// Sets back since when the alerts of a rule are, for which `since` has what was written before the restart.
pub(super) fn restore(active: &mut Active, hold: Millis, since: &Newest, now: Millis) {
    for (labels, alert) in active {
        // A marker says that there was no alert when the program ended.
        let Some(last) = since.get(labels).filter(|point| !is_stale_marker(point.v)) else { continue };
        let Some(was_active_at) = model::from_seconds(last.v) else { continue };
        let left = hold.saturating_sub(last.t.saturating_sub(was_active_at));
        alert.active_at = if left <= 0 {
            // It fired: it does again in the next round.
            was_active_at
        } else if left < limits::RULE_GRACE {
            now.saturating_add(limits::RULE_GRACE).saturating_sub(hold)
        } else {
            // The outage does not count.
            was_active_at.saturating_add(now.saturating_sub(last.t))
        };
    }
}

/// Since when the alerts of a rule were, as was written within the outage that is tolerated.
///
/// # Errors
/// The samples cannot be read.
pub(super) fn since(rule: &GroupRule, select: &dyn Select, now: Millis) -> Result<Newest, SelectError> {
    newest(rule, select, FOR_STATE, &[], TimeRange::last(limits::RULE_OUTAGE, now))
}

/// The alerts of a rule whose series say that they fired when the program ended.
///
/// # Errors
/// The samples cannot be read.
pub(super) fn fired(
    rule: &GroupRule,
    select: &dyn Select,
    now: Millis,
) -> Result<impl Iterator<Item = Labels>, SelectError> {
    let firing = Matcher::equal(ALERT_STATE, AlertState::Firing.as_str());
    let fired = newest(rule, select, ALERTS, &[firing], TimeRange::last(limits::RULE_OUTAGE, now))?;
    Ok(fired.into_iter().filter(|(_, point)| !is_stale_marker(point.v)).map(|(labels, _)| labels))
}

fn newest(
    rule: &GroupRule,
    select: &dyn Select,
    metric: &str,
    more: &[Matcher],
    range: TimeRange,
) -> Result<Newest, SelectError> {
    let mut matchers = vec![Matcher::equal(NAME, metric), Matcher::equal(ALERT_NAME, rule.name.as_str())];
    matchers.extend_from_slice(more);
    // Rules may have one name and differ by these; what is a template may have come to anything.
    matchers.extend(rule.fixed_labels().map(|(name, value)| Matcher::equal(name, value)));
    let found = select.select(&Selection::all(matchers).within(range).newest(1))?;
    let of_alert = |labels: &Labels| {
        Labels::new(labels.iter().filter(|(name, _)| *name != NAME && *name != ALERT_STATE))
    };
    Ok(found
        .into_iter()
        .filter_map(|series| Some((of_alert(series.series.labels()), *series.points.last()?)))
        .collect())
}

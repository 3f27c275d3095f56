//! When alerts fired: by the desk, and for the time before its history by `ALERTS`, which knows no more than that.

use super::subjects::Subjects;
use super::{Answer, unreadable, wanted};
use crate::parts::Parts;
use crate::prom::Going;
use ::alerts::quality::Fired;
use ::rules::groups::{ALERT_NAME, ALERT_STATE, ALERTS, service_of};
use model::{Alert, Columns, Labels, Matcher, Millis, NAME, Selection, TimeRange, is_stale_marker, limits};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What is known.
pub(super) struct Gathered {
    pub(super) fired: Vec<Fired>,
    /// Alerts of rules that there are no more.
    pub(super) others: usize,
    /// Since when the desk knows, in the range.
    pub(super) history_since: Millis,
}

/// All times in which alerts fired in `range`.
///
/// # Errors
/// Samples cannot be read, or nobody waits.
pub(super) fn gathered(
    parts: &Parts,
    subjects: &Subjects,
    range: TimeRange,
    going: &Going,
) -> Answer<Gathered> {
    let mut listed = parts.desk.history(limits::ALERT_HISTORY);
    listed.extend(parts.desk.alerts(true));
    let is_in = |alert: &Alert| {
        alert.timestamp <= range.end && alert.resolved_at.is_none_or(|end| end >= range.start)
    };
    listed.retain(is_in);
    let fired: Vec<Fired> = listed.iter().filter_map(|alert| of_alert(alert, subjects)).collect();
    let others = listed.len() - fired.len();
    let since = parts.desk.history_since().unwrap_or(range.start).clamp(range.start, range.end);
    let mut gathered = Gathered { fired, others, history_since: since };
    if since > range.start {
        let before = TimeRange { start: range.start, end: since };
        gathered.fired.extend(of_series(parts, subjects, before, &listed, going)?);
    }
    Ok(gathered)
}

fn of_alert(alert: &Alert, subjects: &Subjects) -> Option<Fired> {
    Some(Fired {
        subject: subjects.place(alert)?,
        alert_id: alert.alert_id.clone(),
        service: alert.service_name.clone(),
        start: alert.timestamp,
        end: alert.resolved_at.filter(|_| alert.resolved),
        care: Some((&alert.standing).into()),
    })
}

/// What `ALERTS` has in `range` that is not `listed`.
fn of_series(
    parts: &Parts,
    subjects: &Subjects,
    range: TimeRange,
    listed: &[Alert],
    going: &Going,
) -> Answer<Vec<Fired>> {
    let mut known: BTreeMap<Labels, Vec<Millis>> = BTreeMap::new();
    for alert in listed.iter().filter(|alert| alert.labels.contains_key(ALERT_NAME)) {
        known.entry(Labels::new(&alert.labels)).or_default().push(alert.timestamp);
    }
    let matchers = vec![Matcher::equal(NAME, ALERTS), Matcher::equal(ALERT_STATE, "firing")];
    let selection = Selection::all(matchers).within(range);
    let mut found = Vec::new();
    let read = parts.select.each(&selection, &mut |series, columns| {
        let labels = series.labels();
        if let Some((subject, interval)) = subjects.of_series(labels) {
            // An alert that fires over a round that failed is the same.
            let gap = (2 * interval).max(5 * limits::MINUTE);
            let own = Labels::new(labels.iter().filter(|(name, _)| *name != NAME && *name != ALERT_STATE));
            let begun = known.get(&own).map_or(&[][..], Vec::as_slice);
            let is_listed = |(start, end): &(Millis, Millis)| {
                begun
                    .iter()
                    .any(|begun| (start.saturating_sub(gap)..=end.saturating_add(gap)).contains(begun))
            };
            let spans = spans(columns, gap).into_iter().filter(|span| !is_listed(span));
            found.extend(spans.map(|(start, end)| Fired {
                subject,
                alert_id: own.to_string(),
                service: service_of(&own).to_owned(),
                start,
                end: Some(end),
                care: None,
            }));
        }
        if going.stop().is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    read.map_err(|error| unreadable(&error))?;
    wanted(going)?;
    Ok(found)
}

/// The times over which samples follow each other; a staleness marker ends one, and so does a pause longer than `gap`.
fn spans(columns: Columns<'_>, gap: Millis) -> Vec<(Millis, Millis)> {
    let mut spans: Vec<(Millis, Millis)> = Vec::new();
    let mut is_open = false;
    for point in columns.points() {
        let last = spans.last_mut().filter(|last| is_open && point.t.saturating_sub(last.1) <= gap);
        let is_marker = is_stale_marker(point.v);
        match last {
            Some(last) => last.1 = point.t,
            None if !is_marker => spans.push((point.t, point.t)),
            None => {}
        }
        is_open = !is_marker;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::spans;
    use model::{Columns, stale_marker};

    #[test]
    fn samples_in_a_row_are_one_time_until_a_marker_or_a_pause() {
        let times = [0, 10, 20, 30, 100, 110, 500, 510];
        let values = [1.0, 1.0, stale_marker(), 1.0, 1.0, stale_marker(), stale_marker(), 1.0];
        let found = spans(Columns { times: &times, values: &values }, 60);
        assert_eq!(found, [(0, 20), (30, 30), (100, 110), (510, 510)]);
    }
}

//! What the alerts of one rule come to in numbers.

use super::given::{Fired, Subject};
use super::spans::Spans;
use model::{Millis, TimeRange, limits, to_seconds};
use std::collections::BTreeMap;

/// The numbers of a rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    /// Since when the rule is known, within the range; `None` if nothing is.
    pub(super) since: Option<Millis>,
    /// How long that is.
    pub(super) known: Millis,
    /// How often it fired, and how many of those alerts fire now.
    pub(super) fired: usize,
    pub(super) firing: usize,
    /// Of the alerts that are over, how long they were: the middle, and the longest of all.
    pub(super) median: Option<Millis>,
    pub(super) longest: Option<Millis>,
    /// The share of the known time in which one of its alerts fired, and in which the most lasting one did.
    pub(super) share: f64,
    pub(super) share_of_one: f64,
    /// Alerts by what is remembered of them; only of those that are remembered is it known how they stood.
    pub(super) remembered: usize,
    pub(super) acknowledged: usize,
    pub(super) silenced: usize,
    pub(super) inhibited: usize,
    /// Those of which nobody was to hear: silenced, inhibited, or both.
    pub(super) suppressed: usize,
    /// Those that are over, and how long those were that were soon over.
    pub(super) over: usize,
    pub(super) short: Vec<Millis>,
    /// Those that belong to a time of flapping.
    pub(super) flapped: usize,
}

impl Facts {
    /// Counts what `fired` has of a rule in `range`; all of them overlap it.
    pub(super) fn count(subject: &Subject, fired: &[&Fired], range: TimeRange) -> Self {
        let first = fired.iter().map(|one| one.start).min();
        let since = subject.known_since.into_iter().chain(first).min();
        let since = since.map(|since| since.clamp(range.start, range.end));
        let known = TimeRange { start: since.unwrap_or(range.end), end: range.end };
        let mut lengths: Vec<Millis> = fired.iter().filter_map(|one| Some(one.end? - one.start)).collect();
        lengths.sort_unstable();
        let longest = fired.iter().map(|one| one.end.unwrap_or(range.end) - one.start).max();
        let short = lengths.iter().copied().filter(|length| *length <= limits::QUALITY_SHORT).collect();
        let all = Spans::new(fired.iter().map(|one| times(one, range)));
        let by_alert = by_alert(fired);
        let of_one = by_alert
            .values()
            .map(|fired| Spans::new(fired.iter().map(|one| times(one, range))).within(known));
        let cares = || fired.iter().filter_map(|one| one.care);
        Self {
            since,
            known: known.end - known.start,
            fired: fired.len(),
            firing: fired.iter().filter(|one| one.end.is_none()).count(),
            median: lengths.get(lengths.len() / 2).copied(),
            longest,
            share: share(all.within(known), known),
            share_of_one: share(of_one.max().unwrap_or(0), known),
            remembered: cares().count(),
            acknowledged: cares().filter(|care| care.acknowledged).count(),
            silenced: cares().filter(|care| care.silenced).count(),
            inhibited: cares().filter(|care| care.inhibited).count(),
            suppressed: cares().filter(|care| care.silenced || care.inhibited).count(),
            over: lengths.len(),
            short,
            flapped: by_alert.values().map(|fired| flapped(fired)).sum(),
        }
    }

    /// How often it fired in a week; `None` where less than a day is known.
    pub(super) fn per_week(&self) -> Option<f64> {
        let weeks = to_seconds(self.known) / to_seconds(7 * limits::DAY);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
        let fired = self.fired as f64;
        (self.known >= limits::DAY).then(|| fired / weeks)
    }
}

/// From when to when it fired.
pub(super) fn times(fired: &Fired, range: TimeRange) -> (Millis, Millis) {
    (fired.start, fired.end.unwrap_or(range.end))
}

fn by_alert<'a>(fired: &[&'a Fired]) -> BTreeMap<&'a str, Vec<&'a Fired>> {
    let mut all: BTreeMap<&str, Vec<&Fired>> = BTreeMap::new();
    for one in fired {
        all.entry(one.alert_id.as_str()).or_default().push(one);
    }
    all
}

fn share(part: Millis, whole: TimeRange) -> f64 {
    let whole = whole.end - whole.start;
    if whole > 0 { to_seconds(part) / to_seconds(whole) } else { 0.0 }
}

/// How many times of one alert belong to a time of flapping: the desk said so, or it began so often within so short a time that
/// it would have.
fn flapped(fired: &[&Fired]) -> usize {
    let mut starts: Vec<(Millis, bool)> =
        fired.iter().map(|one| (one.start, one.care.is_some_and(|care| care.flapping))).collect();
    starts.sort_unstable();
    let many = limits::QUALITY_FLAP_TIMES;
    let bursts: Vec<(Millis, Millis)> = starts
        .windows(many)
        .filter_map(|all| Some((all.first()?.0, all.last()?.0)))
        .filter(|(first, last)| last - first <= limits::QUALITY_FLAP_WINDOW)
        .collect();
    let bursts = Spans::new(bursts);
    starts.iter().filter(|(start, said)| *said || bursts.has(*start)).count()
}

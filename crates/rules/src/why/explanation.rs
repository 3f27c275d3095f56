//! An explanation, as data and in words.

use super::relation::Relation;
use model::{INSTANCE, Labels, Millis, NAME, SERVICE, limits, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of why an alert fires.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// What was compared, and with what, if it was a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub threshold: Option<f64>,
    /// What was compared; null on the wire where it is no finite number.
    #[schema(value_type = Option<f64>, required)]
    pub value: f64,
    /// The series that changed most clearly, the clearest first.
    pub changed: Vec<Changed>,
    /// What other instances do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub peers: Option<Peers>,
    /// When the process of the service started, in seconds before the alert, if that is less than an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub started_before: Option<f64>,
    /// Series that were looked at.
    pub series: usize,
    /// Whether there were more.
    pub truncated: bool,
}

/// A series that changed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ChangedSeries)]
pub struct Changed {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// How near it is.
    pub relation: Relation,
    /// The median before; null on the wire where it is infinite.
    #[schema(value_type = Option<f64>, required)]
    pub before: f64,
    /// The median since; null likewise.
    #[schema(value_type = Option<f64>, required)]
    pub after: f64,
    /// Whether these are changes of a counter each second.
    pub is_rate: bool,
    /// Since when, in seconds before the alert.
    pub seconds_before: f64,
    /// How clear the change is, in standard deviations.
    pub z: f64,
}

/// Other instances with the series of the alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Peers {
    /// How many there are.
    pub all: usize,
    /// How many of them changed alike.
    pub alike: usize,
}

impl Explanation {
    /// In a few sentences; of the series that changed, the first three.
    #[must_use]
    pub fn text(&self) -> String {
        let mut said = Vec::new();
        said.extend(self.threshold.map(|threshold| compared(self.value, threshold)));
        said.extend(self.started_before.map(|ago| format!("its process started {} before", span(ago))));
        said.extend(self.peers.filter(|peers| peers.all > 0).map(|peers| match peers.alike {
            0 => format!("{} other instances are as usual", peers.all),
            alike => format!("{alike} of {} other instances do the same", peers.all),
        }));
        said.extend(self.changed.iter().take(3).map(Changed::text));
        if self.changed.is_empty() {
            said.push("no other series changed clearly".to_owned());
        }
        let text = said.join("; ");
        let whole = text.char_indices().take_while(|(at, _)| *at < limits::RULE_TEXT_BYTES);
        whole.map(|(_, sign)| sign).collect()
    }
}

fn compared(value: f64, threshold: f64) -> String {
    let distance = (value - threshold).abs();
    let side = if value >= threshold { "above" } else { "below" };
    format!("{} is {} {side} {}", number(value), number(distance), number(threshold))
}

impl Changed {
    fn text(&self) -> String {
        let of = |name: &str| self.labels.get(name).map_or("", String::as_str);
        let who: Vec<&str> =
            [of(SERVICE), of(INSTANCE)].into_iter().filter(|word| !word.is_empty()).collect();
        let metric = if self.is_rate { format!("{} each second", of(NAME)) } else { of(NAME).to_owned() };
        format!(
            "{metric} of {} ({}) went from {} to {}, {} before",
            if who.is_empty() { "nobody's".to_owned() } else { who.join("/") },
            self.relation.words(),
            number(self.before),
            number(self.after),
            span(self.seconds_before)
        )
    }
}

/// Four digits are enough for people.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 1_000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 1.0 || size == 0.0 => 3,
        _ => 6,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn span(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// Labels as a map.
pub(super) fn map(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// How long before `t` something was.
pub(super) fn before(t: Millis, at: Millis) -> f64 {
    to_seconds(t.saturating_sub(at).max(0))
}

//! A bus in one process: messages are said, and the samples of them told.

use bus::decode::glance;
use fields::{Fields, Told};
use model::{Millis, NAME, Sighting, Watch, has_stale_marker};

/// When a made bus begins.
pub(crate) const BEGIN: Millis = 1_795_394_248_000;

/// What is known of fields, and what time it is.
#[derive(Default)]
pub(crate) struct Rig {
    pub(crate) fields: Fields,
    pub(crate) now: Millis,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self { fields: Fields::default(), now: BEGIN }
    }

    pub(crate) fn with(mappings: &[&str]) -> Self {
        let mappings = mappings.iter().map(|text| toml::from_str(text).expect("a mapping")).collect();
        Self { fields: Fields::new(mappings), now: BEGIN }
    }

    /// Somebody says something.
    pub(crate) fn say(&self, topic: &str, payload: impl AsRef<[u8]>) {
        self.pass(topic, payload.as_ref(), false);
    }

    /// The broker repeats what somebody said before.
    pub(crate) fn retained(&self, topic: &str, payload: impl AsRef<[u8]>) {
        self.pass(topic, payload.as_ref(), true);
    }

    fn pass(&self, topic: &str, payload: &[u8], retained: bool) {
        let mut patch = String::new();
        let envelope = glance(payload, &mut patch);
        self.fields.see(&Sighting {
            topic,
            received_at: self.now,
            bytes: payload.len(),
            payload,
            is_taken: bus::topics::is_taken(topic),
            retained,
            envelope,
        });
    }

    /// What was said since the last time, as `name{labels} value`, without `job`.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut all: Vec<String> = self.fields.tell(self.now).iter().map(shown).collect();
        all.sort();
        all
    }

    /// How often something was left out for a reason.
    pub(crate) fn left(&self, reason: &str) -> u64 {
        let view = self.fields.view(None, None);
        view.left_out.iter().find(|left| left.reason() == reason).map_or(0, |left| left.count)
    }
}

/// A sample as PromQL writes it; the end of a series is `end`.
pub(crate) fn shown((labels, point): &Told) -> String {
    let own: Vec<String> = labels
        .iter()
        .filter(|(name, _)| !matches!(*name, NAME | "job"))
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    let value = if has_stale_marker(&[point.v]) { "end".to_owned() } else { point.v.to_string() };
    format!("{}{{{}}} {value}", labels.get(NAME).expect("a name"), own.join(","))
}

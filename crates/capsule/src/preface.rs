//! What a capsule says of itself before all messages.

use model::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a capsule says of itself. Members that are missing in a file are as in [`Preface::default`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preface {
    /// Version of the program that made it.
    pub collector: String,
    /// The name under which that program spoke on the bus.
    pub service_name: String,
    /// When it was made; by this number its records are known.
    pub made_at: Millis,
    /// From when on nothing is missing but what is counted as left out; none if that is not known.
    pub since: Option<Millis>,
    /// What was listened to, beside what a collector takes.
    pub listens: Vec<String>,
    /// What was left out.
    pub excludes: Vec<String>,
    /// How much was left out, and why.
    pub left_out: LeftOut,
    /// The alert that it was made for, if it was for one.
    pub alert: Option<AlertReason>,
    /// What of the settings matters to what the messages come to.
    pub settings: Value,
}

/// What is not in a recording, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftOut {
    /// Messages on topics that are not recorded.
    pub excluded: Count,
    /// Payloads that are too long; their messages are there.
    pub too_long: Count,
    /// Properties that are too long; their messages are there.
    pub properties: Count,
}

/// Messages, and the bytes of theirs that are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Count {
    /// How many.
    pub messages: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Count {
    /// One more, of so many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    fn join(&mut self, other: Self) {
        self.messages = self.messages.saturating_add(other.messages);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

impl LeftOut {
    /// What is left out of both.
    pub(crate) fn join(&mut self, other: Self) {
        self.excluded.join(other.excluded);
        self.too_long.join(other.too_long);
        self.properties.join(other.properties);
    }
}

/// The alert that a capsule was made for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertReason {
    /// Its id.
    pub alert_id: String,
    /// Its rule.
    pub rule_name: String,
    /// How bad it was, in a word.
    pub severity: String,
    /// The service that it is of.
    pub service_name: String,
    /// When it began.
    pub timestamp: Millis,
}

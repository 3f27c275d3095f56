//! What there is in the house, as far as Home Assistant is to know it.

use model::{Alert, Millis};
use std::sync::Arc;

/// What there is at a time.
#[derive(Debug, Clone)]
pub struct Household {
    /// The collector's version.
    pub version: String,
    /// Where its dashboard is, if others can reach it.
    pub url: Option<String>,
    /// The services of the bus, without the collector itself.
    pub services: Vec<Service>,
    /// All rules, the oldest first, each name once.
    pub rules: Vec<Rule>,
    /// Alerts that fire; shared, for they may be many and seldom change.
    pub alerts: Arc<Vec<Alert>>,
    /// The time.
    pub now: Millis,
    /// How a time is written, with its zone, as RFC 3339 has it.
    pub written: fn(Millis) -> String,
}

/// A service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its version, in its own words.
    pub version: Option<String>,
    /// Whether it is there.
    pub is_up: bool,
    /// When anything was heard of it.
    pub last_seen: Millis,
    /// How long it takes to answer, milliseconds.
    pub response_ms: Option<f64>,
    /// Failures in percent.
    pub error_percent: Option<f64>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The silences that hold now and in which all its alerts lie.
    pub silences: Vec<Hush>,
}

/// A silence, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hush {
    /// Who made it.
    pub by: String,
    /// What they say of it.
    pub comment: String,
    /// Its end; `None` is never.
    pub until: Option<Millis>,
}

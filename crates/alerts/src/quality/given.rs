//! What is known of rules and of their alerts.

use model::{Millis, Severity, Standing};
use serde::Serialize;

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[schema(as = QualityOrigin)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is one of Alicia's.
    Rule,
    /// It stands in a rule file.
    RuleFile,
}

/// A rule that is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its group in a rule file.
    pub group: Option<String>,
    /// The severity of its alerts.
    pub severity: Severity,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// How long its condition must hold.
    pub hold: Millis,
    /// Since when there was something that it could judge, as far as that and its alerts are remembered; `None` is not at all.
    pub known_since: Option<Millis>,
}

/// A time in which an alert fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// The place of its rule among the subjects.
    pub subject: usize,
    /// Which alert of the rule.
    pub alert_id: String,
    /// The service that it is of; empty if it is of none.
    pub service: String,
    /// When it began.
    pub start: Millis,
    /// When it was over; `None` while it fires.
    pub end: Option<Millis>,
    /// How it stood when it ended, or stands; `None` if that is not remembered.
    pub care: Option<Care>,
}

/// What people and other alerts had to say of an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Care {
    /// Somebody took care of it.
    pub acknowledged: bool,
    /// It lay in a silence or in a window of maintenance.
    pub silenced: bool,
    /// Another alert explained it.
    pub inhibited: bool,
    /// It was said to flap.
    pub flapping: bool,
}

impl From<&Standing> for Care {
    fn from(standing: &Standing) -> Self {
        Self {
            acknowledged: standing.acknowledged.is_some(),
            silenced: !standing.silenced_by.is_empty(),
            inhibited: !standing.inhibited_by.is_empty(),
            flapping: standing.flapping.is_some(),
        }
    }
}

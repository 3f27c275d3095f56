//! How people and other alerts stand to an alert: who silenced or acknowledged it, what inhibits it, whether it flaps.

use crate::time::{Millis, seconds};
use serde::{Deserialize, Serialize};

/// How an alert stands. On the wire its members are those of the alert, and are only there where they say something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Standing {
    /// The ids of the silences that it lies in; of windows of maintenance `maintenance:NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silenced_by: Vec<String>,
    /// The ids of alerts of which it is a consequence; `bus` while the bus is away that its service is only known by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inhibited_by: Vec<String>,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged: Option<Box<Acknowledgement>>,
    /// That it begins and ends again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub flapping: Option<Flapping>,
}

/// Somebody takes care of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acknowledgement {
    /// Who says so.
    pub by: String,
    /// What they say of it; may be empty.
    #[serde(default)]
    #[schema(required)]
    pub comment: String,
    /// When they said so.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub at: Millis,
    /// Until when it counts; `None` is until the alert is over.
    #[serde(default, with = "seconds::option")]
    #[schema(value_type = Option<f64>, required)]
    pub expires: Option<Millis>,
}

/// An alert begins and ends again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Flapping {
    /// How often it began or ended lately.
    pub changes: usize,
    /// Since when it is said to flap.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub since: Millis,
}

/// What changed in how an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StandingChange {
    /// Somebody takes care of it.
    Acknowledged,
    /// Nobody does any more.
    Unacknowledged,
    /// It lies in a silence.
    Silenced,
    /// It lies in none any more.
    Unsilenced,
    /// Another alert explains it.
    Inhibited,
    /// None does any more.
    Uninhibited,
    /// It begins and ends again and again.
    Flaps,
    /// It does not any more.
    Settled,
}

impl StandingChange {
    /// The event type on the wire.
    #[must_use]
    pub fn event_type(self) -> &'static str {
        match self {
            Self::Acknowledged => "alert_acknowledged",
            Self::Unacknowledged => "alert_unacknowledged",
            Self::Silenced => "alert_silenced",
            Self::Unsilenced => "alert_unsilenced",
            Self::Inhibited => "alert_inhibited",
            Self::Uninhibited => "alert_uninhibited",
            Self::Flaps => "alert_flapping",
            Self::Settled => "alert_settled",
        }
    }
}

impl Standing {
    /// Whether receivers are to hear nothing of it: it lies in a silence, or another alert explains it.
    #[must_use]
    pub fn is_suppressed(&self) -> bool {
        !(self.silenced_by.is_empty() && self.inhibited_by.is_empty())
    }

    /// What changed from this to `later`, by kind; how many silences or alerts it is by is no change.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Vec<StandingChange> {
        use StandingChange as Change;
        let each = [
            (
                !self.silenced_by.is_empty(),
                !later.silenced_by.is_empty(),
                Change::Silenced,
                Change::Unsilenced,
            ),
            (
                !self.inhibited_by.is_empty(),
                !later.inhibited_by.is_empty(),
                Change::Inhibited,
                Change::Uninhibited,
            ),
            (self.flapping.is_some(), later.flapping.is_some(), Change::Flaps, Change::Settled),
        ];
        let plain = each.into_iter().filter(|(before, now, ..)| before != now);
        let mut changes: Vec<Change> =
            plain.map(|(_, now, begun, ended)| if now { begun } else { ended }).collect();
        if self.acknowledged != later.acknowledged {
            let is_there = later.acknowledged.is_some();
            changes.push(if is_there { Change::Acknowledged } else { Change::Unacknowledged });
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::{Acknowledgement, Standing, StandingChange};

    #[test]
    fn what_is_not_set_is_not_on_the_wire_and_changes_are_told_by_kind() {
        let plain = Standing::default();
        assert_eq!(serde_json::to_string(&plain).expect("written"), "{}");
        let silenced = Standing { silenced_by: vec!["a".to_owned()], ..Standing::default() };
        let by_two = Standing { silenced_by: vec!["a".to_owned(), "b".to_owned()], ..Standing::default() };
        let ours = Acknowledgement { by: "me".to_owned(), comment: String::new(), at: 5, expires: None };
        let acknowledged = Standing { acknowledged: Some(Box::new(ours)), ..by_two.clone() };
        assert_eq!(plain.changes(&silenced), [StandingChange::Silenced]);
        assert_eq!(silenced.changes(&by_two), []);
        assert_eq!(by_two.changes(&acknowledged), [StandingChange::Acknowledged]);
        assert_eq!(
            acknowledged.changes(&plain),
            [StandingChange::Unsilenced, StandingChange::Unacknowledged]
        );
        assert!(silenced.is_suppressed() && !plain.is_suppressed());
    }
}

//! What keeps receivers from hearing of an alert. Pure.

use model::Standing;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What keeps receivers from hearing of an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// It lies in a silence: nothing is told but the end of what was told before.
    #[serde(default, skip_serializing_if = "is_not")]
    pub silenced: bool,
    /// Another alert explains it: as with a silence.
    #[serde(default, skip_serializing_if = "is_not")]
    pub inhibited: bool,
    /// It begins and ends again and again: that was told, and its changes are not until it settles.
    #[serde(default, skip_serializing_if = "is_not")]
    pub flapping: bool,
    /// Somebody takes care of it: what was told is not told again.
    #[serde(default, skip_serializing_if = "is_not")]
    pub acknowledged: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

impl Hold {
    pub(crate) fn of(standing: &Standing) -> Self {
        Self {
            silenced: !standing.silenced_by.is_empty(),
            inhibited: !standing.inhibited_by.is_empty(),
            flapping: standing.flapping.is_some(),
            acknowledged: standing.acknowledged.is_some(),
        }
    }

    /// Whether its beginning is not told.
    pub(crate) fn is_mute(self) -> bool {
        self.silenced || self.inhibited
    }

    /// Whether it is told again while it fires.
    pub(crate) fn repeats(self) -> bool {
        self == Self::default()
    }
}

/// What keeps from what, by the alert's id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holds(BTreeMap<String, Hold>);

impl Holds {
    pub(crate) fn of(&self, alert_id: &str) -> Hold {
        self.0.get(alert_id).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, alert_id: String, hold: Hold) {
        if hold == Hold::default() {
            self.0.remove(&alert_id);
        } else {
            self.0.insert(alert_id, hold);
        }
    }

    /// An alert is over: only that it flaps still counts.
    pub(crate) fn end(&mut self, alert_id: &str) {
        if !self.of(alert_id).flapping {
            self.0.remove(alert_id);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, Hold)> {
        self.0.iter().map(|(id, hold)| (id, *hold))
    }
}

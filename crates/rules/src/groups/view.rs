//! How groups are, for whoever shows them: a copy that is made after each round, so that nobody waits for a round.

use super::alerting::{ActiveAlert, AlertState};
use super::arrival::Judged;
use super::definition::GroupRule;
use model::Millis;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Whether a rule can be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// It was not yet.
    #[default]
    Unknown,
    /// It could be.
    Good,
    /// It could not be.
    Bad,
}

impl Health {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Good => "ok",
            Self::Bad => "err",
        }
    }
}

/// How a group is.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// The file that it stands in.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Time between two rounds.
    pub interval: Millis,
    /// Series that a rule may give; 0 is as many as it likes.
    pub limit: usize,
    /// How long the last round took.
    pub took: Duration,
    /// The time of the last round.
    pub last: Option<Millis>,
    /// Its rules, in order.
    pub rules: Vec<RuleView>,
}

/// How a rule is.
#[derive(Debug, Clone)]
pub struct RuleView {
    /// What it is.
    pub rule: GroupRule,
    /// When it is judged.
    pub judged: Judged,
    /// Whether it can be evaluated.
    pub health: Health,
    /// Why not.
    pub last_error: Option<String>,
    /// How long that took.
    pub took: Duration,
    /// When it was last.
    pub last: Option<Millis>,
    /// What is particular to its kind.
    pub kind: RuleViewKind,
}

/// What is particular to a kind of rules.
#[derive(Debug, Clone)]
pub enum RuleViewKind {
    /// It writes a metric.
    Recording,
    /// It has alerts.
    Alerting {
        /// How long an alert is pending.
        hold: Millis,
        /// How long it fires after its series are gone.
        keep_firing_for: Millis,
        /// Templates.
        annotations: BTreeMap<String, String>,
        /// Those that are pending or fire.
        alerts: Vec<ActiveAlert>,
    },
}

impl RuleView {
    /// The state of the worst of its alerts.
    #[must_use]
    pub fn state(&self) -> Option<AlertState> {
        match &self.kind {
            RuleViewKind::Recording => None,
            RuleViewKind::Alerting { alerts, .. } => alerts.iter().map(|alert| alert.state).max(),
        }
    }
}

/// Where all groups are shown.
#[derive(Debug, Default)]
pub struct GroupBoard {
    shown: RwLock<BTreeMap<(String, String), Arc<GroupView>>>,
}

impl GroupBoard {
    /// All groups, by file and name.
    pub fn groups(&self) -> Vec<Arc<GroupView>> {
        self.shown.read().values().map(Arc::clone).collect()
    }

    /// Shows how a group is.
    pub fn show(&self, view: GroupView) {
        self.shown.write().insert((view.file.clone(), view.name.clone()), Arc::new(view));
    }

    /// Takes a group away.
    pub fn remove(&self, key: &(String, String)) {
        self.shown.write().remove(key);
    }
}

//! Where changes are kept so that they survive: a door, since this room knows no disk.

use model::{Alert, Rule};
use serde::{Deserialize, Serialize};

/// A change of rules or alerts. All changes in order make the book again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A rule was made or replaced.
    RulePut(Rule),
    /// A rule was removed, by its name; a default rule stays away then.
    RuleRemoved(String),
    /// An alert started, or (if it is resolved) ended.
    AlertChanged(Alert),
    /// Whose sample started the alert: after a restart it ends when this series says so, not when another one
    /// of the instance is well.
    AlertHeldBy {
        /// The alert's rule.
        rule_name: String,
        /// The alert's service.
        service_name: String,
        /// The alert's instance.
        instance_id: String,
        /// What the series is known by.
        series: u64,
    },
}

/// Keeps changes.
pub trait Ledger: Send + Sync {
    /// Keeps one change. When this returns `Ok`, the change survives the death of the process.
    ///
    /// # Errors
    /// [`LedgerError`]; the change is not kept then.
    fn record(&self, change: &Change) -> Result<(), LedgerError>;
}

/// Why a change could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LedgerError(pub String);

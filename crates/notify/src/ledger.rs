//! What must survive a kill, written down by whoever knows the disk.

use crate::group::GroupKey;
use crate::hold::Hold;
use crate::notice::Notice;
use model::Millis;
use serde::{Deserialize, Serialize};

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// An alert began or ended, and is to be told to these groups.
    Took {
        /// Numbers grow.
        number: u64,
        /// When it was taken.
        at: Millis,
        /// The alert as it was then.
        notice: Notice,
        /// Where it goes.
        to: Vec<GroupKey>,
    },
    /// A group is done with these changes: they were told, or given up.
    Done {
        /// The group.
        group: GroupKey,
        /// The changes' numbers; of a repetition none.
        numbers: Vec<u64>,
        /// When; `None` if the receiver was not told anything.
        at: Option<Millis>,
    },
    /// A group is not to be told of these changes: the alert began and ended unseen, in a silence.
    Unseen {
        /// The group.
        group: GroupKey,
        /// The changes' numbers.
        numbers: Vec<u64>,
    },
    /// What keeps receivers from hearing of an alert is this now.
    Stood {
        /// The alert's id.
        alert_id: String,
        /// What keeps them.
        hold: Hold,
        /// Since when.
        #[serde(default)]
        at: Millis,
    },
    /// In a ledger that was written anew: how a group stands.
    Stands {
        /// The group.
        group: GroupKey,
        /// What it was told, and fires.
        members: Vec<Notice>,
        /// When it was last told something.
        last: Option<Millis>,
    },
    /// In a ledger that was written anew: an alert that fires.
    Fires {
        /// The alert.
        notice: Notice,
        /// Where it went.
        to: Vec<GroupKey>,
        /// Since when nothing kept receivers from hearing of it.
        #[serde(default)]
        loose_since: Option<Millis>,
    },
    /// In a ledger that was written anew: the number of the next change.
    Next(u64),
}

/// Keeps entries.
pub trait Ledger: Send + Sync {
    /// Keeps an entry; it survives the death of the process when this returns.
    ///
    /// # Errors
    /// [`LedgerError`] if it could not be kept.
    fn record(&self, entry: &Entry) -> Result<(), LedgerError>;
}

/// Why an entry was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LedgerError {}

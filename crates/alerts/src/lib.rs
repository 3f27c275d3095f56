//! The desk of alerts: one list of what fires, of whichever rule, and what people said about it.
//!
//! The [`Desk`] stands between the rules and those that hear of alerts: it is told of every beginning and end
//! ([`model::Announce`]), writes them down in a [`Ledger`], and passes them on with how the alert stands: whether it lies in a
//! silence or a window of maintenance, whether another alert explains it, whether somebody takes care of it, whether it
//! flaps. When that changes while an alert fires it says so. Receivers, routes and messages are `notify`'s. The crate knows
//! no network, no store, no bus and no settings file. Start at `desk`. [`quality`] judges rules by
//! what came of their alerts.

mod labels;

mod number;

mod weekly;

mod condition;

mod silence;

mod inhibition;

mod settings;

mod flaps;

mod ledger;

mod state;

mod desk;

pub mod quality;

pub use condition::Condition;
pub use desk::{Desk, DeskError};
pub use inhibition::Inhibit;
pub use labels::{LabelSet, RULE, admits, fingerprint, label, label_name, labels_of};
pub use ledger::{Entry, Ledger, LedgerError};
pub use settings::{FlapLimits, Maintenance, Settings};
pub use silence::{Draft, Silence, SilenceState, SilenceView};
pub use weekly::{Weekday, Weekly, Zone};

//! Conditions, the life of alerts, rule groups, and insights.
//!
//! [`RuleBook`] is a [`model::Append`]: it judges each sample as it passes, so an alert starts with the sample
//! that is to blame, not at the next tick. What happens goes first into the [`Ledger`], then out by
//! [`model::Announce`]. The crate knows neither the store nor the disk; time is that of the samples.

mod window;

pub mod condition;

mod ledger;

mod error;

mod defaults;

mod alerts;

mod stage;

mod text;

mod compiled;

mod timed;

mod votes;

mod moving;

mod shelf;

mod alarm;

mod men;

mod state;

mod book;

mod recall;

mod dead_man;

pub mod groups;

pub mod stream;

pub mod insights;

pub mod why;

pub use book::RuleBook;
pub use compiled::{check, scope};
pub use condition::{Condition, ConditionError};
pub use dead_man::{EachSender, Sender};
pub use defaults::default_rules;
pub use error::RuleError;
pub use insights::InsightWatch;
pub use ledger::{Change, Ledger, LedgerError};
pub use window::{Function, FunctionKind};

//! Conditions, the life of alerts, rule groups, and insights.
//!
//! [`RuleBook`] is a [`model::Append`]: it judges each sample as it passes, so an alert starts with the sample
//! that is to blame, not at the next tick. What happens goes first into the [`Ledger`], then out by
//! [`model::Announce`]. The crate knows neither the store nor the disk; time is that of the samples.

pub mod condition;

mod ledger;

mod error;

mod defaults;

mod alerts;

mod votes;

mod shelf;

mod state;

mod book;

pub mod groups;

pub mod insights;

pub use book::RuleBook;
pub use condition::{Condition, ConditionError};
pub use defaults::default_rules;
pub use error::RuleError;
pub use insights::InsightWatch;
pub use ledger::{Change, Ledger, LedgerError};

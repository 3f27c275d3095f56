//! Who hears of an alert: routes, receivers, retries.
//!
//! The [`Notifier`] is one of those that hear of events ([`model::Announce`]). What begins and ends becomes a change, which
//! the routes give to groups; each is in the [`Ledger`] before anything else happens, so that no kill loses one. For each
//! receiver the notifier says what request is to be sent next and when, and is told the answer. Whoever drives it does the
//! sending: the crate knows no network, no store, no bus and no settings file. Start at `notifier`.

mod moment;

mod number;

mod notice;

mod hold;

mod route;

mod message;

mod request;

mod letter;

mod receivers;

mod settings;

mod group;

mod ledger;

mod delivery;

mod verdict;

mod lane;

mod state;

mod notifier;

mod escalate;

mod hears;

pub use delivery::{Delivery, Outcome};
pub use group::GroupKey;
pub use hold::Hold;
pub use ledger::{Entry, Ledger, LedgerError};
pub use letter::{Letter, Mail, Security};
pub use notice::Notice;
pub use notifier::{Counts, Next, Notifier, Reply, Tested};
pub use receivers::{Errand, Kind, Receiver};
pub use request::{Method, Request};
pub use route::{Escalation, Route, Timing};
pub use settings::Settings;

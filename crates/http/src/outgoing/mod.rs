//! Asking other servers over HTTP: whoever is scraped, and whoever is given samples.
//!
//! An [`Outgoing`] keeps connections and knows whom to trust; a [`Call`] says what is asked, how long it may take and
//! how long the answer may be; a [`Reply`] is what came back, unpacked. Nothing follows a redirect unless it is asked to,
//! and nothing connects to an address that the [`Reach`] forbids.

mod call;

mod reach;

mod trust;

mod client;

pub use call::{Call, CallError, Reply};
pub use client::Outgoing;
pub use reach::Reach;
pub use trust::TrustError;

//! What the traffic on the bus says by itself, of services that say nothing of themselves: who is alive, how fast, how late,
//! how often it fails, who asks whom.
//!
//! [`Watcher`] sees each message pass ([`model::Watch`]), and keeps bounded tables of it: `sender` counts what one says, `skew` how
//! wrong its clock is, `questions` which message answers which. `broker` is what the broker says of itself. `telling` makes
//! samples of the tables, and `view` what people look at. How it is meant is in `docs/traffic.md`.

mod recent;

mod skew;

mod rate;

mod stream;

mod pair;

mod sender;

mod questions;

mod tables;

mod telling;

mod broker;

mod view;

mod watcher;

pub use telling::Told;
pub use view::{PairView, SenderView, StreamView, TrafficView};
pub use watcher::{Change, Watcher};

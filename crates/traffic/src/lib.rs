//! What the traffic on the bus says by itself, of services that say nothing of themselves: who is alive, how fast, how late,
//! how often it fails, who asks whom.
//!
//! [`Watcher`] sees each message pass ([`model::Watch`]), and keeps bounded tables of it: `sender` counts what one says, `skew` how
//! wrong its clock is, `questions` which message answers which. `broker` is what the broker says of itself. `telling` makes
//! samples of the tables, and `view` what people look at. `graph` keeps who consumes what whom says: single messages show `edge`s, and
//! `follows` and `causes` find those that only times show; `neighbours` shows it, `inhibitions` says what explains what. How it is meant is in `docs/traffic.md`.

mod recent;

mod skew;

mod rate;

mod stream;

mod pair;

mod sender;

mod questions;

mod edge;

mod ids;

mod times;

mod suspicion;

mod follows;

mod causes;

mod graph;

mod tables;

mod telling;

mod broker;

mod view;

mod inhibitions;

mod neighbours;

mod dot;

mod watcher;

pub use inhibitions::Suggestion;
pub use neighbours::{EdgeView, EvidenceView, GraphView, NodeView, PublishView, ReactionView};
pub use telling::Told;
pub use view::{PairView, SenderView, StreamView, TrafficView};
pub use watcher::{Change, Watcher};

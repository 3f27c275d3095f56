//! The only crate that knows MQTT and the Alicia envelope, both directions, and the embedded broker.
//!
//! Inwards: [`decode`] turns bytes into a [`model::Report`], `reception` hands it to the [`model::Intake`] and
//! acknowledges it; `questions` takes what is asked of the collector. Outwards: events come through the [`Outbox`], `encode` writes them, `client` publishes. A second connection, `listener`, shows
//! all that passes to a [`model::Watch`]; of a recording, [`Feed`] does both without a broker. A third, `announcing`, puts up what is to
//! stand on the broker, where that is wanted.
//! [`start`] puts it together.

pub mod topics;

mod discovery_topics;

mod error;

mod settings;

pub mod decode;

pub mod encode;

mod outbox;

mod link;

mod broker;

mod transport;

mod inbound;

mod properties;

mod pace;

mod allowance;

mod questions;

mod reception;

mod connection;

mod connector;

mod client;

mod sight;

mod listener;

mod retained;

mod commands;

mod announcing;

mod handle;

mod sender;

mod feed;

pub use announcing::{AnnounceStatus, Announcing};
pub use commands::OnCommand;
pub use discovery_topics::DiscoveryTopics;
pub use encode::envelope;
pub use error::BusError;
pub use feed::Feed;
pub use handle::{Bus, start};
pub use outbox::{Inbox, Outbox, outbox};
pub use sender::{Sender, SenderSettings};
pub use settings::{Broker, BusSettings, TlsSettings};

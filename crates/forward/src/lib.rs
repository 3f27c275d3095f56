//! What goes on to other stores: a bounded queue on disk, packed as remote write.
//!
//! A [`Queue`] is one of the doors [`model::Append`] that the gate hands its batches to: `intake` writes them down in few
//! bytes (`docs/format/queue.md`), `files` keeps them in segments. A `reader` reads them back behind the `cursor`, and a
//! [`Courier`] makes requests of them, says when to send them, and what an answer means. Whoever drives it does the sending
//! itself: the crate knows no network, no store, no MQTT and no settings file.

mod record;

mod batch;

mod cursor;

mod settings;

mod stats;

mod intake;

mod files;

mod queue;

mod protobuf;

mod histogram;

mod request;

mod second;

mod reader;

mod verdict;

mod courier;

pub use courier::{Courier, Next, Reply, Request};
pub use queue::Queue;
pub use settings::{Settings, Version};
pub use stats::Stats;

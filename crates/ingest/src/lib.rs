//! The gate that every sample passes, and what it remembers of those who send.
//!
//! [`Gate`] takes what a message meant, drops what came twice, sets times and labels right, makes samples of
//! it and hands them to every [`model::Append`]. On the way it keeps the [`Registry`] (who is there, how
//! they are, how often they speak) and the [`Tally`] (what was refused, and why). [`HostWatch`] reads the
//! machine it runs on. Nothing here knows the store, the rules, MQTT or JSON.
//!
//! Read in the order of the modules: small ideas first, then the `writer` that holds them together, what
//! it does with each kind of message, what it does by the clock, and the `gate` in front of it all.

mod settings;

mod moment;

mod tally;

mod live;

mod generations;

mod intern;

mod probing;

mod view;

mod voice;

mod service;

mod announced;

mod registry;

mod complaints;

mod batch;

mod distribution;

mod writer;

mod take;

mod health;

mod watch;

mod protobuf;

mod unpack;

mod parcel;

mod foreign;

mod plain;

mod exposition;

mod scrape_target;

mod push_group;

mod cumulative;

mod host_metric;

mod gate;

mod recall;

mod senders;

mod remote;

mod remote_histogram;

mod remote_v1;

mod remote_v2;

mod remote_write;

mod otlp;

mod influx;

mod naming;

mod lines;

mod scrape;

mod push;

mod results;

mod host;

pub use announced::AnnouncedJob;
pub use exposition::{BadLine, Dialect, Head, Line, Tail, kind_in_family, number};
pub use foreign::{Refusal, Told};
pub use gate::{Gate, WriteError};
pub use host::HostWatch;
pub use host_metric::{HostMetric, HostReading};
pub use influx::Precision;
pub use otlp::Otlp;
pub use push::PushError;
pub use push_group::Push;
pub use registry::Registry;
pub use remote_write::RemoteWrite;
pub use scrape::{Fetched, Scraped};
pub use scrape_target::{ScrapeMemory, ScrapeTarget};
pub use senders::SenderView;
pub use settings::GateSettings;
pub use tally::{ExampleView, RefusalView, Tally};
pub use unpack::{Packing, UnpackError, unpack, unpack_at_most};
pub use view::{InstanceView, RegistryCounts, ServiceView};

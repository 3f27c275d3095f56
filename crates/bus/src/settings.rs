//! What the bus is told.

use model::Secret;
use std::path::PathBuf;

/// Which broker carries the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broker {
    /// Our own, in this process.
    Embedded {
        /// Where it listens.
        host: String,
        /// The port asked for; the next free one is taken if it is not free.
        port: u16,
    },
    /// One that runs already.
    External {
        /// Its host.
        host: String,
        /// Its port.
        port: u16,
    },
    /// None.
    None,
}

/// TLS to an external broker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsSettings {
    /// The authority that signed the broker's certificate (PEM); the system's are trusted if none is given.
    pub ca: Option<PathBuf>,
    /// The client certificate (PEM).
    pub cert: Option<PathBuf>,
    /// Its key (PEM).
    pub key: Option<PathBuf>,
}

/// How to reach the bus, and as whom.
#[derive(Debug, Clone)]
pub struct BusSettings {
    /// Which broker.
    pub broker: Broker,
    /// User name, if the broker asks for one.
    pub username: Option<String>,
    /// Password, if the broker asks for one.
    pub password: Option<Secret>,
    /// Stable over restarts, unique on the broker.
    pub client_id: String,
    /// The `source` of all we say; what comes back with it is our own.
    pub service_name: String,
    /// The version we register with.
    pub version: String,
    /// What is listened to beside what is for the collector, as filters of topics: `alicia/#`, or `#`. None, and nobody
    /// listens.
    pub listen: Vec<String>,
    /// TLS, if the broker asks for it.
    pub tls: Option<TlsSettings>,
    /// WebSocket path, if the broker is reached that way.
    pub websocket_path: Option<String>,
}

//! How the bus is, for whoever shows it.

use crate::time::{Millis, seconds};
use serde::Serialize;

/// Which broker carries the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrokerKind {
    /// The collector's own, in this process.
    Embedded,
    /// One that was configured.
    External,
    /// None: the collector watches the host only.
    #[default]
    None,
}

/// The state of the connection to the bus.
#[derive(Debug, Clone, PartialEq, Default, Serialize, utoipa::ToSchema)]
pub struct BusStatus {
    /// Whether the connection is up and the subscriptions are granted.
    pub connected: bool,
    /// Which broker.
    pub broker: BrokerKind,
    /// Its address, `host:port`.
    pub address: String,
    /// Since when it is connected, or has been away.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub since: Millis,
    /// Messages received since start.
    pub messages_received: u64,
    /// Messages published since start.
    pub messages_published: u64,
    /// Publishes that failed or found the queue full.
    pub publish_failures: u64,
    /// Questions asked over the bus since start, the refused among them.
    pub questions: u64,
    /// Questions that were refused.
    pub questions_refused: u64,
    /// Successful connects since start.
    pub connects: u64,
    /// What went wrong last, if the connection is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_error: Option<String>,
    /// How listening to all that passes goes, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub listening: Option<ListenStatus>,
    /// What the operator should know: an ACL that lets nothing through, another port than asked for, …
    pub warnings: Vec<String>,
}

/// How the connection is that only listens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct ListenStatus {
    /// Whether it is up, and at least one of the filters granted.
    pub connected: bool,
    /// What it listens to.
    pub filters: Vec<String>,
    /// Messages that passed since the start.
    pub messages: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// Messages without an envelope, or too long to be looked at.
    pub without_envelope: u64,
    /// What went wrong last, if it is away, or what the broker refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_error: Option<String>,
}

/// What the collector says of itself when asked for its health.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SelfHealth {
    /// Whether it does its work: the bus is connected (or none was asked for).
    pub healthy: bool,
    /// Seconds since the process started.
    pub uptime: f64,
    /// Messages taken from the bus since start.
    pub messages_processed: u64,
    /// Inputs and operations that somebody should look at, since start.
    pub errors: u64,
}

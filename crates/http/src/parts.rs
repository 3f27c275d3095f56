//! What the routes answer from.

use crate::access::Access;
use crate::capsules::Capsules;
use crate::messenger::Messenger;
use crate::queries::Queries;
use crate::scrape::Scraper;
use crate::tail::Tail;
use alerts::Desk;
use fields::{Fields, FieldsView, InboxEntry, Mapping};
use ingest::Gate;
use insights::Table as Insights;
use model::{BusStatus, Describe, HostSummary, Labels, Select, SelfHealth};
use parking_lot::Mutex;
use rules::RuleBook;
use rules::groups::GroupBoard;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use traffic::Watcher;
use world::Clock;

/// Erases what is asked.
pub type Erase = dyn Fn(&EraseRequest) -> Result<(), EraseError> + Send + Sync;

/// What would become of a message: of its topic, its payload, and a mapping that were asked first.
pub type TryMessage = dyn Fn(&str, &str, Option<Mapping>) -> (FieldsView, Vec<InboxEntry>) + Send + Sync;

/// Everything that an answer may need.
pub struct Parts {
    /// The samples.
    pub select: Arc<dyn Select>,
    /// What is known of metrics.
    pub describe: Arc<dyn Describe>,
    /// The services, and what was refused.
    pub gate: Arc<Gate>,
    /// What passes on the bus.
    pub watcher: Arc<Watcher>,
    /// What messages say in numbers.
    pub fields: Arc<Fields>,
    /// What would become of a message.
    pub try_message: Arc<TryMessage>,
    /// What passes, for those who look on.
    pub tail: Arc<Tail>,
    /// Recordings of it.
    pub capsules: Arc<Capsules>,
    /// The insights that lasted.
    pub insights: Arc<Mutex<Insights>>,
    /// Rules and alerts.
    pub book: Arc<RuleBook>,
    /// All alerts, and what people said about them.
    pub desk: Arc<Desk>,
    /// The groups of rule files.
    pub groups: Arc<GroupBoard>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How the bus is.
    pub bus: Arc<dyn Fn() -> BusStatus + Send + Sync>,
    /// How the collector is.
    pub self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    /// The newest reading of the host.
    pub host: Arc<dyn Fn() -> Option<HostSummary> + Send + Sync>,
    /// The collector's own metrics, for the Prometheus text: labels, the name among them, and value.
    pub extra: Arc<dyn Fn() -> Vec<(Labels, f64)> + Send + Sync>,
    /// What is kept, and how much may be.
    pub storage: Arc<dyn Fn() -> StorageStatus + Send + Sync>,
    /// Whether the house is complete.
    pub ready: Arc<AtomicBool>,
    /// Reads the settings again.
    pub reload: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
    /// Takes a snapshot and gives the directory that it is in.
    pub snapshot: Arc<dyn Fn() -> Result<String, String> + Send + Sync>,
    /// Erases samples, durably.
    pub erase: Arc<Erase>,
    /// Who is scraped.
    pub scraper: Arc<Scraper>,
    /// Who is told of alerts.
    pub messenger: Arc<Messenger>,
    /// How many queries are computed at a time, however they came.
    pub queries: Arc<Queries>,
    /// Who may come in.
    pub access: Access,
    /// The program's version.
    pub version: String,
}

/// Which samples are to go, in the words of whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseRequest {
    /// `name{label="value",…}`.
    pub series: String,
    /// The first instant; from the beginning if there is none.
    pub start: Option<String>,
    /// The last; for ever if there is none.
    pub end: Option<String>,
}

/// Why nothing is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EraseError {
    /// The request means nothing.
    Unclear(String),
    /// It could not be written.
    Failed(String),
}

/// What is kept, and how much may be. Sizes are in bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StorageStatus {
    /// Series in memory: those with samples in the last hours.
    pub series: usize,
    /// Samples in memory.
    pub head_samples: usize,
    /// Bytes of those, and of label texts.
    pub head_bytes: usize,
    /// Blocks on disk.
    pub blocks: usize,
    /// Samples in them.
    pub block_samples: u64,
    /// Bytes of their files.
    pub block_bytes: u64,
    /// Why nothing is taken now, if so.
    #[schema(required)]
    pub closed: Option<String>,
    /// What may be.
    pub limits: StorageLimits,
}

/// How much may be kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StorageLimits {
    /// Series in memory.
    pub series: usize,
    /// Series of one metric.
    pub series_per_metric: usize,
    /// Series of one service.
    pub series_per_service: usize,
    /// Bytes of label texts.
    pub label_bytes: usize,
    /// Bytes of samples in memory that become a block, whatever their age.
    pub head_bytes: usize,
    /// Bytes of samples in memory above which none are taken.
    pub memory_bytes: usize,
    /// Bytes of all blocks; as many as fit on the disk if there is no limit.
    #[schema(required)]
    pub block_bytes: Option<u64>,
    /// Days that samples are kept that no rule names.
    pub retention_days: f64,
}

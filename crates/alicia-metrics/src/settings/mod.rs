//! What the program was told, from four places: flags, environment, settings file, defaults, the first that
//! speaks wins. Each setting has its default, unit and reason here and nowhere else.

mod capsule;
mod desk;
mod email;
mod environment;
mod file;
mod home_assistant;
mod listen;
mod login;
mod mappings;
mod memory;
mod receivers;
mod remote_write;
mod resolve;
mod routes;
mod rule_files;
mod scrape;
mod wrong;

use crate::cli::{Durability, LogFormat};
use crate::span::Span;
use ingest::GateSettings;
use model::{Rule, Secret};
use rules::groups::RuleGroup;
use std::net::SocketAddr;
use std::path::PathBuf;
use store::{MemoryLimits, RetentionRule};

pub(crate) use capsule::CapsuleSettings;
pub(crate) use home_assistant::HomeAssistant;
pub(crate) use mappings::mappings_of;
pub(crate) use remote_write::Destination;
pub(crate) use resolve::{DEFAULT_DAYS, load, retention};
pub(crate) use rule_files::check_groups;
pub(crate) use rule_files::{DEFAULT_INTERVAL, read as read_rule_files, read_file as read_rule_file};

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The settings file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// A file of settings or rules is not what it should be; the message says where and what was expected.
    #[error("{path}:\n{message}")]
    File { path: PathBuf, message: String },
    /// A value makes no sense.
    #[error("{name}: {message}")]
    Value { name: String, message: String },
}

impl SettingsError {
    fn value(name: &str, message: impl Into<String>) -> Self {
        Self::Value { name: name.to_owned(), message: message.into() }
    }
}

/// Everything the program was told, checked and complete.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Which broker, and how to come in.
    pub(crate) mqtt: MqttSettings,
    /// Where HTTP listens. Default 127.0.0.1:8014, the port that Alicia's deployment maps and probes.
    pub(crate) http_listen: SocketAddr,
    /// Who may use HTTP.
    pub(crate) http_access: http::Access,
    /// Where samples, rules and alert state are kept. Default `data` in the working directory.
    pub(crate) data_dir: PathBuf,
    /// What a message waits for before it is acknowledged. Default `interval`.
    pub(crate) durability: Durability,
    /// How long samples are kept. Default 30 days (Alicia's deployment).
    pub(crate) retention: Span,
    /// How far before the newest sample of its series a sample may lie. Default: as far as samples are kept.
    pub(crate) out_of_order_window: Span,
    /// Series that are kept for another time. Default none.
    pub(crate) retention_rules: Vec<RetentionRule>,
    /// Gigabytes that the blocks may take. Default: no limit.
    pub(crate) retention_gb: Option<f64>,
    /// Series that are kept in all. Default: as many as memory has room for, see [`model::limits::series_in`].
    pub(crate) max_series: usize,
    /// Seconds between two rounds of asking for health, of insights and of the summary. Default 30.
    pub(crate) collection_seconds: u64,
    /// Seconds between two readings of the host. Default 60.
    pub(crate) host_seconds: u64,
    /// `high_cpu` fires above this percentage. Default 90.
    pub(crate) cpu_threshold: f64,
    /// `high_memory` fires above this percentage. Default 85.
    pub(crate) memory_threshold: f64,
    /// Where samples are handed on to. Default nowhere.
    pub(crate) destinations: Vec<Destination>,
    /// Who is scraped. Default nobody.
    pub(crate) scrape: Vec<http::ScrapeJob>,
    /// Who may be scraped because somebody on the bus says so. Default nobody.
    pub(crate) scrape_from_bus: http::ScrapeFromBus,
    /// Who is told of alerts, and of which. Default nobody.
    pub(crate) notify: notify::Settings,
    /// When nobody is to hear of which alerts, which explain which, and from when on one flaps. Default: more than six
    /// changes within half an hour.
    pub(crate) desk: alerts::Settings,
    /// What becomes of messages, beside what is found out. Default none.
    pub(crate) mappings: Vec<fields::Mapping>,
    /// What is announced to Home Assistant. Default nothing.
    pub(crate) home_assistant: HomeAssistant,
    /// Rules of the settings file.
    pub(crate) rules: Vec<Rule>,
    /// The groups of all rule files. Default none.
    pub(crate) rule_groups: Vec<RuleGroup>,
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `bus=debug`. Default `info`.
    pub(crate) log_level: String,
    /// What is recorded of the bus.
    pub(crate) capsule: CapsuleSettings,
    /// How logs are written.
    pub(crate) log_format: LogFormat,
}

/// The connection to the bus.
#[derive(Debug, Clone)]
pub(crate) struct MqttSettings {
    /// Which broker. Default: the embedded one on 127.0.0.1:1883.
    pub(crate) broker: bus::Broker,
    /// User name, if the broker asks for one.
    pub(crate) username: Option<String>,
    /// Password, if the broker asks for one.
    pub(crate) password: Option<Secret>,
    /// Stable, so that the broker keeps the session over a restart. Default `alicia-metrics`.
    pub(crate) client_id: String,
    /// TLS, if the broker asks for it.
    pub(crate) tls: Option<bus::TlsSettings>,
    /// What is listened to, whoever it is for. Default `alicia/#`: all that Alicia's services say to each other.
    pub(crate) listen: Vec<String>,
    /// WebSocket path (e.g. `/mqtt`), if the broker is reached that way.
    pub(crate) websocket_path: Option<String>,
}

impl Settings {
    /// What the gate needs of it.
    pub(crate) fn gate(&self) -> GateSettings {
        let seconds = i64::try_from(self.collection_seconds).unwrap_or(i64::MAX);
        GateSettings {
            retention: self.retention.0,
            series: self.max_series,
            collection_interval: seconds.saturating_mul(model::limits::SECOND),
            ..GateSettings::default()
        }
    }

    /// What the store needs of it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a size of a disk"
    )]
    pub(crate) fn store(&self) -> MemoryLimits {
        MemoryLimits {
            retention: self.retention.0,
            out_of_order: self.out_of_order_window.0,
            block_bytes: self.retention_gb.map_or(u64::MAX, |gb| (gb * 1e9) as u64),
            ..MemoryLimits::of_series(self.max_series)
        }
    }

    /// Where others find the collector, as far as it knows.
    pub(crate) fn external_url(&self) -> String {
        format!("http://{}", self.http_listen)
    }

    /// What the bus needs of it.
    pub(crate) fn bus(&self) -> bus::BusSettings {
        bus::BusSettings {
            broker: self.mqtt.broker.clone(),
            username: self.mqtt.username.clone(),
            password: self.mqtt.password.clone(),
            client_id: self.mqtt.client_id.clone(),
            service_name: crate::SERVICE_NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            listen: self.mqtt.listen.clone(),
            tls: self.mqtt.tls.clone(),
            websocket_path: self.mqtt.websocket_path.clone(),
        }
    }
}

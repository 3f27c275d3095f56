//! The settings file: TOML, every key optional, unknown keys refused with line and column.

use super::SettingsError;
use super::capsule::CapsuleTable;
use super::desk::{InhibitTable, MaintenanceTable};
use super::home_assistant::HomeAssistantTable;
use super::receivers::ReceiverTable;
use super::routes::RouteTable;
use crate::cli::{Durability, LogFormat};
use crate::span::Span;
use fields::Mapping;
use model::{Rule, Secret};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) mqtt: Mqtt,
    pub(super) http: Http,
    pub(super) storage: Storage,
    pub(super) collection: Collection,
    pub(super) alerts: Alerts,
    pub(super) log: Log,
    pub(super) capsule: CapsuleTable,
    /// `[[retention]]` tables: series that are kept for another time than the rest.
    pub(super) retention: Vec<Retention>,
    /// `[[remote_write]]` tables: where samples are handed on to.
    pub(super) remote_write: Vec<RemoteWrite>,
    /// `[[scrape]]` tables: jobs of targets.
    pub(super) scrape: Vec<Scrape>,
    pub(super) scrape_from_bus: ScrapeFromBus,
    pub(super) rules: RuleFiles,
    /// `[[receiver]]` tables: who is told of alerts.
    pub(super) receiver: Vec<ReceiverTable>,
    /// `[[route]]` tables: which alerts go to whom.
    pub(super) route: Vec<RouteTable>,
    /// `[[maintenance]]` tables: when nobody is to hear of what.
    pub(super) maintenance: Vec<MaintenanceTable>,
    /// `[[inhibit]]` tables: which alerts explain which.
    pub(super) inhibit: Vec<InhibitTable>,
    /// `[[mapping]]` tables: what becomes of messages, in the shape of `POST /bus/mappings`.
    pub(super) mapping: Vec<Mapping>,
    pub(super) home_assistant: HomeAssistantTable,
    /// `[[rule]]` tables, in the shape of `POST /alerts/rules`.
    pub(super) rule: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Mqtt {
    pub(super) broker: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) client_id: Option<String>,
    pub(super) tls: Option<bool>,
    pub(super) ca: Option<PathBuf>,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) websocket_path: Option<String>,
    pub(super) listen: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Http {
    pub(super) listen: Option<SocketAddr>,
    pub(super) token: Option<Secret>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) open: Option<bool>,
    pub(super) viewer_token: Option<Secret>,
    pub(super) editor_token: Option<Secret>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Storage {
    pub(super) data_dir: Option<PathBuf>,
    pub(super) durability: Option<Durability>,
    pub(super) retention: Option<Span>,
    pub(super) retention_days: Option<u32>,
    pub(super) retention_gb: Option<f64>,
    pub(super) out_of_order_window: Option<Span>,
    pub(super) max_series: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retention {
    /// Which series: `name`, `name{label="value"}` or the conditions alone.
    #[serde(rename = "match")]
    pub(super) matching: String,
    /// How long, or in days: one of both.
    pub(super) keep: Option<Span>,
    pub(super) days: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scrape {
    pub(super) job: String,
    /// `host:port`, or URLs.
    #[serde(default)]
    pub(super) targets: Vec<String>,
    /// Files of Prometheus' file discovery, in JSON.
    #[serde(default)]
    pub(super) files: Vec<PathBuf>,
    pub(super) interval: Option<Span>,
    pub(super) timeout: Option<Span>,
    pub(super) path: Option<String>,
    pub(super) scheme: Option<String>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    pub(super) honor_labels: Option<bool>,
    pub(super) honor_timestamps: Option<bool>,
    pub(super) sample_limit: Option<usize>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) token: Option<Secret>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScrapeFromBus {
    /// Hosts and networks.
    pub(super) allow: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoteWrite {
    pub(super) url: String,
    pub(super) name: Option<String>,
    /// Of remote write: 1 or 2.
    pub(super) version: Option<u8>,
    /// Gigabytes of the queue.
    pub(super) queue_gb: Option<f64>,
    /// Which series; see [`Retention::matching`].
    #[serde(rename = "match")]
    pub(super) matching: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Secret>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) token: Option<Secret>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) ca: Option<PathBuf>,
    pub(super) timeout: Option<Span>,
    pub(super) max_samples: Option<usize>,
    pub(super) native_histograms: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RuleFiles {
    /// Paths of Prometheus' rule files; stars in the last part.
    pub(super) files: Vec<String>,
    /// Time between two rounds of groups that say none.
    pub(super) interval: Option<Span>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Collection {
    pub(super) interval_seconds: Option<u64>,
    pub(super) host_interval_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Alerts {
    pub(super) cpu_threshold: Option<f64>,
    pub(super) memory_threshold: Option<f64>,
    /// An alert flaps that begins and ends more often than so; 0 is never.
    pub(super) flap_changes: Option<usize>,
    /// In so much time.
    pub(super) flap_window: Option<Span>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Log {
    pub(super) level: Option<String>,
    pub(super) format: Option<LogFormat>,
}

/// Reads the file at `path`; no path is an empty file.
pub(super) fn read(path: Option<&Path>) -> Result<File, SettingsError> {
    let Some(path) = path else { return Ok(File::default()) };
    let text = std::fs::read_to_string(path)
        .map_err(|source| SettingsError::Unreadable { path: path.to_path_buf(), source })?;
    parse(&text).map_err(|message| SettingsError::File { path: path.to_path_buf(), message })
}

fn parse(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_empty_file_is_valid() {
        assert!(parse("").is_ok());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_what_was_expected() {
        let text = parse("[mqtt]\nbrokr = \"bus\"\n").expect_err("there is no such key");
        assert!(text.contains("line 2") && text.contains("brokr") && text.contains("broker"), "{text}");
    }

    #[test]
    fn rules_have_the_shape_of_the_rest_api() {
        let file = parse(
            "[[rule]]\nname = \"hot\"\nmetric_name = \"temperature\"\ncondition = \"value > 60\"\n\
             severity = \"error\"\ndescription = \"Too hot\"\n",
        )
        .expect("five keys are enough");
        assert_eq!(file.rule.len(), 1);
        assert_eq!(file.rule[0].cooldown_period, 300);
        assert!(file.rule[0].enabled);
    }
}

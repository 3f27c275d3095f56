//! What the server says of itself, as Prometheus writes it.

use crate::scrape::TargetHealth;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BuildInfo {
    /// What really answers.
    pub(super) application: &'static str,
    pub(super) application_version: String,
    pub(super) branch: &'static str,
    pub(super) build_date: &'static str,
    pub(super) build_user: &'static str,
    pub(super) go_version: &'static str,
    pub(super) revision: &'static str,
    /// The Prometheus whose interface this is.
    pub(super) version: &'static str,
}

/// How it runs. Times are RFC 3339.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuntimeInfo {
    #[serde(rename = "CWD")]
    pub(super) directory: &'static str,
    #[serde(rename = "GODEBUG")]
    pub(super) go_debug: &'static str,
    #[serde(rename = "GOGC")]
    pub(super) go_gc: &'static str,
    #[serde(rename = "GOMAXPROCS")]
    pub(super) go_max_procs: usize,
    #[serde(rename = "GOMEMLIMIT")]
    pub(super) go_memory_limit: u64,
    pub(super) corruption_count: u64,
    pub(super) goroutine_count: u64,
    pub(super) hostname: &'static str,
    pub(super) last_config_time: String,
    pub(super) reload_config_success: bool,
    pub(super) server_time: String,
    pub(super) start_time: String,
    pub(super) storage_retention: String,
}

/// The settings.
#[derive(Serialize, ToSchema)]
pub(super) struct Config {
    pub(super) yaml: &'static str,
}

/// How far the log was read.
#[derive(Serialize, ToSchema)]
pub(super) struct WalReplay {
    pub(super) current: u64,
    pub(super) max: u64,
    pub(super) min: u64,
}

/// Who is told of alerts besides the bus.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alertmanagers {
    pub(super) active_alertmanagers: Vec<BTreeMap<String, String>>,
    pub(super) dropped_alertmanagers: Vec<BTreeMap<String, String>>,
}

/// What is scraped.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Targets {
    pub(super) active_targets: Vec<Target>,
    pub(super) dropped_target_counts: BTreeMap<String, u64>,
    pub(super) dropped_targets: Vec<BTreeMap<String, String>>,
}

/// A target, and how the last scrape of it was.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) discovered_labels: BTreeMap<String, String>,
    pub(super) global_url: String,
    pub(super) health: TargetHealth,
    pub(super) labels: BTreeMap<String, String>,
    /// Empty if there was none.
    pub(super) last_error: String,
    /// RFC 3339; the year 1 before the first.
    pub(super) last_scrape: String,
    /// Seconds.
    pub(super) last_scrape_duration: f64,
    pub(super) scrape_interval: String,
    pub(super) scrape_pool: String,
    pub(super) scrape_timeout: String,
    pub(super) scrape_url: String,
}

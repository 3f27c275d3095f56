//! Alerts, silences and the server's state as Alertmanager writes them. Times are RFC 3339.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An alert.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerAlert)]
pub(super) struct ShownAlert {
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) ends_at: String,
    pub(super) fingerprint: String,
    #[serde(rename = "generatorURL")]
    pub(super) generator_url: &'static str,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) receivers: Vec<Named>,
    pub(super) starts_at: String,
    pub(super) status: AlertStatus,
    pub(super) updated_at: String,
}

/// A receiver.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertmanagerReceiver)]
pub(super) struct Named {
    pub(super) name: String,
}

/// How an alert is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerAlertStatus)]
pub(super) struct AlertStatus {
    pub(super) inhibited_by: Vec<String>,
    pub(super) silenced_by: Vec<String>,
    /// `active` or `suppressed`.
    pub(super) state: &'static str,
}

/// A silence.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerSilence)]
pub(super) struct ShownSilence {
    pub(super) comment: String,
    pub(super) created_by: String,
    pub(super) ends_at: String,
    pub(super) id: String,
    pub(super) matchers: Vec<ShownMatcher>,
    pub(super) starts_at: String,
    pub(super) status: SilenceStatus,
    pub(super) updated_at: String,
}

/// A condition of a silence.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerMatcher)]
pub(super) struct ShownMatcher {
    pub(super) is_equal: bool,
    pub(super) is_regex: bool,
    pub(super) name: String,
    pub(super) value: String,
}

/// How a silence is.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertmanagerSilenceStatus)]
pub(super) struct SilenceStatus {
    /// `active`, `pending` or `expired`.
    pub(super) state: &'static str,
}

/// A silence was made or changed.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertmanagerSilenceId)]
pub(super) struct SilenceId {
    #[serde(rename = "silenceID")]
    pub(super) silence_id: String,
}

/// How the server is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerStatus)]
pub(super) struct ServerStatus {
    pub(super) cluster: Cluster,
    pub(super) config: Original,
    /// When it started.
    pub(super) uptime: String,
    pub(super) version_info: VersionInfo,
}

/// Its peers: none.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertmanagerCluster)]
pub(super) struct Cluster {
    pub(super) name: &'static str,
    pub(super) peers: Vec<String>,
    pub(super) status: &'static str,
}

/// Its settings: none are shown.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertmanagerConfig)]
pub(super) struct Original {
    pub(super) original: &'static str,
}

/// What answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertmanagerVersion)]
pub(super) struct VersionInfo {
    pub(super) branch: &'static str,
    pub(super) build_date: &'static str,
    pub(super) build_user: &'static str,
    pub(super) go_version: &'static str,
    pub(super) revision: &'static str,
    pub(super) version: String,
}

//! The flags of where the collector is asked over HTTP, and who may ask it.

use clap::Args;
use model::Secret;
use std::net::SocketAddr;

/// Where the collector is asked, and who may ask it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct HttpArgs {
    /// Address of the REST API [default: 127.0.0.1:8014]
    #[arg(long = "http-listen", value_name = "ADDR", env = "ALICIA_METRICS_HTTP_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// Bearer token that every request must carry
    #[arg(
        long = "http-token",
        value_name = "SECRET",
        env = "ALICIA_METRICS_HTTP_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<Secret>,
    /// User name that every request must carry
    #[arg(long = "http-username", value_name = "NAME", env = "ALICIA_METRICS_HTTP_USERNAME")]
    pub(crate) username: Option<String>,
    /// Password that every request must carry
    #[arg(
        long = "http-password",
        value_name = "SECRET",
        env = "ALICIA_METRICS_HTTP_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) password: Option<Secret>,
    /// Bearer token of those who may look and change nothing
    #[arg(
        long = "http-viewer-token",
        value_name = "SECRET",
        env = "ALICIA_METRICS_HTTP_VIEWER_TOKEN",
        hide_env_values = true
    )]
    pub(crate) viewer_token: Option<Secret>,
    /// Bearer token of those who may take care of alerts, and make rules, silences and mappings
    #[arg(
        long = "http-editor-token",
        value_name = "SECRET",
        env = "ALICIA_METRICS_HTTP_EDITOR_TOKEN",
        hide_env_values = true
    )]
    pub(crate) editor_token: Option<Secret>,
    /// Let everybody in, even on an address that other machines can reach
    #[arg(long = "http-open", env = "ALICIA_METRICS_HTTP_OPEN")]
    pub(crate) open: bool,
}

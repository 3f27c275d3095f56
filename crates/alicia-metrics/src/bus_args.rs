//! The command line of `replay` and `mapping`.

use crate::progress::Progress;
use clap::{Args, Subcommand};
use model::Secret;
use std::path::PathBuf;

/// What to replay, where to and how fast.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReplayArgs {
    /// The recording: lines of {"t": unix seconds, "topic", "qos", "retain", "payload"}
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Broker's host
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub(crate) mqtt_broker: String,
    /// Broker's port
    #[arg(long, value_name = "PORT", default_value_t = 1883)]
    pub(crate) mqtt_port: u16,
    /// User name at the broker
    #[arg(long, value_name = "NAME")]
    pub(crate) mqtt_username: Option<String>,
    /// Password at the broker
    #[arg(long, value_name = "SECRET", env = "ALICIA_METRICS_MQTT_PASSWORD", hide_env_values = true)]
    pub(crate) mqtt_password: Option<Secret>,
    /// How fast: `1` is the original timing, `20` twenty times as fast, `max` as fast as the broker takes it
    #[arg(long, value_name = "FACTOR|max", default_value = "1")]
    pub(crate) speed: Speed,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
}

/// How fast a recording is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// So many times the original speed.
    Times(f64),
    /// Without waiting.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word == "max" {
            return Ok(Self::Max);
        }
        match word.trim_end_matches('x').parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Self::Times(factor)),
            _ => Err(format!("{word:?} is neither a positive number nor `max`")),
        }
    }
}

/// What to do with mappings.
#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// Show what a topic and a payload become: by the profiles of makers, and by the mappings of a settings file; exit code 0, or 1
    /// if nothing is understood
    Test(MappingTestArgs),
}

/// A message to try.
///
///   alicia-metrics mapping test home/attic/climate '{"data": {"temp": 21.5}}'
///   mosquitto_sub -t zigbee2mqtt/lamp -C 1 | alicia-metrics mapping test zigbee2mqtt/lamp --config metrics.toml
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct MappingTestArgs {
    /// The topic
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: String,
    /// The payload; `-` is standard input
    #[arg(value_name = "PAYLOAD", default_value = "-", allow_hyphen_values = true)]
    pub(crate) payload: String,
    /// Settings file whose mappings are asked
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

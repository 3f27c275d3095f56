//! The flags of what is announced to Home Assistant.

use crate::span::Span;
use clap::Args;

/// What is announced to Home Assistant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Home Assistant")]
pub(crate) struct HomeAssistantArgs {
    /// Announce services, rules and alerts to Home Assistant by its MQTT discovery; turned off again, all of it is taken down
    #[arg(long = "home-assistant", env = "ALICIA_METRICS_HOME_ASSISTANT")]
    pub(crate) enabled: bool,
    /// Its prefix of discovery [default: homeassistant]
    #[arg(
        long = "home-assistant-prefix",
        value_name = "TOPIC",
        env = "ALICIA_METRICS_HOME_ASSISTANT_PREFIX"
    )]
    pub(crate) prefix: Option<String>,
    /// How long a silence is that a switch makes [default: 1h]
    #[arg(
        long = "home-assistant-silence",
        value_name = "DURATION",
        env = "ALICIA_METRICS_HOME_ASSISTANT_SILENCE"
    )]
    pub(crate) silence: Option<Span>,
    /// Announce only rules of these severities; several times, or with commas [default: all]
    #[arg(
        long = "home-assistant-severities",
        value_name = "SEVERITY",
        env = "ALICIA_METRICS_HOME_ASSISTANT_SEVERITIES",
        value_delimiter = ','
    )]
    pub(crate) severities: Vec<String>,
}

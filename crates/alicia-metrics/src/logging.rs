//! Logs: to standard error, as text or JSON, at the level asked for.

use crate::cli::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Whether `level` is a level or a list of directives.
pub(crate) fn check_level(level: &str) -> Result<(), String> {
    EnvFilter::try_new(level).map(|_| ()).map_err(|error| format!("{level:?} is not usable: {error}"))
}

/// Starts logging. A second call changes nothing.
pub(crate) fn start(level: &str, format: LogFormat) {
    // The client crate reports its own reconnects and packets; ours says them once, in our words.
    let filter = EnvFilter::try_new(format!("mqtt5=off,mqtt5_protocol=off,{level}"))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // The only error is "there is a subscriber already", which is what a second call wants.
    let started = match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

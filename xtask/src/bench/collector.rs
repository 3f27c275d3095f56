//! The program under test: its release build, a data directory of its own, and what it says of itself.

use super::child::Running;
use super::web;
use crate::machine::{TempDir, cpu_seconds, free_port, peak_mib, wait_for};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running collector.
#[derive(Debug)]
pub struct Collector {
    /// Its HTTP port on 127.0.0.1.
    pub http: u16,
    running: Running,
    _data: TempDir,
}

/// What it has taken since it started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// Messages, whatever their kind.
    pub messages: f64,
    /// Samples.
    pub samples: f64,
}

impl Collector {
    /// Starts `program` on the broker at `mqtt` and waits until it is connected.
    ///
    /// # Errors
    /// When it ends or does not connect.
    pub fn start(program: &Path, mqtt: u16) -> Result<Collector, String> {
        Self::start_with(program, mqtt, &[])
    }

    /// [`Collector::start`] with more flags.
    ///
    /// # Errors
    /// When it ends or does not connect.
    pub fn start_with(program: &Path, mqtt: u16, flags: &[&str]) -> Result<Collector, String> {
        let data = TempDir::new("collector")?;
        let http = free_port()?;
        let mut command = Command::new(program);
        command.args(["serve", "--mqtt-broker", "127.0.0.1", "--mqtt-port", &mqtt.to_string()]);
        command.args(["--http-listen", &format!("127.0.0.1:{http}"), "--log-level", "warn"]);
        command.args(flags).arg("--data-dir").arg(data.path()).stdin(Stdio::null()).stdout(Stdio::null());
        let mut running = Running::start("the collector", &mut command)?;
        let connected = wait_for(PATIENCE, Duration::from_millis(10), || {
            let answer = web::get(http, "/health", "application/json").ok()?;
            let health: Value = serde_json::from_str(&answer.body).ok()?;
            health.get("mqtt_connected")?.as_bool()?.then_some(())
        });
        if connected.is_none() {
            let why = if running.has_ended() { "it ended" } else { "/health does not say mqtt_connected" };
            return Err(format!("the collector did not start: {why}"));
        }
        Ok(Collector { http, running, _data: data })
    }

    /// Messages taken, by the cheapest question: `GET /health`.
    pub fn messages(&self) -> Option<f64> {
        let answer = web::get(self.http, "/health", "application/json").ok()?;
        serde_json::from_str::<Value>(&answer.body).ok()?.get("messages_processed")?.as_f64()
    }

    /// What it has taken, by its own metrics.
    ///
    /// # Errors
    /// When it does not say.
    pub fn taken(&self) -> Result<Taken, String> {
        let answer = web::get(self.http, "/metrics", "text/plain")?;
        let read = |name| {
            value(&answer.body, name)
                .ok_or_else(|| format!("/metrics has no `{name}` (status {})", answer.status))
        };
        Ok(Taken {
            messages: read("alicia_metrics_messages_total")?,
            samples: read("alicia_metrics_samples_total")?,
        })
    }

    /// CPU seconds it has used.
    ///
    /// # Errors
    /// When it is gone.
    pub fn cpu_seconds(&self) -> Result<f64, String> {
        cpu_seconds(self.running.pid()).ok_or_else(|| "the collector is gone".to_owned())
    }

    /// The most memory it has held, in MiB.
    ///
    /// # Errors
    /// When it is gone.
    pub fn peak_mib(&self) -> Result<f64, String> {
        peak_mib(self.running.pid()).ok_or_else(|| "the collector is gone".to_owned())
    }
}

/// Builds the release binary and says where it is.
///
/// # Errors
/// When it does not compile.
pub fn build(root: &Path) -> Result<PathBuf, String> {
    let words = ["build", "--release", "--package", "alicia-metrics"];
    let status = Command::new("cargo").args(words).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(target_directory(root)?.join("release/alicia-metrics")),
        Ok(_) => Err("the release build failed".to_owned()),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}

fn target_directory(root: &Path) -> Result<PathBuf, String> {
    let words = ["metadata", "--no-deps", "--format-version", "1"];
    let output =
        Command::new("cargo").args(words).current_dir(root).output().map_err(|error| error.to_string())?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let directory = metadata.get("target_directory").and_then(Value::as_str);
    directory.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target directory".to_owned())
}

/// The sum of a metric over its label sets, in the text format of Prometheus.
pub fn value(text: &str, name: &str) -> Option<f64> {
    let values: Vec<f64> = text
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let rest = if rest.starts_with('{') { rest.rsplit_once('}')?.1 } else { rest };
            rest.strip_prefix(' ')?.split(' ').next()?.parse().ok()
        })
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

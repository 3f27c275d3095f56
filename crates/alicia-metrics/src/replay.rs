//! `alicia-metrics replay`: a recording goes to a broker as it once came.

use crate::bus_args::{ReplayArgs, Speed};
use crate::progress;
use bus::{Sender, SenderSettings};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// One message of a recording.
#[derive(Debug, Deserialize)]
struct Recorded {
    /// When it was seen, Unix seconds.
    t: f64,
    topic: String,
    #[serde(default)]
    qos: u8,
    #[serde(default)]
    retain: bool,
    payload: String,
}

/// What was sent.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Replayed {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}, line {line}: {message}")]
    Line { path: String, line: usize, message: String },
    #[error(transparent)]
    Bus(#[from] bus::BusError),
}

/// Sends the recording; returns when the broker has acknowledged its last message.
pub(crate) async fn replay(args: &ReplayArgs) -> Result<Replayed, ReplayError> {
    let messages = read(&args.file)?;
    let bar = progress::bar(args.progress, messages.len() as u64, "messages");
    let settings = SenderSettings {
        host: args.mqtt_broker.clone(),
        port: args.mqtt_port,
        client_id: format!("alicia-metrics-replay-{}", std::process::id()),
        username: args.mqtt_username.clone(),
        password: args.mqtt_password.clone(),
    };
    let sender = Sender::connect(&settings).await?;
    let begun = Instant::now();
    let first = messages.first().map_or(0.0, |message| message.t);
    let mut sent = Replayed::default();
    for message in messages {
        if let Speed::Times(factor) = args.speed {
            let due = Duration::try_from_secs_f64((message.t - first) / factor).unwrap_or_default();
            tokio::time::sleep_until(begun + due).await;
        }
        sent.messages += 1;
        sent.bytes += message.payload.len() as u64;
        sender.publish(&message.topic, message.payload.into_bytes(), message.qos, message.retain).await?;
        bar.inc(1);
    }
    sender.close().await;
    bar.finish_and_clear();
    Ok(sent)
}

fn read(path: &Path) -> Result<Vec<Recorded>, ReplayError> {
    let name = path.display().to_string();
    let unreadable = |source| ReplayError::Unreadable { path: name.clone(), source };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut messages = Vec::new();
    for (index, line) in file.lines().enumerate() {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        let message = serde_json::from_str(&line).map_err(|error| ReplayError::Line {
            path: name.clone(),
            line: index + 1,
            message: format!("not a recorded message: {error}"),
        })?;
        messages.push(message);
    }
    Ok(messages)
}

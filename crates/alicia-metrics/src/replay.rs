//! `alicia-metrics replay`: a recording goes to a broker as it once came.

use crate::bus_args::{ReplayArgs, Speed};
use crate::progress;
use crate::recording::Recorded;
use bus::{Sender, SenderSettings};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

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
        if !message.is_for_brokers() {
            bar.inc(1);
            continue;
        }
        if let Speed::Times(factor) = args.speed {
            let due = Duration::try_from_secs_f64((message.t - first) / factor).unwrap_or_default();
            tokio::time::sleep_until(begun + due).await;
        }
        sent.messages += 1;
        sent.bytes += message.payload.len() as u64;
        sender.publish(&message.topic, message.payload, message.qos, message.retain).await?;
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
        let message = Recorded::read(&line).map_err(|message| ReplayError::Line {
            path: name.clone(),
            line: index + 1,
            message,
        })?;
        messages.push(message);
    }
    Ok(messages)
}

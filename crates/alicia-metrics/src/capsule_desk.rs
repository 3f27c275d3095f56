//! Capsules of a running collector: handed out when somebody asks, and written down when an alert begins.

use crate::flight::{Context, Shelf};
use crate::house::House;
use capsule::{AlertReason, Capsule, CapsuleError, Capture, Preface};
use http::{CapsuleAlert, CapsuleEntry, CapsuleFault, CapsuleFile, CapsuleSource};
use model::{Millis, limits, to_seconds};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use world::ReadFile;

/// Hands out what a house recorded.
pub(crate) struct HouseCapsules(pub(crate) Arc<House>);

impl CapsuleSource for HouseCapsules {
    fn record(&self, minutes: Option<u64>) -> Result<CapsuleFile, CapsuleFault> {
        let house = &self.0;
        if !house.flight.recorder.is_on() {
            return Err(CapsuleFault::Off);
        }
        let now = house.clock.now();
        let back = minutes.and_then(|minutes| Millis::try_from(minutes).ok()?.checked_mul(limits::MINUTE));
        let from = back.map_or(Millis::MIN, |back| now.saturating_sub(back));
        let capture = house.flight.recorder.capture(from);
        let pieces = pieces(house, None, &capture, now).map_err(|error| failed(&error))?;
        Ok(CapsuleFile { name: format!("{now}.capsule"), pieces: Box::new(pieces.map(Ok)) })
    }

    fn list(&self) -> Result<Vec<CapsuleEntry>, CapsuleFault> {
        let Some(shelf) = &self.0.flight.shelf else { return Ok(Vec::new()) };
        let names = shelf.names().map_err(|error| failed(&error))?;
        Ok(names.into_iter().rev().filter_map(|name| entry(shelf, name)).collect())
    }

    fn open(&self, name: &str) -> Result<CapsuleFile, CapsuleFault> {
        let shelf = self.0.flight.shelf.as_ref().ok_or(CapsuleFault::NotFound)?;
        let (file, length) =
            shelf.read(name).map_err(|error| failed(&error))?.ok_or(CapsuleFault::NotFound)?;
        Ok(CapsuleFile { name: name.to_owned(), pieces: Box::new(Parts { file, length, offset: 0 }) })
    }
}

fn failed(error: &dyn std::fmt::Display) -> CapsuleFault {
    CapsuleFault::Failed(format!("the capsule cannot be had: {error}"))
}

/// What the list says of a capsule; nothing if it is gone meanwhile.
fn entry(shelf: &Shelf, name: String) -> Option<CapsuleEntry> {
    let (bytes, read) = match shelf.read(&name) {
        Ok(None) => return None,
        Ok(Some((file, bytes))) => {
            (bytes, Capsule::open(&*file, bytes).map(|capsule| capsule.preface().clone()))
        }
        Err(error) => (0, Err(CapsuleError::Disk(error))),
    };
    Some(match read {
        Ok(Preface { made_at, alert, .. }) => {
            let alert = alert.map(|alert| CapsuleAlert {
                alert_id: alert.alert_id,
                rule_name: alert.rule_name,
                service_name: alert.service_name,
                severity: alert.severity,
                timestamp: to_seconds(alert.timestamp),
            });
            CapsuleEntry { name, bytes, made_at: Some(to_seconds(made_at)), alert, damage: None }
        }
        Err(error) => {
            CapsuleEntry { name, bytes, made_at: None, alert: None, damage: Some(error.to_string()) }
        }
    })
}

/// A file, a piece at a time.
struct Parts {
    file: Arc<dyn ReadFile>,
    length: u64,
    offset: u64,
}

impl Iterator for Parts {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.offset >= self.length {
            return None;
        }
        let mut bytes = Vec::new();
        let read = self.file.read_at(self.offset, limits::CAPSULE_BLOCK_BYTES, &mut bytes);
        self.offset += bytes.len() as u64;
        match read {
            Ok(()) if bytes.is_empty() => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            Ok(()) => Some(Ok(bytes)),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The bytes of a capsule that is made now.
fn pieces(
    house: &House,
    alert: Option<&AlertReason>,
    capture: &Capture,
    now: Millis,
) -> Result<impl Iterator<Item = Vec<u8>> + use<>, CapsuleError> {
    let settings = house.settings.borrow().clone();
    let context = Context::of(&settings, &house.book, &house.fields);
    let preface = |context: &Context| {
        let preface = Preface {
            collector: env!("CARGO_PKG_VERSION").to_owned(),
            service_name: crate::SERVICE_NAME.to_owned(),
            made_at: now,
            listens: settings.mqtt.listen.clone(),
            excludes: house.flight.recorder.settings().excludes.clone(),
            alert: alert.cloned(),
            settings: serde_json::to_value(context).unwrap_or_default(),
            ..Preface::default()
        };
        capture.clone().pieces(preface)
    };
    match preface(&context) {
        // Better without the rules than not at all: they are in their files too.
        Err(CapsuleError::PrefaceTooLong(_)) => preface(&context.without_rules()),
        made => made,
    }
}

/// Writes capsules when it is time to; ends with its task.
pub(crate) async fn run(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        while let Some(alert) = house.flight.bell.due(house.clock.now()) {
            let writer = Arc::clone(&house);
            if tokio::task::spawn_blocking(move || write(&writer, &alert)).await.is_err() {
                tracing::error!("writing a capsule failed");
            }
        }
    }
}

/// Writes those that still wait: the house stops.
pub(crate) fn finish(house: &House) {
    while let Some(alert) = house.flight.bell.hurry() {
        write(house, &alert);
    }
}

fn write(house: &House, alert: &AlertReason) {
    let Some(shelf) = &house.flight.shelf else { return };
    let now = house.clock.now();
    let name = Shelf::name_of(alert, now);
    let capture = house.flight.recorder.capture(Millis::MIN);
    let id = &alert.alert_id;
    let made = pieces(house, Some(alert), &capture, now).map_err(|error| error.to_string());
    match made.and_then(|pieces| shelf.write(&name, pieces).map_err(|error| error.to_string())) {
        Ok(()) => {
            house.flight.written.fetch_add(1, Ordering::Relaxed);
            tracing::info!(alert = id, "what led to the alert is written to the capsule {name}");
        }
        Err(error) => {
            house.flight.failed.fetch_add(1, Ordering::Relaxed);
            tracing::error!(alert = id, "no capsule of the alert: {error}");
        }
    }
}

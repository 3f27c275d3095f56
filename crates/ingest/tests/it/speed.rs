//! What the gate itself costs. Not a test of the machine it runs on: it is run by hand, optimised, with
//! `cargo nextest run -p ingest --release --run-ignored only --no-capture`.

use ingest::{Gate, GateSettings};
use model::{
    Announce, Append, AppendError, Appended, Entry, Event, Intake, Measurements, MetricKind, Origin, Report,
    Sample,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use world::{Clock, SimClock, SystemClock};

/// Messages made ahead, and how many times.
const PART: i64 = 64;
const PARTS: i64 = 3_000;

struct Nowhere;

impl Append for Nowhere {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        Ok(Appended { accepted: batch.len(), ..Appended::default() })
    }
}

impl Announce for Nowhere {
    fn announce(&self, _: Event) {}
}

#[test]
#[ignore = "a measurement, for an optimised build"]
fn what_a_sample_of_a_known_series_costs() {
    let gate = Gate::new(
        GateSettings::default(),
        Arc::new(SimClock::at(0)),
        vec![Arc::new(Nowhere), Arc::new(Nowhere)],
        Arc::new(Nowhere),
    );
    let clock = SystemClock::default();
    let names: Vec<String> = (0..15).map(|i| format!("http_requests_{i}_total")).collect();
    for entries in [1, 15] {
        let mut taken = Duration::ZERO;
        // In small parts, as messages come: what is measured is the gate, not memory far away.
        for part in 0..PARTS {
            let seconds = |i: i64| 1_795_394_000 + part * PART + i;
            let ids: Vec<String> =
                (0..PART).map(|i| format!("c6250331-8d65-4b00-8e7f-{:012}", seconds(i))).collect();
            let reports: Vec<Report<'_>> = (0..PART).map(|i| report(&names[..entries], seconds(i))).collect();
            let origins: Vec<Origin<'_>> =
                (0..PART).zip(&ids).map(|(i, id)| origin(id, seconds(i))).collect();
            let begun = clock.monotonic();
            for (origin, report) in origins.iter().zip(reports) {
                assert_eq!(gate.take(origin, report), Ok(()));
            }
            taken += clock.monotonic() - begun;
        }
        let message = taken.as_nanos() / (PARTS * PART) as u128;
        println!("{entries} entries: {message} ns a message, {} ns a sample", message / entries as u128);
    }
}

fn report(names: &[String], seconds: i64) -> Report<'_> {
    let entries = names.iter().map(|name| Entry {
        name: name.as_str().into(),
        value: 1.0,
        kind: MetricKind::Counter,
        timestamp: Some(seconds as f64),
        labels: vec![(Cow::Borrowed("endpoint"), Cow::Borrowed("/health"))],
    });
    Report::Measurements(Measurements {
        service: "stt_service".into(),
        instance: "stt_service-1".into(),
        entries: entries.collect(),
        rejected: Vec::new(),
    })
}

fn origin(id: &str, seconds: i64) -> Origin<'_> {
    Origin {
        topic: "test/topic",
        source: None,
        message_id: Some(id.into()),
        sent_at: None,
        received_at: seconds * 1_000,
        bytes: 300,
        retained: false,
    }
}

//! `cargo bench -p traffic --bench pass`: what a message costs that passes, from the payload's bytes to the tables.
//!
//! Twenty services say four kinds of things in Alicia's envelope, some of them in two; every tenth is a question that is answered.
//! `ns` is a message's share of the processor's time, the median of five runs; samples are told every ten seconds of the bus, as in life.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use bus::decode::glance;
use model::{Envelope, Millis, Sighting, Watch};
use std::time::Duration;
use traffic::Watcher;

const MESSAGES: usize = 200_000;
const START: Millis = 1_795_394_400_000;

/// Milliseconds between two messages: on a busy bus, and on a quiet one, where each message may have a cause of its own.
const PACES: [(&str, Millis); 3] = [("busy", 1), ("lively", 10), ("quiet", 150)];

fn main() {
    let messages: Vec<(String, String)> = (0..MESSAGES).map(made).collect();
    let bytes: usize = messages.iter().map(|(_, payload)| payload.len()).sum();
    println!("{} messages of {} bytes on average", messages.len(), bytes / messages.len());
    let glances = median(|| {
        let mut patch = String::new();
        messages.iter().filter(|(_, payload)| glance(payload.as_bytes(), &mut patch).is_some()).count()
    });
    println!("{:<24} {:>6.0} ns", "envelope", per_message(glances));
    let mut patches = vec![String::new(); MESSAGES];
    let mut sightings: Vec<Sighting<'_>> = messages
        .iter()
        .zip(&mut patches)
        .map(|((topic, payload), patch)| sighting(topic, payload, patch))
        .collect();
    for (name, pause) in PACES {
        for (sighting, n) in sightings.iter_mut().zip(0..) {
            sighting.received_at = START + n * pause;
        }
        let tables = median(|| {
            let watcher = Watcher::default();
            let mut next = START;
            for sighting in &sightings {
                if sighting.received_at >= next {
                    next += 10_000;
                    watcher.tell(sighting.received_at, false);
                }
                watcher.see(sighting);
            }
            watcher.view(START).senders.len()
        });
        println!("{:<24} {:>6.0} ns", format!("tables, {name} bus"), per_message(tables));
    }
    let watcher = Watcher::default();
    sightings.iter().for_each(|sighting| watcher.see(sighting));
    let views = median(|| (0..100).map(|n| watcher.graph(START + n).nodes.len()).sum());
    println!("{:<24} {:>6.0} us", "the graph, once", views.as_nanos() as f64 / 1e5);
    let watcher = Watcher::default();
    sightings.iter().for_each(|sighting| watcher.see(sighting));
}

fn sighting<'a>(topic: &'a str, payload: &'a str, patch: &'a mut String) -> Sighting<'a> {
    let envelope: Option<Envelope<'a>> = glance(payload.as_bytes(), patch);
    Sighting {
        topic,
        received_at: START,
        bytes: payload.len(),
        payload: payload.as_bytes(),
        is_taken: false,
        retained: false,
        envelope,
    }
}

fn per_message(took: Duration) -> f64 {
    took.as_nanos() as f64 / MESSAGES as f64
}

/// The time that the processor has spent on this program.
fn spent() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    Duration::from_nanos(stat.split(' ').next().expect("a number").parse().expect("a number"))
}

fn median(mut work: impl FnMut() -> usize) -> Duration {
    let mut runs: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = spent();
            assert!(std::hint::black_box(work()) > 0);
            spent() - begun
        })
        .collect();
    runs.sort_unstable();
    *runs.get(2).expect("five runs")
}

fn made(n: usize) -> (String, String) {
    let (service, time) = (format!("service_{:02}", n % 20), START as f64 / 1e3 + n as f64 / 1e3);
    let (topic, body) = match n % 10 {
        0 => ("alicia/voice/ai/request".to_owned(), format!(r#"{{"text": "turn on the light", "session_id": "s{}"}}"#, n / 10)),
        1 => (
            "alicia/voice/ai/error".to_owned(),
            format!(
                r#"{{"message_id": "ai_error_{n}", "timestamp": {time}, "source": "{service}", "destination": "operator", "message_type": "error", "payload": {{"error": "no running event loop", "original_request": {{"text": "turn on the light", "session_id": "s{}"}}}}}}"#,
                n / 10
            ),
        ),
        2 | 3 => (
            format!("alicia/system/health/{service}"),
            format!(r#"{{"service_name": "{service}", "status": "healthy", "uptime": {n}.5, "messages_processed": {n}, "errors": 0, "timestamp": {time}}}"#),
        ),
        _ => (
            format!("alicia/metrics/{service}"),
            format!(
                r#"{{"service_name": "{service}", "instance_id": "{service}-1", "metrics": [{}]}}"#,
                (0..10)
                    .map(|m| format!(r#"{{"name": "metric_{m}", "value": {n}.25, "type": "gauge", "timestamp": {time}, "labels": {{"endpoint": "/health"}}}}"#))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        ),
    };
    let payload = format!(
        r#"{{"message_id": "c6250331-8d65-4b00-8e7f-{n:012}", "timestamp": {time}, "source": "{service}", "destination": "broadcast", "message_type": "event", "priority": "normal", "ttl": 300, "payload": {body}, "routing": {{"hops": 0, "max_hops": 10}}}}"#
    );
    (topic, payload)
}

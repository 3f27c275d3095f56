//! `cargo bench -p traffic --bench pass`: what a message costs that passes, from the payload's bytes to the tables.
//!
//! Twenty services say four kinds of things in Alicia's envelope, some of them in two; every tenth is a question that is answered.
//! `ns` is a message's share of the processor, the median of five runs.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use bus::decode::glance;
use model::{Millis, Sighting, Watch};
use std::time::{Duration, Instant};
use traffic::Watcher;

const MESSAGES: usize = 200_000;
const START: Millis = 1_795_394_400_000;

fn main() {
    let messages: Vec<(String, String)> = (0..MESSAGES).map(made).collect();
    let bytes: usize = messages.iter().map(|(_, payload)| payload.len()).sum();
    println!("{} messages of {} bytes on average", messages.len(), bytes / messages.len());
    let glances = median(|| {
        let mut patch = String::new();
        messages.iter().filter(|(_, payload)| glance(payload.as_bytes(), &mut patch).is_some()).count()
    });
    let all = median(|| {
        let watcher = Watcher::default();
        for (n, (topic, payload)) in messages.iter().enumerate() {
            let mut patch = String::new();
            let envelope = glance(payload.as_bytes(), &mut patch);
            let received_at = START + Millis::try_from(n).expect("few");
            watcher.see(&Sighting {
                topic,
                received_at,
                bytes: payload.len(),
                payload: payload.as_bytes(),
                is_taken: false,
                retained: false,
                envelope,
            });
        }
        watcher.view(START).senders.len()
    });
    println!("{:<24} {:>6.0} ns", "envelope", per_message(glances));
    println!("{:<24} {:>6.0} ns", "envelope and tables", per_message(all));
}

fn per_message(took: Duration) -> f64 {
    took.as_nanos() as f64 / MESSAGES as f64
}

fn median(mut work: impl FnMut() -> usize) -> Duration {
    let mut runs: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            assert!(std::hint::black_box(work()) > 0);
            begun.elapsed()
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

//! `cargo bench -p capsule --bench recording`: what a message costs that is recorded, and how small it becomes.
//!
//! Twenty services send a metric or ten in Alicia's envelope; of that sixteen megabytes are remembered. `ns` is a message's share of
//! the processor, the median of five runs.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use capsule::{Recorder, RecorderSettings};
use model::{Millis, Passage, Watch, limits};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const MESSAGES: usize = 200_000;
const START: Millis = 1_795_394_400_000;

fn main() {
    for metrics in [1, 10] {
        let messages: Vec<(String, String)> = (0..MESSAGES).map(|n| made(n, metrics)).collect();
        let bytes: usize = messages.iter().map(|(_, payload)| payload.len()).sum();
        println!("{} messages of {} bytes on average", messages.len(), bytes / messages.len());
        for (what, excludes) in [("recorded", ["none/#"; 3]), ("left out", ["a/#", "b/+/c", "metrics/#"])] {
            let (took, status) = median(&messages, &excludes);
            println!("{what:<24} {:>6.0} ns", took.as_nanos() as f64 / MESSAGES as f64);
            if status.left_out.excluded.messages == 0 {
                let kept = (START + MESSAGES as Millis - status.since).max(1);
                println!("{:<24} {:>6.0} bytes a message", "remembered", status.bytes as f64 / kept as f64);
            }
        }
    }
}

fn median(messages: &[(String, String)], excludes: &[&str]) -> (Duration, capsule::RecorderStatus) {
    let mut runs: Vec<_> = (0..5)
        .map(|_| {
            let settings = RecorderSettings {
                length: limits::HOUR,
                bytes: 16_000_000,
                excludes: excludes.iter().map(|&filter| filter.to_owned()).collect(),
            };
            let recorder = Recorder::new(settings, START);
            let begun = Instant::now();
            for (n, (topic, payload)) in messages.iter().enumerate() {
                recorder.pass(&Passage {
                    topic,
                    received_at: START + Millis::try_from(n).expect("few"),
                    bytes: payload.len(),
                    payload: payload.as_bytes(),
                    qos: 1,
                    retained: false,
                    properties: &[],
                    is_taken: true,
                });
            }
            (begun.elapsed(), recorder.status())
        })
        .collect();
    runs.sort_unstable_by_key(|(took, _)| *took);
    *runs.get(2).expect("five runs")
}

fn made(n: usize, count: usize) -> (String, String) {
    let (service, time) = (format!("service_{:02}", n % 20), START as f64 / 1e3 + n as f64 / 1e3);
    let mut metrics = String::new();
    for m in 0..count {
        let comma = if m > 0 { ", " } else { "" };
        write!(
            metrics,
            r#"{comma}{{"name": "metric_{m}", "value": {}.{m}, "type": "gauge", "timestamp": {time}, "labels": {{"endpoint": "/health"}}}}"#,
            n * 7 % 1_000
        )
        .expect("text");
    }
    let payload = format!(
        r#"{{"message_id": "c6250331-8d65-4b00-8e7f-{n:012}", "timestamp": {time}, "source": "{service}", "destination": "broadcast", "message_type": "event", "priority": "normal", "ttl": 300, "payload": {{"service_name": "{service}", "instance_id": "{service}-1", "metrics": [{metrics}]}}, "routing": {{"hops": 0, "max_hops": 10}}}}"#
    );
    (format!("metrics/{service}"), payload)
}

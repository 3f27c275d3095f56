//! `cargo bench -p fields --bench numbers`: what a message costs whose numbers become metrics, on top of the look at its envelope.
//!
//! Twenty services say six kinds of things in Alicia's envelope, and forty devices theirs without one; `ns` is a message's share
//! of the processor, the median of five runs, the samples of each second told as well.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use bus::decode::glance;
use bus::topics::is_taken;
use fields::Fields;
use model::{Millis, Sighting, Watch};
use std::time::{Duration, Instant};

const MESSAGES: usize = 200_000;
const START: Millis = 1_795_394_400_000;
/// So many messages come in a second.
const RATE: usize = 1_000;

fn main() {
    for (name, make) in [("in envelopes", enveloped as fn(usize) -> (String, String)), ("of devices", device)]
    {
        let messages: Vec<(String, String)> = (0..MESSAGES).map(make).collect();
        let bytes: usize = messages.iter().map(|(_, payload)| payload.len()).sum();
        println!("{MESSAGES} messages {name}, of {} bytes on average", bytes / MESSAGES);
        let envelopes = median(|| {
            let mut patch = String::new();
            messages
                .iter()
                .map(|(_, payload)| usize::from(glance(payload.as_bytes(), &mut patch).is_some()))
                .sum()
        });
        let mut told = 0;
        let all = median(|| {
            let fields = Fields::default();
            told = 0;
            for (n, (topic, payload)) in messages.iter().enumerate() {
                let mut patch = String::new();
                let envelope = glance(payload.as_bytes(), &mut patch);
                let received_at = START + Millis::try_from(n * 1_000 / RATE).expect("few");
                let (bytes, payload) = (payload.len(), payload.as_bytes());
                let is_taken = is_taken(topic);
                fields.see(&Sighting {
                    topic,
                    received_at,
                    bytes,
                    payload,
                    is_taken,
                    retained: false,
                    envelope,
                });
                if n % RATE == RATE - 1 {
                    told += fields.tell(received_at).len();
                }
            }
            told
        });
        println!("{:<24} {:>6.0} ns", "envelope", per_message(envelopes));
        println!("{:<24} {:>6.0} ns", "and numbers, on top", per_message(all.saturating_sub(envelopes)));
        println!("{told} samples");
    }
}

fn per_message(took: Duration) -> f64 {
    took.as_nanos() as f64 / MESSAGES as f64
}

fn median(mut work: impl FnMut() -> usize) -> Duration {
    let mut runs: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(work());
            begun.elapsed()
        })
        .collect();
    runs.sort_unstable();
    *runs.get(2).expect("five runs")
}

fn enveloped(n: usize) -> (String, String) {
    let (service, time) = (format!("service_{:02}", n % 20), START as f64 / 1e3 + n as f64 / 1e3);
    let (topic, body) = match n % 6 {
        0 => (
            "alicia/voice/ai/response".to_owned(),
            format!(
                r#"{{"text": "the light is on", "session_id": "s{n}", "confidence": 0.9{}, "processing_time": 0.{n}, "model": "x", "tokens": {}}}"#,
                n % 10,
                n % 700
            ),
        ),
        1 => (
            "alicia/system/health/monitor/status".to_owned(),
            format!(
                r#"{{"monitor_name": "health_monitor", "total_services": {}, "healthy_services": 19, "unhealthy_services": 1, "active_alerts": 0, "timestamp": {time}, "uptime": {n}.5}}"#,
                n % 22
            ),
        ),
        2 => (
            format!("alicia/devices/lamp{}/status", n % 40),
            format!(
                r#"{{"device_id": "lamp{}", "state": "{}", "brightness": {}, "power": 4.5}}"#,
                n % 40,
                if n.is_multiple_of(4) { "on" } else { "off" },
                n % 255
            ),
        ),
        3 => (
            "alicia/loadbalancer/status".to_owned(),
            format!(
                r#"{{"load_balancer_name": "load_balancer", "total_services": {}, "total_instances": 21, "healthy_instances": 20, "timestamp": {time}, "uptime": {n}.25}}"#,
                n % 22
            ),
        ),
        4 => (
            "alicia/voice/tts/request".to_owned(),
            format!(r#"{{"text": "hi there, this is a sentence of some length", "session_id": "s{n}"}}"#),
        ),
        _ => (
            format!("alicia/metrics/{service}"),
            format!(
                r#"{{"service_name": "{service}", "metrics": [{{"name": "cpu_percent", "value": {n}.25}}]}}"#
            ),
        ),
    };
    let payload = format!(
        r#"{{"message_id": "c6250331-8d65-4b00-8e7f-{n:012}", "timestamp": {time}, "source": "{service}", "destination": "broadcast", "message_type": "event", "priority": "normal", "ttl": 300, "payload": {body}, "routing": {{"hops": 0, "max_hops": 10}}}}"#
    );
    (topic, payload)
}

fn device(n: usize) -> (String, String) {
    let one = n % 40;
    match n % 4 {
        0 => (
            format!("zigbee2mqtt/sensor {one}"),
            format!(
                r#"{{"battery":97,"humidity":45.{},"linkquality":{},"pressure":1013.2,"temperature":21.{},"voltage":3005,"last_seen":"2026-11-27T06:17:28Z"}}"#,
                n % 100,
                n % 255,
                n % 100
            ),
        ),
        1 => (
            format!("tele/plug{one}/SENSOR"),
            format!(
                r#"{{"Time":"2026-11-27T06:17:28","ENERGY":{{"TotalStartTime":"2026-01-01T00:00:00","Total":12.{n},"Yesterday":0.5,"Today":0.25,"Period":1,"Power":{},"ApparentPower":30,"ReactivePower":12,"Factor":0.92,"Voltage":231,"Current":0.13}}}}"#,
                n % 300
            ),
        ),
        2 => (format!("shellies/shelly1pm-{one}/relay/0/power"), format!("{}.5", n % 400)),
        _ => (format!("node{one}/sensor/outside_temperature/state"), format!("{}.25", n % 30)),
    }
}

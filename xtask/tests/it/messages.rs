//! What the benchmark publishes is what a service would publish.

use serde_json::{Value, json};
use xtask::bench::message::Sender;

#[test]
fn a_message_is_the_protocols_envelope() {
    let mut sender = Sender::new("stt", "stt-1", 2);
    assert_eq!(sender.topic(), "alicia/metrics/stt");
    let values = [100_001, 999_999];
    let message: Value =
        serde_json::from_slice(sender.fill_values(0x2a, 1_795_394_248_000_123, values)).unwrap();
    let expect = json!({
        "message_id": "00000000-0000-4000-8000-00000000002a",
        "timestamp": 1_795_394_248.000_123,
        "source": "stt",
        "destination": "broadcast",
        "message_type": "event",
        "priority": "normal",
        "ttl": 300,
        "payload": {
            "service_name": "stt",
            "instance_id": "stt-1",
            "metrics": [
                {"name": "load_00", "value": 100.001, "type": "gauge", "timestamp": 1_795_394_248.000_123, "labels": {"endpoint": "/health"}},
                {"name": "load_01", "value": 999.999, "type": "counter", "timestamp": 1_795_394_248.000_123, "labels": {"endpoint": "/health"}},
            ],
        },
        "routing": {"hops": 0, "max_hops": 10},
    });
    assert_eq!(message, expect);
}

#[test]
fn filling_again_leaves_nothing_behind() {
    let mut sender = Sender::new("a", "a-1", 3);
    let first = sender.fill(1, 1_000_000_000_000_000).to_vec();
    let second = sender.fill(2, 1_795_394_248_000_123).to_vec();
    assert_eq!(first.len(), second.len());
    assert_ne!(first, second);
    assert_eq!(sender.fill(1, 1_000_000_000_000_000), first);
}

#[test]
fn values_below_a_hundred_are_json_too() {
    let mut sender = Sender::reporting("a", "a-1", &[("bench_value".to_owned(), "gauge")]);
    let message: Value =
        serde_json::from_slice(sender.fill_values(1, 1_795_394_248_000_123, [10_000])).unwrap();
    assert_eq!(message["payload"]["metrics"][0]["value"], json!(10.0));
}

//! A prepared flood holds the messages it was asked for, in order and each once.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use xtask::bench::packet::{self, Incoming};
use xtask::bench::publisher::{Flood, Shape};

const UNTIL: u64 = 1_795_394_248_000_000;

type Message = (String, Option<u16>, Value);

fn messages(shape: Shape) -> std::io::Result<Vec<Message>> {
    let flood = Flood::prepare(shape, UNTIL);
    let mut bytes = flood.bytes();
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        if let Incoming::Message { topic, id, payload } = packet::read(&mut bytes)? {
            assert_eq!(payload.len(), flood.body_bytes);
            messages.push((topic, id, serde_json::from_slice(&payload)?));
        }
    }
    assert_eq!(messages.len(), flood.messages());
    Ok(messages)
}

#[test]
fn no_message_id_comes_twice_and_the_times_of_a_sender_rise() {
    let messages = messages(Shape { messages: 1_000, senders: 100, metrics: 2, qos: 0 }).unwrap();
    let ids: BTreeSet<&str> =
        messages.iter().map(|(_, _, body)| body["message_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1_000);
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (topic, id, body) in &messages {
        assert_eq!(*id, None);
        times.entry(topic).or_default().push(body["payload"]["metrics"][1]["timestamp"].as_f64().unwrap());
    }
    assert_eq!(times.len(), 100);
    for times in times.values() {
        assert_eq!(times.len(), 10);
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        assert_eq!(times.last().copied(), Some(1_795_394_248.0));
    }
}

#[test]
fn acknowledged_messages_have_packet_ids_and_none_is_zero() {
    let messages = messages(Shape { messages: 65_540, senders: 1, metrics: 0, qos: 1 }).unwrap();
    let ids: Vec<u16> = messages.iter().map(|(_, id, _)| id.unwrap()).collect();
    assert_eq!(ids[..2], [1, 2]);
    assert_eq!(ids[65_534..65_537], [65_535, 1, 2]);
}

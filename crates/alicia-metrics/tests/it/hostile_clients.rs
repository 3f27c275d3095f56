//! Clients that mean harm, or know no better: the process lives, memory stays bounded, the counters tell.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::wait::{free_port, until};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a collector may hold after any of these attacks.
const RESIDENT_MIB: u64 = 700;

/// Publishes the bytes of standard input as one message.
fn publish_bytes(port: u16, topic: &str, payload: &[u8]) {
    let mut child = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", topic, "-q", "1", "-s"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("mosquitto_pub runs");
    child.stdin.take().expect("piped").write_all(payload).expect("it reads");
    // A broker may refuse an oversized packet; that is its right.
    child.wait().expect("reaped");
}

fn still_works(collector: &Collector, port: u16) {
    publish(port, "alicia/metrics/after", r#"{"metrics":[{"name":"n","value":1}]}"#, &[]);
    until("the next metric arrives", || match collector.get("/metrics/after").status {
        200 => Ok(()),
        status => Err(status),
    });
    let resident = collector.resident_mib();
    assert!(resident < RESIDENT_MIB, "{resident} MiB");
}

#[test]
fn live_random_bytes_at_the_embedded_broker_hurt_nobody() {
    let port = free_port();
    let collector = Setup::embedded(port).connect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the broker listens");
        stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        let mut bytes = if round % 2 == 0 {
            Vec::new()
        } else {
            b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02xx".to_vec()
        };
        for _ in 0..256 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.push((state >> 56) as u8);
        }
        // The broker may hang up at any byte.
        stream.write_all(&bytes).ok();
        stream.read_to_end(&mut Vec::new()).ok();
    }
    still_works(&collector, port);
}

#[test]
fn live_large_messages_are_kept_or_refused_by_size_and_counted() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    let with_label_of = |bytes: usize, name: &str| {
        let entries: Vec<String> = (0..bytes / 100)
            .map(|i| format!(r#"{{"name":"{name}","value":{i},"labels":{{"i":"{i:060}"}}}}"#))
            .collect();
        format!(r#"{{"metrics":[{}]}}"#, entries.join(","))
    };
    publish_bytes(broker.port, "alicia/metrics/big", with_label_of(256 << 10, "quarter").as_bytes());
    until("256 KB arrive", || {
        let series = collector.get("/metrics/big").body.matches("quarter").count();
        if series == (256 << 10) / 100 { Ok(()) } else { Err(series) }
    });
    publish_bytes(broker.port, "alicia/metrics/big", with_label_of(10 << 20, "ten").as_bytes());
    until("10 MB are refused", || match collector.refused("too_large") {
        1 => Ok(()),
        count => Err(count),
    });
    assert_eq!(collector.get("/metrics/big").body.matches("\"ten\"").count(), 0);
    still_works(&collector, broker.port);
}

#[test]
fn live_deep_nesting_and_odd_payloads_are_counted_and_make_no_service() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    let before = collector.json("/services");
    let nested = "[".repeat(100_000);
    let in_object = format!(r#"{{"metrics":{}"#, "{\"a\":".repeat(50_000));
    let odd: [&[u8]; 8] = [
        nested.as_bytes(),
        in_object.as_bytes(),
        b"\xff\xfe\x00",
        b"[1]",
        b"7",
        b"null",
        b"\"text\"",
        b"{\"metrics\":[{\"name\"",
    ];
    for payload in odd {
        publish_bytes(broker.port, "alicia/metrics/odd", payload);
    }
    publish(broker.port, "alicia/metrics/odd", "", &[]);
    publish(broker.port, "alicia/metrics/odd2", r#"{"metrics":7}"#, &[]);
    until("all are counted", || match collector.own_metric("alicia_metrics_undecodable_messages_total") {
        9.0 => Ok(()),
        count => Err(count),
    });
    until("the one without an array too", || {
        if collector.refused("no_metrics") == 1 { Ok(()) } else { Err(collector.refused("no_metrics")) }
    });
    let names = |services: &serde_json::Value| {
        services["services"].as_array().map(|all| {
            all.iter()
                .map(|one| one["name"].to_string())
                .filter(|name| name != "\"system\"")
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(names(&collector.json("/services")), names(&before));
    let lines = collector.log().lines().filter(|line| line.contains("odd")).count();
    assert!(lines <= 3, "no log flood: {}", collector.log());
    still_works(&collector, broker.port);
}

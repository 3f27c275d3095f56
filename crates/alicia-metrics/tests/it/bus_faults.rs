//! The broker, a publisher and the collector are killed: nothing acknowledged is missing, rules and alerts
//! are as before.

use crate::broker::{Listener, Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::wait::until;
use serde_json::json;
use std::process::{Command, Stdio};

/// Publishes the numbers `range` as samples of `numbers` of service `counter`, one message each.
fn publish_numbers(port: u16, range: std::ops::Range<u32>) {
    use std::io::Write as _;
    let mut child = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", "alicia/metrics/counter", "-q", "1", "-l"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("mosquitto_pub runs");
    let mut input = child.stdin.take().expect("piped");
    for number in range {
        let message = json!({"service_name": "counter", "instance_id": "counter-1",
            "metrics": [{"name": "numbers", "value": number, "timestamp": 1_700_000_000 + number}]});
        writeln!(input, "{message}").expect("mosquitto_pub reads");
    }
    drop(input);
    assert!(child.wait().expect("reaped").success());
}

/// The numbers that the collector shows, ascending.
fn numbers(collector: &Collector) -> Vec<u64> {
    let answer = collector.get("/metrics/counter/numbers?limit=100000");
    if answer.status == 404 {
        return Vec::new();
    }
    let mut seen: Vec<u64> = answer.json()["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["value"].as_f64().expect("a number") as u64)
        .collect();
    seen.reverse();
    seen
}

fn wait_for_number(collector: &Collector, last: u64) {
    until("the last number arrived", || match numbers(collector).last() {
        Some(seen) if *seen == last => Ok(()),
        seen => Err(seen.copied()),
    });
}

#[test]
fn live_after_kill_9_of_the_broker_the_collector_comes_back_and_misses_nothing() {
    let mut broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    publish_numbers(broker.port, 0..300);
    wait_for_number(&collector, 299);
    for round in 1..=2_u32 {
        broker.kill();
        until("the loss is noticed", || {
            let health = collector.json("/health");
            if health["mqtt_connected"] == false && health["status"] == "unhealthy" {
                Ok(())
            } else {
                Err(health)
            }
        });
        broker.launch();
        collector.wait_connected();
        publish_numbers(broker.port, round * 300..(round + 1) * 300);
        wait_for_number(&collector, u64::from(round + 1) * 300 - 1);
    }
    assert_eq!(numbers(&collector), (0..900).collect::<Vec<_>>());
}

#[test]
fn live_the_collector_starts_without_a_broker_and_connects_when_it_comes() {
    let mut broker = Mosquitto::start();
    broker.kill();
    let collector = Setup::broker(broker.port).start();
    assert_eq!(collector.json("/health")["mqtt_connected"], false);
    broker.launch();
    collector.wait_connected();
    publish_numbers(broker.port, 0..1);
    wait_for_number(&collector, 0);
}

#[test]
fn live_after_kill_9_of_the_collector_nothing_is_missing_and_rules_and_alerts_are_as_before() {
    let broker = Mosquitto::start();
    let data = tempfile::tempdir().expect("a directory");
    let start = || Setup::broker(broker.port).data_dir(data.path()).connect();
    let collector = start();
    let rule = json!({"name": "high_number", "metric_name": "level", "condition": "value > 10", "severity": "error",
        "description": "Level is high", "enabled": true, "cooldown_period": 60});
    assert_eq!(collector.ask("POST", "/alerts/rules", &rule.to_string()).status, 200);
    assert_eq!(collector.ask("DELETE", "/alerts/rules/high_cpu", "").status, 200);
    publish(
        broker.port,
        "alicia/metrics/tank",
        r#"{"service_name":"tank","instance_id":"tank-1","metrics":[{"name":"level","value":11}]}"#,
        &[],
    );
    // Why it fires is said a moment after it is there, and is to be as before, too.
    let alerts = until("the alert fires and is explained", || {
        let alerts = collector.json("/alerts");
        let alert = &alerts["alerts"][0];
        let is_explained = alert["annotations"]["explanation"].is_string();
        if alert["alert_id"] == "high_number:tank:tank-1" && is_explained { Ok(alerts) } else { Err(alerts) }
    });
    let rules = collector.json("/alerts/rules");

    // What is published while it is dead waits at the broker.
    publish_numbers(broker.port, 0..100);
    wait_for_number(&collector, 99);
    collector.kill();
    publish_numbers(broker.port, 100..500);
    let collector = start();
    wait_for_number(&collector, 499);
    assert_eq!(numbers(&collector), (0..500).collect::<Vec<_>>(), "from before the kill and after it");

    // Killed while a stream is under way: no gap.
    let port = broker.port;
    let stream = std::thread::spawn(move || publish_numbers(port, 500..1300));
    until("the stream arrives", || match numbers(&collector).last() {
        Some(last) if *last > 520 => Ok(()),
        last => Err(last.copied()),
    });
    collector.kill();
    stream.join().expect("the publisher ends");
    let collector = start();
    wait_for_number(&collector, 1299);
    assert_eq!(numbers(&collector), (0..1300).collect::<Vec<_>>(), "no gap");
    assert_eq!(collector.json("/alerts/rules"), rules);
    assert_eq!(collector.json("/alerts"), alerts);

    publish(
        broker.port,
        "alicia/metrics/tank",
        r#"{"service_name":"tank","instance_id":"tank-1","metrics":[{"name":"level","value":9}]}"#,
        &[],
    );
    until("the alert is over", || {
        let alert = collector.json("/alerts?active_only=false")["alerts"][0].clone();
        if alert["resolved"] == true && alert["resolved_at"].is_number() { Ok(()) } else { Err(alert) }
    });
}

#[test]
fn live_a_killed_publisher_costs_nothing_but_its_own_silence() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    let mut killed = Command::new("mosquitto_pub")
        .args([
            "-h",
            "127.0.0.1",
            "-p",
            &broker.port.to_string(),
            "-t",
            "alicia/metrics/victim",
            "-q",
            "1",
            "-l",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .expect("mosquitto_pub runs");
    let mut input = killed.stdin.take().expect("piped");
    {
        use std::io::Write as _;
        writeln!(
            input,
            r#"{{"service_name":"victim","instance_id":"victim-1","metrics":[{{"name":"a","value":1}}]}}"#
        )
        .expect("it reads");
        input.flush().expect("flushed");
    }
    until("the victim was heard", || match collector.get("/metrics/victim").status {
        200 => Ok(()),
        status => Err(status),
    });
    killed.kill().expect("it lived");
    killed.wait().expect("reaped");
    publish_numbers(broker.port, 0..50);
    wait_for_number(&collector, 49);
    assert_eq!(numbers(&collector), (0..50).collect::<Vec<_>>());
}

#[test]
fn live_defect_42_a_stopped_collector_says_goodbye_and_a_killed_one_leaves_a_will() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, "alicia/system/discovery/unregister");
    let goodbyes = || listener.on("alicia/system/discovery/unregister");
    let collector = Setup::broker(broker.port).connect();
    collector.signal("TERM");
    assert!(collector.wait().success(), "a clean stop exits with 0");
    until("the goodbye is heard", || if goodbyes().len() == 1 { Ok(()) } else { Err(goodbyes()) });
    let payload = &goodbyes()[0]["payload"];
    assert_eq!(
        (&payload["service_name"], &payload["status"]),
        (&json!("metrics_collector"), &json!("offline"))
    );

    Setup::broker(broker.port).connect().kill();
    until("the will is heard", || if goodbyes().len() == 2 { Ok(()) } else { Err(goodbyes()) });
}

//! The collector's own broker, as the clients that people have use it.

use crate::broker::{Listener, publish};
use crate::collector::{Collector, Setup, program};
use crate::wait::{free_port, until};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn wait_for_value(collector: &Collector, path: &str, value: f64) {
    until(path, || {
        let answer = collector.get(path);
        let newest = if answer.status == 200 { answer.json()["data"][0]["value"].as_f64() } else { None };
        if newest == Some(value) { Ok(()) } else { Err(answer.body) }
    });
}

#[test]
fn live_mosquitto_pub_speaks_both_versions_to_it() {
    let port = free_port();
    let collector = Setup::embedded(port).connect();
    for (number, version) in ["mqttv311", "mqttv5"].into_iter().enumerate() {
        for qos in ["0", "1", "2"] {
            let service = format!("{version}_{qos}");
            let payload = format!(r#"{{"metrics":[{{"name":"n","value":{number}}}]}}"#);
            publish(port, &format!("alicia/metrics/{service}"), &payload, &["-V", version, "-q", qos]);
            wait_for_value(&collector, &format!("/metrics/{service}/n"), number as f64);
        }
    }
}

#[test]
fn live_a_taken_port_means_the_next_free_one_and_it_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let collector = Setup::embedded(port).connect();
    let bus = collector.json("/bus");
    let address = bus["address"].as_str().expect("an address");
    let own: u16 = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    assert_ne!(own, port);
    assert!(bus["warnings"].to_string().contains(&port.to_string()), "{bus}");
    publish(own, "alicia/metrics/late", r#"{"metrics":[{"name":"n","value":7}]}"#, &[]);
    wait_for_value(&collector, "/metrics/late/n", 7.0);
}

#[test]
fn live_alerts_arrive_at_subscribers_of_it() {
    let port = free_port();
    let collector = Setup::embedded(port).connect();
    let listener = Listener::start(port, "alicia/#");
    let beat = |value: u32| {
        publish(
            port,
            "alicia/metrics/hot",
            &format!(r#"{{"instance_id":"hot-1","metrics":[{{"name":"cpu_percent","value":{value}}}]}}"#),
            &[],
        );
    };
    beat(195);
    let alert = until("the alert is published", || listener.on("alicia/alerts/new").pop().ok_or("none"));
    assert_eq!(alert["source"], "metrics_collector");
    assert_eq!(alert["payload"]["alert_id"], "high_cpu:hot:hot-1");
    assert_eq!(alert["payload"]["value"], 195.0);
    beat(10);
    until("its end is published", || {
        let ended = listener.on("alicia/metrics/alert_resolved");
        if ended.iter().any(|one| one["payload"]["event_data"]["alert_id"] == "high_cpu:hot:hot-1") {
            Ok(())
        } else {
            Err(ended)
        }
    });
    assert_eq!(listener.on("alicia/alerts/new").len(), 1);
    assert!(!collector.json("/services").to_string().contains("alert_resolved"), "an event is no service");
}

/// The interpreter of a virtual environment with one line of paho, made by the test command.
fn python_with(paho: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target").join(paho).join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: run the tests by scripts/test, which makes it",
        python.display()
    );
    python
}

fn paho_session(paho: &str) {
    let port = free_port();
    let collector = Setup::embedded(port).connect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/paho_client.py");
    let output = Command::new(python_with(paho))
        .arg(script)
        .arg(port.to_string())
        .stderr(Stdio::inherit())
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    for version in [4, 5] {
        wait_for_value(&collector, &format!("/metrics/paho_v{version}/n"), f64::from(version));
    }
}

#[test]
fn live_paho_1_6_is_served() {
    paho_session("venv-paho16");
}

#[test]
fn live_paho_2_is_served() {
    paho_session("venv-paho2");
}

#[test]
fn live_the_demo_raises_alerts_by_itself() {
    let http = format!("127.0.0.1:{}", free_port());
    let output = program()
        .args(["demo", "--seconds", "45", "--mqtt-port", &free_port().to_string(), "--http-listen", &http])
        .output()
        .expect("the demo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for word in ["ALERT", "high_cpu", "INSIGHT", "performance_degradation"] {
        assert!(said.contains(word), "{word} in\n{said}");
    }
}

#[test]
fn with_no_settings_at_all_the_first_metric_can_be_sent_at_once() {
    let port = free_port();
    let collector = Setup::embedded(port).connect();
    let bus: Value = collector.json("/bus");
    assert_eq!(bus["broker"], "embedded");
    publish(port, "alicia/metrics/hello", r#"{"metrics":[{"name":"first","value":1}]}"#, &[]);
    wait_for_value(&collector, "/metrics/hello/first", 1.0);
}

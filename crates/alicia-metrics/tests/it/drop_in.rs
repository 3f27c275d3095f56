//! The collector in the place of the original: what an Alicia home sends, sees and asks.

use crate::broker::{Listener, Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::wait::until;
use serde_json::{Value, json};

/// A message in the envelope of Alicia's services.
fn envelope(source: &str, id: &str, payload: &Value) -> String {
    json!({"message_id": id, "timestamp": 1_795_394_248.926_959, "source": source, "destination": "broadcast",
        "message_type": "event", "priority": "normal", "ttl": 300, "payload": payload,
        "routing": {"hops": 0, "max_hops": 10}})
    .to_string()
}

fn home() -> (Mosquitto, Collector) {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).with(&["--collection-interval", "1"]).connect();
    (broker, collector)
}

#[test]
fn live_defect_02_an_enveloped_message_lands_in_its_service_once_even_if_delivered_twice() {
    let (broker, collector) = home();
    let payload = json!({"service_name": "stt_service", "instance_id": "stt_service-1",
        "metrics": [{"name": "requests_total", "value": 3, "type": "counter"}, {"name": "bad", "value": "text"},
                    {"name": "odd", "value": 1, "type": "weird"}, {"name": "last", "value": 4}]});
    for _ in 0..2 {
        publish(broker.port, "alicia/metrics/stt_service", &envelope("agent", "the-same-id", &payload), &[]);
    }
    publish(broker.port, "alicia/metrics/end", r#"{"metrics":[{"name":"n","value":1}]}"#, &[]);
    until("all arrived", || if collector.get("/metrics/end").status == 200 { Ok(()) } else { Err(()) });
    assert_eq!(
        collector.json("/metrics/stt_service/requests_total")["data"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(collector.json("/metrics/stt_service/last")["data"][0]["value"], 4.0);
    assert_eq!(collector.get("/metrics/unknown").status, 404);
    assert_eq!(
        (collector.refused("duplicate"), collector.refused("bad_value"), collector.refused("bad_type")),
        (1, 1, 1)
    );
}

#[test]
fn live_defect_23_own_messages_come_back_and_are_neither_services_nor_counted_twice() {
    let (broker, collector) = home();
    let listener = Listener::start(broker.port, "alicia/metrics/system");
    until("the host is published", || {
        if listener.on("alicia/metrics/system").is_empty() { Err("silence") } else { Ok(()) }
    });
    until("own messages came back", || {
        if collector.refused("own") >= 2 { Ok(()) } else { Err(collector.refused("own")) }
    });
    let services = collector.json("/services")["services"].clone();
    for name in services.as_array().expect("a list").iter().map(|one| &one["name"]) {
        assert!(name == "system", "{name} is no service");
    }
    let published = listener.on("alicia/metrics/system");
    let stored = collector.json("/metrics/system/cpu_percent")["data"].as_array().map_or(0, Vec::len);
    assert!(stored <= published.len() + 1, "{stored} samples of {} messages", published.len());
}

#[test]
fn live_silent_services_are_asked_and_their_answers_timed() {
    let (broker, collector) = home();
    let listener = Listener::start(broker.port, "alicia/system/health/#");
    until("services are asked", || {
        if listener.on("alicia/system/health/check").is_empty() { Err("silence") } else { Ok(()) }
    });
    let answer = json!({"service_name": "ai_service", "status": "healthy", "uptime": 58.7, "messages_processed": 22, "errors": 0});
    let mut number = 0;
    until("the answer is timed", || {
        number += 1;
        publish(
            broker.port,
            "alicia/system/health/ai_service",
            &envelope("ai_service", &format!("a{number}"), &answer),
            &[],
        );
        let probe = collector.get("/metrics/ai_service/probe_duration_ms");
        let up = collector.get("/metrics/ai_service/up");
        let timed =
            probe.status == 200 && probe.json()["data"][0]["value"].as_f64().is_some_and(|ms| ms > 0.0);
        if timed && up.json()["data"][0]["value"] == 1.0 { Ok(()) } else { Err((probe.body, up.body)) }
    });
    let service = collector.json("/services/ai_service");
    assert!(service.to_string().contains("\"healthy\""), "{service}");
}

#[test]
fn live_the_collector_answers_when_it_is_asked_itself() {
    let (broker, _collector) = home();
    let listener = Listener::start(broker.port, "alicia/system/health/metrics_collector");
    publish(broker.port, "alicia/system/health/check", &envelope("operator", "q1", &json!({})), &[]);
    let answer =
        until("it answers", || listener.on("alicia/system/health/metrics_collector").pop().ok_or("silence"));
    let payload = &answer["payload"];
    assert_eq!(
        (&payload["service_name"], &payload["status"]),
        (&json!("metrics_collector"), &json!("healthy"))
    );
    for field in ["uptime", "messages_processed", "errors", "timestamp"] {
        assert!(payload[field].is_number(), "{field} in {payload}");
    }
}

#[test]
fn live_defect_04_default_rules_fire_are_published_once_and_resolve() {
    let (broker, collector) = home();
    let listener = Listener::start(broker.port, "alicia/#");
    let say = |word: &str, id: &str| {
        let payload = json!({"service_name": "tts_service", "instance_id": "tts_service-1", "status": word});
        publish(broker.port, "alicia/system/health/tts_service", &envelope("agent", id, &payload), &[]);
    };
    say("healthy", "1");
    say("unhealthy", "2");
    let alert =
        until("service_down is published", || listener.on("alicia/alerts/new").pop().ok_or("silence"));
    assert_eq!(alert["payload"]["alert_id"], "service_down:tts_service:tts_service-1");
    assert_eq!(alert["payload"]["severity"], "error");
    assert_eq!(alert["payload"]["message"], "Service is reporting unhealthy status");
    assert_eq!(collector.json("/alerts")["alerts"].as_array().map(Vec::len), Some(1));
    say("unhealthy", "3");
    say("healthy", "4");
    until("it is over", || {
        let active = collector.json("/alerts")["alerts"].as_array().map_or(1, Vec::len);
        if active == 0 { Ok(()) } else { Err(active) }
    });
    assert_eq!(listener.on("alicia/alerts/new").len(), 1, "published once");
    until("both changes of the word are published", || {
        let words = listener.on("alicia/metrics/health_changed");
        if words.len() == 2 { Ok(()) } else { Err(words) }
    });
}

#[test]
fn live_register_and_unregister_are_kept_and_devices_are_not_services() {
    let (broker, collector) = home();
    let register = |started: f64, id: &str| {
        let payload = json!({"service_name": "config_service", "status": "online", "timestamp": started, "capabilities": ["config"], "version": "1.0.0"});
        publish(
            broker.port,
            "alicia/system/discovery/register",
            &envelope("config_service", id, &payload),
            &[],
        );
    };
    register(1000.5, "r1");
    register(1000.5, "r2");
    register(2000.5, "r3");
    let device = json!({"message_id": "device_1", "payload": {"device_id": "lamp1", "device_type": "light", "capabilities": {"on": true}}});
    publish(broker.port, "alicia/system/discovery/register", &envelope("device_manager", "d1", &device), &[]);
    let service = until("the restart is counted", || {
        let services = collector.json("/services")["services"].clone();
        let found = services
            .as_array()
            .and_then(|all| all.iter().find(|one| one["name"] == "config_service").cloned());
        found.filter(|one| one["restarts"] == 1).ok_or(services)
    });
    assert_eq!(service["version"], "1.0.0");
    assert_eq!(service["capabilities"], json!(["config"]));
    assert_eq!(service["measured"], false);
    until("the device is counted", || if collector.refused("not_a_service") == 1 { Ok(()) } else { Err(()) });
    assert_eq!(collector.get("/metrics/config_service").status, 404, "it never measured anything");
}

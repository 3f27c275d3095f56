//! What is said, to the letter.

use bus::encode::{Encoder, Outgoing};
use bus::envelope;
use model::{
    Alert, CollectionError, ErrorClass, Event, HostSummary, Insight, LastingInsight, Lifecycle,
    LifecycleChange, SelfHealth, ServiceInsights, Severity, Summary,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NOW: i64 = 1_795_394_248_926;

fn encoder() -> Encoder {
    Encoder { source: "metrics_collector".to_owned(), version: "1.2.3".to_owned() }
}

fn alert() -> Alert {
    Alert {
        alert_id: Alert::id("high_cpu", "stt", "stt-1"),
        rule_name: "high_cpu".to_owned(),
        service_name: "stt".to_owned(),
        instance_id: "stt-1".to_owned(),
        severity: Severity::Warning,
        message: "CPU usage is above 90%".to_owned(),
        value: 95.5,
        threshold: 90.0,
        timestamp: 1_795_394_000_250,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: model::Standing::default(),
    }
}

fn alert_on_the_wire() -> Value {
    json!({"alert_id": "high_cpu:stt:stt-1", "rule_name": "high_cpu", "service_name": "stt", "instance_id": "stt-1",
        "severity": "warning", "message": "CPU usage is above 90%", "value": 95.5, "threshold": 90.0,
        "timestamp": 1_795_394_000.25, "resolved": false, "resolved_at": null})
}

/// The payload of a message, after the envelope round it was looked at.
#[track_caller]
fn opened(message: &Outgoing) -> Value {
    let mut envelope: Value = serde_json::from_slice(&message.payload).expect("JSON");
    let members: Vec<String> = envelope.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members.len(), 9, "{members:?}");
    let id = envelope["message_id"].as_str().expect("a text");
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!((parts, &id[14..15]), (vec![8, 4, 4, 4, 12], "4"), "a UUID of version 4: {id}");
    assert_eq!(envelope["timestamp"], json!(1_795_394_248.926));
    assert_eq!(envelope["source"], "metrics_collector");
    assert_eq!(envelope["destination"], "broadcast");
    assert_eq!(envelope["message_type"], "event");
    assert_eq!(envelope["priority"], "normal");
    assert_eq!(envelope["ttl"], 300);
    assert_eq!(envelope["routing"], json!({"hops": 0, "max_hops": 10}));
    envelope["payload"].take()
}

/// Fails unless `event` is published as these topics and payloads.
#[track_caller]
fn check(event: &Event, expect: &[(&str, Value)]) {
    let messages = encoder().event(event, NOW).expect("encoded");
    let said: Vec<(&str, Value)> = messages.iter().map(|one| (one.topic.as_str(), opened(one))).collect();
    assert_eq!(said, expect);
}

/// The two messages of an event of a type.
fn typed(event_type: &str, data: &Value) -> [(String, Value); 2] {
    let payload = json!({"event_type": event_type, "event_data": data, "timestamp": 1_795_394_248.926,
        "source": "metrics_collector"});
    [("alicia/metrics/events".to_owned(), payload.clone()), (format!("alicia/metrics/{event_type}"), payload)]
}

#[track_caller]
fn check_typed(event: &Event, event_type: &str, data: &Value) {
    let both = typed(event_type, data);
    check(event, &both.each_ref().map(|(topic, payload)| (topic.as_str(), payload.clone())));
}

#[test]
fn an_alert_that_starts_is_told_three_times_and_first_as_an_alert() {
    let [general, own] = typed("alert_triggered", &alert_on_the_wire());
    check(
        &Event::AlertStarted(alert()),
        &[
            ("alicia/alerts/new", alert_on_the_wire()),
            (&general.0, general.1.clone()),
            (&own.0, own.1.clone()),
        ],
    );
}

#[test]
fn an_alert_that_is_over_is_an_event() {
    let over = Alert { resolved: true, resolved_at: Some(1_795_394_001_000), ..alert() };
    let mut data = alert_on_the_wire();
    data["resolved"] = json!(true);
    data["resolved_at"] = json!(1_795_394_001.0);
    check_typed(&Event::AlertResolved(over), "alert_resolved", &data);
}

#[test]
fn insights_are_an_event() {
    let insight = Insight {
        kind: "high_cpu_usage",
        message: "CPU at 91".to_owned(),
        severity: Severity::Warning,
        metric: "cpu_percent".to_owned(),
        instance_id: None,
        value: 91.0,
    };
    let insights =
        ServiceInsights { service_name: "stt".to_owned(), timestamp: 1_000, insights: vec![insight] };
    check_typed(
        &Event::Insights(insights),
        "performance_insights",
        &json!({"service_name": "stt", "timestamp": 1.0, "insights": [{"type": "high_cpu_usage",
            "message": "CPU at 91", "severity": "warning", "metric": "cpu_percent", "value": 91.0}]}),
    );
}

#[test]
fn insights_that_last_appear_and_are_resolved() {
    let insight = LastingInsight {
        id: 4,
        kind: "trend",
        service_name: "stt".to_owned(),
        instance_id: Some("stt-1".to_owned()),
        metric: "queue_bytes".to_owned(),
        severity: Severity::Info,
        message: "queue_bytes rises".to_owned(),
        value: 3.0,
        low: Some(2.0),
        high: Some(4.0),
        unit: "bytes/h".to_owned(),
        p_value: Some(0.001),
        query: "deriv({}[6h])".to_owned(),
        first_seen: 1_000,
        last_seen: 2_000,
        resolved: false,
        resolved_at: None,
    };
    let mut data = json!({"id": 4, "type": "trend", "service_name": "stt", "instance_id": "stt-1",
        "metric": "queue_bytes", "severity": "info", "message": "queue_bytes rises", "value": 3.0, "low": 2.0,
        "high": 4.0, "unit": "bytes/h", "p_value": 0.001, "query": "deriv({}[6h])", "first_seen": 1.0,
        "last_seen": 2.0, "resolved": false});
    check_typed(&Event::InsightAppeared(insight.clone()), "insight_appeared", &data);
    let over = LastingInsight { resolved: true, resolved_at: Some(9_000), ..insight };
    data["resolved"] = json!(true);
    data["resolved_at"] = json!(9.0);
    check_typed(&Event::InsightResolved(over), "insight_resolved", &data);
}

#[test]
fn every_change_in_a_life_has_its_event_type() {
    for (change, word, event_type) in [
        (LifecycleChange::Discovered, "discovered", "service_discovered"),
        (LifecycleChange::Restarted, "restarted", "service_restarted"),
        (LifecycleChange::Stale, "stale", "service_stale"),
        (LifecycleChange::Returned, "returned", "service_returned"),
        (LifecycleChange::Unregistered, "unregistered", "service_unregistered"),
        (LifecycleChange::HealthChanged, "health_changed", "health_changed"),
    ] {
        let life = Lifecycle {
            service_name: "stt".to_owned(),
            instance_id: Some("stt-1".to_owned()),
            change,
            detail: "why".to_owned(),
            timestamp: 2_500,
        };
        let data = json!({"service_name": "stt", "instance_id": "stt-1", "change": word, "detail": "why",
            "timestamp": 2.5});
        check_typed(&Event::Lifecycle(life), event_type, &data);
    }
}

#[test]
fn regular_and_rare_messages_have_topics_of_their_own() {
    let summary = Summary {
        total_services: 3,
        total_instances: 4,
        total_metrics: 50,
        active_alerts: 1,
        timestamp: 1_500,
    };
    check(
        &Event::Summary(summary),
        &[(
            "alicia/metrics/summary",
            json!({"total_services": 3, "total_instances": 4, "total_metrics": 50, "active_alerts": 1, "timestamp": 1.5}),
        )],
    );
    let error = CollectionError {
        service_name: "stt".to_owned(),
        instance_id: String::new(),
        error: "no answer".to_owned(),
        class: ErrorClass::Timeout,
        timestamp: 1_500,
    };
    check(
        &Event::CollectionError(error),
        &[(
            "alicia/metrics/collection_errors",
            json!({"service_name": "stt", "instance_id": "", "error": "no answer", "class": "timeout", "timestamp": 1.5}),
        )],
    );
    check(
        &Event::AlertRecovery { timestamp: 1_500 },
        &[("alicia/metrics/alert_recovery", json!({"status": "recovered", "timestamp": 1.5}))],
    );
}

fn host(cpu_percent: f64) -> Event {
    Event::Host(HostSummary {
        cpu_percent,
        memory_percent: 20.5,
        disk_percent: 30.0,
        network_connections: 40,
    })
}

#[test]
fn the_hosts_gauges_are_measurements_of_service_system() {
    let gauge = |name: &str, value: Value| json!({"name": name, "value": value, "type": "gauge"});
    let payload = |cpu: Value| {
        json!({"service_name": "system", "instance_id": "host", "metrics": [
            gauge("cpu_percent", cpu), gauge("memory_percent", json!(20.5)),
            gauge("disk_percent", json!(30.0)), gauge("network_connections", json!(40))]})
    };
    check(&host(10.5), &[("alicia/metrics/system", payload(json!(10.5)))]);
    // JSON has no NaN, and nobody on the bus could read it.
    check(&host(f64::NAN), &[("alicia/metrics/system", payload(Value::Null))]);
}

#[test]
fn no_event_is_written_with_a_bare_nan() {
    let odd = Alert { value: f64::NAN, threshold: f64::INFINITY, ..alert() };
    for event in [host(f64::NEG_INFINITY), Event::AlertStarted(odd.clone()), Event::AlertResolved(odd)] {
        for message in encoder().event(&event, NOW).expect("encoded") {
            let value: Value = serde_json::from_slice(&message.payload).expect("JSON");
            assert!(value.is_object());
        }
    }
}

#[test]
fn register_and_unregister() {
    let message = encoder().register(1_795_000_000_500, NOW).expect("encoded");
    assert_eq!(message.topic, "alicia/system/discovery/register");
    assert_eq!(
        opened(&message),
        json!({"service_name": "metrics_collector", "status": "online", "timestamp": 1_795_000_000.5,
            "capabilities": ["metrics_collection", "performance_monitoring", "alerting", "system_monitoring",
                "metrics_aggregation"], "version": "1.2.3"})
    );
    let message = encoder().unregister(NOW).expect("encoded");
    assert_eq!(message.topic, "alicia/system/discovery/unregister");
    assert_eq!(
        opened(&message),
        json!({"service_name": "metrics_collector", "status": "offline", "timestamp": 1_795_394_248.926})
    );
}

#[test]
fn health_and_the_question_for_it() {
    for (healthy, word) in [(true, "healthy"), (false, "unhealthy")] {
        let health = SelfHealth { healthy, uptime: 58.75, messages_processed: 22, errors: 3 };
        let message = encoder().health(&health, NOW).expect("encoded");
        assert_eq!(message.topic, "alicia/system/health/metrics_collector");
        assert_eq!(
            opened(&message),
            json!({"service_name": "metrics_collector", "status": word, "uptime": 58.75, "messages_processed": 22,
                "errors": 3, "timestamp": 1_795_394_248.926})
        );
    }
    let message = encoder().health_check(NOW).expect("encoded");
    assert_eq!(message.topic, "alicia/system/health/check");
    assert!(opened(&message).is_object());
}

#[test]
fn the_first_message_on_a_connection_is_an_event() {
    let message = encoder().connected(NOW).expect("encoded");
    assert_eq!(message.topic, "alicia/metrics/events");
    let payload = opened(&message);
    assert_eq!(payload["event_type"], "collector_connected");
    assert_eq!(payload["source"], "metrics_collector");
}

#[test]
fn the_members_of_the_envelope_stand_in_the_order_of_the_wire() {
    let bytes = envelope("a", 1_500, &json!({"x": 1})).expect("encoded");
    let text = String::from_utf8(bytes).expect("text");
    let id = text.strip_prefix(r#"{"message_id":""#).and_then(|rest| rest.get(..36)).expect("an id");
    assert_eq!(id.as_bytes()[14], b'4', "a random UUID: {id}");
    assert!(
        !envelope("a", 1_500, &json!({})).expect("encoded").starts_with(&text.as_bytes()[..50]),
        "of its own"
    );
    let (_, behind_id) = text.split_once("\",").expect("an id");
    assert_eq!(
        behind_id,
        r#""timestamp":1.5,"source":"a","destination":"broadcast","message_type":"event","priority":"normal","ttl":300,"payload":{"x":1},"routing":{"hops":0,"max_hops":10}}"#
    );
}

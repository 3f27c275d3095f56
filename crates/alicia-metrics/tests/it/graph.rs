//! Who talks to whom, over HTTP on a real bus, and that what is suggested are settings.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Setup, program};
use crate::wait::until;
use serde_json::{Value, json};

/// A message in Alicia's envelope.
fn said(id: &str, source: &str, destination: &str, payload: &Value) -> String {
    json!({"message_id": id, "source": source, "destination": destination, "message_type": "event", "payload": payload})
        .to_string()
}

#[test]
fn live_the_graph_says_who_consumes_what_and_what_it_suggests_are_settings() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    until("it listens", || {
        let status = collector.json("/bus");
        if status["listening"]["connected"] == true { Ok(()) } else { Err(status) }
    });
    for n in 0..12 {
        let body = json!({"text": "hi", "session_id": n.to_string()});
        publish(
            broker.port,
            "alicia/voice/ai/request",
            &said(&format!("q{n}"), "it's me", "broadcast", &body),
            &[],
        );
        publish(
            broker.port,
            "alicia/voice/ai/response",
            &said(&format!("a{n}"), "ai_service", "it's me", &body),
            &[],
        );
    }
    let measured = json!({"service_name": "agent", "metrics": [{"name": "load", "value": 1}]});
    publish(broker.port, "alicia/metrics/agent", &said("m", "agent", "broadcast", &measured), &[]);
    let short = |view: &Value| {
        let edges = view["edges"].as_array().expect("edges").iter();
        let edges = edges.filter(|edge| edge["from"] != "metrics_collector");
        edges
            .map(|edge| {
                let by: Vec<_> =
                    edge["evidence"].as_array().expect("evidence").iter().map(|one| &one["by"]).collect();
                json!([edge["from"], edge["to"], edge["topic"], edge["messages"], by])
            })
            .collect::<Vec<Value>>()
    };
    let view = until("all of it", || {
        let view = collector.json("/bus/graph");
        if short(&view).iter().any(|edge| edge[0] == "agent") { Ok(view) } else { Err(view) }
    });
    assert_eq!(
        json!(short(&view)),
        json!([
            ["agent", "metrics_collector", "alicia/metrics/+", 1, ["reads"]],
            ["ai_service", "it's me", "alicia/voice/ai/response", 12, ["destination", "asked"]],
            ["it's me", "ai_service", "alicia/voice/ai/request", 12, ["answer"]]
        ])
    );
    let of_ai = collector.json("/bus/graph?service=ai_service");
    let names: Vec<&Value> =
        of_ai["nodes"].as_array().expect("nodes").iter().map(|node| &node["service"]).collect();
    assert_eq!(json!(names), json!(["ai_service", "it's me"]));
    let dot = collector.get("/bus/graph?format=dot&service=ai_service").body;
    assert!(dot.starts_with("digraph bus {") && dot.contains("\"it's me\" -> \"ai_service\""), "{dot}");
    assert_eq!(collector.get("/bus/graph?format=svg").status, 422);

    // Settings as they are suggested are taken, and the rules are there of which they speak.
    let suggested = view["suggested_inhibitions"].as_array().expect("a list");
    let reasons: Vec<&Value> = suggested.iter().map(|one| &one["reason"]).collect();
    assert_eq!(json!(reasons), json!(["says_only_after", "asks_only"]));
    let text: String = suggested.iter().filter_map(|one| one["settings"].as_str()).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("settings.toml");
    std::fs::write(&file, &text).expect("written");
    let checked = program().args(["check", "--config"]).arg(&file).output().expect("it runs");
    assert!(checked.status.success(), "{text}\n{}", String::from_utf8_lossy(&checked.stderr));
    let rules = collector.get("/alerts/rules").body;
    for rule in ["service_down", "service_silent", "high_error_rate", "response_time_high"] {
        assert!(rules.contains(&format!("\"{rule}\"")), "{rule} in {rules}");
    }
}

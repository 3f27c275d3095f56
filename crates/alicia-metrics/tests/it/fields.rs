//! Numbers in messages become metrics, on a real bus.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Collector, Setup, program};
use crate::wait::until;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

/// A collector that hears everything.
fn listening(setup: Setup) -> Collector {
    let collector = setup.with(&["--mqtt-listen", "#"]).connect();
    until("it listens", || {
        let status = collector.json("/bus");
        if status["listening"]["connected"] == true { Ok(()) } else { Err(status) }
    });
    collector
}

/// The labels, without the name, and the value of the only series that an expression gives.
fn one(collector: &Collector, query: &str) -> (Value, f64) {
    until(query, || {
        let answer = collector.json(&format!("/api/v1/query?query={query}"));
        let [series] = answer["data"]["result"].as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(answer);
        };
        let value = series["value"][1].as_str().and_then(|text| text.parse().ok()).ok_or("no number");
        let mut labels = series["metric"].clone();
        labels.as_object_mut().expect("labels").remove("__name__");
        value.map(|value| (labels, value)).map_err(Value::from)
    })
}

#[test]
fn live_numbers_in_messages_are_asked_of_promql_without_any_setting() {
    let broker = Mosquitto::start();
    let collector = listening(Setup::broker(broker.port));
    let envelope = json!({"message_id": "m1", "source": "ai_service", "destination": "operator", "message_type": "response",
        "payload": {"text": "hi", "session_id": "s1", "processing_time": 0.25, "confidence": 0.9}});
    publish(broker.port, "alicia/voice/ai/response", &envelope.to_string(), &[]);
    publish(broker.port, "zigbee2mqtt/Cellar", r#"{"temperature":14.5,"battery":97}"#, &[]);
    // What the broker had kept is no new sample, and what services measure is read on the other connection.
    publish(broker.port, "home/attic/co2", "640", &[]);
    publish(broker.port, "alicia/metrics/tts", r#"{"metrics":[{"name":"load","value":3}]}"#, &[]);

    let labels = json!({"job": "bus", "service": "ai_service", "topic": "alicia/voice/ai/response"});
    assert_eq!(one(&collector, "processing_time_seconds"), (labels, 0.25));
    let labels = json!({"job": "bus", "profile": "zigbee2mqtt", "device": "Cellar"});
    assert_eq!(one(&collector, "temperature_celsius"), (labels, 14.5));
    let labels = json!({"job": "bus", "topic": "home/attic/co2"});
    assert_eq!(one(&collector, "co2_ppm"), (labels, 640.0));
    assert_eq!(one(&collector, "count(load)").1, 1.0, "said once, kept once");

    let view = collector.json("/bus/fields?service=ai_service");
    let metrics: Vec<&Value> =
        view["fields"].as_array().expect("a list").iter().map(|field| &field["metric"]).collect();
    assert_eq!(metrics, ["confidence", "processing_time_seconds"], "{view}");
    let left = collector.json("/bus/fields?topic=voice")["left_fields"].clone();
    assert!(left.to_string().contains("identifier"), "session_id tells things apart: {left}");
    let services = collector.get("/services").body;
    assert!(!services.contains("ai_service"), "who only passes by is no service: {services}");
}

#[test]
fn live_what_is_not_understood_waits_in_the_inbox_until_one_request_maps_it() {
    let (broker, dir) = (Mosquitto::start(), tempfile::tempdir().expect("a directory"));
    let collector = listening(Setup::broker(broker.port).data_dir(dir.path()));
    let say = || publish(broker.port, "home/attic/wind", "12 m/s from the west", &[]);
    say();
    let entry = until("it is in the inbox", || {
        let inbox = collector.json("/bus/inbox");
        inbox["entries"].as_array().and_then(|all| all.first().cloned()).ok_or(inbox)
    });
    assert_eq!((&entry["reason"], &entry["count"]), (&json!("free_text"), &json!(1)));
    let mapping = entry["mapping"].clone();
    // Tried first: nothing is kept of it.
    let body = json!({"topic": "home/attic/wind", "payload": "12 m/s", "mapping": mapping}).to_string();
    let tried = collector.ask("POST", "/bus/mappings/test", &body).json();
    assert_eq!((&tried["fields"][0]["metric"], &tried["fields"][0]["value"]), (&json!("wind"), &json!(12.0)));
    let made = collector.ask("POST", "/bus/mappings", &mapping.to_string());
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(collector.json("/bus/inbox")["entries"], json!([]));
    say();
    assert_eq!(one(&collector, "wind").1, 12.0);
    for (wrong, why) in [
        (r#"{"topic":"a/#/b","drop":true}"#, "last level"),
        (r#"{"topic":"a","nam":"x"}"#, "unknown field `nam`"),
        (r#"{"topic":"a","drop":true,"scale":2}"#, "needs no name"),
        (&*mapping.to_string(), "the same mapping"),
    ] {
        let refused = collector.ask("POST", "/bus/mappings", wrong);
        assert!(refused.status == 400 && refused.body.contains(why), "{wrong}: {}", refused.body);
    }
    // It outlives the collector, and goes when it is told to.
    collector.kill();
    let collector = listening(Setup::broker(broker.port).data_dir(dir.path()));
    let known = collector.json("/bus/mappings")["mappings"].clone();
    assert_eq!(
        (&known[0]["id"], &known[0]["origin"], &known[0]["topic"]),
        (&json!(1), &json!("request"), &mapping["topic"])
    );
    assert_eq!(collector.ask("DELETE", "/bus/mappings/1", "").status, 200);
    assert_eq!(collector.ask("DELETE", "/bus/mappings/1", "").status, 404);
    assert_eq!(collector.json("/bus/mappings")["mappings"], json!([]));
}

#[test]
fn live_mappings_of_the_settings_file_are_read_again_on_sighup() {
    let (broker, dir) = (Mosquitto::start(), tempfile::tempdir().expect("a directory"));
    let file = dir.path().join("metrics.toml");
    let write = |name: &str| {
        let text = format!("[[mapping]]\ntopic = 'home/{{room}}/t'\nname = '{name}'\nunit = '°C'\n");
        std::fs::write(&file, text).expect("written");
    };
    write("warmth");
    let collector = listening(Setup::broker(broker.port).with(&["--config", &file.display().to_string()]));
    publish(broker.port, "home/attic/t", "21.5 °C", &[]);
    assert_eq!(one(&collector, "warmth_celsius"), (json!({"job": "bus", "room": "attic"}), 21.5));
    write("heat");
    collector.signal("HUP");
    until("the settings are read again", || {
        let known = collector.json("/bus/mappings")["mappings"].clone();
        if known[0]["name"] == "heat" && known[0]["origin"] == "settings" { Ok(()) } else { Err(known) }
    });
    publish(broker.port, "home/attic/t", "22.5 °C", &[]);
    assert_eq!(one(&collector, "heat_celsius").1, 22.5);
}

#[test]
fn mapping_test_shows_what_a_message_becomes() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("metrics.toml");
    std::fs::write(&file, "[[mapping]]\ntopic = 'home/{room}/t'\nname = 'warmth'\nunit = '°C'\n")
        .expect("written");
    let run = |args: &[&str], input: &str| {
        let mut child = program()
            .args(["mapping", "test"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("piped");
        // Who is given the payload as a word reads nothing.
        drop(stdin.write_all(input.as_bytes()));
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("text"))
    };
    let config = file.display().to_string();
    let (code, text) = run(&["home/attic/t", "--config", &config], "21.5 °C\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("warmth_celsius   21.5  room=\"attic\""), "{text}");
    let (code, text) = run(&["zigbee2mqtt/Cellar", r#"{"temperature":14.5,"id":7}"#], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("temperature_celsius") && text.contains("identifier"), "{text}");
    let (code, text) = run(&["home/attic/t", "21.5 °C of warmth"], "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("free_text") && text.contains("[[mapping]]"), "{text}");
    let (code, text) = run(&["home/attic/t", "21.5 °C", "--json", "--config", &config], "");
    let tried: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &tried["fields"][0]["value"]), (Some(0), &json!(21.5)));
    std::fs::write(&file, "[[mapping]]\ntopic = 'home/#/t'\n").expect("written");
    let (code, text) = run(&["home/attic/t", "1", "--config", &config], "");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("line 2") && text.contains("last level"), "{text}");
}

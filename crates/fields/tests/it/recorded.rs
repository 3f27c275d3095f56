//! The recorded minutes of a real bus, where they are at hand: each number that a message carries is a metric, without any setting.

use crate::rig::Rig;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Deserialize)]
struct Line {
    t: f64,
    topic: String,
    payload: String,
}

/// All numbers of a body but moments, with the last step of their paths, by a reader that shares no code with the crate.
fn numbers(value: &Value, key: &str, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(number) if key != "timestamp" => {
            found.push((key.to_owned(), number.as_f64().expect("a number")));
        }
        Value::Object(all) => all.iter().for_each(|(key, value)| numbers(value, key, found)),
        Value::Array(all) => all.iter().for_each(|value| numbers(value, key, found)),
        _ => {}
    }
}

#[test]
fn the_recorded_minutes_give_every_number_that_was_said() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/capture");
    let Ok(lines) = std::fs::read_to_string(folder.join("alicia-first-minutes.jsonl")) else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let mut rig = Rig::new();
    let (mut wanted, mut metrics) = (0, BTreeSet::new());
    for line in lines.lines() {
        let line: Line = serde_json::from_str(line).expect("a line");
        rig.now = model::from_seconds(line.t).expect("a time");
        rig.say(&line.topic, &line.payload);
        let told = rig.told();
        metrics.extend(told.iter().filter_map(|told| Some(told.rsplit_once(' ')?.0.to_owned())));
        if bus::topics::is_taken(&line.topic) {
            assert_eq!(told, Vec::<String>::new(), "{} is read elsewhere", line.topic);
            continue;
        }
        let mut body: Value = serde_json::from_str(&line.payload).expect("JSON");
        while body["message_id"].is_string() && body["payload"].is_object() {
            body = body["payload"].take();
        }
        let mut truth = Vec::new();
        numbers(&body, "", &mut truth);
        for (key, value) in &truth {
            let is_told =
                |told: &&String| told.contains(key.as_str()) && told.ends_with(&format!(" {value}"));
            assert!(told.iter().any(|told| is_told(&told)), "{} says {key} {value}; {told:?}", line.topic);
        }
        wanted += truth.len();
    }
    println!("{wanted} numbers in {} metrics", metrics.len());
    assert!(wanted > 100, "{wanted}");
    let service =
        |service: &str| metrics.iter().filter(|one| one.contains(&format!("service=\"{service}\""))).count();
    assert_eq!(
        (service("health_monitor"), service("load_balancer"), service("discovery_service")),
        (5, 4, 2)
    );
    let state = "device_state{device=\"lamp1\",service=\"operator\",topic=\"alicia/devices/+/status\"}";
    assert!(metrics.contains(state), "{metrics:?}");
    assert_eq!(rig.fields.inbox().0, []);
}

//! Series that have ended: their last sample and their history stay, scrapers do not see them any more, and the
//! markers that ended them are shown nowhere.

use crate::counter::{Counter, runtime};
use model::{Health, Report};
use serde_json::{Value, json};

fn get(counter: &Counter, path: &str) -> Value {
    runtime().block_on(counter.get(path)).json()
}

fn values(counter: &Counter, path: &str) -> Vec<f64> {
    let data = get(counter, path)["data"].as_array().cloned().unwrap_or_default();
    data.iter().map(|sample| sample["value"].as_f64().expect("a number")).collect()
}

/// A health word of instance `i` of service `s`, so many seconds ago.
fn word(counter: &Counter, word: &str, ago: i64) {
    counter.take(Report::Health(Health {
        service: "s".into(),
        instance: Some("i".into()),
        word: word.to_owned().into(),
        readings: Vec::new(),
        timestamp: Some(model::to_seconds(crate::counter::NOW - ago * 1_000)),
    }));
}

#[test]
fn who_said_goodbye_is_shown_with_the_last_samples_but_not_to_scrapers() {
    let counter = Counter::new();
    counter.gauge("s", "i", "g", &[(30, 1.0), (20, 2.0)]);
    counter.goodbye("s");
    assert_eq!(get(&counter, "/metrics")["metrics"][0]["value"], 2.0);
    assert_eq!(get(&counter, "/metrics/s")["instances"]["i"]["metrics"][0]["value"], 2.0);
    let text = runtime().block_on(counter.ask("GET", "/metrics", &[("accept", "text/plain")], "")).text;
    assert!(!text.contains("g{"), "{text}");
    assert_eq!(values(&counter, "/metrics/s/g"), [2.0, 1.0]);
    assert_eq!(values(&counter, "/metrics/s/g?limit=1"), [2.0]);
    assert_eq!(get(&counter, "/metrics/s/g/aggregate")["count"], 2);
    assert_eq!(get(&counter, "/metrics/s/g/trend")["data_points"], 2);
    assert_eq!(get(&counter, "/analytics/s")["analytics"]["g"]["count"], 2);
}

#[test]
fn of_the_health_words_only_the_newest_is_listed() {
    let counter = Counter::new();
    word(&counter, "healthy", 60);
    word(&counter, "degraded", 30);
    let listed = get(&counter, "/metrics/s")["instances"]["i"].clone();
    assert_eq!(listed["health_status"], "degraded");
    assert_eq!(listed["metrics"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["metrics"][0]["labels"], json!({"status": "degraded"}));
    assert_eq!(get(&counter, "/metrics")["metrics"].as_array().map(Vec::len), Some(1));
    assert_eq!(values(&counter, "/metrics/s/health_status"), [0.0, 1.0]);
}

#[test]
fn as_many_samples_are_shown_as_asked_for_however_often_a_series_ended() {
    let counter = Counter::new();
    for round in 0..40 {
        word(&counter, ["healthy", "degraded"][round % 2], 1_000 - 10 * i64::try_from(round).expect("small"));
    }
    for limit in [1, 2, 7, 19, 40] {
        let path = format!("/metrics/s/health_status?limit={limit}");
        assert_eq!(values(&counter, &path).len(), limit, "{limit}");
    }
    let data = get(&counter, "/metrics/s/health_status")["data"].clone();
    let times: Vec<f64> =
        data.as_array().expect("a list").iter().filter_map(|s| s["timestamp"].as_f64()).collect();
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "{times:?}");
}

#[test]
fn what_a_service_says_of_itself_is_no_instances_unless_it_has_none() {
    let counter = Counter::new();
    counter.health("s", None, "healthy");
    assert_eq!(values(&counter, "/metrics/s/health_status?instance_id=s_unknown"), [1.0]);
    counter.gauge("s", "a", "g", &[(1, 1.0)]);
    counter.gauge("s", "s_unknown", "g", &[(1, 2.0)]);
    let instances = get(&counter, "/metrics/s")["instances"].clone();
    let names = |id: &str| -> Vec<String> {
        let metrics = instances[id]["metrics"].as_array().cloned().unwrap_or_default();
        metrics.iter().filter_map(|metric| metric["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!((names("a"), names("s_unknown")), (vec!["g".to_owned()], vec!["g".to_owned()]));
    assert_eq!(values(&counter, "/metrics/s/health_status?instance_id=s_unknown"), [] as [f64; 0]);
    assert_eq!(values(&counter, "/metrics/s/health_status"), [1.0]);
}

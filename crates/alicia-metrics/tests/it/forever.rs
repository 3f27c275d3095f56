//! Samples of any age, in any order, through the whole program.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Setup, program};
use crate::wait::until;
use serde_json::{Value, json};

const FOREVER: [&str; 4] = ["--retention", "forever", "--out-of-order-window", "forever"];

/// Milliseconds since the epoch, in no order.
fn instants() -> Vec<u64> {
    let mut all = vec![1_700_000_000_000, 0, 300_000, 5_000, 86_400_000, 10_000];
    all.extend((0..300_u64).map(|n| (n * 7_919 % 300) * 5_600_000_000));
    all
}

#[test]
fn live_samples_since_the_epoch_are_read_at_once_and_after_a_restart() {
    let broker = Mosquitto::in_memory();
    let data = tempfile::tempdir().expect("a directory");
    let start = || Setup::bare(broker.port).with(&FOREVER).data_dir(data.path()).connect();
    let collector = start();
    let entry = |t: &u64| json!({"name": "level", "value": t + 1, "timestamp": *t as f64 / 1000.0});
    for some in instants().chunks(40) {
        let metrics: Vec<Value> = some.iter().map(entry).collect();
        let body = json!({"service_name": "tank", "instance_id": "a", "metrics": metrics});
        publish(broker.port, "alicia/metrics/tank", &body.to_string(), &[]);
    }
    let mut expected = instants();
    expected.sort_unstable();
    expected.dedup();
    let values = |collector: &crate::collector::Collector| -> Vec<u64> {
        let answer = collector.get("/metrics/tank/level?limit=100000");
        if answer.status != 200 {
            return Vec::new();
        }
        let data = answer.json()["data"].as_array().expect("a list").clone();
        let mut values: Vec<u64> =
            data.iter().map(|one| one["value"].as_f64().expect("a number") as u64 - 1).collect();
        values.sort_unstable();
        values
    };
    until("all are there", || {
        let seen = values(&collector);
        if seen == expected { Ok(()) } else { Err((seen.len(), collector.get("/refusals").body)) }
    });
    assert_eq!(collector.json("/storage")["limits"]["retention_days"], Value::Null, "no end");
    collector.kill();
    assert_eq!(values(&start()), expected);
}

#[test]
fn an_import_keeps_for_ever_and_a_window_refuses_what_comes_too_late() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, file) = (dir.path().join("data"), dir.path().join("old.csv"));
    std::fs::write(&file, "name,timestamp_ms,value\na,0,1\na,1700000000000,2\na,5,3\n").expect("written");
    let import = |keep: &[&str]| {
        let output = program().arg("import").arg(&file).arg("--data-dir").arg(&data).args(keep).output();
        let output = output.expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout),
        )
    };
    assert_eq!(import(&["--retention", "12h"]).0, Some(4), "all are too old");
    assert_eq!(import(&["--retention", "1y", "--retention-days", "365"]).0, Some(1));
    assert_eq!(import(&["--retention", "12"]).0, Some(2), "12 of what?");
    let (code, told) = import(&["--retention", "forever"]);
    assert!(code == Some(0) && told.contains("3 samples are new"), "{told}");
}

#[test]
fn live_a_window_refuses_what_comes_later_and_counts_it() {
    let broker = Mosquitto::in_memory();
    let collector =
        Setup::bare(broker.port).with(&["--retention", "forever", "--out-of-order-window", "1m"]).connect();
    let metrics: Vec<Value> = [1_000, 2_000, 1_941, 1_000, 1_939]
        .map(|t| json!({"name": "level", "value": t, "timestamp": t}))
        .to_vec();
    let body = json!({"service_name": "tank", "instance_id": "a", "metrics": metrics});
    publish(broker.port, "alicia/metrics/tank", &body.to_string(), &[]);
    until("it is counted", || {
        let refused = collector.refused("out_of_order");
        if refused == 2 { Ok(()) } else { Err(refused) }
    });
    let data = collector.json("/metrics/tank/level?limit=10")["data"].as_array().expect("a list").len();
    assert_eq!(data, 3, "the first of them, the newest, and what is a minute before it");
}

//! History over restarts: orderly ones, and fifty that are none.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Setup, program};
use crate::numbered::{numbers, publisher, whole};
use crate::wait::until;
use serde_json::{Value, json};
use std::time::Duration;

/// Kills of the collector, unless the variable `ALICIA_KILLS` says otherwise.
const KILLS: u64 = 50;
/// When the first number was, in seconds.
const START: u64 = 1_700_000_000;
/// Messages that are under way when it is killed.
const MESSAGES: u64 = 150;

#[test]
fn live_fifty_kills_lose_nothing_and_count_nothing_twice() {
    let broker = Mosquitto::in_memory();
    let data = tempfile::tempdir().expect("a directory");
    let start = || Setup::broker(broker.port).data_dir(data.path()).connect();
    let mut collector = start();
    let whole = whole(MESSAGES);
    let kills = std::env::var("ALICIA_KILLS").map_or(KILLS, |text| text.parse().expect("a number"));
    for kill in 0..kills {
        let metric = format!("run_{kill}");
        let mut publisher = publisher(broker.port, &metric, START, 0..MESSAGES);
        // A different moment each time, from the first message to after the last.
        std::thread::sleep(Duration::from_millis(kill * 7 % 61));
        collector.kill();
        assert!(publisher.wait().expect("reaped").success());
        collector = start();
        until("all are there", || {
            let seen = numbers(&collector, &metric);
            if seen.len() >= whole.len() { Ok(()) } else { Err(seen.len()) }
        });
    }
    for kill in 0..kills {
        assert_eq!(numbers(&collector, &format!("run_{kill}")), whole, "run {kill}");
    }
    println!("figure: lost 0, doubled 0 of {} in {kills} kills", kills * MESSAGES);
    // Each start begins a file of the log. What is killed within milliseconds puts none together: the last one does.
    until("the log is short", || {
        let files = std::fs::read_dir(data.path().join("wal")).expect("the log").count();
        if files <= 8 { Ok(()) } else { Err(files) }
    });
}

#[test]
fn a_snapshot_of_a_running_collector_is_a_data_directory() {
    let data = tempfile::tempdir().expect("a directory");
    let collector = Setup::none().data_dir(data.path()).start();
    let rule = json!({"name": "hot", "metric_name": "t", "condition": "value > 60", "severity": "error",
        "description": "Hot"});
    assert_eq!(collector.ask("POST", "/alerts/rules", &rule.to_string()).status, 200);
    until("the host was read", || {
        let samples = collector.own_metric("alicia_metrics_head_samples");
        if samples > 0.0 { Ok(()) } else { Err(samples) }
    });
    let never_finished = data.path().join("snapshots/part/wal");
    std::fs::create_dir_all(&never_finished).expect("made");
    std::fs::write(never_finished.join("00000009.wal"), "torn").expect("written");
    let made = collector.ask("POST", "/-/snapshot", "");
    assert_eq!(made.status, 200, "{}", made.body);
    let made: Value = serde_json::from_str(&made.body).expect("JSON");
    let dir = std::path::Path::new(made["directory"].as_str().expect("a directory"));
    assert_eq!(
        data.path().join("snapshots").read_dir().expect("a directory").count(),
        1,
        "nothing half made"
    );
    for (command, told) in [("verify", "0 with a problem"), ("export", "collector_process_cpu_percent")] {
        let output = program().arg(command).arg("--data-dir").arg(dir).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains(told), "{command}: {text}");
    }
    // Beside the first, which goes on.
    let second = Setup::none().data_dir(dir).start();
    assert_eq!(second.json("/alerts/rules/hot")["rule"]["condition"], json!("value > 60"));
    assert_eq!(collector.ask("POST", "/-/snapshot", "").status, 200, "and another");
}

#[test]
fn what_is_erased_while_the_collector_runs_stays_so() {
    let data = tempfile::tempdir().expect("a directory");
    let file = data.path().join("old.jsonl");
    let line = |name: &str| {
        format!(
            r#"{{"metric":{{"__name__":"{name}","service":"s"}},"values":[1,2,3],"timestamps":[1000,2000,3000]}}"#
        )
    };
    std::fs::write(&file, format!("{}\n{}\n", line("kept"), line("partly"))).expect("written");
    let done = |command: &str, more: &[&str]| {
        let output = program().arg(command).arg("--data-dir").arg(data.path()).args(more).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    done("import", &["--retention-days", "36500", file.to_str().expect("text")]);
    let collector = Setup::none().with(&["--retention-days", "36500"]).data_dir(data.path()).start();
    let erase = |query: &str| collector.ask("POST", &format!("/-/erase?{query}"), "");
    assert_eq!(erase("match=partly&start=yesterday").status, 400);
    assert_eq!(erase("match=partly%7B").status, 400, "a brace that is not closed");
    let erased = erase("match=partly&start=2&end=1970-01-01T00:00:02.5Z");
    assert_eq!((erased.status, erased.body.as_str()), (200, r#"{"status":"erased"}"#));
    collector.kill();
    let exported = done("export", &["--match", "{service=\"s\"}"]);
    let values: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |name: &str| {
        let one = values.iter().find(|value| value["metric"]["__name__"] == name);
        one.map(|one| one["values"].clone()).unwrap_or_default()
    };
    assert_eq!((of("kept"), of("partly")), (json!([1.0, 2.0, 3.0]), json!([1.0, 3.0])), "{exported}");
}

#[test]
fn live_after_a_restart_everything_is_shown_as_before() {
    let broker = Mosquitto::start();
    let data = tempfile::tempdir().expect("a directory");
    for durability in ["always", "interval", "relaxed"] {
        let start =
            || Setup::broker(broker.port).with(&["--durability", durability]).data_dir(data.path()).connect();
        let collector = start();
        let body = json!({"service_name": durability, "instance_id": "a", "metrics": [
            {"name": "level", "value": 0.1, "labels": {"tank": "größer"}, "timestamp": 1_700_000_000},
            {"name": "litres", "value": 1e300, "type": "counter", "timestamp": 1_700_000_001.5},
            {"name": "took", "value": -0.0, "type": "histogram"}]});
        publish(broker.port, "alicia/metrics/tank", &body.to_string(), &["-q", "1"]);
        let paths = ["level", "litres", "took"].map(|metric| format!("/metrics/{durability}/{metric}"));
        let before: Vec<Value> = until("all of it is shown", || {
            let seen: Vec<_> = paths.iter().map(|path| collector.get(path)).collect();
            let is_whole = |answer: &crate::http_client::Answer| {
                answer.status == 200 && answer.json()["data"][0].is_object()
            };
            if seen.iter().all(is_whole) {
                Ok(seen.iter().map(|answer| answer.json()).collect())
            } else {
                Err(seen.len())
            }
        });
        collector.signal("TERM");
        assert!(collector.wait().success());
        let collector = start();
        let after: Vec<Value> = paths.iter().map(|path| collector.json(path)).collect();
        assert_eq!(after, before, "{durability}");
        let service = collector.json("/services");
        assert!(service.to_string().contains(durability), "{service}");
    }
}

#[test]
fn damage_is_told_and_does_not_stop_the_start() {
    let data = tempfile::tempdir().expect("a directory");
    let start = || Setup::none().data_dir(data.path()).start();
    let collector = start();
    until("the host is measured", || {
        let answer = collector.get("/metrics/system");
        if answer.status == 200 { Ok(()) } else { Err(answer.status) }
    });
    collector.signal("TERM");
    assert!(collector.wait().success());
    let segment = data.path().join("wal/00000001.segment");
    let mut bytes = std::fs::read(&segment).expect("a segment");
    // In the header: every record behind it is good, so nothing is lost, and it is no torn tail.
    bytes[3] ^= 0xff;
    std::fs::write(&segment, &bytes).expect("written");
    let collector = start();
    assert!(collector.log().contains("00000001.segment is damaged"), "{}", collector.log());
    assert!(data.path().join("wal/00000001.segment.damaged-1").exists(), "put aside");
    assert_eq!(collector.get("/metrics/system").status, 200, "and read");
}

#[test]
fn verify_reads_everything_changes_nothing_and_tells_by_its_exit_code() {
    let data = tempfile::tempdir().expect("a directory");
    let verify = || {
        let output = program().arg("verify").arg("--data-dir").arg(data.path()).output().expect("it runs");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.code(), text)
    };
    let (code, text) = verify();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("there is no directory"), "{text}");

    let collector = Setup::none().data_dir(data.path()).start();
    until("the host is measured", || {
        let answer = collector.get("/metrics/system");
        if answer.status == 200 { Ok(()) } else { Err(answer.status) }
    });
    let (code, text) = verify();
    assert_eq!(code, Some(1), "a running collector holds the files: {text}");
    assert!(text.contains("another process"), "{text}");
    collector.signal("TERM");
    assert!(collector.wait().success());
    let (code, text) = verify();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("00000001.segment") && text.contains("sound"), "{text}");

    let segment = data.path().join("wal/00000001.segment");
    let mut bytes = std::fs::read(&segment).expect("a segment");
    bytes[3] ^= 0xff;
    std::fs::write(&segment, &bytes).expect("written");
    let (code, text) = verify();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("is damaged"), "{text}");
    assert_eq!(std::fs::read(&segment).expect("still there"), bytes, "unchanged");
}

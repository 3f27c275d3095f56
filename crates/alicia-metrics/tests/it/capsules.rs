//! Capsules: what passed on a real bus, saved, shown, and replayed to the same bytes again and again.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Collector, Setup, program};
use crate::wait::until;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Milliseconds since 1970 at which what is made up begins.
const START: i64 = 1_795_394_400_000;

fn run(args: &[&str]) -> Output {
    finish(program().args(args))
}

fn finish(command: &mut Command) -> Output {
    command.output().expect("the program runs")
}

#[track_caller]
fn told(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn path(dir: &TempDir, name: &str) -> String {
    dir.path().join(name).to_str().expect("UTF-8").to_owned()
}

/// The hash that a replay prints.
#[track_caller]
fn hash(output: &Output) -> String {
    let text = told(output);
    let hash = text.lines().find_map(|line| line.strip_prefix("hash ")).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(hash.len(), 32, "{text}");
    hash.to_owned()
}

/// How many services, how often each speaks, and for how long, in seconds.
const WHOLE: (i64, usize, i64) = (24, 5, 420);
/// The same for what is done often.
const SHORT: (i64, usize, i64) = (12, 20, 270);

/// A recording that is made up, line by line.
#[derive(Default)]
struct MadeUp {
    lines: String,
    messages: usize,
}

impl MadeUp {
    fn raw(&mut self, at: i64, topic: &str, retain: bool, payload: &str) {
        let t = (START + at) as f64 / 1e3;
        let line = json!({"t": t, "topic": topic, "qos": 1, "retain": retain, "payload": payload});
        writeln!(self.lines, "{line}").expect("text");
        self.messages += 1;
    }

    /// In Alicia's envelope.
    fn say(&mut self, at: i64, topic: &str, source: &str, body: &Value) {
        let payload = envelope(&format!("id-{}", self.messages), at, source, body);
        self.raw(at, topic, false, &payload);
    }
}

fn envelope(id: &str, at: i64, source: &str, body: &Value) -> String {
    json!({"message_id": id, "timestamp": (START + at) as f64 / 1e3, "source": source, "destination": "broadcast",
        "message_type": "event", "priority": "normal", "ttl": 300, "payload": body,
        "routing": {"hops": 0, "max_hops": 10}})
    .to_string()
}

/// Minutes of services, of which some are too busy, some fall ill, some fall silent, all at once; with doubles,
/// kept copies, what nobody can read, and a clock that is set back; who speaks, does so every `step` seconds.
fn incident((services, step, seconds): (i64, usize, i64)) -> MadeUp {
    let mut made = MadeUp::default();
    for n in 0..services {
        let body = json!({"service_name": format!("s{n:02}"), "status": "online", "timestamp": 1.0, "capabilities": [],
            "version": "1.0.0"});
        made.say(n, "alicia/system/discovery/register", &format!("s{n:02}"), &body);
    }
    for second in (1..seconds).step_by(step) {
        for n in 0..services {
            // A third of them falls silent in the same moment.
            if n % 3 == 0 && second > 200 {
                continue;
            }
            let service = format!("s{n:02}");
            let is_busy = n % 4 == 1 && (90..240).contains(&second);
            let cpu = if is_busy { 97.0 } else { 20.0 + (n * second % 17) as f64 };
            let metrics = json!({"service_name": service, "instance_id": format!("{service}-1"), "metrics": [
                {"name": "cpu_percent", "value": cpu},
                {"name": "response_time_avg", "value": 100 + n * second % 50, "labels": {"endpoint": "/a"}},
                {"name": "response_time", "value": 90.5 + (second % 7) as f64, "type": "histogram"},
                {"name": "requests_total", "value": second * n, "type": "counter"},
                {"name": "odd", "value": "text"}]});
            // All in one millisecond, in an order of their own.
            made.say(second * 1_000, &format!("alicia/metrics/{service}"), &service, &metrics);
            let word = if n % 5 == 2 && (120..180).contains(&second) { "unhealthy" } else { "healthy" };
            let health = json!({"service_name": service, "status": word, "uptime": second});
            made.say(second * 1_000 + 7, &format!("alicia/system/health/{service}"), &service, &health);
            let asked = json!({"text": "hi", "session_id": format!("{n}-{second}")});
            made.say(second * 1_000 + 20, "alicia/voice/ai/request", &service, &asked);
            made.say(second * 1_000 + 25 + n, "alicia/voice/ai/response", &format!("ai{}", n % 6), &asked);
        }
        let twice = envelope(
            &format!("twice-{second}"),
            second * 1_000,
            "s01",
            &json!({"service_name": "s01",
            "metrics": [{"name": "twice", "value": second}]}),
        );
        made.raw(second * 1_000 + 300, "alicia/metrics/s01", false, &twice);
        made.raw(second * 1_000 + 301, "alicia/metrics/s01", false, &twice);
        made.raw(second * 1_000 + 302, "alicia/metrics/s01", true, &twice);
        made.raw(second * 1_000 + 303, "alicia/system/health/broker", false, "healthy");
        made.raw(
            second * 1_000 + 304,
            "alicia/metrics/s02",
            false,
            r#"{"metrics": [{"name": "x", "value": NaN}, {"name": "y", "value": 1}]}"#,
        );
        made.raw(second * 1_000 + 305, "alicia/metrics/s02", false, "{\"metrics\": [");
        made.raw(second * 1_000 + 306, "home/door", false, "open");
    }
    let late = json!({"service_name": "s04", "metrics": [{"name": "late", "value": 1}]});
    let end = seconds * 1_000;
    made.say(end - 20_000, "alicia/metrics/s04", "s04", &late);
    made.say(end + 10_000, "alicia/metrics/s04", "s04", &late);
    made.say(end - 10_000, "alicia/metrics/s04", "s04", &late);
    made.say(end + 11_000, "alicia/metrics/s04", "s04", &late);
    made
}

/// A capsule of it.
fn incident_in(dir: &TempDir, size: (i64, usize, i64)) -> (PathBuf, MadeUp) {
    let made = incident(size);
    let (lines, capsule) = (path(dir, "incident.jsonl"), path(dir, "incident.capsule"));
    std::fs::write(&lines, &made.lines).expect("written");
    let text = told(&run(&["capsule", "import", &lines, &capsule]));
    assert!(text.contains(&format!("{} messages", made.messages)), "{text}");
    (capsule.into(), made)
}

const RULES: &str = r#"groups:
- name: house
  interval: 7s
  rules:
  - record: service:cpu:avg
    expr: avg by (service) (cpu_percent)
  - record: all:cpu:sum
    expr: sum(cpu_percent * 1.1)
  - alert: Busy
    expr: service:cpu:avg > 90
    for: 20s
    labels: {severity: warning, who: '{{ $labels.service }}'}
    annotations: {summary: '{{ $labels.service }} is at {{ $value | printf "%.1f" }}'}
  - alert: BusyNow
    expr: cpu_percent > 90
    annotations: {summary: 'since {{ with query "max(cpu_percent)" }}{{ . | first | value | humanize }}{{ end }}'}
- name: other
  rules:
  - alert: TopThree
    expr: topk(3, cpu_percent) > 95
  - alert: Silent
    expr: absent_over_time(up{service="s03"}[1m])
"#;

#[test]
fn a_hundred_replays_come_to_the_same_bytes() {
    let dir = tempfile::tempdir().expect("a directory");
    let (capsule, _) = incident_in(&dir, SHORT);
    let capsule = capsule.to_str().expect("UTF-8");
    let rules = path(&dir, "rules.yml");
    std::fs::write(&rules, RULES).expect("written");
    let mut hashes = [BTreeSet::new(), BTreeSet::new()];
    let begin = |with_rules: bool| {
        let mut command = program();
        command.args(["capsule", "replay", capsule]);
        command.args(["--rules", &rules][..if with_rules { 2 } else { 0 }].iter());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    // Two of each at a time, so that nobody has the machine for themselves.
    for _ in 0..25 {
        let going = [false, true, false, true].map(|with_rules| (with_rules, begin(with_rules)));
        for (with_rules, child) in going {
            let output = child.wait_with_output().expect("it ends");
            hashes[usize::from(with_rules)].insert(hash(&output));
        }
    }
    assert_eq!(hashes[0].len(), 1, "{hashes:?}");
    assert_eq!(hashes[1].len(), 1, "{hashes:?}");
    assert_ne!(hashes[0], hashes[1], "rules make a difference");
}

/// The lines of a file as JSON.
fn lines(dir: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join(name)).expect("it was written");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn a_replay_comes_to_what_is_in_the_capsule() {
    let dir = tempfile::tempdir().expect("a directory");
    let (capsule, _) = incident_in(&dir, WHOLE);
    let (output, data) = (path(&dir, "output"), path(&dir, "data"));
    let capsule = capsule.to_str().expect("UTF-8");
    let text = told(&run(&["capsule", "replay", capsule, "--output", &output, "--data-dir", &data]));
    let output = Path::new(&output);
    let alerts = lines(output, "alerts.jsonl");
    let of_rule = |rule: &str| {
        let found = alerts.iter().filter(|alert| alert["rule_name"] == rule);
        found.map(|alert| alert["service_name"].as_str().expect("a name")).collect::<BTreeSet<_>>()
    };
    let services = |rest: i64, of: i64| {
        (0..24).filter(|n| n % of == rest).map(|n| format!("s{n:02}")).collect::<BTreeSet<_>>()
    };
    assert_eq!(of_rule("high_cpu"), services(1, 4).iter().map(String::as_str).collect());
    assert_eq!(of_rule("service_down"), services(2, 5).iter().map(String::as_str).collect());
    // They began when the first sample that is too high came, and ended with the first that is not.
    let busy = alerts.iter().find(|alert| alert["alert_id"] == "high_cpu:s05:s05-1").expect("it fired");
    let at = |second: i64| (START / 1_000 + second) as f64;
    assert_eq!((busy["timestamp"].as_f64(), busy["resolved_at"].as_f64()), (Some(at(91)), Some(at(241))));
    assert!(
        text.contains("high_cpu:s05:s05-1") && text.contains("2026-11-23T00:41:31Z") || text.contains("more"),
        "{text}"
    );
    // Each sample is there once, with the time of its arrival, and of a message that came three times the first.
    let series = lines(output, "series.jsonl");
    let twice: Vec<&Value> = series.iter().filter(|one| one["metric"]["__name__"] == "twice").collect();
    assert_eq!(twice.len(), 1);
    // Behind them stands that they are over.
    let values = twice[0]["values"].as_array().expect("values");
    assert_eq!((values.iter().filter(|value| value.is_number()).count(), values.len()), (84, 85));
    assert_eq!(twice[0]["timestamps"][0], START + 1_300);
    // Those who fell silent were told of, all in one second.
    let events = lines(output, "events.jsonl");
    let stale = events.iter().filter(|event| event["payload"]["event_type"] == "service_stale");
    let stale: BTreeSet<(i64, &str)> = stale
        .filter_map(|event| {
            Some((event["at"].as_i64()?, event["payload"]["event_data"]["service_name"].as_str()?))
        })
        .collect();
    let silent = services(0, 3);
    assert!(silent.iter().all(|name| stale.iter().any(|(_, other)| other == name)), "{stale:?}");
    let times = events.iter().filter_map(|event| event["at"].as_i64());
    let back = times.clone().zip(times.skip(1)).filter(|(a, b)| a > b).count();
    assert!(back <= 1, "events are in order but where the clock was set back");
    // The data directory can be asked.
    let time = ((START + 200_000) / 1_000).to_string();
    let asked =
        run(&["query", "count(cpu_percent > 90)", "--time", &time, "--data-dir", &data, "--output", "json"]);
    assert!(told(&asked).contains("\"6\""), "{asked:?}");
    let again = run(&["capsule", "replay", capsule, "--data-dir", &data]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("not empty"), "{again:?}");
}

#[test]
fn neither_the_place_nor_the_language_nor_the_threads_make_a_difference() {
    let dir = tempfile::tempdir().expect("a directory");
    let (capsule, _) = incident_in(&dir, SHORT);
    let rules = path(&dir, "rules.yml");
    std::fs::write(&rules, RULES).expect("written");
    let replay = |mut command: Command, change: &dyn Fn(&mut Command), rules: Option<&str>| {
        command
            .args(["capsule", "replay"])
            .arg(&capsule)
            .args(rules.map(|rules| ["--rules", rules]).iter().flatten());
        change(&mut command);
        hash(&finish(&mut command))
    };
    let both =
        |change: &dyn Fn(&mut Command)| [None, Some(&*rules)].map(|rules| replay(program(), change, rules));
    let expected = both(&|_| {});
    assert_ne!(expected[0], expected[1]);
    for (name, value) in [
        ("TZ", "Pacific/Kiritimati"),
        ("TZ", "America/St_Johns"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "de_DE.UTF-8"),
        ("TOKIO_WORKER_THREADS", "7"),
        ("RAYON_NUM_THREADS", "7"),
        ("COLUMNS", "40"),
    ] {
        let with = both(&|command| {
            command.env(name, value);
        });
        assert_eq!(with, expected, "{name}={value}");
    }
    let other_dir = tempfile::tempdir().expect("a directory");
    let elsewhere = both(&|command| {
        command.current_dir(other_dir.path());
    });
    assert_eq!(elsewhere, expected);
    let moved = path(&other_dir, "rules.yml");
    std::fs::copy(&rules, &moved).expect("copied");
    assert_eq!(replay(program(), &|_| {}, Some(&moved)), expected[1]);
    // On one processor.
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", "0", env!("CARGO_BIN_EXE_alicia-metrics")]);
    assert_eq!(replay(pinned, &|_| {}, None), expected[0]);
    // On disk as in memory.
    let data = path(&dir, "data");
    let on_disk = replay(
        program(),
        &|command| {
            command.args(["--data-dir", &data]);
        },
        Some(&rules),
    );
    assert_eq!(on_disk, expected[1]);
}

#[test]
fn a_capsule_becomes_text_and_a_capsule_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let (capsule, made) = incident_in(&dir, WHOLE);
    let capsule = capsule.to_str().expect("UTF-8");
    let shown: Value =
        serde_json::from_str(&told(&run(&["capsule", "show", "--json", capsule]))).expect("JSON");
    assert_eq!((&shown["messages"], &shown["damage"]), (&json!(made.messages), &json!([])));
    assert_eq!((&shown["retained"], &shown["topics"]["home/door"]["messages"]), (&json!(84), &json!(84)));
    let (lines, again) = (path(&dir, "lines.jsonl"), path(&dir, "again.capsule"));
    told(&run(&["capsule", "export", capsule, &lines]));
    told(&run(&["capsule", "import", &lines, &again]));
    let bytes = |path: &str| std::fs::read(path).expect("it is there");
    assert!(bytes(capsule) == bytes(&again), "the same messages make the same file");
    let text = told(&run(&["capsule", "show", capsule]));
    assert!(text.contains("alicia/voice/ai/request") && text.contains("damage     none"), "{text}");
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_replayed() {
    let dir = tempfile::tempdir().expect("a directory");
    let (capsule, _) = incident_in(&dir, SHORT);
    let bytes = std::fs::read(&capsule).expect("it is there");
    let bad = path(&dir, "bad.capsule");
    let with = |bytes: &[u8]| {
        std::fs::write(&bad, bytes).expect("written");
        (run(&["capsule", "verify", &bad]), run(&["capsule", "replay", &bad]))
    };
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [&flipped[..], &bytes[..bytes.len() * 2 / 3]] {
        let (verified, replayed) = with(damaged);
        assert_eq!(verified.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&verified.stderr).contains("at byte"), "{verified:?}");
        hash(&replayed);
        assert!(String::from_utf8_lossy(&replayed.stderr).contains("at byte"), "{replayed:?}");
    }
    for other in [&b""[..], b"no capsule at all", &bytes[..20]] {
        let (verified, replayed) = with(other);
        assert_eq!((verified.status.code(), replayed.status.code()), (Some(1), Some(1)));
        assert!(String::from_utf8_lossy(&replayed.stderr).contains("no capsule"), "{replayed:?}");
    }
    // A recording of years would have no end.
    let lines = path(&dir, "long.jsonl");
    let message = |t: f64| json!({"t": t, "topic": "a", "payload": ""}).to_string();
    std::fs::write(&lines, format!("{}\n{}\n", message(1.0), message(1e9))).expect("written");
    told(&run(&["capsule", "import", &lines, &bad]));
    let long = run(&["capsule", "replay", &bad]);
    assert!(String::from_utf8_lossy(&long.stderr).contains("more than 31 days"), "{long:?}");
    for (text, why) in [("", "no message"), ("{}\n", "line 1"), ("\n\n{\n", "line 3")] {
        std::fs::write(&lines, text).expect("written");
        let refused = run(&["capsule", "import", &lines, &bad]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(why), "{refused:?}");
    }
}

/// Waits until the collector hears all that passes.
fn wait_listening(collector: &Collector) {
    until("it listens", || {
        let status = collector.json("/bus");
        if status["listening"]["connected"] == true { Ok(()) } else { Err(status) }
    });
}

fn settings(dir: &TempDir, text: &str) -> String {
    let file = path(dir, "settings.toml");
    std::fs::write(&file, text).expect("written");
    file
}

/// Lets so many alerts fire, and gives them, by their ids.
fn fire(broker: &Mosquitto, collector: &Collector, count: usize) -> Vec<Value> {
    for value in [10, 99] {
        let metrics = json!({"service_name": "oven", "instance_id": "oven-1", "metrics": [{"name": "cpu_percent", "value": value}]});
        publish(broker.port, "alicia/metrics/oven", &metrics.to_string(), &[]);
    }
    publish(broker.port, "alicia/metrics/oven", "{\"metrics\": [", &[]);
    publish(broker.port, "alicia/kitchen/audio/raw", "sound", &[]);
    publish(broker.port, "alicia/kitchen/oven/state", "hot", &[]);
    until("the alerts fire", || {
        let alerts = collector.json("/alerts");
        let found = of_oven(alerts["alerts"].as_array().expect("a list"));
        if found.len() == count { Ok(found) } else { Err(alerts) }
    })
}

/// The alerts of the oven, by their ids.
fn of_oven(alerts: &[Value]) -> Vec<Value> {
    let mut found: Vec<Value> = alerts.iter().filter(|one| one["service_name"] == "oven").cloned().collect();
    found.sort_by_key(|alert| alert["alert_id"].to_string());
    found
}

#[test]
fn live_what_is_saved_of_a_real_bus_is_replayed_to_the_alert_that_fired() {
    let broker = Mosquitto::start();
    let dir = tempfile::tempdir().expect("a directory");
    let rules = "[[rule]]\nname = \"too_hot\"\nmetric_name = \"cpu_percent\"\ncondition = \"value > 98\"\nseverity = \"critical\"\ndescription = \"Hot\"\n";
    let file = settings(&dir, rules);
    let rule_file = path(&dir, "oven.yml");
    let group =
        "groups:\n- name: oven\n  rules:\n  - alert: Busy\n    expr: cpu_percent{service=\"oven\"} > 50\n";
    std::fs::write(&rule_file, group).expect("written");
    // The default rule that would say the same stays silent.
    let flags = ["--config", &file, "--rule-file", &rule_file];
    let collector = Setup::broker(broker.port).with(&flags).connect();
    wait_listening(&collector);
    let fired = fire(&broker, &collector, 2);
    let rules: BTreeSet<&str> = fired.iter().filter_map(|alert| alert["rule_name"].as_str()).collect();
    assert_eq!(rules, BTreeSet::from(["Busy", "too_hot"]));
    let capsule = path(&dir, "a.capsule");
    let http = collector.http.to_string();
    let shown = until("all is recorded", || {
        told(&run(&["capsule", "save", &capsule, "--http", &http]));
        let text = told(&run(&["capsule", "show", "--json", &capsule]));
        let shown: Value = serde_json::from_str(&text).expect("JSON");
        let count = |topic: &str| shown["topics"][topic]["messages"].as_u64().unwrap_or(0);
        let has = |topic: &str| count(topic) > 0;
        let is_left_out = shown["preface"]["left_out"]["excluded"]["messages"] == 1;
        if count("alicia/metrics/oven") >= 3
            && has("alicia/kitchen/oven/state")
            && has("alicia/alerts/new")
            && is_left_out
        {
            Ok(shown)
        } else {
            Err(shown)
        }
    });
    assert_eq!(shown["topics"]["alicia/metrics/oven"]["messages"], 3, "each is recorded once");
    assert!(shown["topics"].get("alicia/kitchen/audio/raw").is_none());
    assert!(!shown.to_string().contains("password"), "{shown}");
    told(&run(&["capsule", "verify", &capsule]));
    let output = path(&dir, "output");
    let first = hash(&run(&["capsule", "replay", &capsule, "--output", &output]));
    assert_eq!(hash(&run(&["capsule", "replay", &capsule])), first);
    let alerts = lines(Path::new(&output), "alerts.jsonl");
    let again = of_oven(&alerts);
    assert_eq!(again.len(), 2, "{alerts:?}");
    for (again, fired) in again.iter().zip(&fired) {
        for member in ["alert_id", "timestamp", "value", "threshold", "severity", "message"] {
            assert_eq!(again[member], fired[member], "{member} of {fired}");
        }
    }
    // With other rules there would have been one.
    told(&run(&["capsule", "replay", &capsule, "--rules", &rule_file, "--output", &output]));
    assert_eq!(of_oven(&lines(Path::new(&output), "alerts.jsonl")).len(), 1);
    // All of it is of the last minutes.
    told(&run(&["capsule", "save", &capsule, "--minutes", "1", "--http", &http]));
    told(&run(&["capsule", "verify", &capsule]));
    let refused = run(&["capsule", "save", &capsule, "--kept", "../rules.journal", "--http", &http]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not found"), "{refused:?}");
    // It goes to a broker as text, too.
    let recording = path(&dir, "a.jsonl");
    told(&run(&["capsule", "export", &capsule, &recording]));
    let port = broker.port.to_string();
    told(&run(&["replay", &recording, "--mqtt-port", &port, "--speed", "max", "--progress", "never"]));
}

#[test]
fn live_an_alert_has_a_capsule_written_when_the_collector_stops_at_the_latest() {
    let broker = Mosquitto::start();
    let dir = tempfile::tempdir().expect("a directory");
    let file = settings(&dir, "[capsule]\non_alert = \"info\"\nfiles = 3\n[alerts]\ncpu_threshold = 98\n");
    let data = dir.path().join("data");
    let start = || {
        Setup::broker(broker.port)
            .with(&["--config", &file, "--alert-threshold-cpu", "98"])
            .data_dir(&data)
            .connect()
    };
    let collector = start();
    wait_listening(&collector);
    let fired = fire(&broker, &collector, 1).remove(0);
    assert_eq!(collector.json("/bus/capsules"), json!({"capsules": []}));
    collector.signal("TERM");
    collector.wait();
    let collector = start();
    let listed = collector.json("/bus/capsules");
    let entry = &listed["capsules"][0];
    assert_eq!(listed["capsules"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(entry["alert"]["alert_id"], fired["alert_id"]);
    assert_eq!(entry["alert"]["timestamp"], fired["timestamp"]);
    let (name, capsule) = (entry["name"].as_str().expect("a name"), path(&dir, "kept.capsule"));
    let http = collector.http.to_string();
    told(&run(&["capsule", "save", &capsule, "--kept", name, "--http", &http]));
    assert_eq!(std::fs::metadata(&capsule).expect("saved").len(), entry["bytes"].as_u64().expect("bytes"));
    let text = told(&run(&["capsule", "replay", &capsule]));
    assert!(text.contains(fired["alert_id"].as_str().expect("an id")), "{text}");
    for name in ["..%2Frules.journal", "rules.journal", "%2Fetc%2Fpasswd", ".lock"] {
        assert_eq!(collector.get(&format!("/bus/capsules/{name}")).status, 404, "{name}");
    }
}

#[test]
fn live_who_wants_nothing_recorded_has_nothing_recorded() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = settings(&dir, "[capsule]\nminutes = 0\n");
    let collector = Setup::none().with(&["--config", &file]).start();
    let answer = collector.ask("POST", "/bus/capsule", "");
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("minutes = 0"), "{}", answer.body);
    assert_eq!(collector.json("/bus/capsules"), json!({"capsules": []}));
}

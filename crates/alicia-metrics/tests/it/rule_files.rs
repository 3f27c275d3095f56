//! Prometheus' rule files: on a real bus with kill -9 in between, read again, and beside a real Prometheus.

use crate::broker::{Listener, Mosquitto};
use crate::collector::{Collector, Setup, program};
use crate::http_client::{request, request_bytes};
use crate::prometheus::Prometheus;
use crate::protobuf::Message;
use crate::wait::until;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

const RULES: &str = r#"groups:
- name: rooms
  interval: 300ms
  rules:
  - record: room:temperature:max
    expr: max by (room, instance) (temperature)
    labels: {source: rules}
  - alert: Hot
    expr: room:temperature:max > 30
    for: 1s
    labels: {severity: critical, service: thermostat, where: '{{ $labels.room }}'}
    annotations:
      summary: '{{ $labels.room }} has {{ $value | humanize }} degrees'
      description: '{{ range query "sort_desc(temperature)" }}{{ .Labels.room }} {{ printf "%.1f" .Value }} {{ end }}'
  - alert: Cold
    expr: room:temperature:max < 30
    for: 5m
"#;

/// Remote write of what the rooms have now.
fn temperatures(to: SocketAddr, rooms: &[(&str, f64)]) {
    let series = rooms.iter().map(|(room, value)| ("temperature", *room, vec![*value]));
    write(to, &series.collect::<Vec<_>>());
}

/// Remote write of series by metric and room: values ten seconds apart, the last of now.
fn write(to: SocketAddr, series: &[(&str, &str, Vec<f64>)]) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let now = u64::try_from(now.as_millis()).expect("before long");
    let label = |name: &str, value: &str| Message::default().text(1, name).text(2, value);
    let series = series.iter().map(|(metric, room, values)| {
        let labels = [label("__name__", metric), label("instance", "i"), label("room", room)];
        let back = (0..u64::try_from(values.len()).expect("few")).rev();
        let sample = |(back, v): (u64, &f64)| Message::default().double(1, *v).varint(2, now - back * 10_000);
        Message::default().all(1, labels).all(2, back.zip(values).map(sample))
    });
    let body = Message::default().all(1, series);
    let body = snap::raw::Encoder::new().compress_vec(&body.0).expect("short");
    let headers = [("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy")];
    let answer = request_bytes(to, "POST", "/api/v1/write", &headers, &body).expect("an answer");
    assert_eq!(answer.status, 204, "{}", answer.body);
}

fn json(of: SocketAddr, path: &str) -> Result<Value, String> {
    let answer = request(of, "GET", path, &[], "").map_err(|error| error.to_string())?;
    serde_json::from_str(&answer.body).map_err(|_| answer.body)
}

/// States of the alerts of a rule.
fn states(of: SocketAddr, rule: &str) -> Vec<String> {
    let Ok(found) = json(of, "/api/v1/alerts") else { return Vec::new() };
    let alerts = found["data"]["alerts"].as_array().cloned().unwrap_or_default();
    let own = alerts.iter().filter(|alert| alert["labels"]["alertname"] == rule);
    own.map(|alert| alert["state"].as_str().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn becomes(of: SocketAddr, rule: &str, expected: &[&str]) {
    until("the alert is as it should be", || match states(of, rule) {
        states if states == expected => Ok(()),
        states => Err(states),
    });
}

fn rounds(collector: &Collector) -> f64 {
    collector.own_metric("alicia_metrics_rule_rounds_total")
}

/// What the bus heard of an alert of ours: the machine itself may have some too.
fn heard(listener: &Listener, topic: &str) -> Vec<Value> {
    let is_ours = |told: &Value| {
        told["payload"]["rule_name"] == "Hot" || told["payload"]["event_data"]["rule_name"] == "Hot"
    };
    listener.on(topic).into_iter().filter(is_ours).collect()
}

/// Waits for so many rounds more.
fn some_rounds(collector: &Collector, more: f64) {
    let enough = rounds(collector) + more;
    until("rounds pass", || match rounds(collector) {
        rounds if rounds >= enough => Ok(()),
        rounds => Err(rounds),
    });
}

#[test]
fn live_an_alert_of_a_rule_file_is_told_once_and_ended_though_the_program_is_killed() {
    let broker = Mosquitto::in_memory();
    let listener = Listener::start(broker.port, "alicia/#");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, RULES).expect("written");
    let start = || {
        let pattern = dir.path().join("*.yml");
        let flags = ["--rule-file", pattern.to_str().expect("a path")];
        Setup::bare(broker.port).with(&flags).data_dir(&dir.path().join("data")).connect()
    };
    let collector = start();
    temperatures(collector.http, &[("attic", 20.0)]);
    becomes(collector.http, "Cold", &["pending"]);
    temperatures(collector.http, &[("attic", 35.0)]);
    becomes(collector.http, "Hot", &["pending"]);
    becomes(collector.http, "Hot", &["firing"]);
    let begun = until("the bus is told", || heard(&listener, "alicia/alerts/new").pop().ok_or("silence"));
    let alert = &begun["payload"];
    assert_eq!(alert["rule_name"], "Hot", "{begun}");
    assert_eq!((&alert["service_name"], &alert["instance_id"]), (&"thermostat".into(), &"i".into()));
    assert_eq!((&alert["severity"], &alert["message"]), (&"critical".into(), &"attic has 35 degrees".into()));
    let series = collector.json("/api/v1/query?query=ALERTS%7Balertstate%3D%22firing%22%7D");
    assert_eq!(series["data"]["result"][0]["metric"]["where"], "attic", "{series}");
    let recorded = collector.json("/api/v1/query?query=room%3Atemperature%3Amax");
    assert_eq!(recorded["data"]["result"][0]["metric"]["source"], "rules", "{recorded}");
    assert_eq!(recorded["data"]["result"][0]["value"][1], "35", "{recorded}");

    collector.kill();
    let collector = start();
    becomes(collector.http, "Hot", &["firing"]);
    some_rounds(&collector, 4.0);
    temperatures(collector.http, &[("attic", 20.0)]);
    becomes(collector.http, "Hot", &[]);
    let resolved = "alicia/metrics/alert_resolved";
    let over = until("the bus is told of the end", || heard(&listener, resolved).pop().ok_or("silence"));
    assert!(over.to_string().contains(alert["alert_id"].as_str().expect("an id")), "{over}\n{begun}");
    some_rounds(&collector, 2.0);
    let begun = heard(&listener, "alicia/alerts/new");
    assert_eq!(begun.len(), 1, "begun once: {begun:#?}");
    assert_eq!(heard(&listener, resolved).len(), 1, "over once");
    assert_eq!(
        collector.own_metric("alicia_metrics_rule_evaluation_failures_total"),
        0.0,
        "{}",
        collector.log()
    );
}

#[test]
fn live_rule_files_are_read_again_and_a_bad_one_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, RULES).expect("written");
    let path = file.to_str().expect("a path");
    let collector = Setup::none().with(&["--rule-file", path]).start();
    temperatures(collector.http, &[("attic", 20.0)]);
    becomes(collector.http, "Cold", &["pending"]);
    let since =
        |collector: &Collector| collector.json("/api/v1/alerts")["data"]["alerts"][0]["activeAt"].clone();
    let active_at = since(&collector);
    fs::write(&file, RULES.replace("temperature) ", "temperature").replace("max by", "max by by"))
        .expect("written");
    collector.signal("HUP");
    until("it is told", || match collector.log() {
        log if log.contains("settings kept as they were") && log.contains("rule 1, expr: 1:8") => Ok(()),
        log => Err(log),
    });
    let checked = program().args(["rules", "check", path]).output().expect("it runs");
    assert_eq!(checked.status.code(), Some(3));
    fs::write(&file, RULES.replace("alert: Hot", "alert: Warm")).expect("written");
    collector.signal("HUP");
    until("the other rule is there", || {
        let rules = collector.json("/api/v1/rules?type=alert&rule_group[]=rooms");
        let names: Vec<&str> = rules["data"]["groups"][0]["rules"]
            .as_array()
            .map(|rules| rules.iter().filter_map(|rule| rule["name"].as_str()).collect())
            .unwrap_or_default();
        if names == ["Warm", "Cold"] { Ok(()) } else { Err(rules) }
    });
    some_rounds(&collector, 2.0);
    assert_eq!(since(&collector), active_at, "what did not change goes on");
    let checked = program().args(["rules", "check", path]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&checked.stdout), format!("{path}: 1 groups, 3 rules\n"));
}

/// Rules of a group whose next round is an hour away, or nearly.
const AT_ARRIVAL: &str = r#"groups:
- name: rooms
  interval: 1h
  rules:
  - alert: Hot
    expr: temperature > 30
    annotations: {summary: '{{ $labels.room }} has {{ $value }} degrees'}
  - alert: Steady
    expr: avg_over_time(temperature[1h]) > 25 and max by (room, instance) (temperature) > 0
    for: 50ms
  - alert: Missing
    expr: absent(temperature)
"#;

/// Waits until samples are followed: one that comes before, while windows are filled, counts when that is done. The rules.
fn followed(collector: &Collector) -> Value {
    until("samples are followed", || {
        let rules = collector.json("/api/v1/rules?rule_group[]=rooms");
        let rules = rules["data"]["groups"][0]["rules"].clone();
        if rules[1]["judged"] == "at arrival" { Ok(rules) } else { Err(rules) }
    })
}

#[test]
fn live_alerts_begin_and_end_with_samples_long_before_a_round() {
    let broker = Mosquitto::in_memory();
    let listener = Listener::start(broker.port, "alicia/#");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, AT_ARRIVAL).expect("written");
    let path = file.to_str().expect("a path");
    let data = dir.path().join("data");
    let start = || Setup::bare(broker.port).with(&["--rule-file", path]).data_dir(&data).connect();
    let collector = start();
    let rules = followed(&collector);
    assert_eq!(rules[0]["judged"], "at arrival", "{rules}");
    assert_eq!(rules[2]["judged"], "in rounds", "{rules}");
    assert!(rules[2]["judgedSoBecause"].as_str().is_some_and(|why| why.contains("absent")), "{rules}");

    temperatures(collector.http, &[("attic", 35.0), ("hall", 20.0)]);
    becomes(collector.http, "Hot", &["firing"]);
    let begun = until("the bus is told", || heard(&listener, "alicia/alerts/new").pop().ok_or("silence"));
    assert_eq!(begun["payload"]["message"], "attic has 35 degrees", "{begun}");
    becomes(collector.http, "Steady", &["pending"]);
    until("it was so for long enough", || {
        temperatures(collector.http, &[("attic", 35.0)]);
        match states(collector.http, "Steady") {
            states if states == ["firing"] => Ok(()),
            states => Err(states),
        }
    });
    temperatures(collector.http, &[("attic", 22.0)]);
    becomes(collector.http, "Hot", &[]);
    temperatures(collector.http, &[("attic", 36.0)]);
    becomes(collector.http, "Hot", &["firing"]);
    until("two beginnings were told", || match heard(&listener, "alicia/alerts/new").len() {
        2 => Ok(()),
        other => Err(other),
    });

    collector.kill();
    let collector = start();
    // What is kept says so: the alerts go on, nobody is told again, and the window is as long as it was.
    becomes(collector.http, "Hot", &["firing"]);
    becomes(collector.http, "Steady", &["pending"]);
    temperatures(collector.http, &[("attic", 26.0)]);
    becomes(collector.http, "Hot", &[]);
    until("two ends were told", || match heard(&listener, "alicia/metrics/alert_resolved").len() {
        2 => Ok(()),
        other => Err(other),
    });
    assert_eq!(heard(&listener, "alicia/alerts/new").len(), 2, "and no beginning twice");
    assert_eq!(rounds(&collector), 0.0, "no round was needed");
    let checked = program().args(["rules", "check", path]).output().expect("it runs");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(said.contains("rooms/Missing is judged in rounds") && !said.contains("rooms/Hot"), "{said}");
}

/// What alerts and rules come to, without times.
fn comparable(of: SocketAddr) -> Result<(BTreeSet<String>, BTreeSet<String>), String> {
    let select = "/api/v1/query?query=%7B__name__%3D~%22ALERTS%7CALERTS_FOR_STATE%7Croom%3A.*%22%7D";
    let list = |found: &Value, path: &[&str]| {
        let found = path.iter().fold(found, |found, key| &found[*key]);
        found.as_array().cloned().unwrap_or_default()
    };
    let series = json(of, select)?;
    let series = list(&series, &["data", "result"]).iter().map(|one| one["metric"].to_string()).collect();
    let alerts = json(of, "/api/v1/alerts")?;
    // The machine itself may have some too.
    let is_ours =
        |alert: &Value| alert["labels"]["alertname"] == "Hot" || alert["labels"]["alertname"] == "Cold";
    let alerts = list(&alerts, &["data", "alerts"]).into_iter().filter(is_ours);
    let alerts = alerts.map(|mut alert| {
        alert.as_object_mut().map(|alert| alert.remove("activeAt"));
        alert.to_string()
    });
    Ok((series, alerts.collect()))
}

#[test]
fn live_a_prometheus_makes_the_same_of_the_same_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, RULES).expect("written");
    let collector = Setup::none().with(&["--rule-file", file.to_str().expect("a path")]).start();
    let settings = |path: &Path| format!("rule_files: ['{}']\n", path.display());
    let prometheus = Prometheus::start_with(&["--web.enable-remote-write-receiver"], |_| settings(&file));
    until("prometheus is ready", || match request(prometheus.http, "GET", "/-/ready", &[], "") {
        Ok(answer) if answer.status == 200 => Ok(()),
        other => Err(other.map(|answer| answer.body)),
    });
    let both = [collector.http, prometheus.http];
    let same = |what: &str| {
        let mut seen = (BTreeSet::new(), BTreeSet::new());
        until(what, || {
            let (ours, theirs) = (comparable(both[0])?, comparable(both[1])?);
            seen = ours.clone();
            if ours == theirs { Ok(()) } else { Err(format!("ours {ours:#?}\ntheirs {theirs:#?}")) }
        });
        seen
    };
    both.iter().for_each(|one| temperatures(*one, &[("attic", 35.0), ("hall", 20.0), ("cellar", 31.5)]));
    both.iter().for_each(|one| {
        until("two fire", || match states(*one, "Hot") {
            states if states == ["firing", "firing"] => Ok(()),
            states => Err(states),
        });
    });
    let (series, alerts) = same("all series and alerts are the same");
    assert_eq!((series.len(), alerts.len()), (3 + 2 * 3, 3));
    both.iter().for_each(|one| temperatures(*one, &[("attic", 25.0)]));
    both.iter().for_each(|one| becomes(*one, "Hot", &["firing"]));
    let (series, alerts) = same("they are the same after one is over");
    assert_eq!((series.len(), alerts.len()), (3 + 2 * 3, 3));
}

#[test]
fn live_a_trial_of_the_past_finds_what_really_fired() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, AT_ARRIVAL).expect("written");
    let (path, data) = (file.to_str().expect("a path"), dir.path().join("data"));
    let broker = Mosquitto::in_memory();
    let listener = Listener::start(broker.port, "alicia/#");
    let collector = Setup::bare(broker.port).with(&["--rule-file", path]).data_dir(&data).connect();
    followed(&collector);
    for (degrees, expected) in [(35.0, &["firing"][..]), (20.0, &[]), (31.0, &["firing"]), (25.0, &[])] {
        temperatures(collector.http, &[("attic", degrees)]);
        becomes(collector.http, "Hot", expected);
    }
    let ends = "alicia/metrics/alert_resolved";
    let over = until("two ends were told", || match heard(&listener, ends) {
        over if over.len() == 2 => Ok(over),
        other => Err(other),
    });
    let address = collector.http.to_string();
    let tried = |more: &[&str]| -> Value {
        let args = ["rules", "backtest", path, "--rule", "Hot", "--since", "10m", "--json"];
        let output = program().args(args).args(more).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let of_running = tried(&["--http", &address]);
    let firings = of_running["cells"][0]["firings"].as_array().expect("firings").clone();
    let times = |of: &Value, name: &str| of[name].as_f64().expect("a time");
    for (firing, told) in firings.iter().zip(&over) {
        let alert = &told["payload"]["event_data"];
        assert_eq!(times(firing, "start"), times(alert, "timestamp"), "{firing} {told}");
        assert_eq!(times(firing, "end"), times(alert, "resolved_at"), "{firing} {told}");
    }
    assert_eq!(firings.len(), 2, "{of_running}");
    collector.signal("TERM");
    assert!(collector.wait().success());
    let of_stopped = tried(&["--data-dir", data.to_str().expect("a path")]);
    assert_eq!(of_stopped["cells"][0]["firings"], Value::from(firings), "of a stopped one it is the same");
    let grid = ["--thresholds", "22,33", "--data-dir", data.to_str().expect("a path")];
    let counts: Vec<f64> =
        tried(&grid)["cells"].as_array().expect("cells").iter().map(|cell| times(cell, "count")).collect();
    assert_eq!(counts, [2.0, 1.0]);
}

#[test]
fn live_an_alert_says_what_changed_with_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("rules.yml");
    fs::write(&file, AT_ARRIVAL).expect("written");
    let broker = Mosquitto::in_memory();
    let listener = Listener::start(broker.port, "alicia/#");
    let rules = ["--rule-file", file.to_str().expect("a path")];
    let collector = Setup::bare(broker.port).with(&rules).connect();
    followed(&collector);
    let course = |usual: f64, lately: f64, since: usize| -> Vec<f64> {
        let wobble = |at: usize| if at.is_multiple_of(3) { 0.1 } else { 0.0 };
        (0..120).map(|at| if at + since >= 120 { lately } else { usual + wobble(at) }).collect()
    };
    let (heater, fan) = (course(5.0, 90.0, 8), course(40.0, 40.05, 0));
    let temperature = course(20.0, 35.0, 3);
    write(
        collector.http,
        &[("heater", "attic", heater), ("fan", "attic", fan), ("temperature", "attic", temperature)],
    );
    becomes(collector.http, "Hot", &["firing"]);
    let told = until("it is explained", || {
        heard(&listener, "alicia/metrics/alert_explained").pop().ok_or("silence")
    });
    let alert = &told["payload"]["event_data"];
    let text = alert["annotations"]["explanation"].as_str().expect("an explanation");
    assert!(text.contains("heater of i (elsewhere) went from 5 to 90"), "{text}");
    assert!(!text.contains("fan") && !text.contains("temperature"), "{text}");
    let id = alert["alert_id"].as_str().expect("an id");
    let why = collector.json(&format!("/alerts/{id}/why"));
    let changed = &why["explanation"]["changed"];
    assert_eq!(changed[0]["labels"]["__name__"], "heater", "{why}");
    assert_eq!(changed.as_array().map(Vec::len), Some(1), "{why}");
    let listed = collector.json("/alerts");
    let own = |alert: &&Value| alert["alert_id"] == id;
    let listed =
        listed["alerts"].as_array().expect("alerts").iter().find(own).cloned().expect("it is listed");
    assert_eq!(listed["annotations"]["explanation"], text, "{listed}");
    temperatures(collector.http, &[("attic", 20.0)]);
    let over =
        until("it is over", || heard(&listener, "alicia/metrics/alert_resolved").pop().ok_or("silence"));
    assert_eq!(
        over["payload"]["event_data"]["annotations"]["explanation"], text,
        "its end has it too: {over}"
    );
}

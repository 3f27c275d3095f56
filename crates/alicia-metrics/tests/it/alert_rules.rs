//! Alicia's rules in the running program: on the command line, over a kill, and of senders that fall silent.

use crate::broker::{Listener, Mosquitto, publish};
use crate::collector::{Collector, Setup, program};
use crate::wait::{pause, until};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

fn measure(collector: &Collector, value: f64) {
    let line = format!("temperature{{service=\"oven\",instance=\"a\"}} {value}\n");
    let answer = collector.ask("POST", "/api/v1/import/prometheus", &line);
    assert!(answer.status < 300, "{}", answer.body);
}

fn alerts(collector: &Collector, state: &str) -> Vec<Value> {
    let found = collector.json(&format!("/alerts?state={state}"));
    found["alerts"].as_array().expect("a list").clone()
}

/// `alicia-metrics rules …`, and what it said.
fn rules(collector: &Collector, args: &[&str]) -> (Option<i32>, String) {
    let http = collector.http.to_string();
    let ask = if args[0] == "check" { Vec::new() } else { vec!["--http", http.as_str()] };
    let output: Output = program().arg("rules").args(args).args(ask).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[test]
fn live_rules_are_checked_put_listed_and_deleted_on_the_command_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let collector = Setup::none().start();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    };
    let good = "[mqtt]\nbroker = 'none'\n[[rule]]\nname = 'hot day'\nmetric_name = 'temperature'\n\
                condition = 'avg(5m) > 60'\nseverity = 'error'\ndescription = 'Too hot'\nfor = '1m'\n\
                [[rule]]\nname = 'gone'\nkind = 'dead-man'\nseverity = 'info'\ndescription = 'gone'\n";
    let good = file("good.toml", good);
    let bad = file(
        "bad.json",
        r#"[{"name":"a","metric_name":"m","condition":"avg(5) > 1","severity":"info","description":""}]"#,
    );
    assert_eq!(rules(&collector, &["check", &good]), (Some(0), format!("{good}: 2 rules\n")));
    let (code, said) = rules(&collector, &["check", &good, &bad]);
    assert!(code == Some(3) && said.contains("rule \"a\": condition at character 5"), "{said}");
    assert_eq!(rules(&collector, &["put", &good]), (Some(0), "put hot day\nput gone\n".to_owned()));
    let (code, said) = rules(&collector, &["put", &bad]);
    assert!(code == Some(1) && said.contains("character 5"), "{said}");
    let (_, listed) = rules(&collector, &["list"]);
    let line = listed.lines().find(|line| line.starts_with("hot day")).expect("it is listed");
    let columns: Vec<&str> = line.split("  ").map(str::trim).filter(|column| !column.is_empty()).collect();
    assert_eq!(columns, ["hot day", "temperature", "avg(5m) > 60", "1m", "error", "yes"]);
    assert!(listed.contains("service_silent") && listed.contains("dead-man"), "{listed}");
    // What is listed as JSON can be put again.
    let (_, json) = rules(&collector, &["list", "--json"]);
    let all = file("all.json", &json);
    assert_eq!(rules(&collector, &["put", &all]).0, Some(0));
    assert_eq!(rules(&collector, &["delete", "hot day"]), (Some(0), "deleted hot day\n".to_owned()));
    let (code, said) = rules(&collector, &["delete", "hot day"]);
    assert!(code == Some(1) && said.contains("hot day"), "{said}");
    assert!(!rules(&collector, &["list"]).1.contains("hot day"));
}

#[test]
fn live_rules_are_judged_on_the_command_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let rule_file = dir.path().join("rooms.yml");
    let text = "groups:\n- name: rooms\n  rules:\n  - alert: Cold\n    expr: temperature < 5\n";
    fs::write(&rule_file, text).expect("written");
    let collector = Setup::none().with(&["--rule-file", rule_file.to_str().expect("a path")]).start();
    let rule = dir.path().join("rule.json");
    let text = r#"{"name": "hot", "metric_name": "temperature", "condition": "value > 60", "severity": "error",
        "description": "Too hot"}"#;
    fs::write(&rule, text).expect("written");
    assert_eq!(rules(&collector, &["put", rule.to_str().expect("a path")]).0, Some(0));
    measure(&collector, 91.0);
    until("it fires", || match alerts(&collector, "firing").len() {
        1 => Ok(()),
        other => Err(other),
    });
    let said = until("both kinds are judged", || match rules(&collector, &["quality"]) {
        (Some(0), said) if said.contains("rooms/Cold") => Ok(said),
        other => Err(other),
    });
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let hot = said.lines().map(words).find(|line| line.first().is_some_and(|name| name == "hot"));
    assert_eq!(hot.expect("a line")[..3], ["hot", "unknown", "1"], "{said}");
    assert!(said.contains("in which it fired once"), "{said}");
    let (code, json) = rules(&collector, &["quality", "--days", "7", "--json"]);
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let span = report["end"].as_f64().expect("a time") - report["start"].as_f64().expect("a time");
    assert_eq!((code, span), (Some(0), 7.0 * 86_400.0));
    assert_eq!(rules(&collector, &["quality", "--days", "0"]).0, Some(2));
}

#[test]
fn live_rules_are_suggested_on_the_command_line_and_put() {
    let dir = tempfile::tempdir().expect("a directory");
    let collector = Setup::none().start();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    // A value each quarter of an hour for four days, with a hump on the second.
    let line = |at: u64| {
        let value = if (150..154).contains(&at) { 60.0 } else { 40.0 + (at * 7 % 13) as f64 / 5.0 };
        let time = (now - (384 - at) * 900) * 1_000;
        format!("queue_length{{service=\"hall lamp\",instance=\"a\"}} {value} {time}\n")
    };
    let lines: String = (0..384).map(line).collect();
    let answer = collector.ask("POST", "/api/v1/import/prometheus", &lines);
    assert!(answer.status < 300, "{}", answer.body);
    let suggest = |more: &[&str]| {
        rules(&collector, &[&["suggest", "--budget", "2", "--service", "hall lamp"], more].concat())
    };
    let (code, said) = suggest(&[]);
    let name = "hall lamp_queue_length_high";
    assert!(code == Some(0) && said.contains(name) && said.contains("it would have fired once"), "{said}");
    let (_, json) = suggest(&["--json"]);
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(answer["suggestions"][0]["count"], 1, "{answer}");
    let (_, learnt) = suggest(&["--rules"]);
    let file = dir.path().join("learnt.json");
    fs::write(&file, learnt).expect("written");
    let put = rules(&collector, &["put", file.to_str().expect("a path")]);
    assert_eq!(put, (Some(0), format!("put {name}\n")));
    let (_, said) = suggest(&[]);
    assert!(said.contains(&format!("the rule `{name}` judges it already")), "{said}");
    let (code, said) = rules(&collector, &["suggest", "--budget", "0"]);
    assert!(code == Some(1) && said.contains("greater than 0"), "{said}");
}

#[test]
fn live_what_was_pending_goes_on_after_a_kill() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("settings.toml");
    let rule = "[[rule]]\nname = 'hot'\nmetric_name = 'temperature'\ncondition = 'min(1h) > 60'\n\
                severity = 'error'\ndescription = 'Too hot'\nfor = '4s'\n";
    fs::write(&config, rule).expect("written");
    let config = config.to_str().expect("a path");
    let start = || Setup::none().with(&["--config", config]).data_dir(&dir.path().join("data")).start();
    let collector = start();
    measure(&collector, 91.0);
    let since = alerts(&collector, "pending")[0]["timestamp"].as_f64().expect("a time");
    collector.kill();
    let collector = start();
    assert_eq!(
        alerts(&collector, "pending")[0]["timestamp"].as_f64(),
        Some(since),
        "it is pending as before"
    );
    let started = until("it fires", || {
        measure(&collector, 92.0);
        alerts(&collector, "firing").pop().ok_or("not yet")
    });
    let began = started["timestamp"].as_f64().expect("a time");
    assert!((since + 4.0..since + 6.0).contains(&began), "{began}, since {since}");
    assert_eq!(started["value"].as_f64(), Some(91.0), "the window knows what was before the kill: {started}");
    collector.kill();
    let collector = start();
    assert_eq!(alerts(&collector, "firing").len(), 1);
    measure(&collector, 20.0);
    until("it is over", || match alerts(&collector, "firing").len() {
        0 => Ok(()),
        more => Err(more),
    });
}

fn say(broker: u16, service: &str, number: i64) {
    let payload = json!({"service_name": service, "instance_id": format!("{service}-1"),
        "metrics": [{"name": "m", "value": number}]});
    publish(broker, &format!("alicia/metrics/{service}"), &payload.to_string(), &[]);
}

/// Both speak until their rhythm is known, and one says goodbye.
fn hub_and_leaver_speak(broker: u16) {
    for number in 0..12 {
        say(broker, "hub", number);
        say(broker, "leaver", number);
        // So that the pauses are no bursts.
        (0..5).for_each(|_| pause());
    }
    let bye = json!({"service_name": "leaver", "timestamp": 1.0});
    publish(broker, "alicia/system/discovery/unregister", &bye.to_string(), &[]);
}

#[test]
fn live_a_service_that_died_while_the_collector_was_down_is_missed() {
    let dir = tempfile::tempdir().expect("a directory");
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).data_dir(dir.path()).connect();
    hub_and_leaver_speak(broker.port);
    until("both are known", || {
        let services = collector.json("/services");
        let is_gone = services.to_string().contains("\"registered\":false");
        if is_gone { Ok(()) } else { Err(services) }
    });
    collector.kill();
    let listener = Listener::start(broker.port, "alicia/alerts/#");
    let collector = Setup::broker(broker.port).data_dir(dir.path()).connect();
    let missed =
        until("it is missed", || listener.on("alicia/alerts/new").pop().ok_or_else(|| collector.log()));
    assert_eq!(missed["payload"]["alert_id"], "service_silent:hub:hub-1");
    assert_eq!(alerts(&collector, "firing").len(), 1, "who said goodbye is not missed");
}

#[test]
fn live_a_service_that_falls_silent_is_missed_until_it_comes_back() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    let listener = Listener::start(broker.port, "alicia/alerts/#");
    hub_and_leaver_speak(broker.port);
    let rhythms = collector.json("/services");
    let missed =
        until("it is missed", || listener.on("alicia/alerts/new").pop().ok_or_else(|| rhythms.clone()));
    assert_eq!(missed["payload"]["alert_id"], "service_silent:hub:hub-1");
    assert_eq!(missed["payload"]["severity"], "error");
    assert!(missed["payload"]["value"].as_f64().is_some_and(|silence| silence > 15.0), "{missed}");
    say(broker.port, "hub", 0);
    until("it is back", || match alerts(&collector, "firing").len() {
        0 => Ok(()),
        more => Err(more),
    });
    assert_eq!(listener.on("alicia/alerts/new").len(), 1, "who said goodbye is not missed");
}

//! Silences, acknowledgements and inhibitions from end to end: through kills and restarts, over the bus, with the real amtool.

use crate::broker::{Listener, Mosquitto};
use crate::collector::{Collector, Setup};
use crate::notifications::{Ear, Mood, RULE, measure, receiver, route, start};
use crate::wait::until;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const ID: &str = "hot:oven:a";

fn silence(collector: &Collector, body: &Value) -> String {
    let answer = collector.ask("POST", "/alerts/silences", &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["silence"]["id"].as_str().expect("an id").to_owned()
}

fn of_the_oven() -> Value {
    json!({"matchers": "service=\"oven\"", "duration": 3600, "created_by": "me", "comment": "cleaning"})
}

/// Waits until the alert is as `is` says.
#[track_caller]
fn listed(collector: &Collector, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    until(what, || {
        let all = collector.json("/alerts");
        let all = all["alerts"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|alert| alert["alert_id"] == ID && is(alert));
        found.cloned().ok_or_else(|| format!("{all:#?}\n{}", collector.log()))
    })
}

/// Waits until it was told so many changes of an alert, and no more.
#[track_caller]
fn hears(ear: &Ear, collector: &Collector, alert: &str, word: &str, count: usize) {
    until("the receiver hears", || {
        let all: BTreeSet<String> = ear.changes().into_iter().collect();
        let told = all.iter().filter(|id| id.starts_with(alert) && id.ends_with(word)).count();
        if told == count { Ok(()) } else { Err(format!("{all:#?}\n{}", collector.log())) }
    });
}

/// Tables of a receiver that hears of everything.
fn told_to(ear: &Ear) -> String {
    receiver("ear", ear.address) + &route("ear")
}

/// Waits until nothing is on its way to the receiver.
#[track_caller]
fn is_settled(collector: &Collector, receiver: &str) {
    let waiting = format!("alicia_metrics_notifications_waiting{{receiver=\"{receiver}\"}}");
    until("nothing waits", || match collector.own_metric(&waiting) {
        0.0 => Ok(()),
        waiting => Err(waiting),
    });
}

#[test]
fn live_a_silence_holds_through_a_kill_and_who_was_told_before_hears_the_end() {
    let data = tempfile::tempdir().expect("a directory");
    let ear = Ear::new(Mood::Good);
    let settings = told_to(&ear) + RULE;
    let collector = start(data.path(), &settings);
    measure(&collector, 91.0);
    hears(&ear, &collector, "hot:oven", "firing", 1);
    let id = silence(&collector, &of_the_oven());
    collector.kill();

    let collector = start(data.path(), &settings);
    let alert = listed(&collector, "the alert is listed", |_| true);
    assert_eq!(alert["silenced_by"], json!([id]), "the silence holds");
    measure(&collector, 20.0);
    hears(&ear, &collector, "hot:oven", "resolved", 1);
    // It begins again, and nobody hears of it, whatever dies.
    measure(&collector, 92.0);
    listed(&collector, "it fires again", |alert| {
        alert["value"] == 92.0 && alert["silenced_by"] == json!([id])
    });
    collector.kill();
    let collector = start(data.path(), &settings);
    listed(&collector, "it fires still", |alert| alert["silenced_by"] == json!([id]));
    // Another, of which it is told: what is told of the first would have come before.
    let other = "temperature{service=\"stove\",instance=\"a\"} 99\n";
    assert!(collector.ask("POST", "/api/v1/import/prometheus", other).status < 300);
    hears(&ear, &collector, "hot:stove", "firing", 1);
    hears(&ear, &collector, "hot:oven", "firing", 1);
    // The silence ends while it fires.
    let answer = collector.ask("DELETE", &format!("/alerts/silences/{id}"), "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    hears(&ear, &collector, "hot:oven", "firing", 2);
    is_settled(&collector, "ear");
    collector.kill();
    let collector = start(data.path(), &settings);
    let view = collector.json(&format!("/alerts/silences/{id}"));
    assert_eq!(view["silence"]["state"], "expired", "what was taken back stays so");
    measure(&collector, 20.0);
    hears(&ear, &collector, "hot:oven", "resolved", 2);
}

#[test]
fn live_the_bus_hears_how_an_alert_stands_and_a_window_of_the_settings_holds() {
    let broker = Mosquitto::in_memory();
    let listener = Listener::start(broker.port, "alicia/#");
    let data = tempfile::tempdir().expect("a directory");
    let config = data.path().join("settings.toml");
    fs::write(&config, RULE).expect("written");
    let flags = ["--config", config.to_str().expect("a path")];
    let collector = Setup::bare(broker.port).with(&flags).data_dir(&data.path().join("data")).connect();
    measure(&collector, 91.0);
    let begun = until("the bus is told", || listener.on("alicia/alerts/new").pop().ok_or("silence"));
    assert_eq!(begun["payload"].as_object().map(serde_json::Map::len), Some(11), "the shape of old: {begun}");
    let path = format!("/alerts/{ID}/acknowledge");
    let answer = collector.ask("POST", &path, r#"{"by": "me", "comment": "on it"}"#);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = |event: &str| {
        let topic = format!("alicia/metrics/{event}");
        until(event, || listener.on(&topic).pop().ok_or("silence"))["payload"]["event_data"].clone()
    };
    let acknowledged = told("alert_acknowledged");
    assert_eq!((&acknowledged["alert_id"], &acknowledged["acknowledged"]["by"]), (&ID.into(), &"me".into()));
    let window = "[[maintenance]]\nname = 'oven'\nmatch = 'service=\"oven\"'\n";
    fs::write(&config, format!("{RULE}{window}")).expect("written");
    assert_eq!(collector.ask("POST", "/-/reload", "").status, 200);
    assert_eq!(told("alert_silenced")["silenced_by"], json!(["maintenance:oven"]));
    assert_eq!(collector.ask("DELETE", &path, "").status, 200);
    assert_eq!(told("alert_unacknowledged")["acknowledged"], Value::Null);
    fs::write(&config, RULE).expect("written");
    assert_eq!(collector.ask("POST", "/-/reload", "").status, 200);
    told("alert_unsilenced");
}

#[test]
fn live_a_kill_keeps_who_takes_care_and_what_explains_what() {
    let data = tempfile::tempdir().expect("a directory");
    let ear = Ear::new(Mood::Good);
    let rule = "[[rule]]\nname = 'no_power'\nmetric_name = 'power'\ncondition = 'value < 1'\nseverity = 'critical'\n\
                description = 'No power'\ncooldown_period = 0\n\
                [[inhibit]]\nsource = 'rule=\"no_power\"'\ntarget = 'rule=\"hot\"'\nequal = ['service']\n";
    let settings = told_to(&ear) + RULE + rule;
    let power = |collector: &Collector, value: f64| {
        let line = format!("power{{service=\"oven\",instance=\"a\"}} {value}\n");
        assert!(collector.ask("POST", "/api/v1/import/prometheus", &line).status < 300);
    };
    let collector = start(data.path(), &settings);
    power(&collector, 0.0);
    hears(&ear, &collector, "no_power:oven", "firing", 1);
    measure(&collector, 91.0);
    listed(&collector, "it is explained", |alert| alert["inhibited_by"] == json!(["no_power:oven:a"]));
    let acknowledged = collector.ask(
        "POST",
        "/alerts/no_power:oven:a/acknowledge",
        r#"{"by": "me", "expires": 4102444800}"#,
    );
    assert_eq!(acknowledged.status, 200, "{}", acknowledged.body);
    collector.kill();
    let collector = start(data.path(), &settings);
    listed(&collector, "it still is", |alert| alert["inhibited_by"] == json!(["no_power:oven:a"]));
    let all = collector.json("/alerts");
    let source =
        all["alerts"].as_array().and_then(|all| all.iter().find(|one| one["rule_name"] == "no_power"));
    assert_eq!(source.map(|one| one["acknowledged"]["by"].clone()), Some("me".into()), "{all}");
    power(&collector, 230.0);
    hears(&ear, &collector, "no_power:oven", "resolved", 1);
    hears(&ear, &collector, "hot:oven", "firing", 1);
}

/// Runs the real amtool.
#[track_caller]
fn amtool(collector: &Collector, words: &[&str]) -> String {
    let url = format!("--alertmanager.url=http://{}", collector.http);
    let output = Command::new("amtool").arg(url).args(words).output().expect("amtool runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {told}\n{}", collector.log());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn live_amtool_lists_alerts_and_makes_and_ends_silences() {
    let data = tempfile::tempdir().expect("a directory");
    let collector = start(data.path(), RULE);
    measure(&collector, 91.0);
    listed(&collector, "it fires", |_| true);
    let parse =
        |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let alerts = |words: &[&str]| {
        let all = parse(&amtool(&collector, &[&["alert", "query", "-o", "json"], words].concat()));
        let all = all.as_array().cloned().unwrap_or_default();
        all.iter().filter(|one| one["labels"]["alertname"] == "hot").cloned().collect::<Vec<_>>()
    };
    let found = alerts(&["alertname=hot", "service=~ov.*"]);
    assert_eq!((found.len(), &found[0]["status"]["state"]), (1, &"active".into()), "{found:?}");
    let words = [
        "silence",
        "add",
        "alertname=hot",
        "instance!=b",
        "--author=me",
        "--comment=cleaning",
        "--duration=1h",
    ];
    let id = amtool(&collector, &words);
    assert_eq!(id.len(), 36, "{id}");
    let silences = parse(&amtool(&collector, &["silence", "query", "-o", "json", "alertname=hot"]));
    assert_eq!(
        (&silences[0]["id"], &silences[0]["createdBy"]),
        (&id.as_str().into(), &"me".into()),
        "{silences}"
    );
    assert!(alerts(&[]).is_empty(), "those that are silenced are not listed");
    let found = alerts(&["--silenced"]);
    assert_eq!(found[0]["status"]["silencedBy"], json!([id]), "{found:?}");
    assert_eq!(collector.json("/alerts/silences")["silences"][0]["alerts"], 1);
    let longer = parse(&amtool(&collector, &["silence", "update", "-o", "json", "--duration=2h", &id]));
    assert_eq!(longer[0]["id"], id.as_str(), "{longer}");
    amtool(&collector, &["silence", "expire", &id]);
    assert_eq!(alerts(&[]).len(), 1);
    let silences = parse(&amtool(&collector, &["silence", "query", "-o", "json", "--expired"]));
    assert_eq!(silences[0]["status"]["state"], "expired", "{silences}");
    assert!(amtool(&collector, &["config", "show"]).is_empty(), "there is no file of Alertmanager's");
}

//! Silences, acknowledgements and alerts of both kinds, and Alertmanager's words for them.

use crate::counter::{Counter, NOW, runtime};
use model::{Alert, Announce, Event, Severity, Standing};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn ask(counter: &Counter, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let answer =
        runtime().block_on(counter.ask(method, path, &[("Content-Type", "application/json")], &text));
    let value = if answer.text.is_empty() { Value::Null } else { answer.json() };
    (answer.status, value)
}

fn get(counter: &Counter, path: &str) -> Value {
    let (status, value) = ask(counter, "GET", path, &Value::Null);
    assert_eq!(status, 200, "{path}: {value}");
    value
}

/// An alert of a rule file.
fn of_file(name: &str, room: &str) -> Alert {
    let labels = [("alertname", name), ("room", room), ("severity", "page")];
    Alert {
        alert_id: format!("rooms:{name}:{room}"),
        rule_name: name.to_owned(),
        service_name: "thermo".to_owned(),
        instance_id: String::new(),
        severity: Severity::Warning,
        message: format!("{room} is {name}"),
        value: 31.5,
        threshold: 0.0,
        timestamp: NOW - 5_000,
        resolved: false,
        resolved_at: None,
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        annotations: [("summary".to_owned(), format!("{room} is {name}"))].into(),
        generator: None,
        standing: Standing::default(),
    }
}

/// A counter at which `high_cpu` fires and two alerts of a rule file.
fn counter() -> Counter {
    let counter = Counter::new();
    counter.gauge("s", "i", "cpu_percent", &[(9, 99.0)]);
    for room in ["hall", "attic"] {
        counter.desk.announce(Event::AlertStarted(of_file("Hot", room)));
    }
    counter
}

fn ids(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(|one| one["alert_id"].as_str()).collect()
}

#[test]
fn alerts_of_both_kinds_are_one_list_and_those_of_the_rules_have_the_shape_of_old() {
    let counter = counter();
    let all = get(&counter, "/alerts")["alerts"].clone();
    assert_eq!(ids(&all), ["rooms:Hot:attic", "rooms:Hot:hall", "high_cpu:s:i"]);
    assert_eq!(
        (&all[0]["labels"]["room"], &all[0]["annotations"]["summary"]),
        (&"attic".into(), &"attic is Hot".into())
    );
    let keys: Vec<&String> = all[2].as_object().expect("an object").keys().collect();
    assert_eq!(keys.len(), 11, "{keys:?}");
    assert_eq!(get(&counter, "/summary")["active_alerts"], 3);
    let over = Alert { resolved: true, resolved_at: Some(NOW), ..of_file("Hot", "hall") };
    counter.desk.announce(Event::AlertResolved(over));
    assert_eq!(ids(&get(&counter, "/alerts/history")["alerts"]), ["rooms:Hot:hall"]);
    assert_eq!(ids(&get(&counter, "/alerts")["alerts"]).len(), 2);
    assert_eq!(ids(&get(&counter, "/alerts?active_only=false")["alerts"]).len(), 3);
}

#[test]
fn a_silence_is_made_shown_changed_and_ended() {
    let counter = counter();
    let body = json!({"matchers": "room=~\"hall|attic\", severity=\"page\"", "duration": 3600, "created_by": "me", "comment": "painting"});
    let preview = json!({"matchers": body["matchers"]});
    let (status, seen) = ask(&counter, "POST", "/alerts/silences/preview", &preview);
    assert_eq!((status, ids(&seen["alerts"]).len()), (200, 2));
    let (status, made) = ask(&counter, "POST", "/alerts/silences", &body);
    assert_eq!((status, &made["message"]), (200, &"Silence created".into()));
    let silence = &made["silence"];
    let id = silence["id"].as_str().expect("an id");
    assert_eq!(
        (&silence["state"], &silence["alerts"], &silence["ends_at"]),
        (&"active".into(), &2.into(), &json!(1_795_398_000.0))
    );
    let matcher = json!({"name": "room", "value": "hall|attic", "is_regex": true, "is_equal": true});
    assert_eq!(silence["matchers"][0], matcher);
    let alerts = get(&counter, "/alerts")["alerts"].clone();
    assert_eq!((&alerts[0]["silenced_by"], &alerts[2]["silenced_by"]), (&json!([id]), &Value::Null));
    let path = format!("/alerts/silences/{id}");
    let changed = json!({"matchers": [{"name": "rule", "value": "high_cpu"}], "ends_at": "2026-12-24T00:00:00Z", "created_by": "me",
        "times": [{"days": ["sat"], "from": "22:00", "to": "06:00", "time_zone": "Europe/Berlin"}]});
    let (status, answer) = ask(&counter, "PUT", &path, &changed);
    assert_eq!((status, &answer["silence"]["id"]), (200, &id.into()), "{answer}");
    assert_eq!(answer["silence"]["state"], "pending", "it is no Saturday");
    assert_eq!(answer["silence"]["times"][0], changed["times"][0]);
    assert_eq!(get(&counter, "/alerts")["alerts"][0]["silenced_by"], Value::Null);
    assert_eq!(get(&counter, "/alerts/silences")["silences"].as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&counter, "DELETE", &path, &Value::Null).1["silence"]["state"], "expired");
    assert_eq!(get(&counter, &path)["silence"]["state"], "expired");
    let (status, anew) = ask(&counter, "PUT", &path, &body);
    assert_eq!(status, 200);
    assert_ne!(anew["silence"]["id"], id, "what is over stays over");
    for (method, body) in [("GET", Value::Null), ("PUT", body), ("DELETE", Value::Null)] {
        let (status, answer) = ask(&counter, method, "/alerts/silences/none", &body);
        assert_eq!((status, &answer["detail"]), (404, &"Silence not found".into()), "{method}");
    }
}

#[test]
fn a_bad_silence_is_a_400_that_says_why() {
    let counter = Counter::new();
    let good = json!({"matchers": "a=\"b\"", "duration": 60, "created_by": "me"});
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let list = |count: usize| json!(vec![json!({"name": "a", "value": "b"}); count]);
    for (body, why) in [
        (with("matchers", "".into()), "nothing to match"),
        (with("matchers", "a=b".into()), "matchers:"),
        (with("matchers", "a=~\"(\"".into()), "bad pattern"),
        (with("matchers", "a=~\"(x{1000}){1000}\"".into()), "memory"),
        (with("matchers", "a=\"\"".into()), "absent label"),
        (with("matchers", "a=~\".*\"".into()), "absent label"),
        (with("matchers", json!([{"name": "a"}])), "number 1: missing field `value`"),
        (with("matchers", json!([{"name": "", "value": "b"}])), "name of a label"),
        (with("matchers", list(21)), "more than 20"),
        (with("matchers", json!(7)), "a text or a list"),
        (with("duration", json!(0)), "ends before it begins"),
        (with("duration", json!(-5)), "ends before it begins"),
        (with("duration", json!(1e300)), "out of range"),
        (with("duration", json!(1e14)), "year 9999"),
        (with("duration", Value::Null), "an end is missing"),
        (with("ends_at", json!(9e9)), "not both"),
        (with("starts_at", json!("tomorrow")), "starts_at: \"tomorrow\" is no time"),
        (with("starts_at", json!(1e15)), "no time"),
        (with("starts_at", json!(1000)), "over already"),
        (with("created_by", "".into()), "who says so"),
        (with("comment", "x".repeat(5_000).into()), "comment is longer"),
        (with("times", json!([{"from": "25:00"}])), "25:00"),
        (with("times", json!([{"time_zone": "Mars/Base"}])), "Mars/Base"),
        (with("forever", true.into()), "unknown field"),
    ] {
        let (status, answer) = ask(&counter, "POST", "/alerts/silences", &body);
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(
            status == 400 && detail.starts_with("Invalid silence: ") && detail.contains(why),
            "{body}: {answer}"
        );
    }
    assert_eq!(ask(&counter, "POST", "/alerts/silences", &json!([1])).0, 422);
    assert_eq!(get(&counter, "/alerts/silences")["silences"], json!([]));
    counter.keeper.broken.store(true, Ordering::Relaxed);
    assert_eq!(ask(&counter, "POST", "/alerts/silences", &good).0, 503);
    assert_eq!(get(&counter, "/alerts/silences")["silences"], json!([]));
}

#[test]
fn somebody_takes_care_of_an_alert() {
    let counter = counter();
    let path = "/alerts/high_cpu%3As%3Ai/acknowledge";
    let (status, answer) = ask(&counter, "POST", path, &json!({"by": "me", "comment": "on it"}));
    let acknowledged = json!({"by": "me", "comment": "on it", "at": 1_795_394_400.0, "expires": null});
    assert_eq!((status, &answer["alert"]["acknowledged"]), (200, &acknowledged));
    assert_eq!(get(&counter, "/alerts")["alerts"][2]["acknowledged"], acknowledged);
    let until = ask(&counter, "POST", path, &json!({"by": "you", "expires": "2027-01-01T00:00:00Z"}));
    assert_eq!(until.1["alert"]["acknowledged"]["expires"], 1_798_761_600.0);
    let (status, answer) = ask(&counter, "DELETE", path, &Value::Null);
    assert_eq!((status, &answer["alert"]["acknowledged"]), (200, &Value::Null));
    for (body, why) in [
        (json!({}), "missing field `by`"),
        (json!({"by": ""}), "who says so"),
        (json!({"by": "me", "expires": 5}), "already"),
        (json!({"by": "me", "expires": "soon"}), "expires: \"soon\" is no time"),
    ] {
        let (status, answer) = ask(&counter, "POST", path, &body);
        assert!(
            status == 400 && answer["detail"].as_str().is_some_and(|text| text.contains(why)),
            "{answer}"
        );
    }
    let (status, answer) = ask(&counter, "POST", "/alerts/none/acknowledge", &json!({"by": "me"}));
    assert_eq!((status, &answer["detail"]), (404, &"Alert not found".into()));
    assert_eq!(ask(&counter, "DELETE", "/alerts/none/acknowledge", &Value::Null).0, 404);
}

#[test]
fn alertmanagers_clients_find_alerts_and_silences() {
    let counter = counter();
    let posted = json!({"matchers": [{"name": "room", "value": "hall", "isRegex": false, "isEqual": true}],
        "startsAt": "2020-01-01T00:00:00.000Z", "endsAt": "2027-01-01T00:00:00.000Z", "createdBy": "me", "comment": "c"});
    let (status, answer) = ask(&counter, "POST", "/api/v2/silences", &posted);
    let id = answer["silenceID"].as_str().expect("an id").to_owned();
    assert_eq!((status, id.len()), (200, 36));
    let shown = get(&counter, &format!("/api/v2/silence/{id}"));
    assert_eq!(shown["status"]["state"], "active");
    assert_eq!(shown["startsAt"], "2026-11-23T00:40:00Z", "what begins in the past begins now");
    assert_eq!(shown["matchers"], posted["matchers"]);
    let names = |path: &str| {
        let all = get(&counter, path);
        let all = all.as_array().expect("a list").clone();
        all.iter().map(|one| one["labels"]["room"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("/api/v2/alerts"), ["attic", "hall", "-"]);
    assert_eq!(names("/api/v2/alerts?silenced=false"), ["attic", "-"]);
    assert_eq!(names("/api/v2/alerts?active=false"), ["hall"]);
    assert_eq!(names("/api/v2/alerts?filter=room%3D%22attic%22&filter=alertname%3DHot"), ["attic"]);
    assert_eq!(names("/api/v2/alerts?receiver=far"), ["attic", "hall", "-"]);
    assert_eq!(names("/api/v2/alerts?receiver=near"), [""; 0]);
    let hall = get(&counter, "/api/v2/alerts?filter=room%3D%22hall%22")[0].clone();
    assert_eq!(hall["status"], json!({"inhibitedBy": [], "silencedBy": [id], "state": "suppressed"}));
    assert_eq!(
        (&hall["receivers"], &hall["startsAt"]),
        (&json!([{"name": "far"}]), &"2026-11-23T00:39:55Z".into())
    );
    let filtered =
        |filter: &str| get(&counter, &format!("/api/v2/silences?filter={filter}")).as_array().map(Vec::len);
    assert_eq!((filtered("room%3Dhall"), filtered("room%3Dattic")), (Some(1), Some(0)));
    // Another end; the same id.
    let longer = json!({"id": id, "matchers": posted["matchers"], "startsAt": shown["startsAt"], "endsAt": "2028-01-01T00:00:00Z", "createdBy": "you", "comment": ""});
    assert_eq!(ask(&counter, "POST", "/api/v2/silences", &longer).1["silenceID"], id.as_str());
    assert_eq!(ask(&counter, "DELETE", &format!("/api/v2/silence/{id}"), &Value::Null), (200, Value::Null));
    assert_eq!(get(&counter, "/api/v2/silences")[0]["status"]["state"], "expired");
    let mut unknown = posted;
    unknown["id"] = "none".into();
    for (method, path, body, status) in [
        ("GET", "/api/v2/silence/none", Value::Null, 404),
        ("DELETE", "/api/v2/silence/none", Value::Null, 404),
        ("POST", "/api/v2/silences", unknown, 404),
        ("POST", "/api/v2/silences", json!({"matchers": []}), 400),
        ("GET", "/api/v2/alerts?filter=room%3D~%22(%22", Value::Null, 400),
        ("GET", "/api/v2/alerts?filter=nonsense", Value::Null, 400),
        ("GET", "/api/v2/alerts?receiver=(", Value::Null, 400),
    ] {
        let (got, answer) = ask(&counter, method, path, &body);
        assert!(got == status && answer.is_string(), "{method} {path}: {got} {answer}");
    }
    assert_eq!(get(&counter, "/api/v2/status")["cluster"]["status"], "disabled");
    assert_eq!(get(&counter, "/api/v2/receivers"), json!([{"name": "far"}]));
}

//! States: what is on, what is off, what is said of it, and how often.

use crate::house::{Broker, NOW, alert, house, rule, service};
use home_assistant::{Household, Hush};
use model::{EXPLANATION, Severity};
use serde_json::json;
use std::sync::Arc;

#[test]
fn a_rule_is_a_problem_while_an_alert_of_it_fires_of_which_somebody_is_to_hear() {
    let mut broker = Broker::new();
    let mut home =
        Household { services: vec![service("oven")], rules: vec![rule("hot"), rule("cold")], ..house() };
    broker.look(&home);
    let state = |broker: &Broker, device: &str, name: &str| broker.entity(device, name).1["state"].clone();
    assert_eq!(state(&broker, "Alicia Metrics", "hot"), "OFF");
    assert_eq!(state(&broker, "Alicia Metrics", "Alerts firing"), 0);

    let mut worst = alert("hot", "oven");
    worst.severity = Severity::Error;
    worst.annotations.insert(EXPLANATION.to_owned(), "the door is open".to_owned());
    let mut older = alert("hot", "stove");
    older.timestamp = NOW - 1_000;
    home.alerts = vec![older, worst].into();
    broker.look(&home);
    let (_, hot) = broker.entity("Alicia Metrics", "hot");
    let attributes = json!({"severity": "error", "message": "hot of oven", "explanation": "the door is open",
        "services": ["oven", "stove"], "since": format!("at {}", NOW - 1_000), "firing": 2, "suppressed": 0});
    assert_eq!(*hot, json!({"state": "ON", "attributes": attributes}));
    assert_eq!(state(&broker, "Alicia Metrics", "cold"), "OFF");
    assert_eq!(state(&broker, "Alicia Metrics", "Alerts firing"), 2);
    assert_eq!(broker.entity("oven", "Alert").1["attributes"]["rules"], json!(["hot"]));

    // One is silenced, the other explained: nobody is to hear of them.
    Arc::make_mut(&mut home.alerts)[0].standing.silenced_by = vec!["x".to_owned()];
    broker.look(&home);
    let (_, hot) = broker.entity("Alicia Metrics", "hot");
    assert_eq!((&hot["state"], &hot["attributes"]["suppressed"]), (&json!("ON"), &json!(1)));
    Arc::make_mut(&mut home.alerts)[1].standing.inhibited_by = vec!["y".to_owned()];
    broker.look(&home);
    let (_, hot) = broker.entity("Alicia Metrics", "hot");
    assert_eq!((&hot["state"], &hot["attributes"]["firing"]), (&json!("OFF"), &json!(0)));
    assert_eq!(state(&broker, "oven", "Alert"), "OFF");
    assert_eq!(state(&broker, "Alicia Metrics", "Alerts firing"), 0);
}

#[test]
fn a_switch_shows_the_silences_of_its_rule() {
    let mut broker = Broker::new();
    let mut home = Household { rules: vec![rule("hot")], ..house() };
    broker.look(&home);
    let (document, state) = broker.entity("Alicia Metrics", "Silence hot");
    assert_eq!(state["state"], "OFF");
    let object =
        document["unique_id"].as_str().and_then(|id| id.strip_prefix("alicia-metrics_")).expect("an id");
    assert_eq!(
        document["command_topic"],
        format!("alicia/metrics/home-assistant/alicia-metrics/{object}/set")
    );
    assert_eq!(broker.announcer.switches().get(object).map(String::as_str), Some("hot"));
    home.rules[0].silences = vec![Hush { by: "me".to_owned(), comment: String::new(), until: Some(NOW + 1) }];
    broker.look(&home);
    let said = json!({"by": "me", "comment": "", "until": format!("at {}", NOW + 1)});
    let (_, state) = broker.entity("Alicia Metrics", "Silence hot");
    assert_eq!(*state, json!({"state": "ON", "attributes": {"silences": [said]}}));
}

#[test]
fn numbers_are_there_once_they_were_told_and_unknown_when_they_are_not_any_more() {
    let mut broker = Broker::new();
    let mut home = Household { services: vec![service("oven")], ..house() };
    broker.look(&home);
    assert!(!broker.has("oven", "Response time") && !broker.has("oven", "Error rate"));
    home.services[0].response_ms = Some(12.349);
    home.services[0].error_percent = Some(f64::NAN);
    broker.look(&home);
    assert_eq!(broker.entity("oven", "Response time").1["state"], 12.3);
    assert!(!broker.has("oven", "Error rate"), "that is no number");
    home.services[0].response_ms = None;
    broker.look(&home);
    assert_eq!(*broker.entity("oven", "Response time").1, json!({"state": null}));
    broker.restart(crate::house::topics());
    broker.look(&home);
    assert_eq!(*broker.entity("oven", "Response time").1, json!({"state": null}), "it is known still");
}

#[test]
fn what_did_not_change_is_not_said_again() {
    let mut broker = Broker::new();
    let mut home = Household {
        services: vec![service("oven")],
        rules: vec![rule("hot")],
        alerts: vec![alert("hot", "oven")].into(),
        ..house()
    };
    home.services[0].last_seen = NOW;
    broker.look(&home);
    for second in 0..60 {
        home.now = NOW + second * 1_000;
        home.services[0].last_seen = home.now;
        assert_eq!(broker.look(&home), [""; 0], "{second}");
    }
    home.services[0].last_seen = NOW + 60_000;
    let changed = broker.look(&home);
    assert!(changed.len() == 1 && changed[0].ends_with("_last_seen/state"), "{changed:?}");
    assert_eq!(broker.entity("oven", "Last seen").1["state"], format!("at {}", NOW + 60_000));
    home.services[0].is_up = false;
    assert_eq!(broker.look(&home).len(), 1);
    assert_eq!(broker.entity("oven", "Connected").1["state"], "OFF");
    home.services[0].version = Some("2".to_owned());
    assert_eq!(broker.look(&home).len(), 3, "the documents of all its entities name the version");
}

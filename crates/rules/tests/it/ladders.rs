//! One alert whose severity rises and falls; alerts of series; which series are judged; what is said of them.

use crate::desk::{Desk, rule};
use model::{INSTANCE, Level, Per, Rule, Severity, limits};
use rules::RuleError;
use std::collections::BTreeMap;

fn level(severity: Severity, condition: &str) -> Level {
    Level { severity, condition: condition.to_owned() }
}

fn ladder() -> Rule {
    let levels = vec![
        level(Severity::Warning, "value > 80"),
        level(Severity::Error, "value > 90"),
        level(Severity::Critical, "value > 95"),
    ];
    Rule { levels, ..rule("load", "value > 80", 300) }
}

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

#[test]
fn an_alert_rises_and_falls() {
    let desk = Desk::new(vec![ladder()]);
    for (t, v) in [(1, 85.0), (2, 86.0), (3, 97.0), (4, 98.0), (5, 91.0), (6, 85.0), (7, 10.0)] {
        desk.at(t, v);
    }
    assert_eq!(
        desk.said(),
        [
            "start load:s:i 85 @1000",
            "change load:s:i critical 97",
            "change load:s:i error 91",
            "change load:s:i warning 85",
            "end load:s:i @7000",
        ]
    );
    let over = desk.book.history(1).remove(0);
    assert_eq!((over.severity, over.timestamp, over.threshold), (Severity::Warning, 1_000, 80.0));
    desk.at(8, 99.0);
    assert_eq!(desk.said(), [""; 0], "it rests");
    desk.at(301, 99.0);
    assert_eq!(desk.said(), ["start load:s:i 99 @301000"], "and may start at the top");
    assert_eq!(desk.book.alerts(true)[0].severity, Severity::Critical);
}

#[test]
fn each_level_holds_for_itself() {
    let desk = Desk::new(vec![Rule { hold: Some("1m".to_owned()), ..ladder() }]);
    for (t, v) in [(0, 85.0), (50, 97.0), (60, 97.0), (100, 97.0), (110, 97.0), (120, 85.0)] {
        desk.at(t, v);
    }
    assert_eq!(
        desk.said(),
        ["start load:s:i 97 @60000", "change load:s:i critical 97", "change load:s:i warning 85",]
    );
}

#[test]
fn of_several_series_the_worst_counts() {
    let desk = Desk::new(vec![ladder()]);
    let say = |series: &str, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("cpu", series)], t * 1_000, v);
    };
    say("0", 1, 85.0);
    say("1", 1, 97.0);
    say("0", 2, 92.0);
    say("1", 2, 10.0);
    say("0", 3, 10.0);
    assert_eq!(
        desk.said(),
        [
            "start load:s:i 85 @1000",
            "change load:s:i critical 97",
            "change load:s:i error 97",
            "end load:s:i @3000",
        ]
    );
}

#[test]
fn the_severity_survives_a_restart() {
    let desk = Desk::new(vec![ladder()]);
    desk.at(1, 85.0);
    desk.at(2, 97.0);
    let recorded = desk.watch.recorded.lock().clone();
    for changes in [recorded, desk.book.freeze(|changes| changes)] {
        let restarted = Desk::restored(vec![ladder()], changes);
        assert_eq!(restarted.book.alerts(true)[0].severity, Severity::Critical);
        restarted.at(3, 97.0);
        assert_eq!(restarted.said(), [""; 0]);
        restarted.at(4, 85.0);
        restarted.at(5, 10.0);
        assert_eq!(restarted.said(), ["change load:s:i warning 85", "end load:s:i @5000"]);
    }
}

#[test]
fn levels_that_are_no_ladder_are_refused() {
    let put = |levels: Vec<Level>| {
        Desk::new(Vec::new()).book.put(Rule { levels, ..rule("load", "value > 80", 0) }).map(|_| ())
    };
    let twice = vec![level(Severity::Error, "value > 1"), level(Severity::Error, "value > 2")];
    let down = vec![level(Severity::Error, "value > 1"), level(Severity::Info, "value > 2")];
    assert_eq!((put(twice), put(down)), (Err(RuleError::NoLadder), Err(RuleError::NoLadder)));
    assert!(matches!(
        put(vec![level(Severity::Error, "value")]),
        Err(RuleError::Condition { field: "levels", .. })
    ));
}

#[test]
fn each_series_may_have_an_alert_of_its_own() {
    let desk = Desk::new(vec![Rule { per: Per::Series, ..rule("full", "value > 90", 0) }]);
    let say = |desk: &Desk, disk: &str, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("disk", disk)], t * 1_000, v);
    };
    say(&desk, "a", 1, 95.0);
    say(&desk, "b", 2, 96.0);
    let alerts = desk.book.alerts(true);
    let disks: Vec<&str> = alerts.iter().map(|alert| alert.labels["disk"].as_str()).collect();
    assert_eq!(disks, ["b", "a"]);
    assert!(alerts.iter().all(|alert| alert.alert_id.starts_with("full:s:i:") && alert.alert_id.len() == 25));
    let recorded = desk.watch.recorded.lock().clone();
    let restarted = Desk::restored(desk.book.rules(), recorded);
    for desk in [&restarted, &desk] {
        desk.said();
        say(desk, "b", 3, 10.0);
        say(desk, "b", 4, 10.0);
        say(desk, "b", 5, 10.0);
        assert_eq!(desk.said(), [format!("end {} @3000", alerts[0].alert_id)]);
        assert_eq!(desk.book.active_count(), 1);
        say(desk, "a", 6, 10.0);
        assert_eq!(desk.said(), [format!("end {} @6000", alerts[1].alert_id)]);
    }
}

#[test]
fn only_series_that_match_are_judged() {
    let matching = Some("room=~\"attic|hall\", sensor!=\"spare\"".to_owned());
    let desk = Desk::new(vec![Rule { matching, ..rule("hot", "value > 30", 0) }]);
    for (instance, labels) in [
        ("a", [("room", "attic"), ("sensor", "1")]),
        ("b", [("room", "cellar"), ("sensor", "1")]),
        ("c", [("room", "hall"), ("sensor", "spare")]),
        ("d", [("room", "hall"), ("other", "x")]),
    ] {
        let labels: Vec<(&str, &str)> = [(INSTANCE, instance)].into_iter().chain(labels).collect();
        desk.sample("m", "s", &labels, 1, 35.0);
    }
    assert_eq!(desk.said(), ["start hot:s:a 35 @1", "start hot:s:d 35 @1"]);
}

#[test]
fn matchers_may_stand_in_braces_and_bad_ones_are_pointed_at() {
    let put = |text: &str| {
        let rule = Rule { matching: Some(text.to_owned()), ..rule("hot", "value > 30", 0) };
        Desk::new(Vec::new()).book.put(rule).map(|_| ())
    };
    for good in ["", " ", "{}", "room=\"a\"", "{room=\"a\",}", "{ room!~\"a.*\" }", "room!=\"a\""] {
        assert_eq!(put(good), Ok(()), "{good}");
    }
    for bad in ["room=~\"(\"", "room", "a=\"b\" c=\"d\"", "room=\"a", "}", "{{}}"] {
        let place = match put(bad) {
            Err(RuleError::Match { at, .. }) => at,
            other => panic!("{bad}: {other:?}"),
        };
        assert!((1..=bad.len() + 1).contains(&place), "{bad}: {place}");
    }
    assert!(matches!(put("room=a"), Err(RuleError::Match { at: 6, .. })), "{:?}", put("room=a"));
    assert!(matches!(put("{room=a}"), Err(RuleError::Match { at: 7, .. })), "{:?}", put("{room=a}"));
}

#[test]
fn labels_and_annotations_are_templates() {
    let rule = Rule {
        labels: texts([("team", "home"), ("where", "{{ $labels.room }}")]),
        annotations: texts([
            ("summary", "{{ $labels.room }} has {{ $value | humanize }}"),
            ("broken", "{{ query \"up\" | first | value }}"),
        ]),
        ..ladder()
    };
    let desk = Desk::new(vec![rule]);
    let say = |t, v| desk.sample("m", "s", &[(INSTANCE, "i"), ("room", "attic")], t, v);
    say(1, 85.0);
    let alert = desk.book.alerts(true).remove(0);
    assert_eq!(alert.labels, texts([("team", "home"), ("where", "attic")]));
    assert_eq!(alert.annotations["summary"], "attic has 85");
    assert!(alert.annotations["broken"].starts_with("<error expanding template: "), "{alert:?}");
    say(2, 97.0);
    assert_eq!(desk.book.alerts(true)[0].annotations["summary"], "attic has 97");
}

#[test]
fn texts_are_bounded_as_they_are_written_and_as_they_come_out() {
    let long = Rule {
        annotations: texts([("a", &"x".repeat(limits::RULE_TEXT_BYTES))]),
        ..rule("a", "value > 1", 0)
    };
    let told = Desk::new(Vec::new()).book.put(long).map(|_| ());
    assert!(matches!(told, Err(RuleError::TooLong("labels and annotations", _))), "{told:?}");
    let wide = format!("{{{{ printf \"%{}d\" 1 }}}}", limits::TEMPLATE_WIDTH);
    let names: Vec<String> = (10..60).map(|number| number.to_string()).collect();
    let annotations = names.iter().map(|name| (name.clone(), wide.clone())).collect();
    let desk = Desk::new(vec![Rule { annotations, ..rule("a", "value > 1", 0) }]);
    desk.at(1, 5.0);
    let alert = desk.book.alerts(true).remove(0);
    let bytes: usize = alert.annotations.values().map(String::len).sum();
    assert!(
        alert.annotations["59"].contains("longer than") && bytes < 2 * limits::RULE_TEXT_BYTES,
        "{bytes}"
    );
    assert!(alert.annotations["10"].ends_with('1'), "the first have room");
}

#[test]
fn what_is_no_template_is_told_with_its_place() {
    let annotations = texts([("summary", "a\n{{ $nothing }}")]);
    let told = Desk::new(Vec::new())
        .book
        .put(Rule { annotations, ..rule("a", "value > 1", 0) })
        .map(|_| ())
        .expect_err("there is no such variable")
        .to_string();
    assert!(told.starts_with("annotations.summary: 2:"), "{told}");
}

#[test]
fn a_rule_of_an_older_version_is_read_and_written_as_it_was() {
    let text = r#"{"name":"a","metric_name":"m","condition":"value > 1","severity":"info","description":"d","enabled":true,"cooldown_period":300}"#;
    let rule: Rule = serde_json::from_str(text).expect("it is a rule");
    assert_eq!(serde_json::to_string(&rule).expect("it is text"), text);
    let full = r#"{"name":"a","metric_name":"m","description":"d","for":"5m","match":"room=\"x\"","per":"series","keep_firing_for":"1m","recover":"value < 1","levels":[{"severity":"info","condition":"value > 1"}],"labels":{"a":"b"},"annotations":{"c":"d"}}"#;
    let rule: Rule = serde_json::from_str(full).expect("it is a rule");
    assert_eq!((rule.severity, rule.condition.as_str()), (Severity::Info, "value > 1"));
    let again: Rule = serde_json::from_str(&serde_json::to_string(&rule).expect("text")).expect("a rule");
    assert_eq!(again, rule);
    for (bad, why) in [
        (r#"{"name":"a","description":"d","severity":"info","condition":"value > 1"}"#, "metric_name"),
        (r#"{"name":"a","description":"d","metric_name":"m","condition":"value > 1"}"#, "severity"),
        (r#"{"name":"a","description":"d","metric_name":"m","severity":"info"}"#, "condition"),
        (
            r#"{"name":"a","description":"d","metric_name":"m","severity":"info","condition":"","more":1}"#,
            "more",
        ),
        (
            r#"{"name":"a","description":"d","metric_name":"m","severity":"error","levels":[{"severity":"info","condition":"value > 1"}]}"#,
            "severity",
        ),
    ] {
        let told = serde_json::from_str::<Rule>(bad).expect_err(why).to_string();
        assert!(told.contains(why), "{told}");
    }
}

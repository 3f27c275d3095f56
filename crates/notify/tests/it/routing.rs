//! Which alerts go to whom, in what company and when.

use crate::rig::{NOON, Rig, alert, over, told, webhook};
use alerts::{Weekday, Weekly, Zone};
use model::limits::{HOUR, MINUTE, SECOND};
use model::{Alert, Announce as _, EXPLANATION, Event, Matcher, Secret, Severity};
use notify::{Kind, Route, Settings, Timing};
use serde_json::Value;

/// Routes that wait for nothing.
fn at_once(name: &str, receiver: &str, matchers: &[(&str, &str)]) -> Route {
    let timing = Timing { group_wait: 0, group_interval: 0, repeat_interval: HOUR };
    let matchers = matchers.iter().map(|(label, value)| Matcher::equal(*label, *value)).collect();
    Route { matchers, timing, ..Route::new(name, receiver) }
}

fn settings(routes: Vec<Route>) -> Settings {
    Settings { receivers: ["a", "b", "c"].map(webhook).to_vec(), routes }
}

#[test]
fn the_first_route_that_matches_is_taken_and_those_behind_it_only_if_it_goes_on() {
    let on = Route { goes_on: true, ..at_once("1", "a", &[("severity", "critical")]) };
    let hot = at_once("2", "b", &[("rule", "hot")]);
    let regex = Route {
        matchers: vec![Matcher::regex("instance", "i[0-9]").expect("good")],
        ..at_once("3", "c", &[])
    };
    let absent = Route { matchers: vec![Matcher::equal("room", "")], ..at_once("4", "c", &[]) };
    let all = [on, hot, regex];
    for (routes, rule, instance, severity, expect) in [
        (&all[..], "hot", "i1", Severity::Critical, [1, 1, 0]),
        (&all, "cold", "i1", Severity::Critical, [1, 0, 1]),
        (&all, "hot", "i1", Severity::Warning, [0, 1, 0]),
        (&all, "cold", "i1", Severity::Warning, [0, 0, 1]),
        (&all, "cold", "other", Severity::Warning, [0, 0, 0]),
        (&[], "cold", "other", Severity::Warning, [0, 0, 0]),
        (&[absent], "cold", "other", Severity::Warning, [0, 0, 1]),
    ] {
        let rig = Rig::new(settings(routes.to_vec()));
        rig.start(alert(rule, instance, severity));
        let found = ["a", "b", "c"].map(|name| rig.take(name).len());
        assert_eq!(found, expect, "{rule} {instance} {severity:?}");
    }
}

#[test]
fn a_message_carries_why_the_alert_fires_if_that_is_known_when_it_goes() {
    let slow = Route {
        timing: Timing { group_wait: 10 * SECOND, ..at_once("1", "a", &[]).timing },
        ..at_once("1", "a", &[])
    };
    let mut rig = Rig::new(settings(vec![slow, Route { goes_on: true, ..at_once("2", "b", &[]) }]));
    let explained = |alert: &Alert| {
        let annotations = [(EXPLANATION.to_owned(), "the queue grew".to_owned())].into();
        Alert { annotations, ..alert.clone() }
    };
    let why = |rig: &Rig, receiver: &str| {
        let request = rig.next(receiver).expect("a message");
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        body["alerts"][0]["annotations"][EXPLANATION].as_str().map(str::to_owned)
    };
    let hot = rig.start(alert("hot", "i1", Severity::Critical));
    rig.notifier.announce(Event::AlertExplained(explained(&hot)));
    // Another beginning of the same alert is another alert.
    rig.notifier.announce(Event::AlertExplained(Alert { timestamp: hot.timestamp - 1, ..hot.clone() }));
    assert_eq!(rig.take("a"), [""; 0], "it waits for company");
    rig.pass(11);
    assert_eq!(why(&rig, "a").as_deref(), Some("the queue grew"));
    rig.take("a");
    // What is repeated carries it too, and after a restart as soon as somebody says it again.
    rig.restart();
    rig.notifier.reconcile(&[explained(&hot)], &[], &[]);
    rig.pass(3_601);
    assert_eq!(why(&rig, "a").as_deref(), Some("the queue grew"));
}

#[test]
fn each_severity_is_repeated_in_its_own_time_and_a_group_as_its_most_pressing_alert() {
    let repeat = [("critical".to_owned(), 10 * MINUTE), ("warning".to_owned(), 2 * HOUR)].into();
    let rig = Rig::new(settings(vec![Route { repeat, ..at_once("1", "a", &[]) }]));
    let critical = rig.start(alert("hot", "i1", Severity::Critical));
    rig.start(alert("cold", "i1", Severity::Warning));
    rig.start(alert("damp", "i1", Severity::Error));
    let both = rig.start(alert("hot", "i2", Severity::Warning));
    rig.take("a");
    let passes = |minutes: u64| {
        rig.pass(minutes * 60);
        let mut told = rig.take("a");
        told.sort();
        told
    };
    assert_eq!(passes(9), [""; 0]);
    assert_eq!(passes(1), ["firing:hot/i1 firing:hot/i2"]);
    rig.end(&critical);
    assert_eq!(rig.take("a"), ["resolved:hot/i1 firing:hot/i2"]);
    assert_eq!(passes(49), [""; 0]);
    assert_eq!(passes(1), ["firing:damp/i1"], "the hour that the route says");
    assert_eq!(passes(60), ["firing:cold/i1", "firing:damp/i1"]);
    assert_eq!(passes(10), ["firing:hot/i2"], "two hours after it was last told of");
    rig.end(&both);
}

#[test]
fn without_routes_everything_goes_to_the_first_receiver_after_ten_seconds() {
    let rig = Rig::new(settings(Vec::new()));
    let hot = rig.start(alert("hot", "i1", Severity::Warning));
    rig.pass(9);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.start(alert("hot", "i2", Severity::Warning));
    rig.start(alert("cold", "i1", Severity::Warning));
    rig.pass(1);
    assert_eq!(rig.take("a"), ["firing:hot/i1 firing:hot/i2"]);
    rig.pass(9);
    assert_eq!(rig.take("a"), ["firing:cold/i1"]);
    rig.end(&hot);
    rig.pass(50);
    assert_eq!(rig.take("a"), [""; 0], "the minute between two messages is not over");
    rig.pass(1);
    assert_eq!(rig.take("a"), ["resolved:hot/i1 firing:hot/i2"]);
    assert_eq!(rig.take("b"), [""; 0]);
    rig.pass(4 * 3_600);
    assert_eq!(rig.take("a"), ["firing:cold/i1", "firing:hot/i2"], "what still fires is told again");
}

#[test]
fn groups_are_of_the_labels_that_the_route_names() {
    for (group_by, expect) in [
        (&["rule"][..], vec!["firing:hot/i1 firing:hot/i2", "firing:cold/i1"]),
        (&["instance"], vec!["firing:hot/i1 firing:cold/i1", "firing:hot/i2"]),
        (&[], vec!["firing:hot/i1 firing:hot/i2 firing:cold/i1"]),
        (&["rule", "instance"], vec!["firing:hot/i1", "firing:hot/i2", "firing:cold/i1"]),
    ] {
        let names: Vec<String> = group_by.iter().map(|name| (*name).to_owned()).collect();
        let rig = Rig::new(settings(vec![Route { group_by: names, ..at_once("1", "a", &[]) }]));
        for (rule, instance) in [("hot", "i1"), ("hot", "i2"), ("cold", "i1")] {
            rig.start(alert(rule, instance, Severity::Error));
        }
        let mut told = rig.take("a");
        told.sort();
        let mut expect: Vec<String> = expect.into_iter().map(str::to_owned).collect();
        expect.sort();
        assert_eq!(told, expect, "{group_by:?}");
    }
}

#[test]
fn an_alert_that_began_and_ended_is_told_of_twice_and_in_order() {
    let rig = Rig::new(settings(vec![at_once("1", "a", &[])]));
    for _ in 0..2 {
        let hot = rig.start(alert("hot", "i1", Severity::Error));
        rig.pass(1);
        rig.end(&hot);
    }
    let expect = ["firing:hot/i1", "resolved:hot/i1", "firing:hot/i1", "resolved:hot/i1"];
    assert_eq!(rig.take("a"), expect);
    // What is known already is no news.
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    rig.notifier.reconcile(std::slice::from_ref(&hot), &[], &[]);
    rig.end(&hot);
    rig.end(&hot);
    assert_eq!(rig.take("a"), ["firing:hot/i1", "resolved:hot/i1"]);
}

#[test]
fn a_change_of_severity_is_told_to_all_who_know_and_to_those_who_are_to_know() {
    let rig = Rig::new(settings(vec![
        Route { goes_on: true, ..at_once("1", "b", &[("severity", "critical")]) },
        at_once("2", "a", &[]),
    ]));
    let mut load = rig.start(alert("load", "i1", Severity::Warning));
    assert_eq!((rig.take("a"), rig.take("b").len()), (vec!["firing:load/i1".to_owned()], 0));
    rig.pass(1);
    load.severity = Severity::Critical;
    rig.notifier.announce(Event::AlertChanged(load.clone()));
    rig.notifier.announce(Event::AlertChanged(load.clone()));
    let told = String::from_utf8(rig.next("a").expect("it is due").body).expect("text");
    assert!(told.contains("i1@1767614400000:firing:1\"") && told.contains("critical"), "{told}");
    assert_eq!(
        (rig.take("a"), rig.take("b")),
        (vec!["firing:load/i1".to_owned()], vec!["firing:load/i1".to_owned()])
    );
    rig.pass(1);
    load.severity = Severity::Warning;
    rig.notifier.announce(Event::AlertChanged(load.clone()));
    assert_eq!((rig.take("a").len(), rig.take("b").len()), (1, 1), "a fall is told as well");
    rig.end(&load);
    assert_eq!(
        (rig.take("a"), rig.take("b")),
        (vec!["resolved:load/i1".to_owned()], vec!["resolved:load/i1".to_owned()])
    );
}

#[test]
fn who_does_not_want_to_hear_of_ends_does_not() {
    let rig = Rig::new(settings(vec![Route { send_resolved: false, ..at_once("1", "a", &[]) }]));
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    rig.end(&hot);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.pass(100_000);
    assert_eq!(rig.take("a"), [""; 0], "nothing fires that could be told again");
    assert_eq!(rig.notifier.counts()[0].waiting, 0);
}

#[test]
fn quiet_hours_hold_back_what_is_told_and_forget_what_came_and_went() {
    let lunch = Weekly { days: vec![Weekday::Monday], from: 13 * 60, to: 15 * 60, zone: Zone::Offset(60) };
    let rig = Rig::new(settings(vec![Route { mute: vec![lunch], ..at_once("1", "a", &[]) }]));
    let gone = rig.start(alert("gone", "i1", Severity::Error));
    rig.start(alert("stays", "i1", Severity::Error));
    assert_eq!(rig.take("a"), [""; 0], "noon in Greenwich is one o'clock there");
    rig.pass(60);
    rig.end(&gone);
    rig.pass(2 * 3_600 - 61);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.pass(1);
    assert_eq!(rig.take("a"), ["firing:stays/i1"]);
    assert_eq!(rig.notifier.muted(), 2);
}

#[test]
fn an_alertmanager_is_told_at_once_and_every_minute_what_fires() {
    let kind = Kind::Alertmanager { url: Secret::new("http://am:9093/") };
    let mut settings = settings(vec![Route::new("1", "am")]);
    settings.receivers.push(crate::rig::receiver("am", kind));
    let rig = Rig::new(settings);
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    assert_eq!(rig.take("am"), ["-:hot/i1"]);
    rig.pass(59);
    assert_eq!(rig.take("am"), [""; 0]);
    rig.pass(1);
    let again = rig.next("am").expect("a minute is over");
    let text = String::from_utf8_lossy(&again.body).into_owned();
    let end = r#""endsAt":"2026-01-05T12:05:00.000Z""#;
    assert!(text.contains(end) && told(&again) == "-:hot/i1", "{text}");
    assert_eq!(again.url.reveal(), "http://am:9093/api/v2/alerts");
    rig.notifier.answered("am", &crate::rig::status(200));
    rig.end(&hot);
    rig.pass(30);
    let end = rig.next("am").expect("it is told");
    assert!(String::from_utf8_lossy(&end.body).contains(r#""endsAt":"2026-01-05T12:01:00.000Z""#));
    rig.notifier.answered("am", &crate::rig::status(200));
    rig.pass(1_000);
    assert_eq!(rig.take("am"), [""; 0]);
    assert_eq!(rig.notifier.deliveries().len(), 2, "repetitions are not worth a line");
}

#[test]
fn a_clock_that_is_set_back_holds_up_nothing_for_long() {
    let timing = Timing { group_wait: 10 * SECOND, group_interval: MINUTE, repeat_interval: HOUR };
    let rig = Rig::new(settings(vec![Route { timing, ..at_once("1", "a", &[]) }]));
    rig.start(alert("hot", "i1", Severity::Error));
    rig.clock.set(NOON - 1_000 * HOUR);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.clock.set(NOON - 1_000 * HOUR + 10 * SECOND);
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
}

#[test]
fn new_settings_lead_to_new_receivers_and_forget_those_that_are_gone() {
    let rig = Rig::new(Settings::default());
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    assert!(rig.notebook.entries.lock().is_empty(), "nobody is to be told");
    rig.notifier.set_settings(settings(vec![at_once("1", "a", &[])]));
    assert_eq!(rig.take("a"), ["firing:hot/i1"], "it fires still");
    rig.end(&hot);
    let only = Settings { receivers: vec![webhook("b")], routes: Vec::new() };
    rig.notifier.set_settings(only);
    assert!(matches!(rig.notifier.next_step("a"), notify::Next::Gone));
    let told = rig.notifier.take_told().join("\n");
    assert!(told.contains("1 changes of alerts are given up for a"), "{told}");
}

#[test]
fn what_the_alerts_are_is_compared_after_a_start() {
    let mut rig = Rig::new(settings(vec![at_once("1", "a", &[])]));
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    let cold = rig.start(alert("cold", "i1", Severity::Error));
    assert_eq!(rig.take("a").len(), 2);
    // It ended, another began, and a third began anew: nobody announced it.
    rig.restart();
    let ended = over(&hot, NOON + 5 * SECOND);
    let new = alert("new", "i1", Severity::Error);
    let anew = Alert { timestamp: NOON + MINUTE, ..cold };
    rig.notifier.reconcile(&[anew, new], &[], &[ended]);
    let mut told = rig.take("a");
    told.sort();
    assert_eq!(told, ["firing:cold/i1", "firing:new/i1", "resolved:cold/i1", "resolved:hot/i1"]);
}

#[test]
fn alerts_that_go_on_are_no_news_after_a_start_and_end_as_they_began() {
    let mut rig = Rig::new(settings(vec![at_once("1", "a", &[])]));
    let of_group = Alert { alert_id: "g:hot:1".to_owned(), ..alert("hot", "i1", Severity::Error) };
    rig.pass(60);
    let of_group = rig.start(of_group);
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    rig.restart();
    rig.notifier.reconcile(std::slice::from_ref(&of_group), &[], &[]);
    assert_eq!(rig.take("a"), [""; 0]);
    // What ended before it began is another.
    rig.notifier.announce(Event::AlertResolved(over(&of_group, NOON + 59 * SECOND)));
    assert_eq!(rig.take("a"), [""; 0]);
    // Of an alert that is remembered by its samples, the beginning may have been another.
    let remembered = Alert { timestamp: NOON, severity: Severity::Warning, ..of_group.clone() };
    rig.notifier.announce(Event::AlertResolved(over(&remembered, NOON + 70 * SECOND)));
    let request = rig.next("a").expect("it is over");
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let id = format!("g:hot:1@{}:resolved", of_group.timestamp);
    assert!(text.contains(&id) && text.contains(r#""severity":"error""#), "{text}");
}

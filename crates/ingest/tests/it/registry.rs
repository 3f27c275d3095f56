//! Who is known after which messages.

use crate::house::{House, START, entry, goodbye, health, measured, registered, status};
use model::{
    Labels, LifecycleChange, MetricKind, Nothing, Reason, Registration, Report, Series, Unregistration,
    limits,
};
use std::sync::Arc;

/// Sends reports and compares who is known.
fn check(reports: Vec<Report<'_>>, expect: &str) -> House {
    let house = House::new();
    let count = reports.len();
    reports.into_iter().for_each(|report| house.send(report));
    assert_eq!(house.known(), expect);
    assert_eq!(house.gate.tally().messages(), count as u64);
    house
}

#[test]
fn every_kind_of_report_makes_known_what_it_speaks_of() {
    check(vec![], "");
    check(
        vec![measured("b", "b-1", vec![]), measured("a", "a-2", vec![]), measured("a", "a-1", vec![])],
        "a[a-1,a-2] b[b-1]",
    );
    check(vec![measured("a", "a-1", vec![entry("", 1.0)])], "a[a-1]");
    check(vec![status("a", "a_unknown", vec![])], "a[a_unknown]");
    check(vec![registered("a", 1.0)], "(a)");
    check(vec![registered("a", 1.0), health("a", Some("a-1"), "healthy")], "a[a-1]");
    check(vec![Report::HealthCheck], "");
    check(vec![goodbye("a")], "");
    let nothing = Nothing { reason: Reason::NotJson, detail: "".into(), example: b"healthy" };
    check(vec![Report::Nothing(nothing)], "");
}

#[test]
fn defect_17_health_of_a_service_not_seen_before_makes_it_known() {
    let house = check(vec![health("a", None, "healthy")], "a[a_unknown]");
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!(view.health.as_deref(), Some("healthy"));
    assert_eq!(view.instances[0].health.as_deref(), Some("healthy"));
}

#[test]
fn the_stand_in_instance_vanishes_when_a_real_one_appears() {
    check(vec![health("a", None, "healthy"), measured("a", "a-1", vec![])], "a[a-1]");
}

#[test]
fn counts_are_those_of_the_views_and_leave_out_what_is_only_announced() {
    let house = check(
        vec![
            registered("announced", 1.0),
            health("b", None, "healthy"),
            measured("a", "a-1", vec![]),
            measured("a", "a-2", vec![]),
        ],
        "a[a-1,a-2] (announced) b[b_unknown]",
    );
    let counts = house.gate.registry().counts();
    assert_eq!((counts.services, counts.instances), (2, 3));
}

#[test]
fn an_announcement_is_shown_and_a_repeated_one_changes_only_what_it_says() {
    let house = check(vec![registered("a", 100.0), registered("a", 100.0)], "(a)");
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.started, view.restarts, view.registered), (Some(100.0), 0, Some(true)));
    assert_eq!(
        (view.version.as_deref(), view.capabilities.as_slice()),
        (Some("1.0.0"), &["listen".to_owned()][..])
    );
    house.send(Report::Registered(Registration {
        service: "a".into(),
        started: None,
        capabilities: vec![],
        version: None,
        metrics_url: None,
    }));
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.started, view.version.as_deref()), (Some(100.0), Some("1.0.0")));
    assert_eq!(house.events(), ["service_discovered a: heard for the first time"]);
}

#[test]
fn a_later_start_is_a_restart_and_an_earlier_one_is_not() {
    let house = check(vec![registered("a", 100.0), registered("a", 90.0), registered("a", 200.5)], "(a)");
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.started, view.restarts), (Some(200.5), 1));
    assert_eq!(
        house.events(),
        ["service_discovered a: heard for the first time", "service_restarted a: started at 200.5"]
    );
}

#[test]
fn a_goodbye_of_the_only_instance_ends_it_at_once() {
    let house = check(
        vec![registered("a", 1.0), measured("a", "a-1", vec![entry("cpu", 1.0)]), goodbye("a")],
        "a[a-1]",
    );
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.registered, view.stale, view.instances[0].stale), (Some(false), true, true));
    assert_eq!(
        house.kept(),
        [r#"cpu{instance="a-1",service="a"} = end@0"#],
        "the marker has the time of the goodbye, which here is the sample's too"
    );
    let changes = house.events();
    assert!(changes[1].starts_with("service_unregistered a:"), "{changes:?}");
    house.clock.set(START + 10_000);
    house.send(measured("a", "a-1", vec![entry("cpu", 2.0)]));
    assert_eq!(house.events(), ["service_returned a/a-1: heard again"]);
    assert!(!house.gate.registry().service("a").unwrap().stale);
}

#[test]
fn defect_18_a_goodbye_of_one_of_several_instances_leaves_all_to_their_rhythm() {
    let house = check(
        vec![
            measured("a", "a-1", vec![entry("cpu", 1.0)]),
            measured("a", "a-2", vec![entry("cpu", 1.0)]),
            goodbye("a"),
        ],
        "a[a-1,a-2]",
    );
    assert!(house.kept_of("end").is_empty());
    house.events();
    for _ in 0..30 {
        house.pass(5);
        house.send(measured("a", "a-2", vec![entry("cpu", 1.0)]));
    }
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.instances[0].stale, view.instances[1].stale, view.stale), (true, false, false));
    assert_eq!(view.registered, Some(false));
    assert_eq!(view.up, Some(true), "it speaks");
    assert_eq!(house.events(), ["service_stale a/a-1: silent for 91 s"]);
}

#[test]
fn a_goodbye_of_a_service_that_is_not_known_is_counted() {
    let house = check(vec![goodbye("ghost")], "");
    assert_eq!(house.gate.tally().total(Reason::NothingToRead), 1);
    assert_eq!(house.gate.tally().errors(), 0);
}

#[test]
fn a_service_that_registers_after_its_goodbye_has_returned() {
    let house = check(vec![registered("a", 1.0), goodbye("a"), registered("a", 1.0)], "(a)");
    assert_eq!(house.events().last().map(String::as_str), Some("service_returned a: registered again"));
    house.send(goodbye("a"));
    house.send(registered("a", 2.0));
    assert_eq!(house.events().last().map(String::as_str), Some("service_restarted a: started at 2"));
}

#[test]
fn only_new_services_are_discovered() {
    let house = check(
        vec![measured("a", "a-1", vec![]), measured("a", "a-2", vec![]), health("a", None, "healthy")],
        "a[a-1,a-2]",
    );
    assert_eq!(
        house.events(),
        [format!("{} a: heard for the first time", LifecycleChange::Discovered.event_type())]
    );
}

#[test]
fn services_over_the_limit_are_refused_with_their_samples_and_old_ones_live_on() {
    let house = House::new();
    for i in 0..limits::SERVICES {
        house.send(measured(&format!("s{i}"), "i", vec![]));
    }
    house.send(measured("new", "i", vec![entry("a", 1.0), entry("b", 1.0)]));
    house.send(measured("new", "i", vec![]));
    house.send(health("new", None, "healthy"));
    house.send(registered("new", 1.0));
    house.send(measured("s0", "i", vec![entry("a", 1.0)]));
    assert_eq!(house.gate.tally().total(Reason::TooManyServices), 5);
    assert_eq!(house.gate.registry().counts().services, limits::SERVICES);
    assert!(house.gate.registry().service("new").is_none());
    assert_eq!(house.kept(), [r#"a{instance="i",service="s0"} = 1@0"#]);
}

#[test]
fn instances_over_the_limit_are_refused_and_make_no_service() {
    let house = House::new();
    for i in 0..limits::INSTANCES {
        house.send(measured("a", &format!("i{i}"), vec![]));
    }
    house.send(measured("a", "one more", vec![entry("a", 1.0)]));
    house.send(measured("b", "one more", vec![entry("a", 1.0)]));
    assert_eq!(house.gate.tally().total(Reason::TooManyServices), 2);
    assert!(house.gate.registry().service("b").is_none());
    assert!(house.kept().is_empty());
}

#[test]
fn names_over_the_limit_make_nothing_known() {
    let long = "s".repeat(limits::NAME_BYTES + 1);
    let house = check(
        vec![
            measured(&long, "i", vec![entry("a", 1.0), entry("b", 1.0)]),
            measured("s", &long, vec![entry("a", 1.0)]),
            registered(&long, 1.0),
            Report::Unregistered(Unregistration { service: long.as_str().into() }),
        ],
        "",
    );
    assert_eq!(house.gate.tally().total(Reason::NameTooLong), 4);
    assert!(house.kept().is_empty());
}

#[test]
fn what_a_service_says_of_itself_is_kept_within_limits() {
    let long = "ü".repeat(limits::NAME_BYTES);
    let house = House::new();
    house.send(Report::Registered(Registration {
        service: "a".into(),
        started: None,
        capabilities: (0..1000).map(|_| long.as_str().into()).collect(),
        version: Some(long.as_str().into()),
        metrics_url: None,
    }));
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!(view.capabilities.len(), limits::CAPABILITIES);
    assert!(view.capabilities.iter().chain(&view.version).all(|text| text.len() == limits::NAME_BYTES));
}

#[test]
fn what_was_silent_for_longer_than_the_retention_is_forgotten() {
    let house = check(vec![measured("a", "a-1", vec![]), registered("b", 1.0)], "a[a-1] (b)");
    house.clock.set(START + 30 * limits::DAY - 1);
    house.send(measured("a", "a-2", vec![]));
    house.gate.tick(house.now());
    assert_eq!(house.known(), "a[a-1,a-2] (b)");
    house.clock.set(START + 30 * limits::DAY + limits::MINUTE);
    house.gate.tick(house.now());
    assert_eq!(house.known(), "a[a-2]");
    assert_eq!(house.gate.registry().counts().instances, 1);
}

#[test]
fn defect_21_an_instance_counts_all_its_samples_however_many_metrics_it_has() {
    let house = House::new();
    let names: Vec<String> = (0..300).map(|i| format!("m{i}")).collect();
    for second in 0..10 {
        house.clock.set(START + second * 1_000);
        house.send(measured("a", "a-1", names.iter().map(|name| entry(name, 1.0)).collect()));
    }
    let view = house.gate.registry().service("a").unwrap();
    let instance = &view.instances[0];
    assert_eq!((instance.messages, instance.samples), (10, 3_000));
    assert_eq!(
        (instance.first_seen, instance.last_seen, instance.last_updated),
        (START, START + 9_000, START + 9_000)
    );
}

#[test]
fn defect_27_a_message_may_come_before_the_first_tick() {
    let house = House::new();
    house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
    house.gate.tick(house.now());
    assert_eq!(house.kept().len(), 1);
}

#[test]
fn what_was_scraped_is_nobody_of_the_bus_after_a_restart_whatever_its_labels_are_called() {
    let house = House::new();
    let span = |labels: &[(&str, &str)]| {
        let series = Series::new(Labels::new(labels.iter().copied()), MetricKind::Gauge);
        (Arc::new(series), START, START + 1_000)
    };
    house.gate.restore([
        span(&[("__name__", "cpu"), ("service", "stt"), ("instance", "stt-1")]),
        span(&[("__name__", "cpu"), ("service", "shop"), ("job", "node"), ("instance", "host:9100")]),
        span(&[("__name__", "cpu"), ("job", "node"), ("instance", "host:9100")]),
    ]);
    assert_eq!(house.known(), "stt[stt-1]");
}

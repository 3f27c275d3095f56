//! `up`, answers to probes, and probes that are missed.

use crate::house::{House, START, entry, goodbye, health, measured, registered};
use model::Intake;
use model::Origin;
use std::time::Duration;

/// The values of `up` of a service, `value@seconds`.
fn ups(house: &House, service: &str) -> Vec<String> {
    let series = format!(r#"up{{service="{service}"}} = "#);
    house
        .kept()
        .iter()
        .filter_map(|line| line.strip_prefix(&series))
        .map(|rest| rest.replace("000", ""))
        .collect()
}

#[test]
fn up_is_written_once_an_interval_and_says_whether_anything_was_heard() {
    let house = House::new();
    house.pass(29);
    house.send(measured("a", "a-1", vec![]));
    house.send(registered("silent", 1.0));
    house.pass(1);
    assert_eq!((ups(&house, "a"), ups(&house, "silent")), (vec!["1@30".to_owned()], vec!["1@30".to_owned()]));
    house.pass(30);
    assert_eq!(ups(&house, "a"), ["1@30", "1@60"], "not stale");
    assert_eq!(ups(&house, "silent"), ["1@30", "0@60"], "announced, then silent");
    house.pass(90);
    assert_eq!(ups(&house, "a"), ["1@30", "1@60", "1@90", "0@120", "0@150"]);
    assert_eq!(house.gate.registry().service("a").unwrap().up, Some(false));
    assert_eq!(house.known(), "a[a-1] (silent)");
}

#[test]
fn up_is_zero_after_a_goodbye_and_one_again_after_a_return() {
    let house = House::new();
    house.send(measured("a", "a-1", vec![]));
    house.pass(20);
    house.send(goodbye("a"));
    house.pass(10);
    house.send(measured("a", "a-1", vec![]));
    house.pass(30);
    assert_eq!(ups(&house, "a"), ["0@30", "1@60"]);
}

#[test]
fn an_answer_to_a_probe_is_timed_once() {
    let house = House::new();
    house.send(measured("a", "a-1", vec![]));
    house.gate.probe_sent(house.now());
    house.clock.advance(Duration::from_millis(120));
    house.send(health("a", None, "healthy"));
    house.send(health("a", None, "healthy"));
    house.send(health("new", None, "healthy"));
    assert_eq!(
        house.kept_of("probe_duration_ms"),
        [r#"probe_duration_ms{service="a"} = 120@120"#, r#"probe_duration_ms{service="new"} = 120@120"#]
    );
    assert_eq!(house.gate.registry().service("a").unwrap().probe_ms, Some(120.0));
}

#[test]
fn a_report_without_a_probe_or_after_its_timeout_or_retained_is_no_answer() {
    let house = House::new();
    house.send(health("a", None, "healthy"));
    house.gate.probe_sent(house.now());
    let retained = Origin { retained: true, ..house.origin(None) };
    assert_eq!(house.gate.take(&retained, health("a", None, "healthy")), Ok(()));
    house.clock.advance(Duration::from_millis(5_001));
    house.send(health("a", None, "healthy"));
    assert!(house.kept_of("probe_duration_ms").is_empty());
    assert_eq!(house.gate.registry().service("a").unwrap().probe_ms, None);
}

#[test]
fn a_service_that_used_to_answer_and_misses_is_told_of_once_until_it_answers() {
    let house = House::new();
    let round = |answer: bool| {
        house.gate.probe_sent(house.now());
        house.pass(1);
        // Another instance's measurements keep the service from being stale.
        house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
        if answer {
            house.send(health("a", None, "healthy"));
        }
        house.pass(29);
        house.events().into_iter().filter(|event| event.starts_with("Timeout")).collect::<Vec<_>>()
    };
    let missed = ["Timeout a: No answer to the health check within 6 s."];
    assert_eq!(round(true), [""; 0]);
    assert_eq!(round(false), missed);
    assert_eq!(round(false), [""; 0]);
    assert_eq!(round(false), [""; 0]);
    assert_eq!(round(true), [""; 0]);
    assert_eq!(round(false), missed);
    assert_eq!(house.gate.tally().errors(), 0, "a slow service is not an error of the collector's input");
}

#[test]
fn who_never_answered_or_is_gone_is_not_blamed() {
    let house = House::new();
    house.send(measured("never", "n-1", vec![]));
    house.send(health("gone", None, "healthy"));
    house.gate.probe_sent(house.now());
    house.send(health("gone", None, "healthy"));
    house.send(goodbye("gone"));
    house.gate.probe_sent(house.now());
    house.pass(60);
    assert!(house.events().iter().all(|event| !event.starts_with("Timeout")));
}

#[test]
fn the_answer_time_ends_with_the_voice_that_gave_it() {
    let house = House::new();
    house.gate.probe_sent(START);
    house.send(health("a", None, "healthy"));
    house.pass(100);
    assert_eq!(
        house.kept_of("probe_duration_ms"),
        [r#"probe_duration_ms{service="a"} = 0@0"#, r#"probe_duration_ms{service="a"} = end@91000"#]
    );
}

#[test]
fn a_fast_service_that_fell_silent_within_the_window_is_not_up() {
    let house = House::new();
    for _ in 0..12 {
        house.pass(1);
        house.send(measured("a", "a-1", vec![]));
    }
    house.pass(18);
    assert_eq!(ups(&house, "a"), ["0@30"]);
    house.send(registered("a", 1.0));
    house.pass(30);
    assert_eq!(ups(&house, "a"), ["0@30", "1@60"], "it registers, so it is there again");
    house.pass(30);
    assert_eq!(ups(&house, "a").last().map(String::as_str), Some("0@90"));
}

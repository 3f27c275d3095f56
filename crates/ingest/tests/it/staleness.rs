//! Who falls silent by its own rhythm.

use crate::house::{House, entry, health, measured};

/// Lets `a-1` speak `count` times every `seconds`, then waits until it is stale. Returns after how many
/// seconds of silence that was.
fn silence_after(count: u64, seconds: u64) -> Option<u64> {
    let house = House::new();
    for _ in 0..count {
        house.pass(seconds);
        house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
    }
    (1..=100_000).find(|_| {
        house.pass(1);
        house.gate.registry().service("a").is_some_and(|service| service.stale)
    })
}

#[test]
fn an_instance_is_stale_after_three_of_its_rhythms_but_not_within_fifteen_seconds() {
    let cases = [
        // Messages, seconds apart, stale in this second of silence.
        (1, 1, 91),
        (3, 5, 91),
        (4, 5, 16),
        (20, 1, 16),
        (20, 5, 16),
        (20, 10, 31),
        (20, 60, 181),
        (20, 3_600, 10_801),
    ];
    for (count, seconds, expect) in cases {
        assert_eq!(silence_after(count, seconds), Some(expect), "{count} messages {seconds} s apart");
    }
}

#[test]
fn becoming_stale_ends_every_series_and_is_told_once() {
    let house = House::new();
    for _ in 0..5 {
        house.pass(5);
        house.send(measured("a", "a-1", vec![entry("cpu", 1.0), entry("mem", 2.0)]));
    }
    house.send(health("a", None, "healthy"));
    house.events();
    house.pass(100);
    assert_eq!(house.events(), ["service_stale a/a-1: silent for 16 s"]);
    assert_eq!(
        house.kept_of("end"),
        [
            r#"cpu{instance="a-1",service="a"} = end@41000"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = end@41000"#,
            r#"mem{instance="a-1",service="a"} = end@41000"#,
        ]
    );
    let view = house.gate.registry().service("a").unwrap();
    assert!(view.stale && view.instances[0].stale);
}

#[test]
fn who_speaks_again_has_returned_and_is_watched_as_before() {
    let house = House::new();
    for _ in 0..20 {
        house.pass(5);
        house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
    }
    house.pass(3_600);
    house.events();
    house.send(measured("a", "a-1", vec![entry("cpu", 2.0)]));
    assert_eq!(house.events(), ["service_returned a/a-1: heard again"]);
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.stale, view.rhythm), (false, Some(5_000)), "one outage teaches nothing");
    house.pass(15);
    assert_eq!(house.events().len(), 0);
    house.pass(1);
    assert_eq!(house.events(), ["service_stale a/a-1: silent for 16 s"]);
    assert_eq!(house.kept_of("end").len(), 2);
}

#[test]
fn a_service_that_only_answers_health_checks_has_a_rhythm_of_its_own() {
    let house = House::new();
    for _ in 0..5 {
        house.pass(30);
        house.send(health("a", None, "healthy"));
    }
    house.pass(90);
    assert!(!house.gate.registry().service("a").unwrap().stale);
    house.pass(1);
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.stale, view.rhythm), (true, Some(30_000)));
    assert_eq!(house.events().last().map(String::as_str), Some("service_stale a: silent for 91 s"));
    assert_eq!(
        house.kept_of("health_status").last().map(String::as_str),
        Some(r#"health_status{service="a",status="healthy"} = end@241000"#)
    );
}

#[test]
fn each_instance_has_its_own_rhythm_and_the_service_lives_by_any_of_them() {
    let house = House::new();
    for second in 1..=200 {
        house.pass(1);
        if second % 5 == 0 && second <= 100 {
            house.send(measured("a", "fast", vec![entry("cpu", 1.0)]));
        }
        if second % 50 == 0 {
            house.send(measured("a", "slow", vec![entry("cpu", 1.0)]));
        }
    }
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.instances[0].stale, view.instances[1].stale, view.stale), (true, false, false));
    house.pass(151);
    assert!(house.gate.registry().service("a").unwrap().stale);
}

#[test]
fn bursts_do_not_hasten_the_rhythm() {
    let house = House::new();
    for _ in 0..10 {
        house.pass(60);
        for burst in 0..10 {
            house.clock.set(house.now() + burst);
            house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
        }
    }
    house.pass(150);
    assert!(!house.gate.registry().service("a").unwrap().stale);
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_stale() {
    let house = House::new();
    for _ in 0..10 {
        house.pass(5);
        house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
    }
    house.clock.set(house.now() - 3_600_000);
    house.pass(10);
    house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
    house.pass(10);
    assert!(!house.gate.registry().service("a").unwrap().stale);
}

#[test]
fn a_service_that_spoke_for_itself_before_its_instance_appeared_is_not_waited_for() {
    let house = House::new();
    for second in 1..=400 {
        house.pass(1);
        if second % 30 == 0 {
            house.gate.probe_sent(house.now());
            house.send(health("a", None, if second == 30 { "unhealthy" } else { "healthy" }));
        }
        if second > 100 && second % 5 == 0 {
            house.send(measured("a", "a-1", vec![entry("cpu", 1.0)]));
        }
    }
    let told: Vec<String> = house
        .events()
        .into_iter()
        .filter(|event| event.contains("stale") || event.contains("returned"))
        .collect();
    assert_eq!(told, [""; 0]);
    assert_eq!(house.known(), "a[a-1]");
    let view = house.gate.registry().service("a").unwrap();
    assert_eq!((view.health, view.stale), (None, false));
    assert_eq!(house.kept_of("probe_duration_ms").len(), 13, "the answers' series goes on without an end");
}

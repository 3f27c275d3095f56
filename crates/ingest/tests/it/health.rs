//! What health reports do: words, gauges, and of whom they speak.

use crate::house::{House, START, health, measured};
use model::{Health, Reason, Report, to_seconds};

/// A word, as it is sent: of which instance, at which second of arrival, with which own time in seconds.
struct Said(Option<&'static str>, &'static str, i64);

/// Makes `instances` known, sends words, and compares the `health_status` points.
fn check(instances: &[&str], said: &[Said], expect: &[&str]) -> House {
    let house = House::new();
    for id in instances {
        house.send(measured("a", id, vec![]));
    }
    for Said(instance, word, second) in said {
        house.clock.set(START + second * 1_000);
        house.send(health("a", *instance, word));
    }
    assert_eq!(house.kept_of("health_status"), expect);
    house
}

#[test]
fn a_word_is_a_gauge_that_is_one_when_healthy() {
    check(
        &[],
        &[Said(Some("a-1"), "healthy", 0)],
        &[r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#],
    );
    for word in ["unhealthy", "degraded", "unknown", "Healthy", "größer"] {
        let house = House::new();
        house.send(health("a", Some("a-1"), word));
        assert_eq!(
            house.kept(),
            [format!(r#"health_status{{instance="a-1",service="a",status="{word}"}} = 0@0"#)]
        );
        assert_eq!(house.word("a", "a-1").as_deref(), Some(word));
    }
}

#[test]
fn defect_18_without_instance_it_speaks_of_the_only_instance() {
    let house = check(
        &["a-1"],
        &[Said(None, "healthy", 0)],
        &[r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#],
    );
    assert_eq!(house.known(), "a[a-1]");
    assert_eq!(house.word("a", "a-1").as_deref(), Some("healthy"));
    assert_eq!(house.gate.registry().service("a").unwrap().health, None);
}

#[test]
fn without_instance_it_speaks_of_the_service_when_none_or_several_are_known() {
    let house =
        check(&[], &[Said(None, "healthy", 0)], &[r#"health_status{service="a",status="healthy"} = 1@0"#]);
    assert_eq!(house.known(), "a[a_unknown]");
    let house = check(
        &["a-1", "a-2"],
        &[Said(None, "unhealthy", 0)],
        &[r#"health_status{service="a",status="unhealthy"} = 0@0"#],
    );
    assert_eq!(house.known(), "a[a-1,a-2]");
    assert_eq!(house.gate.registry().service("a").unwrap().health.as_deref(), Some("unhealthy"));
    assert_eq!(house.word("a", "a-1"), None);
}

#[test]
fn another_word_ends_the_series_of_the_one_before() {
    let house = check(
        &[],
        &[
            Said(Some("a-1"), "healthy", 0),
            Said(Some("a-1"), "unhealthy", 5),
            Said(Some("a-1"), "healthy", 10),
        ],
        &[
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = end@5000"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@10000"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = 0@5000"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = end@10000"#,
        ],
    );
    assert_eq!(
        house.events(),
        [
            "service_discovered a: heard for the first time",
            "health_changed a/a-1: healthy → unhealthy",
            "health_changed a/a-1: unhealthy → healthy",
        ]
    );
}

#[test]
fn the_same_word_again_changes_nothing() {
    let house = check(
        &[],
        &[Said(Some("a-1"), "healthy", 0), Said(Some("a-1"), "healthy", 5)],
        &[
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@5000"#,
        ],
    );
    assert_eq!(house.events().len(), 1);
}

#[test]
fn a_word_that_comes_late_is_kept_and_does_not_hold() {
    let house = House::new();
    let at = |word, ms: i64| {
        Report::Health(Health {
            service: "a".into(),
            instance: Some("a-1".into()),
            word,
            readings: vec![],
            timestamp: Some(to_seconds(START + ms)),
        })
    };
    house.send(at("healthy".into(), 0));
    house.send(at("unhealthy".into(), -5_000));
    assert_eq!(house.word("a", "a-1").as_deref(), Some("healthy"));
    assert_eq!(
        house.kept(),
        [
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = 0@-5000"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = end@0"#,
        ]
    );
    assert_eq!(house.events().len(), 1, "discovered, not changed");
}

#[test]
fn a_bad_word_of_the_service_does_not_hold_for_ever_when_an_instance_appears() {
    let house = check(
        &[],
        &[Said(None, "unhealthy", 0)],
        &[r#"health_status{service="a",status="unhealthy"} = 0@0"#],
    );
    house.send(measured("a", "a-1", vec![]));
    for (second, word) in [(10, "degraded"), (20, "healthy"), (30, "healthy"), (40, "healthy")] {
        house.clock.set(START + second * 1_000);
        house.send(health("a", None, word));
    }
    assert_eq!(
        house.kept_of(r#"{service="a""#),
        [
            r#"health_status{service="a",status="degraded"} = 0@10000"#,
            r#"health_status{service="a",status="degraded"} = end@20000"#,
            r#"health_status{service="a",status="healthy"} = 1@20000"#,
            r#"health_status{service="a",status="healthy"} = end@30000"#,
            r#"health_status{service="a",status="unhealthy"} = 0@0"#,
            r#"health_status{service="a",status="unhealthy"} = end@10000"#,
        ]
    );
    assert_eq!(house.kept_of(r#"instance="a-1""#).len(), 5, "four words and one end");
    assert_eq!(house.gate.registry().service("a").unwrap().health, None);
    assert_eq!(house.word("a", "a-1").as_deref(), Some("healthy"));
}

#[test]
fn a_word_put_down_for_the_only_instance_is_taken_back_when_a_second_appears() {
    let house = check(
        &["a-1"],
        &[Said(None, "unhealthy", 0)],
        &[r#"health_status{instance="a-1",service="a",status="unhealthy"} = 0@0"#],
    );
    house.send(measured("a", "a-2", vec![]));
    for second in [10, 20] {
        house.clock.set(START + second * 1_000);
        house.send(health("a", None, "healthy"));
    }
    assert_eq!(
        house.kept_of("a-1"),
        [
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@10000"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = end@20000"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = 0@0"#,
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = end@10000"#,
        ]
    );
    assert_eq!(house.word("a", "a-1"), None);
    assert_eq!(house.gate.registry().service("a").unwrap().health.as_deref(), Some("healthy"));
}

#[test]
fn a_word_that_an_instance_said_itself_is_left_alone() {
    let house = check(
        &["a-1", "a-2"],
        &[Said(Some("a-1"), "unhealthy", 0), Said(None, "healthy", 1)],
        &[
            r#"health_status{instance="a-1",service="a",status="unhealthy"} = 0@0"#,
            r#"health_status{service="a",status="healthy"} = 1@1000"#,
        ],
    );
    assert_eq!(house.word("a", "a-1").as_deref(), Some("unhealthy"));
}

#[test]
fn defect_16_the_numbers_of_a_health_report_are_series_of_their_own() {
    let house = House::new();
    house.send(Report::Health(Health {
        service: "a".into(),
        instance: Some("a-1".into()),
        word: "healthy".into(),
        readings: vec![
            ("uptime", 58.77),
            ("messages_processed", 22.0),
            ("errors", 0.0),
            ("cpu_percent", 3.0),
            ("memory_mb", 40.0),
            ("response_time_ms", 2.0),
            ("response_time", 2.5),
        ],
        timestamp: None,
    }));
    assert_eq!(
        house.kept(),
        [
            r#"health_cpu_percent{instance="a-1",service="a"} = 3@0"#,
            r#"health_errors{instance="a-1",service="a"} = 0@0"#,
            r#"health_memory_mb{instance="a-1",service="a"} = 40@0"#,
            r#"health_messages_processed{instance="a-1",service="a"} = 22@0"#,
            r#"health_response_time_ms{instance="a-1",service="a"} = 2@0"#,
            r#"health_response_time{instance="a-1",service="a"} = 2.5@0"#,
            r#"health_status{instance="a-1",service="a",status="healthy"} = 1@0"#,
            r#"health_uptime{instance="a-1",service="a"} = 58.77@0"#,
        ]
    );
    assert_eq!(house.gate.registry().service("a").unwrap().instances[0].samples, 8);
}

#[test]
fn a_report_with_an_unusable_time_is_refused_and_the_service_known() {
    let house = House::new();
    house.send(Report::Health(Health {
        service: "a".into(),
        instance: None,
        word: "healthy".into(),
        readings: vec![("uptime", 1.0)],
        timestamp: Some(9.0e10),
    }));
    assert_eq!(house.gate.tally().total(Reason::TooFarInFuture), 2);
    assert_eq!(house.known(), "a[]");
    assert!(house.kept().is_empty());
}

#[test]
fn a_word_that_the_store_finds_too_old_does_not_hold() {
    let house = House::new();
    *house.store.refuse.lock() = Some(Box::new(|_| Some(Reason::TooOld)));
    house.send(health("a", Some("a-1"), "unhealthy"));
    assert_eq!(house.word("a", "a-1"), None);
    *house.store.refuse.lock() = Some(Box::new(|_| Some(Reason::TooManySeries)));
    house.send(health("a", Some("a-1"), "unhealthy"));
    assert_eq!(
        house.word("a", "a-1").as_deref(),
        Some("unhealthy"),
        "there is no room for the sample, but it holds"
    );
}

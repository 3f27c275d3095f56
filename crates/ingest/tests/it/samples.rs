//! From entries to samples: values, times, labels, limits.

use crate::house::{House, START, entry, labelled, measured, status, timed};
use model::{Entry, Measurements, MetricKind, Reason, Rejected, Report, limits};

/// Sends `entries` of one instance and compares what is kept.
fn check(entries: Vec<Entry<'_>>, expect: &[&str]) -> House {
    let house = House::new();
    house.send(measured("stt", "stt-1", entries));
    assert_eq!(house.kept(), expect);
    house
}

#[test]
fn entries_become_samples_at_the_time_they_name_or_else_of_arrival() {
    check(
        vec![entry("a", 1.5), timed("b", 2.0, -1_000)],
        &[r#"a{instance="stt-1",service="stt"} = 1.5@0"#, r#"b{instance="stt-1",service="stt"} = 2@-1000"#],
    );
}

#[test]
fn entries_out_of_order_are_all_kept() {
    check(
        vec![timed("a", 3.0, 30), timed("a", 1.0, 10), timed("a", 2.0, 20)],
        &[
            r#"a{instance="stt-1",service="stt"} = 1@10"#,
            r#"a{instance="stt-1",service="stt"} = 2@20"#,
            r#"a{instance="stt-1",service="stt"} = 3@30"#,
        ],
    );
}

#[test]
fn of_two_values_at_one_time_the_last_stays_and_is_counted_as_a_replacement() {
    let house =
        check(vec![timed("a", 1.0, 0), timed("a", 2.0, 0)], &[r#"a{instance="stt-1",service="stt"} = 2@0"#]);
    assert_eq!((house.gate.tally().samples(), house.gate.tally().replaced()), (1, 1));
}

#[test]
fn entries_that_differ_in_labels_are_different_series_and_label_order_does_not_matter() {
    check(
        vec![
            labelled("a", 1.0, &[("x", "1"), ("y", "2")]),
            labelled("a", 2.0, &[("y", "2"), ("x", "1")]),
            labelled("a", 3.0, &[("x", "1")]),
        ],
        &[
            r#"a{instance="stt-1",service="stt",x="1",y="2"} = 2@0"#,
            r#"a{instance="stt-1",service="stt",x="1"} = 3@0"#,
        ],
    );
}

#[test]
fn a_label_named_like_an_own_one_does_not_move_the_sample() {
    for label in ["service", "instance", "__name__", "service_name", "instance_id"] {
        let house = House::new();
        house.send(measured("stt", "stt-1", vec![labelled("a", 1.0, &[(label, "other")])]));
        let log = house.store.log.lock();
        assert!(log[0].0.contains(&format!("exported_{label}=\"other\"")), "{}", log[0].0);
        assert!(log[0].0.contains("service=\"stt\"") && log[0].0.starts_with("a{"), "{}", log[0].0);
        assert_eq!(house.known(), "stt[stt-1]");
    }
}

#[test]
fn a_falling_counter_is_kept_as_it_is() {
    let counter = |value, ms| Entry { kind: MetricKind::Counter, ..timed("total", value, ms) };
    check(
        vec![counter(100.0, 0), counter(2.0, 10)],
        &[
            r#"total{instance="stt-1",service="stt"} = 100@0"#,
            r#"total{instance="stt-1",service="stt"} = 2@10"#,
        ],
    );
}

#[test]
fn the_kind_reaches_the_store() {
    for kind in [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary] {
        let house = House::new();
        *house.store.refuse.lock() = Some(Box::new(move |sample| {
            assert_eq!(sample.series.kind(), kind);
            None
        }));
        house.send(measured("stt", "stt-1", vec![Entry { kind, ..entry("a", 1.0) }]));
        assert_eq!(house.gate.tally().samples(), 1);
    }
}

#[test]
fn defect_32_times_in_other_units_are_understood_and_wild_ones_cost_nothing_else() {
    let at = |timestamp: f64| Entry { timestamp: Some(timestamp), ..entry("a", timestamp) };
    let house = House::new();
    let seconds = 1_795_394_000.0 - 5.0;
    let entries =
        vec![at(seconds), at(seconds * 1e3 + 1.0), at(seconds * 1e6 + 2e3), at(seconds * 1e9 + 3e6)];
    house.send(measured("stt", "stt-1", entries));
    let times: Vec<i64> = house.store.log.lock().iter().map(|(_, point)| point.t - START).collect();
    assert_eq!(times, [-5_000, -4_999, -4_998, -4_997]);
    // The year 5000, and a time that nobody can write.
    house.send(measured("stt", "stt-1", vec![at(9.5e10), entry("b", 1.0), at(f64::MAX)]));
    assert_eq!(house.gate.tally().total(Reason::TooFarInFuture), 2);
    assert_eq!(house.kept_of("b{").len(), 1);
}

#[test]
fn samples_up_to_the_limit_ahead_are_kept_and_later_ones_refused() {
    let house = check(
        vec![timed("a", 1.0, limits::FUTURE), timed("b", 1.0, limits::FUTURE + 1)],
        &[r#"a{instance="stt-1",service="stt"} = 1@600000"#],
    );
    let report = house.gate.tally().report();
    assert_eq!(report.len(), 1);
    assert_eq!(report[0].reason, Reason::TooFarInFuture);
    assert_eq!(report[0].example.as_ref().map(|example| example.detail.as_str()), Some("b"));
}

#[test]
fn what_is_over_a_limit_is_refused_and_counted_and_the_rest_is_kept() {
    let long_name = "n".repeat(limits::NAME_BYTES + 1);
    let long_value = "v".repeat(limits::LABEL_VALUE_BYTES + 1);
    let names: Vec<String> = (0..=limits::LABELS_PER_ENTRY).map(|i| format!("l{i}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let house = check(
        vec![
            labelled("a", 1.0, &many),
            labelled("b", 1.0, &[("x", &long_value)]),
            labelled("c", 1.0, &[(&long_name, "1")]),
            entry(&long_name, 1.0),
            entry("", 1.0),
            entry("nan", f64::NAN),
            entry("good", 1.0),
        ],
        &[r#"good{instance="stt-1",service="stt"} = 1@0"#],
    );
    let counts: Vec<(Reason, u64)> =
        house.gate.tally().report().iter().map(|view| (view.reason, view.count)).collect();
    assert_eq!(
        counts,
        [
            (Reason::BadName, 1),
            (Reason::BadValue, 1),
            (Reason::TooManyLabels, 1),
            (Reason::NameTooLong, 2),
            (Reason::ValueTooLong, 1),
        ]
    );
}

#[test]
fn what_the_protocol_asks_for_is_within_the_limits() {
    let value = "ü".repeat(5_000);
    let names: Vec<String> = (0..64).map(|i| format!("läbel{i}")).collect();
    let labels: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
    let house = House::new();
    house.send(measured("stt", "stt-1", vec![labelled("größe", 1.0, &labels)]));
    house.send(measured("stt", "stt-1", (0..1000).map(|_| entry("größe", 1.0)).collect()));
    assert_eq!(house.gate.tally().samples() + house.gate.tally().replaced(), 1001);
    assert_eq!(house.gate.tally().report(), []);
}

#[test]
fn rejected_entries_of_the_sender_are_counted_and_the_others_kept() {
    let house = House::new();
    house.send(Report::Measurements(Measurements {
        service: "stt".into(),
        instance: "stt-1".into(),
        entries: vec![entry("a", 1.0)],
        rejected: vec![
            Rejected { reason: Reason::BadType, what: "weird".to_owned() },
            Rejected { reason: Reason::BadValue, what: "entry 3".to_owned() },
        ],
    }));
    assert_eq!(house.kept().len(), 1);
    assert_eq!(house.gate.tally().total(Reason::BadType), 1);
    assert_eq!(house.gate.tally().total(Reason::BadValue), 1);
    assert_eq!(house.gate.tally().errors(), 2);
}

#[test]
fn defect_16_status_numbers_are_samples_of_the_same_series_as_measurements() {
    let house = House::new();
    house.send(status("stt", "stt-1", vec![("cpu_percent", 12.0), ("requests_per_second", 3.0)]));
    house.clock.set(START + 1);
    house.send(measured("stt", "stt-1", vec![entry("cpu_percent", 13.0)]));
    assert_eq!(
        house.kept(),
        [
            r#"cpu_percent{instance="stt-1",service="stt"} = 12@0"#,
            r#"cpu_percent{instance="stt-1",service="stt"} = 13@1"#,
            r#"requests_per_second{instance="stt-1",service="stt"} = 3@0"#,
        ]
    );
    let view = house.gate.registry().service("stt").unwrap();
    assert_eq!(view.status.as_deref(), Some("running"));
    assert_eq!(view.instances[0].last_updated, START + 1);
    assert_eq!((view.instances[0].messages, view.instances[0].samples), (2, 3));
}

#[test]
fn messages_without_times_that_arrive_in_one_millisecond_are_all_kept() {
    let house = House::new();
    for value in [1.0, 2.0, 3.0] {
        house.send(measured("stt", "stt-1", vec![entry("a", value), entry("b", value)]));
    }
    house.send(measured("stt", "stt-2", vec![entry("a", 9.0)]));
    let expect = [
        r#"a{instance="stt-1",service="stt"} = 1@0"#,
        r#"a{instance="stt-1",service="stt"} = 2@1"#,
        r#"a{instance="stt-1",service="stt"} = 3@2"#,
        r#"a{instance="stt-2",service="stt"} = 9@0"#,
    ];
    assert_eq!(house.kept_of("a{"), expect);
    assert_eq!(house.kept_of("b{").len(), 3);
}

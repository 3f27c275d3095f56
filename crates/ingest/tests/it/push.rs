//! Pushed groups: what is written, what is written again, what ends.

use crate::house::House;
use ingest::{Dialect, Push, PushError};
use model::limits::{DAY, PUSH_KEEP};
use std::collections::BTreeMap;

fn group(labels: &[(&str, &str)]) -> BTreeMap<String, String> {
    labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn push(house: &House, how: Push, text: &str) -> Result<(), PushError> {
    let group = group(&[("job", "j")]);
    house.gate.push(&group, how, text.as_bytes(), Dialect::Prometheus, house.now()).map(|_| ())
}

/// Lets time pass as the program does.
fn pass(house: &House, seconds: u64) {
    for _ in 0..seconds {
        house.pass(1);
        house.gate.repeat_pushes(house.now());
    }
}

/// What is kept of pushed series.
fn pushed(house: &House) -> Vec<String> {
    house.kept().into_iter().filter(|line| !line.starts_with("push_")).collect()
}

#[test]
fn a_push_is_written_when_it_comes_and_each_minute() {
    let house = House::new();
    assert_eq!(push(&house, Push::Group, "a 1\nb{x=\"y\",job=\"other\"} 2\n"), Ok(()));
    pass(&house, 130);
    assert_eq!(
        pushed(&house),
        [
            "a{job=\"j\"} = 1@0",
            "a{job=\"j\"} = 1@60000",
            "a{job=\"j\"} = 1@120000",
            "b{job=\"j\",x=\"y\"} = 2@0",
            "b{job=\"j\",x=\"y\"} = 2@60000",
            "b{job=\"j\",x=\"y\"} = 2@120000"
        ]
    );
    assert_eq!(house.kept_of("push_time_seconds")[0], "push_time_seconds{job=\"j\"} = 1795394000@0");
    assert_eq!(house.kept_of("push_failure_time_seconds")[0], "push_failure_time_seconds{job=\"j\"} = 0@0");
}

#[test]
fn one_way_replaces_the_group_the_other_the_metrics_of_the_same_names() {
    let house = House::new();
    let first = "# TYPE a counter\na_total{n=\"1\"} 1\na_total{n=\"2\"} 1\nb 1\n";
    assert_eq!(push(&house, Push::Group, first), Ok(()));
    house.pass(1);
    assert_eq!(push(&house, Push::Metrics, "# TYPE a counter\na_total{n=\"1\"} 2\nc 2\n"), Ok(()));
    assert_eq!(house.kept_of("end@1000"), ["a_total{job=\"j\",n=\"2\"} = end@1000"]);
    assert_eq!(house.kept_of("b{")[1..], ["b{job=\"j\"} = 1@1000"], "it is still there");
    house.pass(1);
    assert_eq!(push(&house, Push::Group, ""), Ok(()));
    assert_eq!(house.kept_of("= end@2000").len(), 3);
    assert_eq!(house.gate.push_groups(), 1, "an empty group is one");
}

#[test]
fn a_group_ends_when_it_is_deleted_or_nobody_pushes_for_long() {
    let house = House::new();
    assert_eq!(push(&house, Push::Group, "a 1\n"), Ok(()));
    house.pass(1);
    assert_eq!(house.gate.end_push(&group(&[("job", "other")]), house.now()), Ok(()));
    assert_eq!(house.gate.end_push(&group(&[("job", "j")]), house.now()), Ok(()));
    assert_eq!(house.kept_of("end@1000").len(), 3);
    pass(&house, 70);
    assert_eq!(house.kept_of("a{").len(), 2);
    assert_eq!(push(&house, Push::Group, "a 1\n"), Ok(()));
    house.gate.repeat_pushes(house.now() + PUSH_KEEP - DAY);
    assert_eq!(house.gate.push_groups(), 1);
    house.gate.repeat_pushes(house.now() + PUSH_KEEP + 1);
    assert_eq!(house.gate.push_groups(), 0);
}

#[test]
fn a_push_is_taken_as_a_whole_or_not_at_all() {
    let house = House::new();
    let rows = [
        ("a 1 1000\n", "timestamps"),
        ("a 1\nb{ 2\n", "cannot be read"),
        ("a 1\na 2\n", "twice"),
        ("a{x=\"1\",x=\"2\"} 1\n", "twice"),
        ("a{job=\"1\"} 1\na{job=\"2\"} 1\n", "twice"),
        ("push_time_seconds 1\n", "no name"),
        ("{x=\"y\"} 1\n", "no name"),
    ];
    for (text, why) in rows {
        let refused = push(&house, Push::Group, text);
        assert!(matches!(&refused, Err(PushError::Bad(text)) if text.contains(why)), "{text}: {refused:?}");
    }
    assert_eq!((house.kept().len(), house.gate.push_groups()), (0, 0));
    for labels in [&[][..], &[("job", "")], &[("job", "j"), ("__x", "y")], &[("job", "j"), ("", "y")]] {
        let refused =
            house.gate.push(&group(labels), Push::Group, b"a 1\n", Dialect::Prometheus, house.now());
        assert!(matches!(refused, Err(PushError::Bad(_))), "{labels:?}");
    }
    assert_eq!(push(&house, Push::Group, "a 1\n"), Ok(()));
    assert!(push(&house, Push::Group, "a 1 1\n").is_err());
    pass(&house, 1);
    assert_eq!(house.kept_of("a{")[1..], ["a{job=\"j\"} = 1@1000"]);
    assert_eq!(
        house.kept_of("push_failure")[1..],
        ["push_failure_time_seconds{job=\"j\"} = 1795394000@1000"]
    );
    let cut =
        house.gate.push(&group(&[("job", "j")]), Push::Group, b"a 1\n", Dialect::OpenMetrics, house.now());
    assert!(matches!(cut, Err(PushError::Bad(_))));
}

#[test]
fn a_store_that_takes_nothing_leaves_the_group_as_it_was() {
    let house = House::new();
    assert_eq!(push(&house, Push::Group, "a 1\n"), Ok(()));
    house.pass(1);
    *house.store.broken.lock() = true;
    assert!(matches!(push(&house, Push::Group, "b 1\n"), Err(PushError::Write(_))));
    assert!(house.gate.end_push(&group(&[("job", "j")]), house.now()).is_err());
    *house.store.broken.lock() = false;
    assert_eq!(push(&house, Push::Group, "c 1\n"), Ok(()));
    assert_eq!(house.kept_of("end"), ["a{job=\"j\"} = end@1000"]);
}

#[test]
fn there_are_so_many_groups_and_no_more() {
    let house = House::new();
    let one = |name: &str, text: &str| {
        house.gate.push(
            &group(&[("job", name)]),
            Push::Group,
            text.as_bytes(),
            Dialect::Prometheus,
            house.now(),
        )
    };
    let many: String = (0..60_000).map(|n| format!("a{{n=\"{n}\"}} 1\n")).collect();
    assert!(one("first", &many).is_ok());
    assert!(matches!(one("second", &many), Err(PushError::Full(_))));
    assert!(one("first", "a 1\n").is_ok() && one("second", "a 1\n").is_ok(), "there is room again");
    assert_eq!(house.gate.push_groups(), 2);
}

#[test]
fn lines_of_any_time_are_taken_with_more_labels() {
    let house = House::new();
    let labels = [("site".to_owned(), "home".to_owned())];
    let text = "# TYPE a counter\na{site=\"x\"} 1 1795394000500\na 2\nbroken{\n";
    let told = house.gate.lines(text.as_bytes(), Dialect::Prometheus, &labels, house.now()).expect("taken");
    assert_eq!(house.kept(), ["a{site=\"home\"} = 2@0", "a{site=\"home\"} = 1@500"]);
    assert_eq!((told.samples, told.refused.len()), (2, 1));
}

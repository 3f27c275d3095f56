//! The store decides, the others follow.

use crate::house::{House, entry, lines, measured};
use model::{Entry, IntakeError, MetricKind, Reason};

#[test]
fn what_the_store_keeps_reaches_every_reader_in_the_same_order() {
    let house = House::new();
    house.send(measured("stt", "stt-1", vec![entry("b", 1.0), entry("a", 2.0)]));
    house.pass(200);
    assert!(house.store.log.lock().len() > 4, "markers and `up` go the same way");
    assert_eq!(house.kept(), lines(&house.reader));
    let order = |keeper: &crate::house::Keeper| -> Vec<String> {
        keeper.log.lock().iter().map(|(name, point)| format!("{name}@{}", point.t)).collect()
    };
    assert_eq!(order(&house.store), order(&house.reader));
}

#[test]
fn what_is_computed_of_observations_goes_to_who_keeps_and_not_to_who_judges() {
    let distributions = |keeper: &crate::house::Keeper| {
        keeper.log.lock().iter().filter(|(name, _)| name.starts_with("took_histogram")).count()
    };
    for judges in [true, false] {
        let house = House::with_reader(judges);
        let observed = Entry { kind: MetricKind::Histogram, ..entry("took", 1.0) };
        house.send(measured("stt", "stt-1", vec![observed]));
        house.pass(30);
        assert!(distributions(&house.store) > 0);
        assert_eq!(distributions(&house.reader) > 0, !judges, "{judges}");
    }
}

#[test]
fn what_the_store_refuses_is_counted_and_not_handed_on() {
    let house = House::new();
    *house.store.refuse.lock() = Some(Box::new(|sample| match sample.series.name() {
        "old" => Some(Reason::TooOld),
        "many" => Some(Reason::TooManySeries),
        _ => None,
    }));
    house.send(measured("stt", "stt-1", vec![entry("old", 1.0), entry("a", 1.0), entry("many", 1.0)]));
    assert_eq!(lines(&house.reader), [r#"a{instance="stt-1",service="stt"} = 1@0"#]);
    assert_eq!(house.gate.tally().samples(), 1);
    for (reason, name) in [(Reason::TooOld, "old"), (Reason::TooManySeries, "many")] {
        let report = house.gate.tally().report();
        let view = report.iter().find(|view| view.reason == reason).unwrap();
        assert_eq!((view.count, view.topics.as_slice()), (1, &[("test/topic".to_owned(), 1)][..]));
        let expect = format!(r#"{name}{{instance="stt-1",service="stt"}}"#);
        assert_eq!(view.example.as_ref().map(|example| example.detail.as_str()), Some(expect.as_str()));
    }
    // A batch of which nothing is kept is not handed on at all.
    house.send(measured("stt", "stt-1", vec![entry("old", 1.0)]));
    assert_eq!(lines(&house.reader).len(), 1);
    // What was refused once can be kept later.
    *house.store.refuse.lock() = None;
    house.send(measured("stt", "stt-1", vec![entry("old", 1.0), entry("many", 2.0)]));
    assert_eq!(house.gate.tally().samples(), 3);
}

#[test]
fn a_store_that_takes_nothing_makes_the_message_unavailable() {
    let house = House::new();
    *house.store.broken.lock() = true;
    let taken = house.send_as("m1", measured("stt", "stt-1", vec![entry("a", 1.0)]));
    assert_eq!(taken, Err(IntakeError::Unavailable("broken".to_owned())));
    assert!(house.reader.log.lock().is_empty());
    assert_eq!(house.gate.tally().errors(), 1);
    assert_eq!(
        house.events(),
        [
            "service_discovered stt: heard for the first time",
            "Internal stt: The store does not take samples: broken",
        ]
    );
}

#[test]
fn a_reader_that_fails_costs_nothing_and_is_told_of_once_a_minute() {
    let house = House::new();
    *house.reader.broken.lock() = true;
    for _ in 0..5 {
        house.send(measured("stt", "stt-1", vec![entry("a", 1.0)]));
    }
    house.events();
    house.pass(60);
    house.send(measured("stt", "stt-1", vec![entry("a", 2.0)]));
    let told = "Internal : Samples were kept, but reader 1 of them did not take them: broken";
    assert_eq!(house.events(), [told]);
    assert_eq!(house.kept_of("a{").len(), 6);
    // Six messages, and `up` twice.
    assert_eq!(house.gate.tally().errors(), 8);
}

#[test]
fn faults_in_messages_are_told_of_once_a_minute_and_kind() {
    let house = House::new();
    for _ in 0..100 {
        house.send(measured("stt", "stt-1", vec![entry("", 1.0), entry("ok", 1.0)]));
    }
    assert_eq!(
        house.events(),
        [
            "service_discovered stt: heard for the first time",
            "Payload stt: An entry has no name, or an empty one, or one that is not text. On test/topic: ",
        ]
    );
    assert_eq!(house.gate.tally().total(Reason::BadName), 100);
}

//! What was refused is counted, by reason and topic, within bounds, with the newest example.

use crate::house::House;
use ingest::Tally;
use model::{Intake, Nothing, Origin, Reason, Report, limits};

#[test]
fn what_holds_nothing_is_counted_with_its_example() {
    let house = House::new();
    for (topic, reason) in
        [("t/1", Reason::NotJson), ("t/2", Reason::NotJson), ("t/2", Reason::NotJson), ("t/3", Reason::Own)]
    {
        let origin = Origin { topic, ..house.origin(None) };
        let nothing = Nothing { reason, detail: "line 1".into(), example: b"heal\xFFthy" };
        assert_eq!(house.gate.take(&origin, Report::Nothing(nothing)), Ok(()));
    }
    let tally = house.gate.tally();
    assert_eq!((tally.messages(), tally.undecodable(), tally.errors(), tally.samples()), (4, 3, 3, 0));
    let report = tally.report();
    assert_eq!(report.iter().map(|view| view.reason).collect::<Vec<_>>(), [Reason::NotJson, Reason::Own]);
    assert_eq!(report[0].count, 3);
    assert_eq!(report[0].topics, [("t/2".to_owned(), 2), ("t/1".to_owned(), 1)]);
    let example = report[0].example.as_ref().unwrap();
    assert_eq!((example.topic.as_str(), example.detail.as_str()), ("t/2", "line 1"));
    assert_eq!(example.payload, "heal\u{FFFD}thy");
    assert_eq!(example.at, crate::house::START);
}

#[test]
fn the_broker_probe_is_unreadable_but_no_error() {
    let tally = Tally::default();
    tally.count(Reason::BrokerProbe, "t", "", b"healthy", 0);
    assert_eq!((tally.undecodable(), tally.errors(), tally.total(Reason::BrokerProbe)), (1, 0, 1));
    assert_eq!(tally.total(Reason::NotJson), 0);
}

#[test]
fn floods_from_ever_new_topics_are_counted_within_bounds() {
    let tally = Tally::default();
    let payload = vec![b'x'; 1 << 20];
    let detail = "ü".repeat(1 << 10);
    for i in 0..1_000 {
        tally.count(Reason::NotJson, &format!("{i}/{}", "t".repeat(60_000)), &detail, &payload, i);
    }
    let view = tally.report().remove(0);
    assert_eq!((view.count, view.topics.len(), view.other_topics), (1_000, limits::TOPICS_PER_REASON, 900));
    assert!(view.topics.iter().all(|(topic, count)| topic.len() == 256 && *count == 1));
    let example = view.example.unwrap();
    assert_eq!((example.payload.len(), example.detail.len(), example.at), (200, 200, 999));
    assert!(example.topic.starts_with("999/"));
}

//! Where this is another alert generator than Prometheus: alerts begin and end with the sample that is to blame.

use super::house::{House, Judged, date, short};

#[test]
fn an_alert_begins_and_ends_with_a_sample_and_the_round_finds_the_same() {
    let mut house = House::new(
        Judged::AtArrival,
        "1m",
        "  - {alert: Hot, expr: m > 5, annotations: {summary: '{{ $value }}'}}",
    );
    assert_eq!(house.rule(0)["judged"], "at arrival");
    house.pass(7);
    house.sample("a", Some(6.0));
    let (sent, begun) = (house.sent(), house.now());
    assert_eq!(short(&sent, begun), ["a firing"]);
    assert_eq!(
        (&sent[0]["startsAt"], &sent[0]["annotations"]["summary"]),
        (&date(begun).into(), &"6".into())
    );
    assert_eq!(house.ask("ALERTS").len(), 1, "and its series is there");
    house.pass(53);
    house.round();
    assert_eq!((house.sent().len(), house.counter.desk.active_count()), (0, 1), "it is not told twice");
    house.pass(3);
    house.sample("a", Some(1.0));
    let sent = house.sent();
    assert_eq!(
        (short(&sent, house.now()), &sent[0]["endsAt"]),
        (vec!["a resolved".to_owned()], &date(house.now()).into())
    );
    assert_eq!(house.ask("ALERTS").len(), 0);
}

#[test]
fn for_is_over_with_the_first_sample_that_shows_it_or_with_a_round() {
    let mut house = House::new(Judged::AtArrival, "1m", "  - {alert: Hot, expr: m > 5, for: 20s}");
    for seconds in [7, 10, 9] {
        house.pass(seconds);
        house.sample("a", Some(6.0));
        assert_eq!((house.sent().len(), house.states()), (0, vec!["a pending".to_owned()]));
    }
    house.pass(1);
    house.sample("a", Some(6.0));
    assert_eq!(short(&house.sent(), house.now()), ["a firing"]);
    assert_eq!(house.sent().len(), 0);
    house.pass(1);
    house.sample("b", Some(6.0));
    house.pass(32);
    house.round();
    assert_eq!(house.states(), ["a firing", "b firing"], "nobody measured meanwhile");
}

#[test]
fn an_alert_that_comes_and_goes_between_two_rounds_is_told() {
    for (judged, expected) in [(Judged::AtArrival, 2), (Judged::InRounds, 0)] {
        let mut house = House::new(judged, "1m", "  - {alert: Hot, expr: m > 5}");
        house.pass(10);
        house.sample("a", Some(6.0));
        house.pass(10);
        house.sample("a", Some(1.0));
        house.pass(40);
        house.round();
        assert_eq!(house.sent().len(), expected, "{judged:?}");
    }
}

//! When alerts are pending, fire and are over.

use super::house::House;
use super::house::{Judged, both, date, short};

const NOTHING: [&str; 0] = [];

#[test]
fn an_alert_fires_in_the_round_in_which_it_was_there_for_as_long_as_for_says() {
    both("30s", "  - {alert: Hot, expr: m > 5, for: 2m}", |mut house| {
        for round in 0..4 {
            assert_eq!(house.step("a", Some(6.0)).len(), 0, "round {round}");
            assert_eq!(house.states(), ["a pending"], "round {round}");
        }
        let sent = house.step("a", Some(6.0));
        assert_eq!(
            (house.states(), short(&sent, house.now())),
            (vec!["a firing".to_owned()], vec!["a firing".to_owned()])
        );
        assert_eq!(sent[0]["startsAt"], date(house.now()), "since it fires, not since it is pending");
    });
}

#[test]
fn without_for_an_alert_fires_in_its_first_round() {
    for hold in ["", ", for: 0s"] {
        both("30s", &format!("  - {{alert: Hot, expr: m > 5{hold}}}"), |mut house| {
            let sent = house.step("a", Some(6.0));
            assert_eq!(short(&sent, house.now()), ["a firing"]);
            assert_eq!(house.ask(r#"ALERTS{alertstate="pending"}"#).len(), 0, "it was never pending");
        });
    }
}

#[test]
fn a_for_that_is_shorter_than_the_interval_ends_with_the_next_round() {
    both("1m", "  - {alert: Hot, expr: m > 5, for: 7s}", |mut house| {
        assert_eq!(house.step("a", Some(6.0)).len(), 0);
        house.pass(30);
        assert_eq!(
            (house.sent().len(), house.states()),
            (0, vec!["a pending".to_owned()]),
            "nobody measured"
        );
        house.pass(30);
        house.round();
        assert_eq!(short(&house.sent(), house.now()), ["a firing"]);
    });
}

#[test]
fn what_was_only_pending_is_told_to_nobody() {
    both("30s", "  - {alert: Hot, expr: m > 5, for: 1m}", |mut house| {
        // It cools down, and it vanishes, before the minute is over; each time it begins anew.
        for end in [Some(4.0), None, Some(1.0)] {
            assert_eq!(house.step("a", Some(6.0)).len() + house.step("a", Some(6.0)).len(), 0);
            assert_eq!(house.states(), ["a pending"]);
            assert_eq!(house.step("a", end).len(), 0);
            assert_eq!(house.states(), NOTHING);
            assert_eq!(house.rule(0)["state"], "inactive");
        }
        house.pass(3_600);
        assert_eq!(house.sent().len(), 0);
    });
}

#[test]
fn an_alert_is_over_with_the_first_round_without_its_series() {
    both("30s", "  - {alert: Hot, expr: m > 5}", |mut house| {
        house.step("a", Some(6.0));
        let begun = house.now();
        let sent = house.step("a", None);
        assert_eq!(short(&sent, house.now()), ["a resolved"]);
        assert_eq!(
            (&sent[0]["startsAt"], &sent[0]["endsAt"]),
            (&date(begun).into(), &date(house.now()).into())
        );
        assert_eq!(house.states(), NOTHING);
        // The next one of the same labels is another.
        let sent = house.step("a", Some(7.0));
        assert_eq!(
            (short(&sent, house.now()), &sent[0]["startsAt"]),
            (vec!["a firing".to_owned()], &date(house.now()).into())
        );
    });
}

#[test]
fn keep_firing_for_bridges_gaps_and_counts_from_the_first_round_without_the_series() {
    both("30s", "  - {alert: Hot, expr: m > 5, keep_firing_for: 1m}", |mut house| {
        house.step("a", Some(6.0));
        let since = |house: &House| house.rule(0)["alerts"][0]["keepFiringSince"].clone();
        assert!(since(&house).is_null());
        house.step("a", None);
        assert_eq!(
            (house.states(), since(&house)),
            (vec!["a firing".to_owned()], "2026-11-23T00:41:00Z".into())
        );
        house.step("a", Some(6.0));
        assert!(since(&house).is_null(), "it is there again");
        for left in [1, 0] {
            house.step("a", None);
            assert_eq!(house.states(), ["a firing"], "{left}");
        }
        let sent = house.step("a", None);
        assert_eq!((short(&sent, house.now()), house.states()), (vec!["a resolved".to_owned()], Vec::new()));
    });
}

#[test]
fn each_series_of_a_rule_has_an_alert_of_its_own() {
    both("30s", "  - {alert: Hot, expr: m > 5, for: 30s}", |mut house| {
        house.step("a", Some(6.0));
        assert_eq!(house.step("b", Some(6.0)).len(), 1);
        assert_eq!(house.states(), ["a firing", "b pending"]);
        house.sample("a", Some(6.0));
        let sent = house.step("b", Some(6.0));
        assert_eq!(short(&sent, house.now()), ["b firing", "a firing"]);
        let sent = house.step("a", None);
        assert_eq!(house.states(), ["b firing"]);
        assert_eq!(short(&sent, house.now()), ["a resolved", "b firing"]);
    });
}

#[test]
fn a_long_for_goes_on_where_it_was_before_a_restart() {
    let rules = "  - {alert: Hot, expr: m > 5, for: 30m}";
    // What arrives before it is known what was before is judged too, so this is of rounds alone.
    let mut house = House::new(Judged::InRounds, "1m", rules);
    for _ in 0..=15 {
        house.step("a", Some(6.0));
    }
    // A quarter of an hour is waited; it is away for ten minutes.
    house.pass(600);
    house.restart();
    for _ in 0..2 {
        house.step("a", Some(6.0));
        assert_eq!(house.states(), ["a pending"]);
    }
    // Since the last round before the end twelve minutes passed, which do not count.
    for round in 1..=14 {
        assert_eq!(house.step("a", Some(6.0)).len(), 0, "round {round}");
        assert_eq!(house.ask("ALERTS").len(), 1, "round {round}");
    }
    assert_eq!(short(&house.step("a", Some(6.0)), house.now()), ["a firing"], "fifteen minutes were left");
    // One that fired before is not told again as begun, and its end is told.
    house.restart();
    house.step("a", Some(6.0));
    house.step("a", Some(6.0));
    house.step("a", Some(6.0));
    assert_eq!(house.counter.desk.history(9).len(), 0);
    assert_eq!(short(&house.step("a", None), house.now()), ["a resolved"]);
}

#[test]
fn a_rule_sees_what_those_before_it_gave_in_the_same_round() {
    let rules = "  - {record: doubled, expr: m * 2}
  - {alert: Hot, expr: doubled > 10}
  - {record: hot_ones, expr: 'count(ALERTS{alertname=\"Hot\",alertstate=\"firing\"})'}
  - {alert: ManyHot, expr: hot_ones > 1}";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.pass(30);
    house.sample("a", Some(6.0));
    house.sample("b", Some(4.0));
    house.round();
    assert_eq!(house.states(), ["a firing"]);
    assert_eq!(house.ask("hot_ones").into_values().collect::<Vec<_>>(), [1.0]);
    house.sample("a", Some(6.0));
    house.step("b", Some(6.0));
    assert_eq!(house.states(), ["a firing", "b firing", "- firing"]);
    // What comes later in the file is seen in the next round only.
    let rules = "  - {alert: Late, expr: doubled > 10}\n  - {record: doubled, expr: m * 2}";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.step("a", Some(6.0));
    assert_eq!(house.states(), NOTHING);
    house.step("a", Some(6.0));
    assert_eq!(house.states(), ["a firing"]);
}

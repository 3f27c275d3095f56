//! What an Alertmanager is sent, and how often.

use super::house::{URL, both, date, short};
use serde_json::json;

const HOT: &str = "  - {alert: Hot, expr: m > 5}";

#[test]
fn an_alertmanager_is_sent_what_prometheus_sends() {
    let rules =
        "  - alert: Hot\n    expr: m>5\n    labels: {severity: page}\n    annotations: {summary: 'too hot'}";
    both("30s", rules, |mut house| {
        let sent = house.step("a", Some(6.0));
        let t = house.now();
        assert_eq!(
            json!(sent),
            json!([{
                "labels": {"alertname": "Hot", "instance": "a", "severity": "page"},
                "annotations": {"summary": "too hot"},
                "startsAt": date(t),
                "endsAt": date(t + 4 * 60_000),
                "generatorURL": format!("{URL}/graph?g0.expr=m+%3E+5&g0.tab=1"),
            }])
        );
        // The address leads somewhere.
        let runtime = crate::counter::runtime();
        let answer = runtime.block_on(house.counter.get("/graph?g0.expr=m+%3E+5&g0.tab=1"));
        assert_eq!(
            (answer.status, &answer.headers["location"]),
            (307, &"ui/explore?q=m+%3E+5&view=graph".parse().expect("a header"))
        );
    });
}

#[test]
fn what_fires_is_sent_again_each_minute() {
    both("30s", HOT, |mut house| {
        assert_eq!(house.step("a", Some(6.0)).len(), 1);
        let begun = house.now();
        for minute in 1..5 {
            assert_eq!(house.step("a", Some(6.0)).len(), 0, "{minute}");
            let sent = house.step("a", Some(6.0));
            assert_eq!(short(&sent, house.now()), ["a firing"], "{minute}");
            assert_eq!(sent[0]["startsAt"], date(begun));
            assert_eq!(sent[0]["endsAt"], date(house.now() + 4 * 60_000), "four times a minute");
        }
    });
}

#[test]
fn what_is_sent_holds_for_four_intervals_where_these_are_longer_than_a_minute() {
    both("5m", HOT, |mut house| {
        let sent = house.step("a", Some(6.0));
        assert_eq!(sent[0]["endsAt"], date(house.now() + 4 * 300_000));
    });
}

#[test]
fn an_end_is_sent_again_for_a_quarter_of_an_hour() {
    both("1m", HOT, |mut house| {
        house.step("a", Some(6.0));
        let first = house.step("a", None);
        let end = date(house.now());
        assert_eq!(short(&first, house.now()), ["a resolved"]);
        for minute in 1..15 {
            let sent = house.step("b", Some(1.0));
            assert_eq!(sent, first, "minute {minute}: the same, with its end at {end}");
        }
        for minute in 15..20 {
            assert_eq!(house.step("b", Some(1.0)).len(), 0, "minute {minute}");
        }
    });
}

#[test]
fn an_end_is_not_sent_again_once_the_alert_fires_anew() {
    both("1m", HOT, |mut house| {
        house.step("a", Some(6.0));
        house.step("a", None);
        assert_eq!(short(&house.step("b", Some(1.0)), house.now()), ["a resolved"]);
        for _ in 0..3 {
            assert_eq!(short(&house.step("a", Some(6.0)), house.now()), ["a firing"]);
        }
    });
}

//! Conditions that look at more than the newest sample.

use crate::desk::{Desk, rule};
use crate::held::tick;
use model::{INSTANCE, Rule, limits};
use rules::{Condition, RuleError};

#[test]
fn functions_of_windows_start_and_end_alerts() {
    let desk = Desk::new(vec![rule("busy", "avg(1m) > 50 and value > 10", 0)]);
    for (t, v) in [(0, 20.0), (20, 60.0), (40, 60.0), (60, 90.0), (80, 5.0), (100, 11.0), (121, 12.0)] {
        desk.at(t, v);
    }
    // After 0, up to 60: 60, 60, 90.
    assert_eq!(desk.said(), ["start busy:s:i 70 @60000", "end busy:s:i @80000"]);
    let over = desk.book.history(1).remove(0);
    assert_eq!((over.value, over.threshold), (70.0, 50.0), "what was compared");
}

#[test]
fn operands_may_be_reckoned_from_each_other() {
    let desk = Desk::new(vec![rule("spike", "value > 2 * avg(1m) + 1", 0)]);
    for t in 0..5 {
        desk.at(t, 1.0);
    }
    desk.at(5, 100.0);
    assert_eq!(desk.said(), ["start spike:s:i 100 @5000"]);
    let threshold = desk.book.alerts(true)[0].threshold;
    assert!((threshold - (2.0 * 105.0 / 6.0 + 1.0)).abs() < 1e-9, "{threshold}");
}

#[test]
fn a_window_that_runs_empty_changes_what_holds() {
    let desk = Desk::new(vec![rule("peak", "max(1m) > 50", 0), rule("quiet", "count(1m) < 1", 0)]);
    tick(&desk, 0, 0);
    desk.at(1, 90.0);
    tick(&desk, 1, 30);
    desk.at(30, 10.0);
    assert_eq!(desk.said(), ["start peak:s:i 90 @1000"]);
    tick(&desk, 31, 70);
    assert_eq!(desk.said(), ["end peak:s:i @61000"], "the peak left the window");
    tick(&desk, 71, 100);
    assert_eq!(desk.said(), ["start quiet:s:i 0 @90000"]);
    desk.at(101, 10.0);
    assert_eq!(desk.said(), ["end quiet:s:i @101000"]);
}

#[test]
fn late_samples_are_in_the_window_and_are_not_judged() {
    let desk = Desk::new(vec![rule("many", "sum(1m) > 100", 0)]);
    desk.at(60, 10.0);
    desk.at(30, 200.0);
    assert_eq!(desk.said(), [""; 0]);
    desk.at(61, 10.0);
    assert_eq!(desk.said(), ["start many:s:i 220 @61000"]);
    desk.at(61, 0.0);
    desk.at(91, 1.0);
    assert_eq!(desk.said(), ["end many:s:i @90000"], "a sample was corrected, one left meanwhile");
}

#[test]
fn windows_and_words_are_checked_when_the_rule_is_made() {
    for (text, at, message) in [
        ("avg > 5", 4, "expected ("),
        ("avg() > 5", 4, "length of time"),
        ("avg(5) > 5", 4, "length of time"),
        ("avg(5m > 5", 7, "expected )"),
        ("avg(5m", 0, "never closed"),
        ("avg(0s) > 5", 4, "1ms at least"),
        ("avg(8d) > 5", 4, "at most"),
        ("avg(1000000000d) > 5", 4, "too long"),
        ("p96(5m) > 5", 0, "unknown"),
        ("quantile(2, 5m) > 5", 9, "0 to 1"),
        ("quantile(0.5 5m) > 5", 13, "expected ,"),
        ("forecast(2y) > 5", 9, "at most"),
        ("absent(2m) > 5", 0, "no number"),
        ("value + 'a' > 5", 8, "no number"),
        ("value + (value > 5) > 5", 8, "no number"),
        ("avg(5m) == 'a'", 8, "value alone"),
        ("2 * 3 > 5m", 0, "two constants"),
        ("avg(5m) > avg(5m)", 8, "itself"),
        ("value and value > 5", 6, "expected one of"),
        ("value > 5 +", 11, "expected value"),
        ("abs value > 5", 4, "expected ("),
    ] {
        let error = Condition::parse(text).expect_err(text);
        assert!(error.at == at && error.message.contains(message), "{text}: {error}");
    }
    let sums = format!("value{} > 5", " + 1".repeat(limits::CONDITION_OPERATIONS + 1));
    assert!(Condition::parse(&sums).expect_err("too many").message.contains("operations"));
    let deep = format!("{}value > 5", "-".repeat(1_000));
    assert!(Condition::parse(&deep).expect_err("too deep").message.contains("deeper"));
    let deep = format!("{}value{} > 5", "abs(".repeat(500), ")".repeat(500));
    assert!(Condition::parse(&deep).expect_err("too deep").message.contains("deeper"));
    let many: Vec<String> = (1..=limits::RULE_WINDOWS + 1).map(|span| format!("avg({span}s) > 5")).collect();
    let put = Desk::new(Vec::new()).book.put(rule("many", &many.join(" or "), 0));
    assert!(matches!(put, Err(RuleError::TooManyOf("windows", _))), "{put:?}");
}

#[test]
fn what_is_written_of_functions_is_read_back() {
    for text in [
        "avg(5m) > 90",
        "value - avg(1h) > 3 * stddev(1h)",
        "(value + 1) * 2 > 5 and not absent(2m)",
        "quantile(0.25, 90s) < -value",
        "p95(10m) >= 250ms",
        "forecast(4h) > 95%",
        "forecast(4h, 30m) > 95",
        "abs(anomaly(1h)) > 3.5",
        "value - (value - (1 - 2)) > 0 or changed(10m) > 5",
        "trend(1h) / -2 < last(1m) - -3",
        "90 < increase(5m) + rate(1h)",
        "-(value + 1) > -(-2)",
    ] {
        let once = Condition::parse(text).expect(text);
        assert_eq!(Condition::parse(&once.to_string()).expect(text), once, "{text} was written as {once}");
    }
    assert_eq!(Condition::parse("p95(10m) >= 250ms").expect("good").to_string(), "p95(10m) >= 0.25");
}

#[test]
fn a_counter_is_judged_by_its_rate() {
    let desk = Desk::new(vec![rule("errors", "increase(1m) > 5", 0)]);
    for (t, v) in [(0, 100.0), (20, 101.0), (40, 102.0), (60, 110.0), (80, 3.0), (180, 3.0), (200, 3.0)] {
        desk.at(t, v);
    }
    let said = desk.said();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("start errors:s:i") && said[0].ends_with("@60000"), "{said:?}");
}

#[test]
fn what_is_no_number_and_what_is_endless_is_judged_and_nothing_breaks() {
    let conditions =
        ["avg(1m) > 5", "p95(1m) > 5", "trend(1m) > 5", "anomaly(1m) > 5", "rate(1m) > 5", "not min(1m) < 5"];
    let rules: Vec<Rule> =
        conditions.iter().map(|text| Rule { hold: Some("1s".to_owned()), ..rule(text, text, 0) }).collect();
    let desk = Desk::new(rules);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, -0.0, 1e-300];
    for (t, v) in (0..).zip(odd.iter().cycle().take(200)) {
        desk.at(t, *v);
        desk.book.tick(t * 1_000);
    }
    for t in [i64::MAX, i64::MIN, 0] {
        desk.sample("m", "s", &[(INSTANCE, "i")], t, 1.0);
        desk.book.tick(t);
    }
    let (started, ended): (Vec<String>, Vec<String>) =
        desk.said().into_iter().partition(|line| line.starts_with("start"));
    assert_eq!(started.len() - ended.len(), desk.book.active_count());
}

//! Rules that are learnt from what is kept.

use crate::counter::{Counter, runtime};
use serde_json::Value;

/// A value each quarter of an hour for six days, with a hump on the third.
fn counter() -> Counter {
    let counter = Counter::new();
    let course: Vec<(i64, f64)> = (0..6 * 96)
        .map(|at| {
            let usual = 40.0 + f64::from(at % 96) / 10.0 + f64::from(at * 7 % 13) / 10.0;
            (i64::from(6 * 96 - at) * 900, if (200..204).contains(&at) { 60.0 } else { usual })
        })
        .collect();
    counter.gauge("oven", "a", "cpu_percent", &course);
    counter.gauge("stove", "a", "cpu_percent", &course[500..]);
    counter
}

fn get(counter: &Counter, path: &str) -> Value {
    let answer = runtime().block_on(counter.get(path));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

#[test]
fn a_suggestion_can_be_put_as_it_is_and_is_not_made_again() {
    let counter = counter();
    let answer = get(&counter, "/rules/suggestions?budget=2&days=7");
    let one = &answer["suggestions"][0];
    assert_eq!((&answer["budget"], &one["service"]), (&2.0.into(), &"oven".into()), "{answer}");
    assert_eq!(one["rule"]["name"], "oven_cpu_percent_high");
    assert_eq!((&one["count"], &one["beside"][0]), (&1.into(), &"high_cpu".into()), "{one}");
    assert_eq!(one["quantiles"]["max"], 60.0);
    let skipped = &answer["skipped"][0];
    assert_eq!((&skipped["service"], &skipped["metric"]), (&"stove".into(), &"cpu_percent".into()));
    assert!(
        skipped["reason"].as_str().is_some_and(|reason| reason.starts_with("too little history")),
        "{skipped}"
    );
    let put = runtime().block_on(counter.ask("POST", "/alerts/rules", &[], &one["rule"].to_string()));
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(put.json()["rule"], one["rule"], "nothing of it is another");
    let again = get(&counter, "/rules/suggestions?days=7&service=oven");
    assert_eq!(again["suggestions"].as_array().map(Vec::len), Some(0), "{again}");
    assert_eq!(again["skipped"][0]["reason"], "the rule `oven_cpu_percent_high` judges it already");
}

#[test]
fn what_comes_of_it_is_what_a_trial_says() {
    let counter = counter();
    let one = get(&counter, "/rules/suggestions?budget=2&days=7")["suggestions"][0].clone();
    let request = serde_json::json!({"rule": one["rule"], "start": one["start"], "end": one["end"]});
    let answer = runtime().block_on(counter.ask(
        "POST",
        "/rules/backtest",
        &[("Content-Type", "application/json")],
        &request.to_string(),
    ));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let cell = answer.json()["cells"][0].clone();
    for name in ["count", "per_week", "longest_seconds", "firing_seconds"] {
        assert_eq!(cell[name], one[name], "{name}");
    }
}

#[test]
fn too_large_a_budget_is_refused_and_nothing_kept_is_no_suggestion() {
    let counter = Counter::new();
    let answer = runtime().block_on(counter.get("/rules/suggestions?budget=5000"));
    assert_eq!(answer.status, 400);
    assert!(
        answer.json()["detail"].as_str().is_some_and(|why| why.contains("at most 1000")),
        "{}",
        answer.text
    );
    let empty = get(&counter, "/rules/suggestions");
    assert_eq!((&empty["suggestions"], &empty["skipped"]), (&serde_json::json!([]), &serde_json::json!([])));
}

//! Whatever samples come: a condition comes to the same with windows that slid as with windows that are filled anew.

use super::{Condition, Seen};
use crate::window::Windows;
use crate::window::tests::{kept, samples};
use model::Millis;
use proptest::prelude::{Strategy, prop_oneof, proptest};
use proptest::sample::select;

/// Text of a condition with windows.
fn condition() -> impl Strategy<Value = String> {
    let function = select(vec![
        "value",
        "avg(7s)",
        "min(7s)",
        "max(1m)",
        "sum(7s)",
        "count(1m)",
        "p90(1m)",
        "rate(1m)",
        "increase(7s)",
        "delta(1m)",
        "stddev(1m)",
        "trend(1m)",
        "forecast(1h, 1m)",
        "anomaly(1m)",
        "changed(7s)",
        "last(7s)",
    ]);
    let sign = select(vec![">", "<", ">=", "<="]);
    let test = (function.clone(), sign, function, -20.0..20.0_f64)
        .prop_map(|(left, sign, right, number)| format!("{left} {sign} {right} * 2 + {number}"));
    test.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and not ({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) or ({b})")),
        ]
    })
}

proptest! {
    #[test]
    fn a_condition_comes_to_the_same_with_windows_that_slid(
        points in samples(),
        text in condition(),
    ) {
        let condition = Condition::parse(&text).expect(&text);
        let functions = condition.functions();
        let mut sliding = Windows::answering(&functions);
        let mut newest = Millis::MIN;
        for seen in 1..=points.len() {
            let point = points[seen - 1];
            sliding.push(point, true);
            if point.t < newest {
                continue;
            }
            newest = point.t;
            sliding.advance(newest);
            let mut fresh = Windows::answering(&functions);
            for point in kept(&points[..seen]) {
                fresh.push(point, true);
            }
            fresh.advance(newest);
            let seen = |windows| Seen { value: point.v, word: None, silence: 0, windows: Some(windows), at: newest };
            let (slid, anew) = (seen(&sliding), seen(&fresh));
            let (a, b) = (condition.passed(&slid), condition.passed(&anew));
            // Where rounding decides, both are right.
            if condition.truth(&slid) != condition.truth(&anew) {
                assert!((a.value - a.threshold).abs() < 1e-6 * a.value.abs().max(1.0), "{text}: {a:?}, {b:?}");
            }
        }
    }
}

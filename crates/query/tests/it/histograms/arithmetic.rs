//! Sums, differences, means, resets and equality.

use super::{close, h, shown};
use model::ResetHint;
use query::histogram::{FloatHistogram, Mean, MixedSchemas, Total};

#[test]
fn histograms_are_added_at_the_lower_resolution() {
    let rows = [
        // The same layout.
        (
            "{{count:3 sum:2 buckets:[1 2]}}",
            "{{count:5 sum:1 buckets:[4 1]}}",
            "{{schema:0 count:8 sum:3 buckets:[5 3]}}",
        ),
        // Buckets that the one has and the other has not, on both sides and between.
        (
            "{{count:3 sum:2 offset:1 buckets:[1 0 2]}}",
            "{{count:6 sum:-9 offset:-1 buckets:[1 0 0 2] n_buckets:[3]}}",
            "{{schema:0 count:9 sum:-7 offset:-1 buckets:[1 0 1 2 2] n_buckets:[3]}}",
        ),
        // Schema 1 has (1, 1.41] and (1.41, 2] as 1 and 2, schema 0 (1, 2] as 1.
        (
            "{{schema:1 count:6 sum:5 buckets:[1 2 3]}}",
            "{{schema:0 count:1 sum:2 offset:1 buckets:[1]}}",
            "{{schema:0 count:7 sum:7 buckets:[1 6]}}",
        ),
        // Indexes at and below zero: schema 2 to -1 is a shift by three, and -7..=0 is bucket 0.
        (
            "{{schema:-1 count:1 sum:0 buckets:[1]}}",
            "{{schema:2 count:4 sum:0 offset:-8 buckets:[1 1 0 0 0 0 0 0 1 1]}}",
            "{{schema:-1 count:5 sum:0 offset:-1 buckets:[1 3 1]}}",
        ),
    ];
    for (a, b, expected) in rows {
        for (mut sum, other) in [(h(a), h(b)), (h(b), h(a))] {
            let merged = sum.add(&other).expect("both exponential");
            assert_eq!((shown(&sum).as_str(), merged.reconciled_bounds), (expected, false), "{a} {b}");
            sum.sub(&other).expect("both exponential");
            assert_eq!(sum.reset, ResetHint::Gauge);
        }
    }
}

#[test]
fn the_wider_bucket_of_zero_counts() {
    let rows = [
        // (0.5, 1] lies in [-1, 1].
        (
            "{{count:4 sum:0 z_bucket:1 z_bucket_w:0.25 buckets:[1 2]}}",
            "{{count:3 sum:0 z_bucket:3 z_bucket_w:1}}",
            "{{schema:0 count:7 sum:0 z_bucket:5 z_bucket_w:1 offset:1 buckets:[2]}}",
        ),
        // [-1.5, 1.5] ends within (1, 2], which is not empty: it is widened to 2, and takes (-2, -1] too.
        (
            "{{count:9 sum:0 z_bucket:1 z_bucket_w:0.25 buckets:[1 2] n_buckets:[0 1 4]}}",
            "{{count:3 sum:0 z_bucket:3 z_bucket_w:1.5}}",
            "{{schema:0 count:12 sum:0 z_bucket:8 z_bucket_w:2 n_offset:2 n_buckets:[4]}}",
        ),
        // It ends within a bucket that is empty.
        (
            "{{count:5 sum:0 offset:2 buckets:[5]}}",
            "{{count:3 sum:0 z_bucket:3 z_bucket_w:1.5}}",
            "{{schema:0 count:8 sum:0 z_bucket:3 z_bucket_w:1.5 offset:2 buckets:[5]}}",
        ),
        // What each has in the widened one moves the other's on.
        (
            "{{count:3 sum:0 z_bucket:0 z_bucket_w:0.3 offset:2 buckets:[3]}}",
            "{{count:2 sum:0 schema:-1 z_bucket_w:0.25 n_offset:1 n_buckets:[2] offset:0 buckets:[1]}}",
            "{{schema:-1 count:5 sum:0 z_bucket:1 z_bucket_w:1 offset:1 buckets:[3] n_offset:1 n_buckets:[2]}}",
        ),
    ];
    for (a, b, expected) in rows {
        for (mut sum, other) in [(h(a), h(b)), (h(b), h(a))] {
            sum.add(&other).expect("both exponential");
            assert_eq!(shown(&sum), h(expected).to_string(), "{a} {b}");
        }
    }
}

#[test]
fn of_different_bounds_the_common_ones_are_kept() {
    let (a, b) = (
        h("{{schema:-53 count:10 sum:1 custom_values:[1 2 3] buckets:[1 2 3 4]}}"),
        h("{{schema:-53 count:15 sum:2 custom_values:[0.5 2 4] buckets:[1 2 4 8]}}"),
    );
    let mut sum = a.clone();
    assert!(sum.add(&b).expect("both custom").reconciled_bounds);
    // Up to 2: 1 + 2 and 1 + 2; above: 3 + 4 and 4 + 8.
    assert_eq!(sum.to_string(), "{{schema:-53 count:25 sum:3 custom_values:[2] buckets:[6 19]}}");
    let mut twice = a.clone();
    assert!(!twice.add(&a).expect("both custom").reconciled_bounds);
    let mut apart = h("{{schema:-53 count:1 sum:1 custom_values:[7] buckets:[1]}}");
    assert!(apart.sub(&a).expect("both custom").reconciled_bounds);
    assert_eq!(
        apart.to_string(),
        "{{schema:-53 count:-9 sum:0 custom_values:[] counter_reset_hint:gauge buckets:[-9]}}"
    );
    assert_eq!(sum.add(&h("{{count:1}}")), Err(MixedSchemas));
    assert_eq!(Total::new(&sum).add(&h("{{}}")), Err(MixedSchemas));
    assert_eq!(Mean::new(&h("{{}}")).add(&sum), Err(MixedSchemas));
}

#[test]
fn what_is_known_of_the_past_is_joined() {
    use ResetHint::{Gauge, NotReset, Reset, Unknown};
    let rows = [
        (Unknown, Unknown, Unknown, false),
        (Reset, Reset, Reset, false),
        (NotReset, NotReset, NotReset, false),
        (Gauge, Reset, Gauge, false),
        (NotReset, Gauge, Gauge, false),
        (Unknown, Reset, Unknown, false),
        (NotReset, Unknown, Unknown, false),
        (NotReset, Reset, Unknown, true),
        (Reset, NotReset, Unknown, true),
    ];
    for (a, b, expected, conflicts) in rows {
        let of = |reset| FloatHistogram { reset, ..FloatHistogram::default() };
        let mut sum = of(a);
        let merged = sum.add(&of(b)).expect("both exponential");
        assert_eq!((sum.reset, merged.conflicting_resets), (expected, conflicts), "{a:?} {b:?}");
        let mut total = Total::new(&of(a));
        total.add(&of(b)).expect("both exponential");
        assert_eq!(total.notes().conflicting_resets(), conflicts, "{a:?} {b:?}");
    }
}

type Change = fn(&mut FloatHistogram);

#[test]
fn scaling_by_what_is_negative_makes_a_gauge_and_by_zero_takes_the_buckets() {
    let all =
        "{{count:6 sum:3 z_bucket:1 z_bucket_w:0.1 counter_reset_hint:not_reset buckets:[2] n_buckets:[3]}}";
    let scaled = |change: Change| {
        let mut histogram = h(all);
        change(&mut histogram);
        histogram.to_string()
    };
    let rows: [(Change, &str); 5] = [
        (
            |h| h.mul(2.0),
            "{{schema:0 count:12 sum:6 z_bucket:2 z_bucket_w:0.1 counter_reset_hint:not_reset buckets:[4] n_buckets:[6]}}",
        ),
        (
            |h| h.div(-2.0),
            "{{schema:0 count:-3 sum:-1.5 z_bucket:-0.5 z_bucket_w:0.1 counter_reset_hint:gauge buckets:[-1] n_buckets:[-1.5]}}",
        ),
        (
            FloatHistogram::negate,
            "{{schema:0 count:-6 sum:-3 z_bucket:-1 z_bucket_w:0.1 counter_reset_hint:gauge buckets:[-2] n_buckets:[-3]}}",
        ),
        (|h| h.mul(0.0), "{{schema:0 count:0 sum:0 z_bucket_w:0.1 counter_reset_hint:not_reset}}"),
        (
            |h| h.div(0.0),
            "{{schema:0 count:+Inf sum:+Inf z_bucket:+Inf z_bucket_w:0.1 counter_reset_hint:not_reset}}",
        ),
    ];
    for (change, expected) in rows {
        assert_eq!(scaled(change), expected);
    }
}

#[test]
fn totals_and_means_lose_nothing_to_rounding() {
    let parts = ["{{count:1 sum:1e100}}", "{{count:2 sum:1}}", "{{count:3 sum:-1e100}}", "{{count:2 sum:2}}"];
    let parts = parts.map(h);
    let (mut total, mut mean) = (Total::new(&parts[0]), Mean::new(&parts[0]));
    for part in &parts[1..] {
        total.add(part).expect("both exponential");
        mean.add(part).expect("both exponential");
    }
    assert_eq!(total.finish().to_string(), "{{schema:0 count:8 sum:3}}");
    assert_eq!(mean.finish().to_string(), "{{schema:0 count:2 sum:0.75}}");
    let huge = h("{{count:1.5e308 sum:8 buckets:[1.5e308]}}");
    let (mut total, mut mean) = (Total::new(&huge), Mean::new(&huge));
    for _ in 0..3 {
        total.add(&huge).expect("both exponential");
        mean.add(&huge).expect("both exponential");
    }
    assert_eq!(total.finish().to_string(), "{{schema:0 count:+Inf sum:32 buckets:[+Inf]}}");
    assert!(close(mean.finish().count, 1.5e308) && close(mean.finish().sum, 8.0));
}

#[test]
fn a_reset_is_where_something_is_less() {
    let rows = [
        ("{{count:2 buckets:[1 1]}}", "{{count:2 buckets:[1 1]}}", false),
        ("{{count:1 buckets:[1]}}", "{{count:2 buckets:[2]}}", true),
        ("{{count:9 buckets:[1 8]}}", "{{count:2 buckets:[2]}}", true),
        ("{{count:9 offset:1 buckets:[9]}}", "{{count:2 buckets:[2]}}", true),
        ("{{count:9 buckets:[2 7]}}", "{{count:2 buckets:[2]}}", false),
        ("{{count:9 n_buckets:[9]}}", "{{count:2 buckets:[2]}}", true),
        ("{{count:9 z_bucket:1}}", "{{count:9 z_bucket:2}}", true),
        // Resolution may only fall: then (0.5, 1] of schema 0 has what two of schema 1 had.
        ("{{schema:1 count:9 buckets:[9]}}", "{{schema:0 count:2 buckets:[2]}}", true),
        ("{{schema:0 count:9 buckets:[9]}}", "{{schema:1 count:9 offset:-1 buckets:[4 5]}}", false),
        ("{{schema:0 count:9 buckets:[8 1]}}", "{{schema:1 count:9 offset:-1 buckets:[4 5]}}", true),
        // The bucket of zero may only widen, and not end within a bucket.
        ("{{count:9 z_bucket_w:0.1}}", "{{count:1 z_bucket_w:0.2}}", true),
        ("{{count:9 z_bucket:9 z_bucket_w:1}}", "{{count:9 buckets:[9]}}", false),
        ("{{count:9 z_bucket:8 z_bucket_w:1}}", "{{count:9 buckets:[9]}}", true),
        ("{{count:9 z_bucket:9 z_bucket_w:0.75}}", "{{count:9 buckets:[9]}}", true),
        // What it says of itself counts first.
        ("{{count:9 buckets:[9] counter_reset_hint:reset}}", "{{count:1 buckets:[1]}}", true),
        ("{{count:1 buckets:[1] counter_reset_hint:not_reset}}", "{{count:9 buckets:[9]}}", false),
        ("{{count:1 buckets:[1] counter_reset_hint:gauge}}", "{{count:9 buckets:[9]}}", true),
        // Own bounds.
        ("{{schema:-53 count:9 custom_values:[1] buckets:[9]}}", "{{count:9 buckets:[9]}}", true),
        (
            "{{schema:-53 count:9 custom_values:[1 2] buckets:[4 5]}}",
            "{{schema:-53 count:9 custom_values:[2 3] buckets:[9]}}",
            false,
        ),
        (
            "{{schema:-53 count:9 custom_values:[1 2] buckets:[4 4 1]}}",
            "{{schema:-53 count:9 custom_values:[2 3] buckets:[9]}}",
            true,
        ),
    ];
    for (now, before, expected) in rows {
        assert_eq!(h(now).detect_reset(&h(before)), expected, "{now} after {before}");
    }
}

#[test]
fn equal_is_what_has_the_same_buckets() {
    let rows = [
        ("{{count:1 sum:2 buckets:[1]}}", "{{count:1 sum:2 buckets:[1 0]}}", true),
        ("{{count:1 sum:NaN}}", "{{count:1 sum:NaN}}", true),
        ("{{count:1 counter_reset_hint:gauge}}", "{{count:1}}", true),
        ("{{count:1 sum:2 buckets:[1]}}", "{{count:1 sum:2 n_buckets:[1]}}", false),
        ("{{count:1 sum:2 buckets:[1]}}", "{{count:1 sum:2 buckets:[1] offset:1}}", false),
        ("{{count:1 z_bucket_w:1}}", "{{count:1}}", false),
        ("{{schema:1 count:1}}", "{{count:1}}", false),
        ("{{schema:-53 custom_values:[1]}}", "{{schema:-53 custom_values:[2]}}", false),
    ];
    for (a, b, expected) in rows {
        assert_eq!(h(a).equals(&h(b)), expected, "{a} {b}");
        assert_eq!(h(b).equals(&h(a)), expected, "{a} {b}");
    }
}

//! Native and classic histograms, against numbers worked out by hand.

use crate::script::parse_histogram;
use model::ResetHint;
use proptest::prelude::*;
use query::histogram::{
    ClassicBucket, FloatHistogram, Mean, MixedSchemas, NanObservations, Total, bucket_fraction,
    bucket_quantile,
};

fn h(text: &str) -> FloatHistogram {
    parse_histogram(text).expect(text).histogram
}

/// As the scripts write it, with the sum rounded to nine digits.
fn shown(histogram: &FloatHistogram) -> String {
    let mut rounded = histogram.clone();
    rounded.sum = (rounded.sum * 1e9).round() / 1e9;
    rounded.to_string()
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

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

#[test]
fn quantiles_are_interpolated_as_the_bucket_is() {
    let both =
        "{{count:8 sum:1 z_bucket:2 z_bucket_w:0.5 offset:1 buckets:[1 2] n_offset:1 n_buckets:[1 2]}}";
    let custom = "{{schema:-53 count:10 sum:1 custom_values:[-1 2 4] buckets:[2 4 3 1]}}";
    let rows = [
        // Two of eight in (2, 4]; a half of them up to 2^1.5.
        (both, 0.875, 2_f64.powf(1.5)),
        (both, 1.0, 4.0),
        (both, 0.125, -(2_f64.powf(1.5))),
        (both, 0.0, -4.0),
        // In the bucket of zero, from -0.5 to 0.5.
        (both, 0.5, 0.0),
        (both, 0.4375, -0.25),
        ("{{count:4 sum:1 z_bucket:2 z_bucket_w:0.5 buckets:[2]}}", 0.25, 0.25),
        ("{{count:4 sum:1 z_bucket:2 z_bucket_w:0.5 n_buckets:[2]}}", 0.75, -0.25),
        // Own bounds: the end of what has no begin or no end; else as far as it is.
        (custom, 0.1, -1.0),
        (custom, 0.4, 0.5),
        (custom, 0.75, 3.0),
        (custom, 0.99, 4.0),
        ("{{schema:-53 count:4 sum:1 custom_values:[2] buckets:[4]}}", 0.5, 1.0),
        ("{{}}", 0.5, f64::NAN),
        (both, f64::NAN, f64::NAN),
        (both, -0.1, f64::NEG_INFINITY),
        (both, 1.1, f64::INFINITY),
    ];
    for (histogram, q, expected) in rows {
        let found = h(histogram).quantile(q);
        assert!(close(found.value, expected) && found.nan.is_none(), "{histogram} {q}: {found:?}");
    }
}

#[test]
fn observations_that_are_no_numbers_are_told() {
    // Two of ten are none.
    let histogram = h("{{count:10 sum:NaN offset:1 buckets:[4 4]}}");
    let skewed = histogram.quantile(0.8);
    assert!(close(skewed.value, 4.0) && skewed.nan == Some(NanObservations::SkewedHigher), "{skewed:?}");
    let lost = histogram.quantile(0.9);
    assert!(lost.value.is_nan() && lost.nan == Some(NanObservations::NanResult), "{lost:?}");
    // A sum that is none may also be of infinities; then nothing is lost.
    assert_eq!(h("{{count:4 sum:NaN offset:1 buckets:[4]}}").quantile(0.9).nan, None);
    let fraction = histogram.fraction(f64::NEG_INFINITY, 2.0);
    assert!(close(fraction.value, 0.4) && fraction.has_nan);
    assert!(close(histogram.fraction(f64::NEG_INFINITY, f64::INFINITY).value, 0.8));
}

#[test]
fn a_fraction_is_the_reverse_of_a_quantile() {
    let both =
        "{{count:8 sum:1 z_bucket:2 z_bucket_w:0.5 offset:1 buckets:[1 2] n_offset:1 n_buckets:[1 2]}}";
    let custom = "{{schema:-53 count:10 sum:1 custom_values:[-1 2 4] buckets:[2 4 3 1]}}";
    let inf = f64::INFINITY;
    let rows = [
        (both, -inf, 2_f64.powf(1.5), 0.875),
        (both, -(2_f64.powf(1.5)), 0.25, 3.5 / 8.0),
        (both, -inf, inf, 1.0),
        (both, 3.0, 2.0, 0.0),
        (both, f64::NAN, 2.0, f64::NAN),
        (custom, 0.5, 3.0, 0.35),
        (custom, -inf, -1.0, 0.2),
        (custom, 5.0, inf, 0.1),
        ("{{}}", 0.0, 1.0, f64::NAN),
    ];
    for (histogram, lower, upper, expected) in rows {
        let found = h(histogram).fraction(lower, upper);
        assert!(close(found.value, expected) && !found.has_nan, "{histogram} {lower} {upper}: {found:?}");
    }
}

#[test]
fn mean_and_spread_are_those_of_the_middles() {
    // Middles: √2 for (1, 2], 0, -√8 for [-4, -2). Mean (√2 - √8) / 4.
    let exponential = h(
        "{{count:4 sum:-1.4142135623730951 z_bucket:2 z_bucket_w:1 offset:1 buckets:[1] n_offset:2 n_buckets:[1]}}",
    );
    let mean = -(2_f64.sqrt()) / 4.0;
    let expected = ((2_f64.sqrt() - mean).powi(2) + 2.0 * mean * mean + (8_f64.sqrt() + mean).powi(2)) / 4.0;
    assert!(close(exponential.avg(), mean) && close(exponential.stdvar(), expected));
    assert!(close(exponential.stddev(), expected.sqrt()));
    // Middles 1.5 and 3, mean 2: (2 · 0.25 + 1) / 3.
    let custom = h("{{schema:-53 count:3 sum:6 custom_values:[1 2 4] buckets:[0 2 1]}}");
    assert!(close(custom.stdvar(), 0.5));
}

#[test]
fn trimming_keeps_the_part_on_one_side() {
    let both =
        "{{count:8 sum:1 z_bucket:2 z_bucket_w:0.5 offset:1 buckets:[1 2] n_offset:1 n_buckets:[1 2]}}";
    let custom = "{{schema:-53 count:10 sum:9 custom_values:[-1 2 4] buckets:[2 4 3 1]}}";
    // √2 and √8 are the middles of (1, 2] and (2, 4]; of half of the latter √(2 · 2√2) = 2^1.25.
    let root = 2_f64.sqrt();
    let rows = [
        (both, 2_f64.powf(1.5), true, 7.0, -2.0 * 8_f64.sqrt() - root + root + 2_f64.powf(1.25)),
        (both, 2_f64.powf(1.5), false, 1.0, 2_f64.powf(1.75)),
        (both, 0.25, true, 4.5, -2.0 * 8_f64.sqrt() - root + 1.5 * -0.125),
        (both, 0.25, false, 3.5, 2.0 * 8_f64.sqrt() + root + 0.5 * 0.375),
        (both, 4.0, true, 8.0, 1.0),
        (both, -4.0, true, 0.0, 0.0),
        // Of own bounds: -1 and 0.5 and 3 are the middles.
        (custom, 4.0, true, 9.0, -2.0 + 2.0 + 9.0),
        (custom, 3.0, true, 7.5, -2.0 + 2.0 + 1.5 * 2.5),
        (custom, 3.0, false, 2.5, 1.5 * 3.5 + 4.0),
        (custom, -3.0, true, 2.0, -6.0),
        (custom, -3.0, false, 8.0, 2.0 + 9.0 + 4.0),
        (custom, 9.0, false, 1.0, 9.0),
    ];
    for (histogram, limit, upper, count, sum) in rows {
        let whole = h(histogram);
        let trimmed = if upper { whole.trim_upper(limit) } else { whole.trim_lower(limit) };
        assert!(
            close(trimmed.count, count) && close(trimmed.sum, sum),
            "{histogram} {limit} {upper}: {trimmed}"
        );
    }
}

type Pairs = [(f64, f64)];

fn classic(buckets: &Pairs) -> Vec<ClassicBucket> {
    buckets.iter().map(|(upper, count)| ClassicBucket { upper: *upper, count: *count }).collect()
}

#[test]
fn classic_buckets_are_ordered_added_up_and_mended() {
    let inf = f64::INFINITY;
    let plain: &Pairs = &[(4.0, 9.0), (1.0, 2.0), (inf, 10.0), (2.0, 6.0)];
    let rows: [(&Pairs, f64, f64); 10] = [
        (plain, 0.4, 1.5),
        (plain, 0.1, 0.5),
        (plain, 0.95, 4.0),
        (plain, 1.0, 4.0),
        (&[(1.0, 2.0), (inf, 4.0), (1.0, 1.0), (2.0, 4.0)], 0.75, 1.0),
        (&[(-1.0, 2.0), (inf, 4.0)], 0.25, -1.0),
        (&[(1.0, 2.0), (2.0, 3.0)], 0.5, f64::NAN),
        (&[(inf, 2.0)], 0.5, f64::NAN),
        (&[(1.0, 0.0), (inf, 0.0)], 0.5, f64::NAN),
        (&[], 0.5, f64::NAN),
    ];
    for (buckets, q, expected) in rows {
        let (value, forced) = bucket_quantile(q, &mut classic(buckets));
        assert!(close(value, expected) && forced.is_none(), "{buckets:?} {q}: {value} {forced:?}");
    }
    // 5 and 3 fall, 5.0000000000001 is rounding.
    let falling = [(1.0, 6.0), (2.0, 5.0), (4.0, 8.0), (8.0, 8.0 - 1e-13), (16.0, 5.5), (inf, 10.0)];
    let (value, forced) = bucket_quantile(0.7, &mut classic(&falling));
    let forced = forced.expect("some fall");
    assert!(close(value, 3.0), "{value}");
    assert_eq!(forced.to_string(), "from buckets 2 to 16, with a max diff of 2.5");
    let rows = [
        (plain, 0.5, 3.0, 0.65),
        (plain, -inf, 1.5, 0.4),
        (plain, 5.0, inf, 0.1),
        (plain, 3.0, 1.0, 0.0),
        (&[(-2.0, 2.0), (inf, 4.0)], -3.0, -2.0, 0.0),
        (&[(1.0, 0.0), (inf, 0.0)], 0.0, 1.0, f64::NAN),
    ];
    for (buckets, lower, upper, expected) in rows {
        let value = bucket_fraction(lower, upper, &mut classic(buckets));
        assert!(close(value, expected), "{buckets:?} {lower} {upper}: {value}");
    }
}

#[test]
fn the_api_has_the_buckets_from_below() {
    let histogram = h("{{count:9 z_bucket:2 z_bucket_w:0.001 buckets:[1 0 3] n_buckets:[2 1]}}");
    let found: Vec<_> = histogram
        .json_buckets()
        .map(|bucket| (bucket.rule, bucket.lower, bucket.upper, bucket.count))
        .collect();
    let expected = [
        (1, -2.0, -1.0, 1.0),
        (1, -1.0, -0.5, 2.0),
        (3, -0.001, 0.001, 2.0),
        (0, 0.5, 1.0, 1.0),
        (0, 2.0, 4.0, 3.0),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        histogram.label_text(),
        "{count:9, sum:0, [-2,-1):1, [-1,-0.5):2, [-0.001,0.001]:2, (0.5,1]:1, (2,4]:3}"
    );
    let custom = h("{{schema:-53 count:2 custom_values:[1] buckets:[1 1]}}");
    let found: Vec<_> =
        custom.json_buckets().map(|bucket| (bucket.rule, bucket.lower, bucket.upper)).collect();
    assert_eq!(found, [(3, f64::NEG_INFINITY, 1.0), (0, 1.0, f64::INFINITY)]);
}

#[test]
fn hostile_indexes_cost_nothing() {
    let hostile = |schema: i8, offset: i32| model::Histogram {
        schema,
        count: 60_000.0,
        positive: (0..60_000).map(|n| (offset.saturating_add(n * 7), 1.0)).collect(),
        negative: [(i32::MIN, 1.0), (i32::MAX, 2.0)].into(),
        ..model::Histogram::default()
    };
    for (schema, offset) in [(8, i32::MIN), (0, -9), (-4, i32::MAX - 1), (127, 0), (-128, 5), (-53, i32::MIN)]
    {
        let kept = hostile(schema, offset);
        let mut histogram = FloatHistogram::from(&kept);
        assert!(histogram.positive.len() <= query::histogram::MOST_BUCKETS, "{schema} {offset}");
        assert!(close(histogram.positive.iter().map(|(_, count)| count).sum(), kept.positive.values().sum()));
        let other = histogram.copy_to_schema(-4);
        histogram.add(&other).expect("of one kind");
        histogram.sub(&other).expect("of one kind");
        let (text, quantile) = (histogram.to_string(), histogram.quantile(0.5));
        assert!(text.len() < 2_000_000 && !quantile.value.is_nan(), "{schema} {offset} {quantile:?}");
        let _trimmed = (histogram.trim_upper(1.0), histogram.trim_lower(1.0), histogram.stdvar());
        let _back = model::Histogram::from(&histogram);
    }
}

fn any_histogram() -> impl Strategy<Value = FloatHistogram> {
    let side = || proptest::collection::btree_map(-40..40_i32, 0..50_u32, 0..12);
    let widths = proptest::sample::select(vec![0.0, 0.001, 0.3, 1.0, 3.0]);
    (-4..=8_i32, side(), side(), widths, 0..20_u32, -99.0..99.0_f64).prop_map(
        |(schema, positive, negative, zero_threshold, zero_count, sum)| {
            let end = |index: i32| 2_f64.powf(f64::from(index) * 2_f64.powi(-schema));
            let floats = |mut side: std::collections::BTreeMap<i32, u32>| -> Vec<(i32, f64)> {
                // What is within the bucket of zero is counted there.
                side.retain(|index, _| end(*index) > zero_threshold * (1.0 + 1e-9));
                side.into_iter().filter(|(_, n)| *n > 0).map(|(index, n)| (index, f64::from(n))).collect()
            };
            let (positive, negative) = (floats(positive), floats(negative));
            let zero_count = f64::from(zero_count);
            let buckets = positive.iter().chain(&negative).map(|(_, count)| count);
            let count = zero_count + buckets.sum::<f64>();
            let rest = FloatHistogram::default();
            FloatHistogram { schema, count, sum, zero_threshold, zero_count, positive, negative, ..rest }
        },
    )
}

fn in_buckets(histogram: &FloatHistogram) -> f64 {
    let buckets = histogram.positive.iter().chain(&histogram.negative);
    histogram.zero_count + buckets.map(|(_, count)| count).sum::<f64>()
}

proptest! {
    #[test]
    fn a_sum_is_the_same_either_way_and_counts_all(a in any_histogram(), b in any_histogram()) {
        let (mut left, mut right) = (a.clone(), b.clone());
        left.add(&b).expect("both exponential");
        right.add(&a).expect("both exponential");
        prop_assert!(left.equals(&right), "{left} {right}");
        prop_assert_eq!(in_buckets(&left), a.count + b.count);
        let mut total = Total::new(&a);
        total.add(&b).expect("both exponential");
        prop_assert!(total.finish().equals(&left));
    }

    #[test]
    fn what_is_taken_away_is_gone(a in any_histogram(), b in any_histogram()) {
        let mut sum = a.clone();
        sum.add(&b).expect("both exponential");
        let schema = sum.schema;
        sum.sub(&b).expect("both exponential");
        prop_assert!(close(sum.sum, a.sum) || (sum.sum - a.sum).abs() < 1e-12);
        prop_assert_eq!(sum.count, a.count);
        prop_assert_eq!(in_buckets(&sum), a.count);
        // The bucket of zero stays as wide as the sum had it; where that is as wide as before, all is as before.
        let before = a.copy_to_schema(schema);
        if before.zero_threshold == sum.zero_threshold {
            sum.sum = a.sum;
            prop_assert!(sum.equals(&before), "{sum} {before}");
        }
    }

    #[test]
    fn a_lower_resolution_keeps_all(a in any_histogram(), schema in -4..=8_i32) {
        let copy = a.copy_to_schema(schema);
        prop_assert_eq!(copy.schema, schema.min(a.schema));
        prop_assert_eq!(in_buckets(&copy), a.count);
        prop_assert!(copy.positive.is_sorted_by(|a, b| a.0 < b.0));
        prop_assert!(!copy.detect_reset(&a));
    }

    #[test]
    fn quantiles_rise_and_fractions_are_their_reverse(a in any_histogram()) {
        prop_assume!(a.count > 0.0);
        let values: Vec<f64> = (0..=20_u8).map(|n| a.quantile(f64::from(n) / 20.0).value).collect();
        prop_assert!(values.is_sorted_by(|a, b| a <= b || close(*a, *b)), "{a}: {values:?}");
        for value in &values {
            let below = a.fraction(f64::NEG_INFINITY, *value).value;
            prop_assert!((0.0..=1.0).contains(&below));
            let trimmed = a.trim_upper(*value).count;
            prop_assert!(trimmed <= a.count * (1.0 + 1e-9));
            let both = trimmed + a.trim_lower(*value).count;
            // Observations that are exactly zero are on both sides of it.
            let twice = if a.zero_threshold == 0.0 && *value == 0.0 { a.zero_count } else { 0.0 };
            prop_assert!((both - twice - a.count).abs() < 1e-6, "{a} at {value}: {both}");
        }
    }

    #[test]
    fn a_histogram_comes_back_from_its_text_and_from_the_kept_form(a in any_histogram()) {
        prop_assert!(h(&a.to_string()).equals(&a));
        prop_assert!(FloatHistogram::from(&model::Histogram::from(&a)).equals(&a));
    }
}

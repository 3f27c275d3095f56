//! Quantiles, fractions, spread, trimming; and quantiles of classic histograms.

use super::{close, h};
use query::histogram::{ClassicBucket, NanObservations, bucket_fraction, bucket_quantile};

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

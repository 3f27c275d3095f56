//! What holds for all histograms.

use super::{close, h};
use proptest::prelude::*;
use query::histogram::{FloatHistogram, Total};

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

//! How histograms are shown and kept, and what hostile ones cost.

use super::{close, h};
use model::{Histogram, HistogramColumns, Part};
use query::histogram::FloatHistogram;

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
    let hostile = |schema: i8, offset: i32| Histogram {
        schema,
        count: 60_000.0,
        positive: (0..60_000).map(|n| (offset.saturating_add(n * 7), 1.0)).collect(),
        negative: [(i32::MIN, 1.0), (i32::MAX, 2.0)].into(),
        ..Histogram::default()
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
        let _back = Histogram::from(&histogram);
    }
}

#[test]
fn columns_are_read_as_their_histograms_are() {
    let all = [
        "{{schema:1 count:6 sum:2 z_bucket:1 z_bucket_w:0.1 buckets:[1 2] n_buckets:[2] counter_reset_hint:reset}}",
        "{{schema:1 count:3 sum:2 offset:1 buckets:[3]}}",
        "{{schema:-53 count:3 sum:2 custom_values:[1 2] buckets:[1 1 1] counter_reset_hint:gauge}}",
        "{{schema:-53 count:4 sum:2 custom_values:[1 2] buckets:[1 2 1]}}",
        "{{schema:-53 count:4 sum:2 custom_values:[3] buckets:[4]}}",
    ];
    let all: Vec<Histogram> = all.iter().map(|text| Histogram::from(&h(text))).collect();
    let mut columns = HistogramColumns { times: (0..5).collect(), parts: Default::default() };
    for (at, histogram) in all.iter().enumerate() {
        for (part, value) in histogram.parts() {
            let absent = if matches!(part, Part::Bound(_)) { f64::NAN } else { 0.0 };
            columns.parts.entry(part).or_insert_with(|| vec![absent; all.len()])[at] = value;
        }
    }
    let read = FloatHistogram::read(&columns);
    assert_eq!(read, all.iter().map(FloatHistogram::from).collect::<Vec<_>>());
    assert!(std::sync::Arc::ptr_eq(&read[2].bounds, &read[3].bounds));
}

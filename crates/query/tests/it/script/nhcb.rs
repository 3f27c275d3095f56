//! `load_with_nhcb`: the native histograms, with own bounds, that say the same as the classic ones of a load.

use model::{CUSTOM_BUCKETS, Histogram, Labels, Millis, NAME, is_stale_marker};
use query::notation::times;
use query::notation::{Item, SeriesLine};
use std::collections::BTreeMap;

/// What is known of one histogram at one time.
#[derive(Debug, Default)]
struct Classic {
    /// Counts up to a bound, by the bits of the bound in an order that is that of the bounds.
    buckets: BTreeMap<i64, (f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

/// Of all classic histograms among the series, at each time.
pub(super) fn histograms<'a>(
    series: impl Iterator<Item = &'a SeriesLine>,
    step: Millis,
) -> Vec<(Labels, Millis, Histogram)> {
    let mut all: BTreeMap<(Labels, Millis), Classic> = BTreeMap::new();
    for series in series {
        let Some((labels, suffix, le)) = base(&series.labels) else { continue };
        for (t, item) in times(step).zip(&series.items) {
            let Item::Float(value) = item else { continue };
            if is_stale_marker(*value) {
                continue;
            }
            let classic = all.entry((labels.clone(), t)).or_default();
            match suffix {
                "_bucket" => _ = classic.buckets.insert(order(le), (le, *value)),
                "_count" => classic.count = Some(*value),
                _ => classic.sum = *value,
            }
        }
    }
    all.into_iter().map(|((labels, t), classic)| (labels, t, classic.native())).collect()
}

/// The labels of the histogram to which a series belongs, as what, and of a bucket the bound.
fn base(labels: &Labels) -> Option<(Labels, &'static str, f64)> {
    let name = labels.get(NAME)?;
    let suffixes = ["_bucket", "_count", "_sum"];
    let suffix = suffixes.into_iter().find(|suffix| name.ends_with(suffix))?;
    let le = labels.get("le").unwrap_or("").parse().unwrap_or(f64::NAN);
    if suffix == "_bucket" && f64::is_nan(le) {
        return None;
    }
    let name = &name[..name.len() - suffix.len()];
    let others = labels.iter().filter(|(label, _)| *label != "le" && *label != NAME);
    Some((Labels::new(others.chain([(NAME, name)])), suffix, le))
}

/// A number that orders as `f64::total_cmp` does.
fn order(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

impl Classic {
    fn native(self) -> Histogram {
        let last = self.buckets.values().next_back().map_or(0.0, |(_, count)| *count);
        let count = self.count.unwrap_or(last);
        let finite: Vec<(f64, f64)> =
            self.buckets.into_values().filter(|(bound, _)| bound.is_finite()).collect();
        let counts = finite.iter().map(|(_, count)| *count).chain([count]);
        let before = [0.0].into_iter().chain(finite.iter().map(|(_, count)| *count));
        let each = counts.zip(before).map(|(count, before)| count - before);
        Histogram {
            schema: CUSTOM_BUCKETS,
            count,
            sum: self.sum,
            positive: (0..).zip(each).filter(|(_, count)| *count != 0.0).collect(),
            bounds: finite.iter().map(|(bound, _)| *bound).collect(),
            ..Histogram::default()
        }
    }
}

//! Distributions of what is observed: a native histogram for every series of observations.
//!
//! Observations themselves are kept too. But a rate over a day, or one over many instances, needs all of them then;
//! a distribution is one sample every few seconds, whatever was observed meanwhile.

use hashbrown::HashTable;
use model::{Histogram, HistogramSeries, Labels, MetricKind, Millis, NAME, Point, Series, limits};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the name of a distribution's series has behind that of the observations.
const SUFFIX: &str = "_histogram";
/// Eight buckets for each doubling: a quantile is at most 4.5 % off.
const FINEST: i8 = 3;
/// Sixteen doublings to a bucket.
const COARSEST: i8 = -4;
/// So near to zero nothing is told apart; the same as Prometheus' clients have.
const ZERO: f64 = 2.938_735_877_055_719e-39;

/// The distributions of all series of observations.
#[derive(Debug, Default)]
pub(crate) struct Distributions {
    all: HashTable<Distribution>,
}

/// The distribution of one series since it began.
#[derive(Debug)]
struct Distribution {
    of: Arc<Series>,
    histogram: Histogram,
    series: HistogramSeries,
    has_changed: bool,
}

/// There are as many distributions as there may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Distributions {
    /// Whether the samples of a series are observations.
    pub(crate) fn is_observed(series: &Series) -> bool {
        matches!(series.kind(), MetricKind::Histogram | MetricKind::Summary)
    }

    /// The name of the distribution of what is observed under `metric`.
    pub(crate) fn name(metric: &str) -> String {
        format!("{metric}{SUFFIX}")
    }

    /// Takes in a sample, if it is an observation.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn observe(&mut self, series: &Arc<Series>, value: f64) -> Result<(), TooMany> {
        if !Self::is_observed(series) {
            return Ok(());
        }
        let is_it = |known: &Distribution| known.of == *series;
        if self.all.find(series.fingerprint(), is_it).is_none() {
            if self.all.len() >= limits::DISTRIBUTIONS {
                return Err(TooMany);
            }
            let new = Distribution::new(Arc::clone(series));
            self.all.insert_unique(series.fingerprint(), new, |known| known.of.fingerprint());
        }
        if let Some(known) = self.all.find_mut(series.fingerprint(), is_it) {
            known.observe(value);
        }
        Ok(())
    }

    /// The distributions that changed since the last call, as samples at `now`.
    pub(crate) fn changed(&mut self, now: Millis) -> Vec<(Arc<Series>, Point)> {
        let mut samples = Vec::new();
        for changed in self.all.iter_mut().filter(|known| known.has_changed) {
            changed.has_changed = false;
            samples.extend(changed.series.samples(now, &changed.histogram));
        }
        samples
    }

    /// The series of observations ended, and with it its distribution: gives the samples that say so.
    pub(crate) fn end(&mut self, series: &Series, now: Millis) -> Vec<(Arc<Series>, Point)> {
        let found = self.all.find_entry(series.fingerprint(), |known| *known.of == *series);
        let Ok(found) = found else { return Vec::new() };
        let (mut ended, _) = found.remove();
        let end =
            Histogram { count: model::stale_marker(), sum: model::stale_marker(), ..Histogram::default() };
        let last = ended.has_changed.then(|| ended.series.samples(now - 1, &ended.histogram));
        last.into_iter().flatten().chain(ended.series.samples(now, &end)).collect()
    }
}

impl Distribution {
    fn new(of: Arc<Series>) -> Self {
        let name = Distributions::name(of.name());
        let labels = Labels::new(of.labels().iter().chain([(NAME, name.as_str())]));
        let histogram = Histogram { schema: FINEST, zero_threshold: ZERO, ..Histogram::default() };
        Self { of, histogram, series: HistogramSeries::new(labels), has_changed: false }
    }

    fn observe(&mut self, value: f64) {
        let histogram = &mut self.histogram;
        histogram.count += 1.0;
        histogram.sum += value;
        if value.abs() <= ZERO {
            histogram.zero_count += 1.0;
        } else {
            let index = index(value.abs(), histogram.schema);
            let side = if value > 0.0 { &mut histogram.positive } else { &mut histogram.negative };
            *side.entry(index).or_default() += 1.0;
        }
        while histogram.positive.len() + histogram.negative.len() > limits::DISTRIBUTION_BUCKETS
            && histogram.schema > COARSEST
        {
            histogram.schema -= 1;
            histogram.positive = halved(&histogram.positive);
            histogram.negative = halved(&histogram.negative);
        }
        self.has_changed = true;
    }
}

/// The bucket of a value above zero.
#[expect(clippy::cast_possible_truncation, reason = "at most 2^14")]
fn index(value: f64, schema: i8) -> i32 {
    (value.log2() * f64::from(schema).exp2()).ceil() as i32
}

/// Two buckets each become one.
fn halved(buckets: &BTreeMap<i32, f64>) -> BTreeMap<i32, f64> {
    let mut halved = BTreeMap::new();
    for (index, count) in buckets {
        *halved.entry((index + 1).div_euclid(2)).or_default() += count;
    }
    halved
}

#[cfg(test)]
mod tests {
    use super::{Distributions, TooMany, halved, index};
    use model::{Labels, MetricKind, NAME, Series, limits};
    use std::sync::Arc;

    fn series(number: usize, kind: MetricKind) -> Arc<Series> {
        Arc::new(Series::new(Labels::new([(NAME, "m"), ("l", &number.to_string())]), kind))
    }

    #[test]
    fn a_bucket_has_its_end_and_not_its_beginning() {
        assert_eq!([1.0, 1.000_1, 2.0, 2.1, 0.5, 0.51].map(|value| index(value, 0)), [0, 1, 1, 2, -1, 0]);
        assert_eq!([1.0, 2.0, 4.0, 1.09, 1.1].map(|value| index(value, 3)), [0, 8, 16, 1, 2]);
        assert_eq!([f64::MAX, f64::MIN_POSITIVE].map(|value| index(value, -4)), [64, -63]);
        for schema in -4..3 {
            for value in [1e-9, 0.3, 1.0, 1.5, 2.0, 1e9] {
                let fine = [(index(value, schema + 1), 1.0)].into();
                assert_eq!(halved(&fine).keys().copied().collect::<Vec<_>>(), [index(value, schema)]);
            }
        }
    }

    #[test]
    fn whatever_is_observed_there_are_few_buckets() {
        // The coarsest buckets there are would be more for the whole range of doubles.
        for (decades, most) in [(60, limits::DISTRIBUTION_BUCKETS), (300, 256)] {
            let (mut all, one) = (Distributions::default(), series(0, MetricKind::Summary));
            for exponent in -decades..decades {
                for sign in [1.0, -1.0, 0.0] {
                    all.observe(&one, sign * 10_f64.powi(exponent)).expect("one is not too many");
                }
            }
            let known = &all.all.iter().next().expect("there is one").histogram;
            assert!(known.positive.len() + known.negative.len() <= most, "{known:?}");
            let sum: f64 = known.positive.values().chain(known.negative.values()).sum();
            assert_eq!((known.count, sum + known.zero_count), (f64::from(decades) * 6.0, known.count));
        }
    }

    #[test]
    fn only_observations_count_and_only_so_many_series() {
        let mut all = Distributions::default();
        assert_eq!(all.observe(&series(0, MetricKind::Gauge), 1.0), Ok(()));
        assert_eq!(all.changed(1), []);
        for number in 0..limits::DISTRIBUTIONS {
            assert_eq!(all.observe(&series(number, MetricKind::Histogram), 1.0), Ok(()));
        }
        assert_eq!(all.observe(&series(limits::DISTRIBUTIONS, MetricKind::Histogram), 1.0), Err(TooMany));
        assert_eq!(all.observe(&series(0, MetricKind::Histogram), 1.0), Ok(()));
        assert!(!all.changed(1).is_empty());
        assert_eq!(all.changed(2), [], "nothing is new");
        assert!(!all.end(&series(0, MetricKind::Histogram), 3).is_empty());
        assert_eq!(all.end(&series(0, MetricKind::Histogram), 3), []);
    }
}

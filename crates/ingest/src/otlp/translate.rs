//! From OpenTelemetry's metrics to series.
//!
//! * A source's `service.namespace` and `service.name` become `job`, its `service.instance.id` becomes `instance`; its other
//!   attributes stand in one series, `target_info`.
//! * A histogram becomes the series of a classic one; an exponential one is kept as a native histogram.
//! * Differences are added up.

use super::names::{self, Ending};
use super::shape::{Attribute, DataPoint, Kind, Metric, Run, Source};
use crate::cumulative::{Cumulative, Staged, Sum, coarser};
use crate::foreign::Told;
use crate::generations::Key;
use crate::parcel::TooMany;
use crate::plain::{Base, Name, Plain, put};
use model::{Histogram, Metadata, MetricKind, MetricType, Millis, Point, Reason, limits, stale_marker};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What identifies a source.
const IDENTITY: [&str; 3] = ["service.namespace", "service.name", "service.instance.id"];
/// The finest and the coarsest native buckets that are kept.
const FINEST: i64 = 8;
const COARSEST: i64 = -4;

/// What a request becomes.
pub(super) struct Translation<'a, 'c> {
    pub(super) plain: Plain<'a>,
    /// What cannot be translated, and an example.
    pub(super) refused: Told,
    pub(super) staged: Staged,
    pub(super) sums: &'c mut Cumulative,
    pub(super) seed: u64,
}

impl<'a> Translation<'a, '_> {
    /// Translates what one source says.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(super) fn source(&mut self, source: Source<'a>) -> Result<(), TooMany> {
        let of = |wanted: &str| {
            let found = source.attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.to_string()).unwrap_or_default()
        };
        let [namespace, service, instance] = IDENTITY.map(of);
        let job = if namespace.is_empty() { service } else { format!("{namespace}/{service}") };
        let mut newest = None;
        for metric in source.metrics {
            newest = newest.max(metric.points.iter().map(|point| millis(point.time)).max());
            self.metric(metric, &job, &instance)?;
        }
        let rest: Vec<Attribute<'a>> =
            source.attributes.into_iter().filter(|(name, _)| !IDENTITY.contains(&&**name)).collect();
        if let Some(t) = newest
            && !rest.is_empty()
            && !(job.is_empty() && instance.is_empty())
        {
            let metadata = Metadata { metric_type: MetricType::Gauge, ..Metadata::default() };
            let name =
                self.plain.name(Cow::Borrowed("target_info"), Some(MetricKind::Gauge), Some(metadata))?;
            let base = self.base(rest, &job, &instance)?;
            self.plain.one(name, &base, None, Point { t, v: 1.0 })?;
        }
        Ok(())
    }

    fn metric(&mut self, metric: Metric<'a>, job: &str, instance: &str) -> Result<(), TooMany> {
        let is_counter = metric.kind == Kind::Sum && metric.is_monotonic;
        let (ending, metric_type) = match metric.kind {
            Kind::Sum if is_counter => (Ending::Total, MetricType::Counter),
            Kind::Gauge | Kind::Sum => (Ending::Gauge, MetricType::Gauge),
            Kind::Histogram | Kind::Exponential => (Ending::Other, MetricType::Histogram),
            Kind::Summary => (Ending::Other, MetricType::Summary),
            Kind::Unknown => (Ending::Other, MetricType::Unknown),
        };
        // Only of gauges `1` means a ratio.
        let ending = if metric.kind == Kind::Sum && !is_counter { Ending::Other } else { ending };
        let called = names::metric(&metric.name, &metric.unit, ending);
        let metadata =
            Metadata { metric_type, unit: names::unit(&metric.unit).into(), help: (*metric.help).into() };
        let (kind, is_delta) = (metric.kind, metric.is_delta);
        let name = |this: &mut Self, end: &str| {
            let is_total = is_counter || matches!(end, "_count" | "_bucket" | "_sum");
            let of = if is_total { MetricKind::Counter } else { MetricKind::Gauge };
            this.plain.name(Cow::Owned(format!("{called}{end}")), Some(of), Some(metadata.clone()))
        };
        let whole = name(self, "")?;
        let parts = match kind {
            Kind::Histogram | Kind::Summary => {
                [name(self, "_count")?, name(self, "_sum")?, name(self, "_bucket")?]
            }
            _ => [whole; 3],
        };
        for mut point in metric.points {
            self.plain.lots.exemplars += point.exemplars;
            let attributes = std::mem::take(&mut point.attributes);
            if attributes.len() > limits::LABELS_PER_ENTRY {
                self.refused.refuse(Reason::TooManyLabels, 1, || called.clone());
                continue;
            }
            let base = self.base(attributes, job, instance)?;
            let key = self.key(whole, &base);
            let done = match kind {
                Kind::Gauge | Kind::Sum => self.number(whole, &base, key, is_delta, &point),
                Kind::Histogram => self.classic(parts, &base, key, is_delta, point),
                Kind::Exponential => self.native(whole, &base, key, is_delta, &point),
                Kind::Summary => self.summary(whole, parts, &base, &point),
                Kind::Unknown => Ok(()),
            };
            match done {
                Ok(()) => {}
                Err(Refused::Because(reason)) => self.refused.refuse(reason, 1, || called.clone()),
                Err(Refused::TooMany) => return Err(TooMany),
            }
        }
        Ok(())
    }

    /// The labels of a point. Attributes that have one name in common when they are labels stand side by side.
    fn base(&mut self, attributes: Vec<Attribute<'a>>, job: &str, instance: &str) -> Result<Base, TooMany> {
        let mut labels: BTreeMap<String, Cow<'a, str>> = BTreeMap::new();
        for (name, value) in attributes {
            let name = names::label(&name).into_owned();
            match labels.get_mut(&name) {
                Some(known) => *known = Cow::Owned(format!("{known};{value}")),
                None => _ = labels.insert(name, value),
            }
        }
        for (name, value) in [("job", job), ("instance", instance)] {
            if !value.is_empty() {
                labels.insert(name.to_owned(), Cow::Owned(value.to_owned()));
            }
        }
        self.plain.base(labels.into_iter().map(|(name, value)| (Cow::Owned(name), value)))
    }

    /// The key of the running sum of a series.
    fn key(&self, name: Name, base: &Base) -> Key {
        let mut bytes = Vec::new();
        put(&mut bytes, "sum");
        bytes.extend_from_slice(&name.key().bytes());
        bytes.extend_from_slice(&base.key().bytes());
        Key::of(&bytes, self.seed)
    }

    fn sum(&mut self, key: Key, time: u64, sum: Sum) -> Result<Sum, Refused> {
        self.staged.add(key, time, sum, self.sums).map_err(Refused::Because)
    }

    fn number(
        &mut self,
        name: Name,
        base: &Base,
        key: Key,
        is_delta: bool,
        point: &DataPoint<'_>,
    ) -> Result<(), Refused> {
        let mut v = if point.is_absent { stale_marker() } else { point.value };
        if is_delta
            && !point.is_absent
            && let Sum::Number(sum) = self.sum(key, point.time, Sum::Number(v))?
        {
            v = sum;
        }
        Ok(self.plain.one(name, base, None, Point { t: millis(point.time), v })?)
    }

    fn classic(
        &mut self,
        [count_name, sum_name, bucket]: [Name; 3],
        base: &Base,
        key: Key,
        is_delta: bool,
        point: DataPoint<'_>,
    ) -> Result<(), Refused> {
        let is_good = point.counts.len() == point.bounds.len() + 1 || point.counts.is_empty();
        if !is_good || point.counts.len() > limits::HISTOGRAM_BUCKETS {
            return Err(Refused::Because(Reason::BadHistogram));
        }
        let t = millis(point.time);
        let (mut count, mut sum, mut counts) = (point.count, point.sum.unwrap_or(0.0), point.counts);
        if is_delta && !point.is_absent {
            let difference = Sum::Buckets(count, sum, counts.clone());
            if let Sum::Buckets(c, s, b) = self.sum(key, point.time, difference)? {
                (count, sum, counts) = (c, s, b);
            }
        }
        let value = |v: f64| Point { t, v: if point.is_absent { stale_marker() } else { v } };
        self.plain.one(count_name, base, None, value(number(count)))?;
        if point.sum.is_some() || point.is_absent {
            self.plain.one(sum_name, base, None, value(sum))?;
        }
        let mut below = 0_u64;
        for (bound, count) in point.bounds.iter().zip(&counts) {
            below = below.saturating_add(*count);
            self.plain.one(bucket, base, Some(("le", bound_text(*bound))), value(number(below)))?;
        }
        Ok(self.plain.one(bucket, base, Some(("le", "+Inf".to_owned())), value(number(count)))?)
    }

    fn native(
        &mut self,
        name: Name,
        base: &Base,
        key: Key,
        is_delta: bool,
        point: &DataPoint<'_>,
    ) -> Result<(), Refused> {
        let t = millis(point.time);
        let mut histogram = if point.is_absent {
            Histogram { count: stale_marker(), sum: stale_marker(), ..Histogram::default() }
        } else {
            native(point)?
        };
        if is_delta && !point.is_absent {
            let difference = Sum::Native(Box::new(histogram.clone()));
            if let Sum::Native(sum) = self.sum(key, point.time, difference)? {
                histogram = *sum;
            }
        }
        self.plain.histogram(t, histogram)?;
        Ok(self.plain.end(name, base, None)?)
    }

    fn summary(
        &mut self,
        name: Name,
        [count, sum, _]: [Name; 3],
        base: &Base,
        point: &DataPoint<'_>,
    ) -> Result<(), Refused> {
        if point.quantiles.len() > limits::HISTOGRAM_BUCKETS {
            return Err(Refused::Because(Reason::BadHistogram));
        }
        let t = millis(point.time);
        let value = |v: f64| Point { t, v: if point.is_absent { stale_marker() } else { v } };
        self.plain.one(count, base, None, value(number(point.count)))?;
        self.plain.one(sum, base, None, value(point.sum.unwrap_or(0.0)))?;
        for (quantile, at) in &point.quantiles {
            self.plain.one(name, base, Some(("quantile", bound_text(*quantile))), value(*at))?;
        }
        Ok(())
    }
}

/// Why a point is not taken.
enum Refused {
    Because(Reason),
    TooMany,
}

impl From<TooMany> for Refused {
    fn from(_: TooMany) -> Self {
        Self::TooMany
    }
}

/// A native histogram of an exponential one, as coarse as its buckets allow.
fn native(point: &DataPoint<'_>) -> Result<Histogram, Refused> {
    let bad = || Refused::Because(Reason::BadHistogram);
    if point.scale < COARSEST
        || point.positive.counts.len() + point.negative.counts.len() > 16 * limits::HISTOGRAM_BUCKETS
    {
        return Err(bad());
    }
    // What is finer than can be kept is brought together in one step.
    let shift = u32::try_from((point.scale - FINEST).clamp(0, 40)).unwrap_or(0);
    let buckets = |run: &Run| {
        let mut buckets = BTreeMap::new();
        for (index, count) in (run.offset..).zip(&run.counts).filter(|(_, count)| **count != 0) {
            let index = i32::try_from((index >> shift) + 1).map_err(|_| bad())?;
            *buckets.entry(index).or_default() += number(*count);
        }
        Ok::<_, Refused>(buckets)
    };
    if [&point.positive, &point.negative].iter().any(|run| run.offset.unsigned_abs() > 1 << 40) {
        return Err(bad());
    }
    let mut histogram = Histogram {
        schema: i8::try_from(point.scale.min(FINEST)).map_err(|_| bad())?,
        count: number(point.count),
        sum: point.sum.unwrap_or(0.0),
        zero_threshold: point.zero_threshold,
        zero_count: number(point.zero_count),
        positive: buckets(&point.positive)?,
        negative: buckets(&point.negative)?,
        ..Histogram::default()
    };
    while histogram.positive.len() + histogram.negative.len() > limits::HISTOGRAM_BUCKETS {
        if i64::from(histogram.schema) <= COARSEST {
            return Err(bad());
        }
        histogram = coarser(histogram);
    }
    Ok(histogram)
}

/// A bound as Prometheus writes it.
fn bound_text(bound: f64) -> String {
    if bound == f64::INFINITY { "+Inf".to_owned() } else { bound.to_string() }
}

fn millis(nanos: u64) -> Millis {
    Millis::try_from(nanos / 1_000_000).unwrap_or(Millis::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "observations beyond 2^53 are not told apart")]
fn number(count: u64) -> f64 {
    count as f64
}

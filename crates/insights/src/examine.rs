//! What one series says by itself: trend or change, limits that come near, saturation, error rate, an odd hour.
//!
//! A level only says that chance alone does not do this. What is too small to matter is not told either, however sure.

use crate::ahead::ahead;
use crate::bounds::{Bound, full, is_share_used};
use crate::change::{Change, change};
use crate::finding::{Finding, Kind, selector};
use crate::order::{count, median};
use crate::peers::Outlier;
use crate::regular::Regular;
use crate::season::Anomaly;
use crate::slope::{self, Slope, slope};
use crate::words::{length, with_unit};
use model::{Labels, Millis, NAME, Severity, limits, unit_of};

/// The level of every test.
pub(crate) const LEVEL: f64 = 0.05;
/// Share of the usual value that matters.
const MATTERS: f64 = 0.1;
/// Share of the others' value that a peer must be away.
const FAR: f64 = 0.2;
/// A share in use at which there is hardly room; at which there is none; and down to which it goes on.
const FULL: (f64, f64, f64) = (0.8, 0.95, 0.75);
/// Failures in percent that are too many (the seed's), and down to which they go on.
const FAILURES: (f64, f64) = (5.0, 4.0);
/// Slots that say how it is now.
const NOW: usize = 3;
/// A quantile of the normal distribution, for 95 % to both sides.
const Z: f64 = 1.96;

/// A series to look at.
pub(crate) struct Subject<'a> {
    pub(crate) labels: &'a Labels,
    /// Its values, or its rates a second.
    pub(crate) series: &'a Regular,
    pub(crate) is_rate: bool,
    pub(crate) now: Millis,
}

impl Subject<'_> {
    fn metric(&self) -> &str {
        self.labels.get(NAME).unwrap_or_default()
    }

    fn unit(&self) -> &'static str {
        // Alicia's host speaks of bytes without saying so.
        match unit_of(self.metric()) {
            "" if self.metric().starts_with("system_disk_")
                || self.metric().starts_with("system_memory_") =>
            {
                "bytes"
            }
            "" if is_share_used(self.metric()) => "percent",
            unit => unit,
        }
    }

    fn said(&self, value: f64) -> String {
        with_unit(value, self.unit()) + if self.is_rate { "/s" } else { "" }
    }

    /// The expression of a value at a time.
    fn expression(&self, window: &str) -> String {
        let function = if self.is_rate { "rate" } else { "avg_over_time" };
        format!("{function}({}[{window}])", selector(self.labels))
    }

    fn finding(&self, kind: Kind, value: f64, message: String) -> Finding {
        Finding {
            kind,
            labels: self.labels.clone(),
            severity: Severity::Info,
            message,
            value,
            interval: None,
            unit: if self.is_rate { format!("{}/s", self.unit()) } else { self.unit().to_owned() },
            p_value: None,
            bound: String::new(),
            query: self.expression("3m"),
            evidence: self.series.newest().map_or(self.now, |(end, _)| end),
            is_large: true,
        }
    }

    /// Trend or change, whatever leaves less over, and limits that the trend reaches. The first is the number of tests: those
    /// without an answer count, for it is mostly where a dependence was estimated too small that there is one.
    pub(crate) fn course(&self, bounds: &[Bound]) -> (usize, Vec<Finding>) {
        let (slope, change) = (slope(self.series), change(self.series));
        let tests = if self.series.len() < slope::FEWEST { 0 } else { 2 };
        let slope = slope.filter(|slope| slope.p_value <= LEVEL);
        let change = change.filter(|change| change.p_value <= LEVEL);
        match (slope, change) {
            (Some(slope), Some(change)) if change.left_over < slope.left_over => {
                (tests, vec![self.changed(&change)])
            }
            (Some(slope), _) => {
                let near = bounds.iter().filter_map(|bound| self.near(&slope, bound));
                (tests, std::iter::once(self.rising(&slope)).chain(near).collect())
            }
            (None, Some(change)) => (tests, vec![self.changed(&change)]),
            (None, None) => (tests, Vec::new()),
        }
    }

    fn rising(&self, slope: &Slope) -> Finding {
        let word = if slope.per_hour > 0.0 { "rises" } else { "falls" };
        let (mut low, mut high) = (slope.low, slope.high);
        if slope.per_hour < 0.0 {
            (low, high) = (-slope.high, -slope.low);
        }
        let message = format!(
            "{} {word} by {}/h, 95 % interval {} … {}",
            self.metric(),
            self.said(slope.per_hour.abs()),
            self.said(low),
            self.said(high)
        );
        let function = if self.is_rate {
            format!("deriv({}[6h:3m])", self.expression("3m"))
        } else {
            format!("deriv({}[6h])", selector(self.labels))
        };
        let finding = self.finding(Kind::Trend, slope.per_hour, message);
        Finding {
            interval: Some((slope.low, slope.high)),
            unit: format!("{}/h", finding.unit),
            p_value: Some(slope.p_value),
            query: format!("{function} * 3600"),
            is_large: (slope.per_hour * slope.hours).abs() >= MATTERS * slope.level.abs(),
            ..finding
        }
    }

    fn changed(&self, change: &Change) -> Finding {
        let message = format!(
            "{} changed {} ago from {} to {}",
            self.metric(),
            length(self.now - change.at),
            self.said(change.before),
            self.said(change.after)
        );
        Finding {
            p_value: Some(change.p_value),
            is_large: (change.after - change.before).abs() >= MATTERS * change.before.abs(),
            ..self.finding(Kind::Change, change.after, message)
        }
    }

    fn near(&self, slope: &Slope, bound: &Bound) -> Option<Finding> {
        if bound.is_above != (slope.per_hour > 0.0) {
            return None;
        }
        let ahead = ahead(slope, bound.value, self.now)?;
        let left = ahead.at - self.now;
        let message = format!(
            "{} reaches {} ({}) in {} if it goes on, 95 % interval {} … {}",
            self.metric(),
            self.said(bound.value),
            bound.name,
            length(left),
            length(ahead.earliest - self.now),
            length(ahead.latest - self.now)
        );
        let seconds = |t: Millis| model::to_seconds(t - self.now);
        Some(Finding {
            severity: match left {
                left if left < 2 * limits::HOUR => Severity::Critical,
                left if left < limits::DAY => Severity::Error,
                _ => Severity::Warning,
            },
            interval: Some((seconds(ahead.earliest), seconds(ahead.latest))),
            unit: "seconds".to_owned(),
            p_value: Some(slope.p_value),
            bound: bound.name.clone(),
            query: format!("predict_linear({}[6h], {:.0})", selector(self.labels), seconds(ahead.at)),
            ..self.finding(Kind::LimitAhead, seconds(ahead.at), message)
        })
    }

    /// How it is now: too full, or too many failures.
    pub(crate) fn present(&self) -> Option<Finding> {
        let values = self.series.values();
        let newest = values.get(values.len().checked_sub(NOW)?..)?;
        let (end, _) = self.series.newest()?;
        let value = median(newest);
        if self.now - end > limits::INSIGHT_STEP * 2 {
            return None;
        }
        if self.metric() == "error_rate" {
            let message = format!("{} % of what is done fails", with_unit(value, ""));
            return (value > FAILURES.1).then(|| self.failing(value, None, value > FAILURES.0, message));
        }
        let share = value / full(self.metric());
        (is_share_used(self.metric()) && !self.is_rate && share >= FULL.2).then(|| {
            let message = format!(
                "{} is at {} for {} now",
                self.metric(),
                self.said(value),
                length(limits::INSIGHT_STEP * 3)
            );
            Finding {
                severity: if share >= FULL.1 { Severity::Critical } else { Severity::Warning },
                is_large: share >= FULL.0,
                ..self.finding(Kind::Saturation, value, message)
            }
        })
    }

    /// Failures among what was handled, both as numbers; the interval is E. B. Wilson's (1927).
    pub(crate) fn failures(&self, failed: f64, handled: f64) -> Option<Finding> {
        let all = handled.max(failed);
        if all < 1.0 {
            return None;
        }
        let share = failed / all;
        let (center, shrunk) = (share + Z * Z / (2.0 * all), 1.0 + Z * Z / all);
        let half = Z * (share * (1.0 - share) / all + Z * Z / (4.0 * all * all)).sqrt();
        let (low, high) = (100.0 * (center - half) / shrunk, 100.0 * (center + half) / shrunk);
        let message =
            format!("{:.1} % of what is done fails, 95 % interval {low:.1} … {high:.1} %", 100.0 * share);
        (low > FAILURES.1).then(|| self.failing(100.0 * share, Some((low, high)), low > FAILURES.0, message))
    }

    fn failing(&self, value: f64, interval: Option<(f64, f64)>, is_large: bool, message: String) -> Finding {
        Finding {
            severity: Severity::Error,
            interval,
            unit: "percent".to_owned(),
            is_large,
            ..self.finding(Kind::ErrorRate, value, message)
        }
    }

    /// Its place among its peers.
    pub(crate) fn among(&self, value: f64, others: usize, outlier: &Outlier) -> Finding {
        let message = format!(
            "{} is {} here, and {} in the median of the {others} others",
            self.metric(),
            self.said(value),
            self.said(outlier.usual)
        );
        Finding {
            severity: Severity::Warning,
            p_value: Some(outlier.p_value),
            is_large: (value - outlier.usual).abs() >= FAR * outlier.usual.abs(),
            query: self.expression("30m"),
            ..self.finding(Kind::Outlier, value, message)
        }
    }

    /// The newest hour beside that of other days.
    pub(crate) fn odd(&self, anomaly: &Anomaly) -> Finding {
        let message = format!(
            "{} was {} in the last full hour, and {} in the median of this hour on {} days before",
            self.metric(),
            self.said(anomaly.value),
            self.said(anomaly.usual),
            anomaly.days
        );
        Finding {
            severity: Severity::Warning,
            p_value: Some(anomaly.p_value),
            is_large: (anomaly.value - anomaly.usual).abs() >= MATTERS * anomaly.usual.abs(),
            query: self.expression("1h"),
            evidence: anomaly.end,
            ..self.finding(Kind::Anomaly, anomaly.value, message)
        }
    }
}

/// The sum of what a rate came to in the newest slots.
pub(crate) fn total(series: &Regular, since: Millis) -> f64 {
    let slots = series.ends().iter().zip(series.values()).filter(|(end, _)| **end > since);
    slots.map(|(_, rate)| rate).sum::<f64>() * model::to_seconds(series.step)
}

/// The median of the newest slots.
pub(crate) fn lately(series: &Regular, since: Millis) -> Option<f64> {
    let from = series.ends().partition_point(|end| *end <= since);
    let newest = series.values().get(from..)?;
    (count(newest.len()) >= count(NOW)).then(|| median(newest))
}

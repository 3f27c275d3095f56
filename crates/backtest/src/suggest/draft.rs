//! Rules with thresholds beyond what is usual.

use super::learn::Learnt;
use super::sides::Side;
use crate::trial::Variant;
use model::{Millis, Per, Rule, SERVICE, Severity, limits};
use query::syntax::print_length;
use std::collections::BTreeSet;

/// A metric's rule without its threshold and its `for`, and those to try.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) rule: Rule,
    pub(super) variants: Vec<Variant>,
    /// The middle value, and how far from it the farthest on the bad side is: by these variants are compared.
    pub(super) middle: f64,
    pub(super) spread: f64,
}

/// Shares of the values that lie on the bad side of a threshold.
const SHARES: [f64; 11] = [0.01, 0.007, 0.005, 0.0035, 0.0025, 0.0015, 0.001, 0.0005, 0.0002, 0.0001, 0.0];
/// The part of the distance from the middle to the farthest value by which a threshold lies beyond what is usual at least.
const MARGIN: f64 = 0.05;
/// Parts of that distance by which one lies beyond the farthest.
const BEYOND: [f64; 3] = [0.1, 0.25, 0.5];

/// A draft for the side of the metric on which it is bad, or why there is none.
pub(super) fn draft(service: &str, metric: &str, side: Side, learnt: &Learnt) -> Result<Draft, String> {
    let sign = if side == Side::High { 1.0 } else { -1.0 };
    // On the low side all is mirrored: what is bad is always above.
    let share = |share: f64| sign * learnt.quantile(if side == Side::High { share } else { 1.0 - share });
    let (p50, p95, p99, most) = (share(0.5), share(0.95), share(0.99), share(1.0));
    let spread = most - p50;
    if spread <= 0.0 {
        let where_to = if side == Side::High { "above" } else { "below" };
        return Err(format!("it is hardly ever {where_to} its usual value"));
    }
    if !spread.is_finite() {
        return Err("its values lie too far apart".to_owned());
    }
    let grid = Grid::of(spread);
    // An alert is over when the value is one of the usual again.
    let recover = grid.up(p95);
    let least = p99.max(p50 + 2.0 * (p95 - p50)) + MARGIN * spread;
    let quantiles = SHARES.into_iter().map(|beyond| share(1.0 - beyond).max(least));
    let beyond = BEYOND.into_iter().map(|part| most + part * spread);
    let mut thresholds: Vec<f64> = quantiles.chain(beyond).map(|threshold| grid.up(threshold)).collect();
    thresholds.retain(|threshold| *threshold > recover && is_reachable(metric, sign * threshold, learnt));
    thresholds.dedup();
    if thresholds.is_empty() {
        return Err("its limit is among its usual values".to_owned());
    }
    // A sample or two are not a stretch of time.
    let shortest = 2 * learnt.spacing;
    let holds: BTreeSet<Millis> =
        limits::SUGGEST_HOLDS.into_iter().filter(|hold| *hold == 0 || *hold >= shortest).collect();
    let with = |threshold: &f64| {
        let threshold = grid.text(sign * threshold).parse().ok();
        holds.iter().map(move |hold| Variant { threshold, hold: Some(*hold) }).collect::<Vec<_>>()
    };
    let variants = thresholds.iter().flat_map(with).collect();
    let (word, compare, back) = match side {
        Side::High => ("high", ">", "<="),
        Side::Low => ("low", "<", ">="),
    };
    let what = learnt.window.map_or("value".to_owned(), |window| format!("rate({})", print_length(window)));
    let name: String = format!("{service}_{metric}_{word}").chars().take(limits::NAME_BYTES / 4).collect();
    let rule = Rule {
        name,
        metric_name: metric.to_owned(),
        condition: format!("{what} {compare} 0"),
        severity: Severity::Warning,
        description: format!("{metric} of {service} is unusually {word}"),
        recover: Some(format!("{what} {back} {}", grid.text(sign * recover))),
        matching: Some(format!("{SERVICE}={}", quoted(service))),
        per: per(learnt),
        ..Rule::default()
    };
    Ok(Draft { rule, variants, middle: p50 * sign, spread })
}

/// Whether values beyond the threshold can be: of shares and of what is never negative there are limits.
fn is_reachable(metric: &str, threshold: f64, learnt: &Learnt) -> bool {
    let (least, most) = (learnt.quantile(0.0), learnt.quantile(1.0));
    let is_share = metric.ends_with("_percent") && least >= 0.0 && most <= 100.0;
    let is_out = is_share && threshold >= 100.0 || least >= 0.0 && threshold <= 0.0;
    !is_out
}

/// Where an instance has several series, each has an alert of its own.
fn per(learnt: &Learnt) -> Per {
    let instances: BTreeSet<Option<&str>> = learnt.series.iter().map(|series| series.instance()).collect();
    if instances.len() < learnt.series.len() { Per::Series } else { Per::Instance }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// Numbers with as many digits as say something: a twentieth of the spread, or less.
#[derive(Debug, Clone, Copy)]
struct Grid(i32);

impl Grid {
    fn of(spread: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an exponent of a number of 64 bits has three digits"
        )]
        let exponent = (spread / 20.0).log10().floor() as i32;
        Self(exponent.clamp(-300, 300))
    }

    /// The next number that is not smaller.
    fn up(self, value: f64) -> f64 {
        // What is a step already stays so, whatever its last bit.
        let steps = value / 10_f64.powi(self.0);
        let whole = if (steps - steps.round()).abs() < 1e-6 { steps.round() } else { steps.ceil() };
        // Where a step is smaller than the last bit, the value is its own step.
        if whole.abs() < 1e15 { whole * 10_f64.powi(self.0) } else { value }
    }

    /// The number as it is written.
    fn text(self, value: f64) -> String {
        let digits = usize::try_from(-self.0).unwrap_or(0);
        let text = format!("{value:.digits$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        if text == "-0" { "0".to_owned() } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn thresholds_have_as_many_digits_as_say_something() {
        for (spread, value, up) in [
            (40.0, 93.274, "94"),
            (4.0, 93.274, "93.3"),
            (0.01, 0.010_301, "0.0104"),
            (0.01, 0.0103, "0.0103"),
            (4_000_000.0, 20_481_000.0, "20500000"),
            (4.0, -12.37, "-12.3"),
            (1.0, -0.001, "0"),
        ] {
            let grid = Grid::of(spread);
            assert_eq!(grid.text(grid.up(value)), up, "{value} of {spread}");
        }
    }
}

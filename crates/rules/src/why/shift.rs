//! Where the newest samples of a series differ most from those before, by their ranks.
//!
//! For each place that could be the last change, the rank sums of both sides are compared (the statistic of Wilcoxon, Mann and
//! Whitney, as a multiple of its standard deviation where nothing changed, ties included), and the largest is taken; where all of the
//! newest lie beyond all before, what counts is how unlikely that is. Where neighbours are alike, less is clear. The
//! largest of many is larger than one alone where nothing changed too: what is taken for a change must be well above.

use model::{Millis, Point};
use std::cmp::Ordering;

/// A change of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The time of the first sample after it.
    pub at: Millis,
    /// How clear it is, in standard deviations; negative if values fell.
    pub z: f64,
    /// Whether all samples since lie beyond all before.
    pub is_apart: bool,
    /// The median before.
    pub before: f64,
    /// The median since.
    pub after: f64,
}

/// Samples that a side must have.
const LEAST: usize = 2;
/// And the side before, so that it is known what is usual.
const USUAL: usize = 8;

/// The clearest change of `points`, oldest first, that lies after `since`. `None` if there are too few, or all are the same.
#[must_use]
pub fn shift(points: &[Point], since: Millis) -> Option<Shift> {
    let values: Vec<Point> = points.iter().copied().filter(|point| point.v.is_finite()).collect();
    let ranked = Ranks::of(&values)?;
    let (count, mut sum) = (values.len(), 0.0);
    // The logarithm of how many ways there are to choose the newest.
    let mut ways = 0.0;
    let mut best: Option<(usize, f64, bool)> = None;
    for (newest, rank) in ranked.ranks.iter().rev().enumerate() {
        sum += rank;
        let (after, before) = (newest + 1, count - newest - 1);
        ways += as_number(before + 1).ln() - as_number(after).ln();
        let first = count - after;
        if before < USUAL || values.get(first).is_none_or(|point| point.t <= since) {
            break;
        }
        if after >= LEAST {
            let z = ranked.z(sum, after, before);
            let is_apart = is_apart(sum, after, count);
            let z = if is_apart { (2.0_f64 * ways).sqrt().copysign(z) } else { z };
            if best.is_none_or(|(_, known, _)| z.abs() > known.abs()) {
                best = Some((first, z, is_apart));
            }
        }
    }
    let (first, z, is_apart) = best?;
    let (before, after) = values.split_at_checked(first)?;
    let (usual, since) = (median(before)?, median(after)?);
    let z = z * independence(before, usual);
    Some(Shift { at: after.first()?.t, z, is_apart, before: usual, after: since })
}

/// By what a deviation counts less because neighbours are alike: of values that wander, many together are far off by chance.
fn independence(points: &[Point], usual: f64) -> f64 {
    let off = |point: &Point| point.v - usual;
    let all: f64 = points.iter().map(|point| off(point).powi(2)).sum();
    let pairs = points.iter().zip(points.iter().skip(1));
    let alike: f64 = pairs.map(|(a, b)| off(a) * off(b)).sum();
    let likeness = if all > 0.0 { (alike / all).clamp(0.0, 0.9) } else { 0.0 };
    ((1.0 - likeness) / (1.0 + likeness)).sqrt()
}

/// Whether all of the newest are above, or below, all before: the chance of that is known exactly, and few samples tell.
fn is_apart(sum: f64, after: usize, count: usize) -> bool {
    let (m, all) = (as_number(after), as_number(count));
    let (least, most) = (m * (m + 1.0) / 2.0, m * (2.0 * all - m + 1.0) / 2.0);
    (sum - least).abs() < 0.25 || (most - sum).abs() < 0.25
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn as_number(count: usize) -> f64 {
    count as f64
}

/// The rank of each value, those that are equal sharing theirs.
struct Ranks {
    ranks: Vec<f64>,
    /// By what equal values make the variance less.
    tied: f64,
}

impl Ranks {
    fn of(points: &[Point]) -> Option<Self> {
        let mut order: Vec<usize> = (0..points.len()).collect();
        let value = |at: &usize| points.get(*at).map_or(0.0, |point| point.v);
        order.sort_by(|a, b| value(a).partial_cmp(&value(b)).unwrap_or(Ordering::Equal));
        let mut ranks = vec![0.0; points.len()];
        let (mut start, mut tied) = (0, 0.0);
        while let Some(first) = order.get(start) {
            let same = order.get(start..)?.iter().take_while(|at| value(at) == value(first)).count();
            let rank = as_number(start) + (as_number(same) + 1.0) / 2.0;
            for at in order.get(start..start + same)? {
                *ranks.get_mut(*at)? = rank;
            }
            tied += as_number(same).powi(3) - as_number(same);
            start += same;
        }
        let is_constant = ranks.first().is_none_or(|first| ranks.iter().all(|rank| rank == first));
        (!is_constant).then_some(Self { ranks, tied })
    }

    /// How far the rank sum of the newest is from what it would be by chance.
    fn z(&self, sum: f64, after: usize, before: usize) -> f64 {
        let (m, n) = (as_number(after), as_number(before));
        let all = m + n;
        let variance = m * n / 12.0 * (all + 1.0 - self.tied / (all * (all - 1.0)));
        let distance = sum - m * (all + 1.0) / 2.0;
        if variance > 0.0 { distance / variance.sqrt() } else { 0.0 }
    }
}

/// The middle value.
pub(super) fn median(points: &[Point]) -> Option<f64> {
    let mut values: Vec<f64> = points.iter().map(|point| point.v).collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get((values.len().checked_sub(1)?) / 2)?, values.get(values.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

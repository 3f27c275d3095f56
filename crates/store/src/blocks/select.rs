//! Reading what blocks have.

use crate::block::{Block, KnownTimes, Row};
use crate::blocks::{Blocks, View};
use crate::matching;
use hashbrown::HashMap;
use model::{Matcher, Millis, Point, Selection, Series, SeriesPoints, TimeRange};
use std::sync::Arc;

impl Blocks {
    /// What meets `selection`, by series in no order; a point of a later block counts before one of an earlier.
    /// `has_enough` says of a series whether nothing up to a time is needed of it.
    pub(crate) fn select(
        &self,
        selection: &Selection,
        has_enough: impl Fn(&Series, Millis) -> bool,
    ) -> Vec<SeriesPoints> {
        let mut damaged = Vec::new();
        let found = merged(&self.view(), selection, &has_enough, &mut damaged);
        damaged.into_iter().for_each(|what| self.tell(what));
        found.into_iter().map(|(series, points)| SeriesPoints { series, points }).collect()
    }

    /// The series that meet `matchers` and have samples in `range`, as far as the times of their chunks tell, with the
    /// times of their oldest and newest sample in each block.
    pub(crate) fn spans(&self, matchers: &[Matcher], range: TimeRange) -> Vec<(Arc<Series>, Millis, Millis)> {
        let (mut spans, mut damaged) = (Vec::new(), Vec::new());
        let view = self.view();
        for block in view.blocks.iter().filter(|block| is_in(block, range)) {
            let Some(index) = block.index(&mut damaged) else { continue };
            let span = |row: Row| {
                let times = |at: usize| index.times(row.chunks.get(at)?.times);
                let last = row.chunks.len().checked_sub(1)?;
                Some((Arc::clone(&row.series), times(0)?.min_t, times(last)?.max_t))
            };
            let is_there = |(series, oldest, newest): &(Arc<Series>, Millis, Millis)| {
                let is_erased = |gone: TimeRange| gone.contains(*oldest) && gone.contains(*newest);
                *oldest <= range.end
                    && *newest >= range.start
                    && !view.erased_of(block, series).any(is_erased)
            };
            let numbers = matching::find(&*index, matchers).into_iter();
            spans.extend(numbers.filter_map(|number| span(index.row(number)?)).filter(is_there));
        }
        damaged.into_iter().for_each(|what| self.tell(what));
        spans
    }
}

fn is_in(block: &Block, range: TimeRange) -> bool {
    block.max_t() >= range.start && block.min_t() <= range.end
}

/// The series of all blocks with all points that meet `selection`, oldest first.
fn merged(
    view: &View,
    selection: &Selection,
    has_enough: &dyn Fn(&Series, Millis) -> bool,
    damaged: &mut Vec<String>,
) -> Vec<(Arc<Series>, Vec<Point>)> {
    let mut found: Vec<Found> = Vec::new();
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut times = KnownTimes::default();
    // The newest times first: who wants only the newest points need not look at the rest.
    let mut order: Vec<&Arc<Block>> = view.blocks.iter().collect();
    order.sort_by_key(|block| std::cmp::Reverse((block.max_t(), block.number)));
    for block in order {
        if !is_in(block, selection.range) {
            continue;
        }
        let Some(index) = block.index(damaged) else { continue };
        for number in matching::find(&*index, &selection.matchers) {
            let Some(row) = index.row(number) else { continue };
            if has_enough(&row.series, block.max_t()) {
                continue;
            }
            let known = places.entry(row.series.fingerprint()).or_default();
            let is_it = |at: &usize| found.get(*at).is_some_and(|found| *found.series == *row.series);
            let place = known.iter().copied().find(is_it).unwrap_or_else(|| {
                known.push(found.len());
                found.push(Found::new(Arc::clone(&row.series)));
                found.len() - 1
            });
            let Some(found) = found.get_mut(place) else { continue };
            if !selection.newest.is_some_and(|newest| found.has_enough(newest, block.max_t())) {
                // Of what is erased nobody knows how many of the newest it is.
                let has_erased = view.erased_of(block, &row.series).next().is_some();
                let newest = selection.newest.filter(|_| !has_erased);
                let mut points = block.points((&index, &row), selection.range, newest, &mut times, damaged);
                view.erase(block, &row.series, &mut points);
                found.push(block.rank(), points);
            }
        }
    }
    let series = found.into_iter().map(|found| found.join(selection.newest));
    series.filter(|(_, points)| !points.is_empty()).collect()
}

/// What was found of a series: the rank of each block, and its points.
pub(super) struct Found {
    series: Arc<Series>,
    parts: Vec<(u64, Vec<Point>)>,
}

impl Found {
    /// Nothing of `series` yet.
    pub(super) fn new(series: Arc<Series>) -> Self {
        Self { series, parts: Vec::new() }
    }

    /// Notes what the block of this rank has.
    pub(super) fn push(&mut self, rank: u64, points: Vec<Point>) {
        self.parts.push((rank, points));
    }

    /// Whether there are `newest` points newer than `t`.
    fn has_enough(&self, newest: usize, t: Millis) -> bool {
        self.parts.iter().any(|(_, points)| {
            points.len().checked_sub(newest).and_then(|at| points.get(at)).is_some_and(|point| point.t > t)
        })
    }

    /// The points of all parts; of two of one time that of the block of the higher rank.
    pub(super) fn join(mut self, newest: Option<usize>) -> (Arc<Series>, Vec<Point>) {
        self.parts.retain(|(_, points)| !points.is_empty());
        // Usually each block has a time of its own, and then all is copied once.
        self.parts.sort_by_key(|(_, points)| points.first().map(|point| point.t));
        let mut points = if self.parts.is_sorted_by(|(_, a), (_, b)| ends_before(a, b)) {
            one_behind_the_other(self.parts)
        } else {
            self.parts.sort_by_key(|(rank, _)| *rank);
            let parts = self.parts.into_iter().map(|(_, points)| points);
            parts.fold(Vec::new(), |lower, higher| union(higher, &lower))
        };
        if let Some(newest) = newest {
            points.drain(..points.len().saturating_sub(newest));
        }
        (self.series, points)
    }
}

fn ends_before(a: &[Point], b: &[Point]) -> bool {
    a.last().zip(b.first()).is_some_and(|(last, first)| last.t < first.t)
}

fn one_behind_the_other(mut parts: Vec<(u64, Vec<Point>)>) -> Vec<Point> {
    if parts.len() == 1 {
        return parts.pop().map(|(_, points)| points).unwrap_or_default();
    }
    let mut all = Vec::with_capacity(parts.iter().map(|(_, points)| points.len()).sum());
    parts.into_iter().for_each(|(_, points)| all.extend(points));
    all
}

/// All points of both, ascending; of two of one time that of `winner`.
pub(crate) fn union(winner: Vec<Point>, other: &[Point]) -> Vec<Point> {
    match (winner.first(), winner.last(), other.first(), other.last()) {
        (None, ..) => return other.to_vec(),
        (_, _, None, _) => return winner,
        (_, Some(last), Some(first), _) if last.t < first.t => return [&winner[..], other].concat(),
        (Some(first), _, _, Some(last)) if last.t < first.t => return [other, &winner[..]].concat(),
        _ => {}
    }
    let mut all = Vec::with_capacity(winner.len() + other.len());
    let mut rest = other.iter().peekable();
    for point in winner {
        while let Some(earlier) = rest.next_if(|earlier| earlier.t < point.t) {
            all.push(*earlier);
        }
        rest.next_if(|same| same.t == point.t);
        all.push(point);
    }
    all.extend(rest);
    all
}

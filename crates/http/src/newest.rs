//! The newest samples of several series. Markers are no samples, and are shown nowhere.

use model::{HEALTH_STATUS, Point, SeriesPoints, is_stale_marker};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Of a series the newest points are a sample and perhaps the marker that ended it.
pub(crate) const OF_EACH: usize = 2;

/// The newest sample of each series, also of one that has ended: it is the last that is known. Of the health
/// words of an instance only the newest is given.
pub(crate) fn newest_of_each(found: &[SeriesPoints]) -> impl Iterator<Item = (&SeriesPoints, Point)> {
    let samples = || {
        found.iter().filter_map(|one| {
            Some((one, one.points.iter().rev().find(|point| !is_stale_marker(point.v)).copied()?))
        })
    };
    let owner =
        |one: &SeriesPoints| (one.series.service().to_owned(), one.series.instance().map(str::to_owned));
    let mut words = BTreeMap::new();
    for (one, point) in samples().filter(|(one, _)| one.series.name() == HEALTH_STATUS) {
        let newest = words.entry(owner(one)).or_insert(point.t);
        *newest = point.t.max(*newest);
    }
    samples().filter(move |(one, point)| {
        one.series.name() != HEALTH_STATUS || words.get(&owner(one)).is_none_or(|newest| *newest == point.t)
    })
}

/// The newest `limit` samples of all of `found`, newest first; of equal times the earlier series comes first.
pub(crate) fn newest_first(found: &[SeriesPoints], limit: usize) -> Vec<(&SeriesPoints, Point)> {
    let mut rests: Vec<_> = found
        .iter()
        .map(|one| one.points.iter().rev().copied().filter(|point| !is_stale_marker(point.v)).peekable())
        .collect();
    // Only the newest of each series is in the heap, so it never holds more than there are series.
    let mut heads: BinaryHeap<_> =
        rests.iter_mut().enumerate().filter_map(|(at, rest)| Some((rest.peek()?.t, Reverse(at)))).collect();
    let mut newest = Vec::new();
    while newest.len() < limit
        && let Some((_, Reverse(at))) = heads.pop()
    {
        let (Some(one), Some(rest)) = (found.get(at), rests.get_mut(at)) else { continue };
        newest.extend(rest.next().map(|point| (one, point)));
        heads.extend(rest.peek().map(|next| (next.t, Reverse(at))));
    }
    newest
}

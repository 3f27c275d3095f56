//! Points of one series in memory that is used again: times and values side by side.

use crate::codec::times::decode_times;
use crate::codec::values::decode_values;
use crate::codec::workspace::Workspace;
use model::{Columns, Millis, Point, TimeRange};

/// Points of one series, oldest first, each time once.
#[derive(Debug, Default)]
pub(crate) struct OwnedColumns {
    pub(crate) times: Vec<Millis>,
    pub(crate) values: Vec<f64>,
    workspace: Workspace,
}

impl OwnedColumns {
    /// The points, lent.
    pub(crate) fn lend(&self) -> Columns<'_> {
        Columns { times: &self.times, values: &self.values }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Lets go of the points, but not of the memory.
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Lets go of all but the first `count`.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.times.truncate(count);
        self.values.truncate(count);
    }

    /// Appends a point, newer than all before.
    pub(crate) fn push(&mut self, point: Point) {
        self.times.push(point.t);
        self.values.push(point.v);
    }

    /// Appends a chunk, newer than all before. `None`, and nothing is appended, if it is damaged.
    pub(crate) fn decode(&mut self, count: usize, times: &[u8], values: &[u8]) -> Option<()> {
        let begin = self.len();
        decode_times(times, count, &mut self.workspace, &mut self.times)?;
        let all = 0..count;
        decode_values(values, count, &all, &mut self.workspace, &mut self.values).or_else(|| {
            self.truncate(begin);
            None
        })
    }

    /// Appends what is in `range` of a chunk whose times are decoded already.
    pub(crate) fn decode_at(&mut self, times: &[Millis], values: &[u8], range: TimeRange) -> Option<()> {
        let start = times.partition_point(|t| *t < range.start);
        let end = times.partition_point(|t| *t <= range.end);
        let Some(inside) = times.get(start..end).filter(|inside| !inside.is_empty()) else { return Some(()) };
        decode_values(values, times.len(), &(start..end), &mut self.workspace, &mut self.values)?;
        self.times.extend_from_slice(inside);
        Some(())
    }

    /// Lets go of what is out of `range`.
    pub(crate) fn keep_range(&mut self, range: TimeRange) {
        self.truncate(self.times.partition_point(|t| *t <= range.end));
        self.keep_newest(self.len() - self.times.partition_point(|t| *t < range.start));
    }

    /// Lets go of all but the newest `count`.
    pub(crate) fn keep_newest(&mut self, count: usize) {
        let extra = self.len().saturating_sub(count);
        self.times.drain(..extra);
        self.values.drain(..extra);
    }

    /// Lets go of what is in `range`.
    pub(crate) fn erase(&mut self, range: TimeRange) {
        let start = self.times.partition_point(|t| *t < range.start);
        let end = self.times.partition_point(|t| *t <= range.end).max(start);
        self.times.drain(start..end);
        self.values.drain(start..end);
    }

    /// Puts in what is there of `newer`; of two points of one time its own counts.
    pub(crate) fn append(&mut self, newer: &Self) {
        if self.times.last() < newer.times.first() {
            self.times.extend_from_slice(&newer.times);
            self.values.extend_from_slice(&newer.values);
        } else if !newer.is_empty() {
            *self = Self::union(newer, self);
        }
    }

    /// All points of both; of two of one time that of `winner`.
    pub(crate) fn union(winner: &Self, other: &Self) -> Self {
        let mut all = Self::default();
        let mut rest = other.lend().points().peekable();
        for point in winner.lend().points() {
            while let Some(earlier) = rest.next_if(|earlier| earlier.t < point.t) {
                all.push(earlier);
            }
            rest.next_if(|same| same.t == point.t);
            all.push(point);
        }
        rest.for_each(|point| all.push(point));
        all
    }
}

impl Extend<Point> for OwnedColumns {
    fn extend<I: IntoIterator<Item = Point>>(&mut self, points: I) {
        points.into_iter().for_each(|point| self.push(point));
    }
}

//! Blocks side by side, series by series in the order of labels.

use crate::block::{Block, Index, RowReader, Wanted, name};
use crate::blocks::View;
use crate::codec::OwnedColumns;
use model::{Bucket, Facts, Millis, Selection, Series, TimeRange, limits};
use roaring::RoaringBitmap;
use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

/// Where several blocks are read at once.
pub(crate) struct Walk<'a> {
    view: &'a View,
    cursors: Vec<Cursor<'a>>,
    /// The cursors that have the series that is next.
    turn: Vec<usize>,
    parts: Vec<Part>,
    /// What turned out to be unreadable.
    pub(crate) damaged: Vec<String>,
}

/// Where one block is read.
struct Cursor<'a> {
    reader: RowReader<'a>,
    rows: roaring::bitmap::IntoIter,
    /// The row that is next.
    row: Option<u32>,
    /// The symbols of its labels.
    labels: Vec<(u32, u32)>,
}

/// What a cursor has of a series.
struct Part {
    cursor: usize,
    wanted: Wanted,
}

impl<'a> Walk<'a> {
    /// A walk through nothing yet.
    pub(crate) fn new(view: &'a View) -> Self {
        Self { view, cursors: Vec::new(), turn: Vec::new(), parts: Vec::new(), damaged: Vec::new() }
    }

    /// Has these rows of a block walked through too.
    pub(crate) fn add(&mut self, block: &'a Block, index: Arc<Index>, rows: RoaringBitmap) {
        let reader = RowReader::new(block, index);
        let mut cursor = Cursor { reader, rows: rows.into_iter(), row: None, labels: Vec::new() };
        cursor.advance(&mut self.damaged);
        self.cursors.push(cursor);
    }

    /// Goes to the first series; to the first behind `behind`, if there is one.
    pub(crate) fn begin(&mut self, behind: Option<&Series>) {
        let readers = self.cursors.len();
        self.cursors.iter_mut().for_each(|cursor| cursor.reader.share(readers));
        for cursor in &mut self.cursors {
            let is_read = |cursor: &Cursor<'_>| {
                behind.is_some_and(|behind| cursor.row.is_some() && !label_bytes(behind).lt(cursor.labels()))
            };
            while is_read(cursor) {
                cursor.advance(&mut self.damaged);
            }
        }
        self.advance();
    }

    /// Goes to the next series.
    pub(crate) fn advance(&mut self) {
        let is_wide = self.cursors.len() > limits::OPEN_BLOCKS;
        for at in self.turn.drain(..) {
            if let Some(cursor) = self.cursors.get_mut(at) {
                cursor.advance(&mut self.damaged);
                if is_wide {
                    cursor.reader.rest();
                }
            }
        }
        for (at, cursor) in self.cursors.iter().enumerate().filter(|(_, cursor)| cursor.row.is_some()) {
            let first = self.turn.first().and_then(|first| self.cursors.get(*first));
            match first.map_or(Ordering::Less, |first| cursor.labels().cmp(first.labels())) {
                Ordering::Less => {
                    self.turn.clear();
                    self.turn.push(at);
                }
                Ordering::Equal => self.turn.push(at),
                Ordering::Greater => {}
            }
        }
    }

    fn first(&self) -> Option<&Cursor<'a>> {
        self.turn.first().and_then(|at| self.cursors.get(*at))
    }

    /// The labels of the series that is next; `None` when there is no more.
    pub(crate) fn labels(&self) -> Option<impl Iterator<Item = (&[u8], &[u8])>> {
        self.first().map(Cursor::labels)
    }

    /// The series that is next.
    pub(crate) fn series(&self) -> Option<Arc<Series>> {
        self.first().and_then(|cursor| cursor.reader.index().series(cursor.row?))
    }

    /// Puts what all blocks have of the next series, as far as it meets `selection`, in the place of what `points` has.
    /// Of two points of one time that of the block of the higher rank counts. If only the newest points are asked for,
    /// none up to `has_enough` is needed.
    pub(crate) fn points(
        &mut self,
        series: &Series,
        selection: &Selection,
        has_enough: Option<Millis>,
        points: &mut OwnedColumns,
    ) {
        if selection.newest.is_none() && self.are_plain(series, selection.range) {
            // Usually each block has a time of its own, and then all is decoded where it belongs.
            points.clear();
            for part in self.parts.drain(..) {
                let Some(cursor) = self.cursors.get_mut(part.cursor) else { continue };
                let Some(row) = cursor.row else { continue };
                cursor.reader.append(row, part.wanted, points, &mut self.damaged);
            }
            return;
        }
        let mut found = Found::default();
        let newest_first = |at: &usize| self.cursors.get(*at).map(|cursor| Reverse(cursor.age()));
        self.turn.sort_by_key(newest_first);
        for at in &self.turn {
            let Some(cursor) = self.cursors.get_mut(*at) else { continue };
            let max_t = cursor.reader.block.max_t();
            let is_needless =
                |newest| has_enough.is_some_and(|t| t > max_t) || found.has_enough(newest, max_t);
            if !selection.newest.is_some_and(is_needless) {
                found.push(
                    cursor.reader.block.rank(),
                    cursor.part(self.view, series, selection, &mut self.damaged),
                );
            }
        }
        found.join(points);
        points.keep_newest(selection.newest.unwrap_or(usize::MAX));
    }

    /// Appends the buckets of `length` milliseconds that all blocks have of the next series in `range`, which has them as
    /// a whole; `facts` says what must be known of them.
    pub(crate) fn buckets(
        &mut self,
        series: &Series,
        (range, length, facts): (TimeRange, Millis, Facts),
        (points, buckets): (&mut OwnedColumns, &mut Vec<Bucket>),
    ) {
        if self.are_plain(series, range) {
            for part in self.parts.drain(..) {
                let Some(cursor) = self.cursors.get_mut(part.cursor) else { continue };
                let Some(row) = cursor.row else { continue };
                let wanted = (part.wanted, range, length, facts);
                cursor.reader.buckets(row, wanted, (points, buckets), &mut self.damaged);
            }
            return;
        }
        self.points(series, &Selection::all(Vec::new()).within(range), None, points);
        Bucket::fold(points.lend(), length, facts, buckets);
    }

    /// Finds the parts of the next series, oldest first; gives whether they are one behind the other, and nothing of
    /// them is erased.
    fn are_plain(&mut self, series: &Series, range: TimeRange) -> bool {
        self.parts.clear();
        for at in &self.turn {
            let Some(cursor) = self.cursors.get_mut(*at) else { continue };
            let Some(row) = cursor.row else { continue };
            if self.view.erased_of(cursor.reader.block, series).next().is_some() {
                return false;
            }
            if let Some(wanted) = cursor.reader.wanted(row, range, None, &mut self.damaged) {
                self.parts.push(Part { cursor: *at, wanted });
            }
        }
        self.parts.sort_by_key(|part| part.wanted.first);
        self.parts.is_sorted_by(|a, b| a.wanted.last < b.wanted.first)
    }
}

impl Cursor<'_> {
    /// Goes to the next row that is good.
    fn advance(&mut self, damaged: &mut Vec<String>) {
        for row in self.rows.by_ref() {
            if self.reader.index().labels(row, &mut self.labels).is_some() {
                self.row = Some(row);
                return;
            }
            damaged.push(format!("{}: row {row} of the index is damaged", name(self.reader.block.number)));
        }
        self.row = None;
    }

    fn labels(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let index = self.reader.index();
        let text = |symbol| index.text(symbol).unwrap_or_default();
        self.labels.iter().map(move |(name, value)| (text(*name), text(*value)))
    }

    /// Later blocks have more of it.
    fn age(&self) -> (Millis, u64) {
        (self.reader.block.max_t(), self.reader.block.number)
    }

    /// What the block has of the next series.
    fn part(
        &mut self,
        view: &View,
        series: &Series,
        selection: &Selection,
        damaged: &mut Vec<String>,
    ) -> OwnedColumns {
        let mut points = OwnedColumns::default();
        // Of what is erased nobody knows how many of the newest it is.
        let has_erased = view.erased_of(self.reader.block, series).next().is_some();
        let newest = selection.newest.filter(|_| !has_erased);
        if let Some(row) = self.row {
            self.reader.points(row, (selection.range, newest), &mut points, damaged);
        }
        view.erase(self.reader.block, series, &mut points);
        points
    }
}

/// The labels of a series as blocks compare them.
pub(crate) fn label_bytes(series: &Series) -> impl Iterator<Item = (&[u8], &[u8])> {
    series.labels().iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

/// What was found of a series: the rank of each block, and its points.
#[derive(Default)]
struct Found(Vec<(u64, OwnedColumns)>);

impl Found {
    fn push(&mut self, rank: u64, points: OwnedColumns) {
        self.0.push((rank, points));
    }

    /// Whether there are `newest` points newer than `t`.
    fn has_enough(&self, newest: usize, t: Millis) -> bool {
        let is_newer = |at: usize, points: &OwnedColumns| points.times.get(at).is_some_and(|time| *time > t);
        self.0
            .iter()
            .any(|(_, points)| points.len().checked_sub(newest).is_some_and(|at| is_newer(at, points)))
    }

    /// Puts the points of all parts in the place of what `points` has; of two of one time that of the higher rank.
    fn join(mut self, points: &mut OwnedColumns) {
        self.0.sort_by_key(|(rank, _)| *rank);
        let parts = self.0.into_iter().map(|(_, points)| points);
        *points = parts.fold(OwnedColumns::default(), |lower, higher| OwnedColumns::union(&higher, &lower));
    }
}

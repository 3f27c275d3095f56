//! All blocks: which there are, what they hold, and what becomes of them.

use crate::block::{Block, BlockWriter, Index, KnownTimes, Row, TEMPORARY, name, number};
use crate::matching;
use hashbrown::{HashMap, HashSet};
use model::{Millis, Point, Selection, Series, SeriesPoints, TimeRange, limits};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use world::Disk;

/// Faults of blocks that are remembered until somebody asks.
const TOLD: usize = 100;

/// The blocks in a directory.
pub(crate) struct Blocks {
    disk: Arc<dyn Disk>,
    /// Sorted by number.
    blocks: RwLock<Arc<Vec<Arc<Block>>>>,
    /// One makes or removes blocks at a time.
    change: Mutex<Next>,
    told: Mutex<Vec<String>>,
}

/// The number that the next block gets.
struct Next(u64);

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockStats {
    /// Blocks.
    pub blocks: usize,
    /// Samples in them.
    pub samples: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

impl Blocks {
    /// Opens all blocks. Damaged ones are put aside and told, replaced ones removed.
    ///
    /// # Errors
    /// Those of the disk, if it cannot be read at all.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> io::Result<(Self, Vec<String>)> {
        let (mut blocks, mut told, mut next) = (Vec::new(), Vec::new(), 1);
        for file in disk.list()? {
            let Some(number) = number(&file) else { continue };
            next = next.max(number + 1);
            match Block::open(&disk, number) {
                Ok(Some(block)) => blocks.push(Arc::new(block)),
                Ok(None) => told.push(put_aside(&*disk, &file)),
                Err(error) => told.push(format!("{file} cannot be read: {error}")),
            }
        }
        // What a dying process left over; if there is none, so much the better.
        drop(disk.remove(TEMPORARY));
        let this = Self {
            disk,
            blocks: RwLock::new(Arc::new(blocks)),
            change: Mutex::new(Next(next)),
            told: Mutex::default(),
        };
        this.drop_replaced(&mut told);
        Ok((this, told))
    }

    /// Removes blocks that are replaced. Before a block may replace others, all of its index must be good.
    fn drop_replaced(&self, told: &mut Vec<String>) {
        let all = self.all();
        let is_there = |number: &u64| all.iter().any(|block| block.number == *number);
        let mut replaced = HashSet::new();
        for block in all.iter().filter(|block| block.replaces().iter().any(is_there)) {
            if block.index(told).is_some() {
                replaced.extend(block.replaces().iter().copied());
            }
        }
        self.remove(|block| replaced.contains(&block.number));
    }

    /// Puts blocks aside whose index turned out to be damaged.
    pub(crate) fn put_damaged_aside(&self) {
        let _one_at_a_time = self.change.lock();
        let (damaged, kept): (Vec<_>, Vec<_>) =
            self.all().iter().cloned().partition(|block| block.is_damaged());
        if damaged.is_empty() {
            return;
        }
        *self.blocks.write() = Arc::new(kept);
        damaged.iter().for_each(|block| self.tell(put_aside(&*self.disk, &name(block.number))));
    }

    /// The blocks as they are now; they stay readable for who holds them.
    pub(crate) fn all(&self) -> Arc<Vec<Arc<Block>>> {
        Arc::clone(&self.blocks.read())
    }

    /// Makes a block of `series`, unless there is nothing in them.
    ///
    /// # Errors
    /// Those of the disk; there is no such block then.
    pub(crate) fn add(&self, series: impl Iterator<Item = (Arc<Series>, Vec<Point>)>) -> io::Result<()> {
        let mut writer = BlockWriter::begin(Arc::clone(&self.disk), Vec::new())?;
        for (series, points) in series {
            writer.push(&series, &points)?;
        }
        self.finish(writer)
    }

    fn finish(&self, writer: BlockWriter) -> io::Result<()> {
        let mut next = self.change.lock();
        let number = next.0;
        if !writer.finish(number)? {
            return Ok(());
        }
        next.0 += 1;
        let block = Block::open(&self.disk, number)?;
        let block = block.filter(|block| block.index(&mut Vec::new()).is_some());
        let block = block.ok_or_else(|| io::Error::other(format!("{} does not read back", name(number))))?;
        let mut blocks = self.blocks.write();
        let replaced = |old: &Arc<Block>| block.replaces().contains(&old.number);
        let mut all: Vec<Arc<Block>> = blocks.iter().filter(|old| !replaced(old)).cloned().collect();
        all.push(Arc::new(block));
        *blocks = Arc::new(all);
        Ok(())
    }

    /// Removes the blocks that `is_over` says; gives how many samples they had. Their files go with their last
    /// readers.
    pub(crate) fn remove(&self, is_over: impl Fn(&Block) -> bool) -> u64 {
        let _one_at_a_time = self.change.lock();
        let all = self.all();
        let (over, kept): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|block| is_over(block));
        *self.blocks.write() = Arc::new(kept);
        over.iter().for_each(|block| block.let_go());
        over.iter().map(|block| block.samples()).sum()
    }

    /// Removes the blocks of the oldest times until all together have no more than `bytes`; gives how
    /// many samples they had.
    pub(crate) fn shrink_to(&self, bytes: u64) -> u64 {
        let mut all: Vec<Arc<Block>> = self.all().to_vec();
        all.sort_by_key(|block| std::cmp::Reverse((block.max_t(), block.number)));
        let mut sum = 0_u64;
        let over: HashSet<u64> = all
            .iter()
            .filter(|block| {
                sum = sum.saturating_add(block.bytes);
                sum > bytes
            })
            .map(|block| block.number)
            .collect();
        if over.is_empty() { 0 } else { self.remove(|block| over.contains(&block.number)) }
    }

    /// Puts the blocks of one day, once it is over, into one, and those of `days` days. Gives how many were made.
    ///
    /// # Errors
    /// Those of the disk; all blocks are as they were then.
    pub(crate) fn compact(&self, now: Millis, days: Millis) -> io::Result<usize> {
        let groups = plan(&self.all(), now, days);
        for group in &groups {
            self.merge(group)?;
        }
        Ok(groups.len())
    }

    /// Series by series, so that memory holds the points of one at a time.
    fn merge(&self, group: &[Arc<Block>]) -> io::Result<()> {
        let replaces = group.iter().map(|block| block.number).collect();
        let mut damaged = Vec::new();
        let mut sources: Vec<Source<'_>> = Vec::new();
        for block in group {
            if let Some(index) = block.index(&mut damaged) {
                sources.push(Source::new(block, index));
            }
        }
        let mut writer = BlockWriter::begin(Arc::clone(&self.disk), replaces)?;
        let mut known = KnownTimes::default();
        while let Some(series) = next_series(&sources) {
            let mut found = Found { series: Arc::clone(&series), parts: Vec::new() };
            for source in &mut sources {
                if let Some(row) = source.next_if(&series) {
                    let row = (&*source.index, &row);
                    let points = source.block.points(row, TimeRange::ALL, None, &mut known, &mut damaged);
                    found.parts.push((source.block.number, points));
                }
            }
            let (series, points) = found.join(None);
            writer.push(&series, &points)?;
        }
        group.iter().for_each(|block| block.forget_index());
        if !damaged.is_empty() {
            // What is unreadable today may be readable on another disk: the files stay.
            damaged.into_iter().for_each(|what| self.tell(what));
            return Ok(());
        }
        self.finish(writer)?;
        group.iter().for_each(|block| block.let_go());
        Ok(())
    }

    /// The series of blocks that reach beyond `since`, each with the times of its oldest and newest sample there.
    pub(crate) fn spans(&self, since: Millis) -> Vec<(Arc<Series>, Millis, Millis)> {
        let (mut spans, mut damaged) = (Vec::new(), Vec::new());
        for block in self.all().iter().filter(|block| block.max_t() >= since) {
            let Some(index) = block.index(&mut damaged) else { continue };
            let span = |row: Row| {
                let times = |at: usize| index.times(row.chunks.get(at)?.times);
                let last = row.chunks.len().checked_sub(1)?;
                Some((Arc::clone(&row.series), times(0)?.min_t, times(last)?.max_t))
            };
            spans.extend((0..index.len()).filter_map(|number| span(index.row(number)?)));
        }
        damaged.into_iter().for_each(|what| self.tell(what));
        spans
    }

    /// Lets go of indexes, those of the oldest times first, until all together have no more than `bytes`.
    pub(crate) fn forget_indexes(&self, bytes: usize) {
        let mut all: Vec<Arc<Block>> = self.all().to_vec();
        all.sort_by_key(|block| std::cmp::Reverse(block.max_t()));
        let mut sum = 0;
        for block in all {
            sum += block.index_bytes();
            if sum > bytes {
                block.forget_index();
            }
        }
    }

    /// What meets `selection`, by series in no order; a point of a later block counts before one of an earlier.
    /// `has_enough` says of a series whether nothing up to a time is needed of it.
    pub(crate) fn select(
        &self,
        selection: &Selection,
        has_enough: impl Fn(&Series, Millis) -> bool,
    ) -> Vec<SeriesPoints> {
        let mut damaged = Vec::new();
        let found = merged(&self.all(), selection, &has_enough, &mut damaged);
        damaged.into_iter().for_each(|what| self.tell(what));
        found.into_iter().map(|(series, points)| SeriesPoints { series, points }).collect()
    }

    /// How much there is.
    pub(crate) fn stats(&self) -> BlockStats {
        self.all().iter().fold(BlockStats::default(), |stats, block| BlockStats {
            blocks: stats.blocks + 1,
            samples: stats.samples + block.samples(),
            bytes: stats.bytes + block.bytes,
        })
    }

    /// The faults since the last call.
    pub(crate) fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock())
    }

    fn tell(&self, what: String) {
        let mut told = self.told.lock();
        if told.len() < TOLD && !told.contains(&what) {
            told.push(what);
        }
    }
}

/// Puts a file aside; says so.
fn put_aside(disk: &dyn Disk, file: &str) -> String {
    match disk.quarantine(file) {
        Ok(aside) => format!("{file} is damaged; it is put aside as {aside}"),
        Err(error) => format!("{file} is damaged, and cannot be put aside: {error}"),
    }
}

/// A block that is read series by series.
struct Source<'a> {
    block: &'a Block,
    index: Arc<Index>,
    number: u32,
    next: Option<Row>,
}

impl<'a> Source<'a> {
    fn new(block: &'a Block, index: Arc<Index>) -> Self {
        Self { block, next: index.row(0), number: 0, index }
    }

    /// The next row, if it is of `series`.
    fn next_if(&mut self, series: &Series) -> Option<Row> {
        let row = self.next.take_if(|row| row.series.labels() == series.labels())?;
        self.number += 1;
        self.next = self.index.row(self.number);
        Some(row)
    }
}

/// The first series that is left.
fn next_series(sources: &[Source<'_>]) -> Option<Arc<Series>> {
    let left = sources.iter().filter_map(|source| source.next.as_ref());
    left.min_by(|a, b| a.series.labels().cmp(b.series.labels())).map(|row| Arc::clone(&row.series))
}

/// The groups of blocks that can become one each: those that lie in one stretch of `days` days that is over, or in
/// one day, if they are several.
fn plan(blocks: &[Arc<Block>], now: Millis, days: Millis) -> Vec<Vec<Arc<Block>>> {
    let mut left: Vec<Arc<Block>> = blocks.to_vec();
    let mut groups = Vec::new();
    for span in [days.max(1) * limits::DAY, limits::DAY] {
        let stretch = |t: Millis| t.div_euclid(span);
        let mut stretches: BTreeMap<Millis, Vec<Arc<Block>>> = BTreeMap::new();
        for block in &left {
            let is_over = stretch(block.max_t()) < stretch(now.saturating_sub(2 * limits::HEAD_SPAN));
            if stretch(block.min_t()) == stretch(block.max_t()) && is_over {
                stretches.entry(stretch(block.min_t())).or_default().push(Arc::clone(block));
            }
        }
        let several = stretches.into_values().filter(|group| group.len() > 1);
        for group in several {
            left.retain(|block| !group.iter().any(|taken| taken.number == block.number));
            groups.push(group);
        }
    }
    groups
}

/// The series of `blocks` with all points that meet `selection`, oldest first.
fn merged(
    blocks: &[Arc<Block>],
    selection: &Selection,
    has_enough: &dyn Fn(&Series, Millis) -> bool,
    damaged: &mut Vec<String>,
) -> Vec<(Arc<Series>, Vec<Point>)> {
    let mut found: Vec<Found> = Vec::new();
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut times = KnownTimes::default();
    // The newest times first: who wants only the newest points need not look at the rest.
    let mut order: Vec<&Arc<Block>> = blocks.iter().collect();
    order.sort_by_key(|block| std::cmp::Reverse((block.max_t(), block.number)));
    for block in order {
        if block.max_t() < selection.range.start || block.min_t() > selection.range.end {
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
                found.push(Found { series: Arc::clone(&row.series), parts: Vec::new() });
                found.len() - 1
            });
            let Some(found) = found.get_mut(place) else { continue };
            if !selection.newest.is_some_and(|newest| found.has_enough(newest, block.max_t())) {
                let row = (&*index, &row);
                let points = block.points(row, selection.range, selection.newest, &mut times, damaged);
                found.parts.push((block.number, points));
            }
        }
    }
    let series = found.into_iter().map(|found| found.join(selection.newest));
    series.filter(|(_, points)| !points.is_empty()).collect()
}

/// What was found of a series: the number of each block, and its points.
struct Found {
    series: Arc<Series>,
    parts: Vec<(u64, Vec<Point>)>,
}

impl Found {
    /// Whether there are `newest` points newer than `t`.
    fn has_enough(&self, newest: usize, t: Millis) -> bool {
        self.parts.iter().any(|(_, points)| {
            points.len().checked_sub(newest).and_then(|at| points.get(at)).is_some_and(|point| point.t > t)
        })
    }

    /// The points of all parts; of two of one time that of the block of the higher number.
    fn join(mut self, newest: Option<usize>) -> (Arc<Series>, Vec<Point>) {
        self.parts.sort_by_key(|(number, _)| *number);
        let parts = self.parts.into_iter().map(|(_, points)| points);
        let mut points = parts.fold(Vec::new(), |lower, higher| union(higher, &lower));
        if let Some(newest) = newest {
            points.drain(..points.len().saturating_sub(newest));
        }
        (self.series, points)
    }
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

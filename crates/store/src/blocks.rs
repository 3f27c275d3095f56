//! All blocks: which there are, what they hold, and what becomes of them.

use crate::block::{Block, BlockWriter, IndexedSeries, name, number};
use hashbrown::{HashMap, HashSet};
use model::{Labels, Millis, Point, Selection, Series, SeriesPoints, TimeRange, limits};
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
                Ok(None) => told.push(match disk.quarantine(&file) {
                    Ok(aside) => format!("{file} is damaged; it is put aside as {aside}"),
                    Err(error) => format!("{file} is damaged, and cannot be put aside: {error}"),
                }),
                Err(error) => told.push(format!("{file} cannot be read: {error}")),
            }
        }
        let this = Self {
            disk,
            blocks: RwLock::new(Arc::new(blocks)),
            change: Mutex::new(Next(next)),
            told: Mutex::default(),
        };
        let all = this.all();
        let replaced: HashSet<u64> = all.iter().flat_map(|block| block.replaces()).copied().collect();
        this.remove(|block| replaced.contains(&block.number));
        Ok((this, told))
    }

    /// The blocks as they are now; they stay readable for who holds them.
    pub(crate) fn all(&self) -> Arc<Vec<Arc<Block>>> {
        Arc::clone(&self.blocks.read())
    }

    /// Makes a block of `series`, unless there is nothing in them.
    ///
    /// # Errors
    /// Those of the disk; there is no such block then.
    pub(crate) fn add(&self, series: &[(Arc<Series>, Vec<Point>)]) -> io::Result<()> {
        let mut writer = BlockWriter::new(Vec::new());
        for (series, points) in series {
            writer.push(Arc::clone(series), points);
        }
        self.write(writer)
    }

    fn write(&self, writer: BlockWriter) -> io::Result<()> {
        if writer.is_empty() {
            return Ok(());
        }
        let mut next = self.change.lock();
        let number = next.0;
        self.disk.replace(&name(number), &writer.finish())?;
        next.0 += 1;
        let block = Block::open(&self.disk, number)?;
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

    /// Puts the blocks of one day, once it is over, into one. Gives how many were made.
    ///
    /// # Errors
    /// Those of the disk; all blocks are as they were then.
    pub(crate) fn compact(&self, now: Millis) -> io::Result<usize> {
        let groups = plan(&self.all(), now);
        for group in &groups {
            self.merge(group)?;
        }
        Ok(groups.len())
    }

    /// Series by series, so that memory holds the points of one at a time.
    fn merge(&self, group: &[Arc<Block>]) -> io::Result<()> {
        let mut writer = BlockWriter::new(group.iter().map(|block| block.number).collect());
        let mut parts: BTreeMap<&Labels, Vec<(&Block, &IndexedSeries)>> = BTreeMap::new();
        for block in group {
            for one in block.series() {
                parts.entry(one.series.labels()).or_default().push((block, one));
            }
        }
        let mut damaged = Vec::new();
        for (_, parts) in parts {
            let Some((_, first)) = parts.first() else { continue };
            let mut found = Found { series: Arc::clone(&first.series), parts: Vec::new() };
            for (block, one) in parts {
                found.parts.push((block.number, block.points(one, TimeRange::ALL, None, &mut damaged)));
            }
            let (series, points) = found.join(None);
            writer.push(series, &points);
        }
        if !damaged.is_empty() {
            // What is unreadable today may be readable on another disk: the files stay.
            damaged.into_iter().for_each(|what| self.tell(what));
            return Ok(());
        }
        self.write(writer)?;
        group.iter().for_each(|block| block.let_go());
        Ok(())
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

/// The groups of blocks that can become one each: those that lie in one day that is over, if they are several.
fn plan(blocks: &[Arc<Block>], now: Millis) -> Vec<Vec<Arc<Block>>> {
    let day = |t: Millis| t.div_euclid(limits::DAY);
    let mut days: BTreeMap<Millis, Vec<Arc<Block>>> = BTreeMap::new();
    for block in blocks {
        let is_over = day(block.max_t()) < day(now.saturating_sub(2 * limits::HEAD_SPAN));
        if day(block.min_t()) == day(block.max_t()) && is_over {
            days.entry(day(block.min_t())).or_default().push(Arc::clone(block));
        }
    }
    days.into_values().filter(|group| group.len() > 1).collect()
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
    // The newest times first: who wants only the newest points need not look at the rest.
    let mut order: Vec<&Arc<Block>> = blocks.iter().collect();
    order.sort_by_key(|block| std::cmp::Reverse((block.max_t(), block.number)));
    for block in order {
        if block.max_t() < selection.range.start || block.min_t() > selection.range.end {
            continue;
        }
        let wanted = |series: &Series| {
            selection.matchers.iter().all(|matcher| matcher.matches(series))
                && !has_enough(series, block.max_t())
        };
        for one in block.series().iter().filter(|one| wanted(&one.series)) {
            let known = places.entry(one.series.fingerprint()).or_default();
            let is_it = |at: &usize| found.get(*at).is_some_and(|found| *found.series == *one.series);
            let place = known.iter().copied().find(is_it).unwrap_or_else(|| {
                known.push(found.len());
                found.push(Found { series: Arc::clone(&one.series), parts: Vec::new() });
                found.len() - 1
            });
            let Some(found) = found.get_mut(place) else { continue };
            if !selection.newest.is_some_and(|newest| found.has_enough(newest, block.max_t())) {
                let points = block.points(one, selection.range, selection.newest, damaged);
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

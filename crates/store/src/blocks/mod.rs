//! All blocks: which there are, what they hold, and what becomes of them.

mod copy;

mod erased;

mod plan;

mod select;

mod walk;

mod merge;

mod scrub;

pub(crate) use plan::pieces;
pub(crate) use walk::{Walk, label_bytes};

use crate::block::{Block, BlockWriter, TEMPORARY, name, number};
use crate::codec::OwnedColumns;
use erased::Erased;
use hashbrown::HashSet;
use model::{Matcher, Series, TimeRange};
use parking_lot::{Mutex, RwLock};
use std::io;
use std::sync::Arc;
use world::Disk;

/// Faults of blocks that are remembered until somebody asks.
const TOLD: usize = 100;

/// The blocks in a directory.
pub(crate) struct Blocks {
    disk: Arc<dyn Disk>,
    view: RwLock<Arc<View>>,
    /// One makes or removes blocks at a time.
    change: Mutex<Next>,
    told: Mutex<Vec<String>>,
    scrubbed: Mutex<scrub::Position>,
}

/// What there is, as a reader sees it.
#[derive(Default)]
pub(crate) struct View {
    /// Sorted by number.
    pub(crate) blocks: Vec<Arc<Block>>,
    erased: Vec<Arc<Erased>>,
}

/// The number that the next block gets.
struct Next(u64);

impl View {
    /// The times that are erased of a series in a block.
    fn erased_of<'a>(&'a self, block: &'a Block, series: &'a Series) -> impl Iterator<Item = TimeRange> + 'a {
        let is_of = |erased: &&Arc<Erased>| {
            erased.reaches(block) && erased.matchers.iter().all(|matcher| matcher.matches(series))
        };
        self.erased.iter().filter(is_of).map(|erased| erased.range)
    }

    /// Removes from `points` of a series in a block what is erased.
    fn erase(&self, block: &Block, series: &Series, points: &mut OwnedColumns) {
        self.erased_of(block, series).for_each(|range| points.erase(range));
    }
}

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
        let erased = erased::read(&*disk, &mut told)?;
        // A number that was erased up to is never given again.
        next = erased.iter().map(|erased| erased.up_to + 1).max().unwrap_or(1).max(next);
        let this = Self {
            disk,
            view: RwLock::new(Arc::new(View { blocks, erased })),
            change: Mutex::new(Next(next)),
            told: Mutex::default(),
            scrubbed: Mutex::default(),
        };
        this.drop_replaced(&mut told);
        Ok((this, told))
    }

    /// Removes blocks that are replaced. Before a block may replace others, all of its index must be good.
    fn drop_replaced(&self, told: &mut Vec<String>) {
        let all = &self.view().blocks;
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
            self.view().blocks.iter().cloned().partition(|block| block.is_damaged());
        if damaged.is_empty() {
            return;
        }
        self.set_blocks(kept);
        damaged.iter().for_each(|block| self.tell(put_aside(&*self.disk, &name(block.number))));
    }

    /// What there is now; it stays readable for who holds it.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read())
    }

    fn set_blocks(&self, blocks: Vec<Arc<Block>>) {
        let mut view = self.view.write();
        *view = Arc::new(View { blocks, erased: view.erased.clone() });
    }

    fn set_erased(&self, erased: Vec<Arc<Erased>>) -> io::Result<()> {
        erased::write(&*self.disk, &erased)?;
        let mut view = self.view.write();
        *view = Arc::new(View { blocks: view.blocks.clone(), erased });
        Ok(())
    }

    /// Erases the samples in `range` of the series that meet `matchers`, durably: from here on nobody reads them.
    ///
    /// # Errors
    /// Those of the disk; nothing is erased then.
    pub(crate) fn erase(&self, matchers: &[Matcher], range: TimeRange) -> io::Result<()> {
        let next = self.change.lock();
        let mut erased = self.view().erased.clone();
        erased.push(Arc::new(Erased { matchers: matchers.to_vec(), range, up_to: next.0 - 1 }));
        self.set_erased(erased)
    }

    /// No block has any more what was erased.
    fn forget_erased(&self, over: &Arc<Erased>) -> io::Result<()> {
        let _one_at_a_time = self.change.lock();
        let erased = self.view().erased.iter().filter(|erased| !Arc::ptr_eq(erased, over)).cloned().collect();
        self.set_erased(erased)
    }

    /// Makes a block of `series`, unless there is nothing in them.
    ///
    /// # Errors
    /// Those of the disk; there is no such block then.
    pub(crate) fn add(&self, series: impl Iterator<Item = (Arc<Series>, OwnedColumns)>) -> io::Result<()> {
        let mut writer = BlockWriter::begin(Arc::clone(&self.disk), &[])?;
        for (series, points) in series {
            writer.push(&series, points.lend())?;
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
        let replaced = |old: &Arc<Block>| block.replaces().contains(&old.number);
        let mut all: Vec<Arc<Block>> =
            self.view().blocks.iter().filter(|old| !replaced(old)).cloned().collect();
        all.push(Arc::new(block));
        self.set_blocks(all);
        Ok(())
    }

    /// Removes the blocks that `is_over` says; gives how many samples they had. Their files go with their last
    /// readers.
    pub(crate) fn remove(&self, is_over: impl Fn(&Block) -> bool) -> u64 {
        let _one_at_a_time = self.change.lock();
        let (over, kept): (Vec<_>, Vec<_>) =
            self.view().blocks.iter().cloned().partition(|block| is_over(block));
        if over.is_empty() {
            return 0;
        }
        self.set_blocks(kept);
        over.iter().for_each(|block| block.let_go());
        over.iter().map(|block| block.samples()).sum()
    }

    /// Removes the blocks of the oldest times until all together have no more than `bytes`; gives how
    /// many samples they had.
    pub(crate) fn shrink_to(&self, bytes: u64) -> u64 {
        let mut all: Vec<Arc<Block>> = self.view().blocks.clone();
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

    /// Lets go of indexes, those of the oldest times first, until all together have no more than `bytes`.
    pub(crate) fn forget_indexes(&self, bytes: usize) {
        let mut all: Vec<Arc<Block>> = self.view().blocks.clone();
        all.sort_by_key(|block| std::cmp::Reverse(block.max_t()));
        let mut sum = 0;
        for block in all {
            sum += block.index_bytes();
            if sum > bytes {
                block.forget_index();
            }
        }
    }

    /// How much there is.
    pub(crate) fn stats(&self) -> BlockStats {
        self.view().blocks.iter().fold(BlockStats::default(), |stats, block| BlockStats {
            blocks: stats.blocks + 1,
            samples: stats.samples + block.samples(),
            bytes: stats.bytes + block.bytes,
        })
    }

    /// The faults since the last call.
    pub(crate) fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock())
    }

    /// Notes faults, until somebody asks.
    pub(crate) fn tell_all(&self, what: Vec<String>) {
        what.into_iter().for_each(|one| self.tell(one));
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

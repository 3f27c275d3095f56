//! Making a block.

use crate::block::frame::{self, Footer, Section};
use crate::block::index::{Encoded, IndexWriter, Place, Rollup, Summary, Times};
use crate::block::{Block, name};
use crate::codec::{Effort, encode_buckets, encode_times, encode_values};
use hashbrown::HashMap;
use model::{Bucket, Columns, Facts, Millis, Series, limits};
use std::io;
use std::sync::Arc;
use world::{Disk, LogFile};

/// Where a block is written before it is one.
pub(crate) const TEMPORARY: &str = "block.tmp";
/// Bytes written at once.
const WRITTEN_AT_ONCE: usize = 1 << 20;
/// Bytes of times that are remembered, so that series with the same ones share them.
const REMEMBERED_TIMES: usize = 16 << 20;

/// A block under way: its file, and in memory its index.
pub(crate) struct BlockWriter {
    disk: Arc<dyn Disk>,
    file: Arc<dyn LogFile>,
    /// Bytes that are in the file.
    written: u64,
    waiting: Vec<u8>,
    index: IndexWriter,
    summary: Summary,
    /// Times that are written already, by count and bytes: steady ones differ by the count alone.
    times: HashMap<(usize, Vec<u8>), usize>,
    times_bytes: usize,
    is_block: bool,
}

impl Drop for BlockWriter {
    /// What did not become a block must not take room: the disk may be full.
    fn drop(&mut self) {
        if !self.is_block {
            drop(self.disk.remove(TEMPORARY));
        }
    }
}

impl BlockWriter {
    /// A block that replaces others.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn begin(disk: Arc<dyn Disk>, replaced: &[Arc<Block>]) -> io::Result<Self> {
        let replaces = replaced.iter().map(|block| block.number).collect();
        let rank = replaced.iter().map(|block| block.rank()).max().unwrap_or(0);
        let file = disk.create(TEMPORARY)?;
        Ok(Self {
            disk,
            file,
            written: 0,
            waiting: frame::header(),
            index: IndexWriter::default(),
            summary: Summary::new(replaces, rank),
            times: HashMap::new(),
            times_bytes: 0,
            is_block: false,
        })
    }

    /// Puts a series in that is not yet, with its points.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn push(&mut self, series: &Series, points: Columns<'_>) -> io::Result<()> {
        let (Some(first), Some(last)) = (points.times.first(), points.times.last()) else { return Ok(()) };
        // All times before all values: those stand one behind the other.
        let times: Vec<_> =
            points.times.chunks(limits::CHUNK_SAMPLES).map(|times| self.times(times)).collect();
        let pieces = times.into_iter().zip(points.values.chunks(limits::CHUNK_SAMPLES));
        let chunks = pieces.filter_map(|(times, values)| Some((times?, self.values(values))));
        let chunks: Vec<_> = chunks.collect();
        let rollups = self.rollups(points);
        self.index.push(series, &chunks, &rollups);
        self.summary.min_t = self.summary.min_t.min(*first);
        self.summary.max_t = self.summary.max_t.max(*last);
        self.summary.samples += points.len() as u64;
        self.summary.series += 1;
        if self.waiting.len() >= WRITTEN_AT_ONCE { self.write() } else { Ok(()) }
    }

    fn values(&mut self, values: &[f64]) -> Encoded {
        let mut encoded = Vec::new();
        encode_values(values, Effort::Thorough, &mut encoded);
        if IndexWriter::is_inline(&encoded) {
            Encoded::Inline(encoded)
        } else {
            Encoded::At(self.put(&encoded))
        }
    }

    /// The aggregates of many points.
    fn rollups(&mut self, points: Columns<'_>) -> Vec<Rollup> {
        let (mut rollups, mut buckets) = (Vec::new(), Vec::new());
        // Before anything is reckoned: most series have too few points.
        if points.len() < limits::ROLLUP_SAMPLES * limits::ROLLUP_BUCKETS {
            return rollups;
        }
        for length in limits::ROLLUPS {
            buckets.clear();
            Bucket::fold(points, length, Facts::ALL, &mut buckets);
            let is_worth_it = buckets.len() >= limits::ROLLUP_BUCKETS
                && points.len() >= limits::ROLLUP_SAMPLES * buckets.len();
            if let Some(bytes) = is_worth_it.then(|| encode_buckets(&buckets)).flatten() {
                rollups.push(Rollup { length, place: self.put(&bytes) });
            }
        }
        rollups
    }

    /// The number of these times.
    fn times(&mut self, times: &[Millis]) -> Option<usize> {
        let mut encoded = Vec::new();
        encode_times(times, Effort::Thorough, &mut encoded)?;
        let key = (times.len(), encoded);
        if let Some(number) = self.times.get(&key) {
            return Some(*number);
        }
        let place = self.put(&key.1);
        let (min_t, max_t) = (*times.first()?, *times.last()?);
        let number = self.index.push_times(Times { min_t, max_t, count: times.len(), place });
        if self.times_bytes > REMEMBERED_TIMES {
            (self.times, self.times_bytes) = (HashMap::new(), 0);
        }
        self.times_bytes += key.1.len();
        self.times.insert(key, number);
        Some(number)
    }

    fn put(&mut self, bytes: &[u8]) -> Place {
        let offset = self.written + self.waiting.len() as u64;
        self.waiting.extend_from_slice(bytes);
        Place { offset, length: bytes.len(), crc: crc32c::crc32c(bytes) }
    }

    fn section(&mut self, bytes: &[u8]) -> Section {
        let place = self.put(bytes);
        Section { offset: place.offset, length: place.length as u64, crc: place.crc }
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.append(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Makes it block `number`, durably, unless nothing was put in. Gives whether it did.
    ///
    /// # Errors
    /// Those of the disk; there is no such block then.
    pub(crate) fn finish(mut self, number: u64) -> io::Result<bool> {
        if self.index.is_empty() {
            return Ok(false);
        }
        let index = std::mem::take(&mut self.index).finish();
        let summary = self.summary.write();
        let footer = Footer { index: self.section(&index), summary: self.section(&summary) };
        self.waiting.extend(footer.write());
        self.write()?;
        self.file.sync()?;
        self.disk.rename(TEMPORARY, &name(number))?;
        self.is_block = true;
        Ok(true)
    }
}

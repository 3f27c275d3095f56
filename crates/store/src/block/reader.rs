//! Reading a block.

use crate::block::frame::{self, FOOTER_BYTES, Footer, HEADER_BYTES};
use crate::block::index::{Chunk, Index, IndexedSeries, Place};
use crate::codec::{decode_times, decode_values};
use model::{Millis, Point, TimeRange};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use world::Disk;

/// The file of a block.
pub(crate) fn name(number: u64) -> String {
    format!("{number:08}.block")
}

/// The number of the block whose file is called so.
pub(crate) fn number(file: &str) -> Option<u64> {
    file.strip_suffix(".block")?.parse().ok()
}

/// A block whose header, footer and index are good.
pub(crate) struct Block {
    disk: Arc<dyn Disk>,
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    index: Index,
    /// Nobody who comes from now on gets it.
    is_over: AtomicBool,
}

impl Drop for Block {
    /// The file of a block that is over goes with its last reader, who must not find a gap. If it cannot be removed,
    /// or the process dies before, the next start sees that it is replaced or too old.
    fn drop(&mut self) {
        if self.is_over.load(Ordering::Acquire) {
            drop(self.disk.remove(&name(self.number)));
        }
    }
}

impl Block {
    /// Opens a block; `None` if it is damaged.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: &Arc<dyn Disk>, number: u64) -> io::Result<Option<Self>> {
        let name = name(number);
        let bytes = disk.length(&name)?;
        let read = |offset, length| disk.read_at(&name, offset, length);
        let Some(footer_at) = bytes.checked_sub(FOOTER_BYTES as u64) else { return Ok(None) };
        if !frame::is_header(&read(0, HEADER_BYTES)?) {
            return Ok(None);
        }
        let Some(footer) = Footer::read(&read(footer_at, FOOTER_BYTES)?) else { return Ok(None) };
        let is_possible = footer.offset.checked_add(footer.length) == Some(footer_at);
        let length = usize::try_from(footer.length).ok().filter(|_| is_possible);
        let Some(length) = length else { return Ok(None) };
        let index = read(footer.offset, length)?;
        let index = if crc32c::crc32c(&index) == footer.crc { Index::read(&index) } else { None };
        Ok(index.map(|index| Self {
            disk: Arc::clone(disk),
            number,
            bytes,
            index,
            is_over: AtomicBool::new(false),
        }))
    }

    /// Lets the block's file go as soon as nobody reads it any more.
    pub(crate) fn let_go(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Numbers of the blocks that it replaces.
    pub(crate) fn replaces(&self) -> &[u64] {
        &self.index.replaces
    }

    /// Time of its newest sample.
    pub(crate) fn max_t(&self) -> Millis {
        self.index.max_t
    }

    /// Time of its oldest sample.
    pub(crate) fn min_t(&self) -> Millis {
        self.index.min_t
    }

    /// How many samples it has.
    pub(crate) fn samples(&self) -> u64 {
        self.index.samples
    }

    /// Its series, sorted by labels.
    pub(crate) fn series(&self) -> &[IndexedSeries] {
        &self.index.series
    }

    /// The points of a series in `range`, oldest first; of those the newest, if only so many are wanted. Chunks
    /// that are damaged are left out; their places go to `damaged`.
    pub(crate) fn points(
        &self,
        one: &IndexedSeries,
        range: TimeRange,
        newest: Option<usize>,
        damaged: &mut Vec<String>,
    ) -> Vec<Point> {
        let mut found: Vec<Vec<Point>> = Vec::new();
        let mut count = 0;
        for chunk in one.chunks.iter().rev() {
            if chunk.max_t < range.start || newest.is_some_and(|newest| count >= newest) {
                break;
            }
            if chunk.min_t > range.end {
                continue;
            }
            match self.chunk(chunk) {
                Some(mut points) => {
                    points.retain(|point| (range.start..=range.end).contains(&point.t));
                    count += points.len();
                    found.push(points);
                }
                None => damaged.push(format!(
                    "{}: {} samples of {} are unreadable",
                    name(self.number),
                    chunk.count,
                    one.series.labels()
                )),
            }
        }
        let mut points: Vec<Point> = found.into_iter().rev().flatten().collect();
        if let Some(newest) = newest {
            points.drain(..points.len().saturating_sub(newest));
        }
        points
    }

    fn chunk(&self, chunk: &Chunk) -> Option<Vec<Point>> {
        let times = decode_times(&self.bytes_at(chunk.times)?, chunk.count)?;
        let values = decode_values(&self.bytes_at(chunk.values)?, chunk.count)?;
        Some(times.into_iter().zip(values).map(|(t, v)| Point { t, v }).collect())
    }

    /// Bytes whose checksum agrees.
    fn bytes_at(&self, place: Place) -> Option<Vec<u8>> {
        if place.offset.saturating_add(place.length as u64) > self.bytes {
            return None;
        }
        let bytes = self.disk.read_at(&name(self.number), place.offset, place.length).ok()?;
        (bytes.len() == place.length && crc32c::crc32c(&bytes) == place.crc).then_some(bytes)
    }
}

//! Making a block.

use crate::block::frame::{self, Footer};
use crate::block::index::{Chunk, Index, IndexedSeries, Place};
use crate::codec::{encode_times, encode_values};
use hashbrown::HashMap;
use model::{Millis, Point, Series, limits};
use std::sync::Arc;

/// A block under way, in memory.
#[derive(Debug)]
pub(crate) struct BlockWriter {
    bytes: Vec<u8>,
    index: Index,
    /// Times that are written already.
    times: HashMap<Vec<u8>, Place>,
}

impl BlockWriter {
    /// A block that replaces the blocks of these numbers.
    pub(crate) fn new(replaces: Vec<u64>) -> Self {
        let index = Index { replaces, min_t: Millis::MAX, max_t: Millis::MIN, ..Index::default() };
        Self { bytes: frame::header(), index, times: HashMap::new() }
    }

    /// Whether nothing was put in.
    pub(crate) fn is_empty(&self) -> bool {
        self.index.series.is_empty()
    }

    /// Puts a series in, with its points, which ascend strictly in time.
    pub(crate) fn push(&mut self, series: Arc<Series>, points: &[Point]) {
        let chunks: Vec<Chunk> =
            points.chunks(limits::CHUNK_SAMPLES).filter_map(|points| self.chunk(points)).collect();
        if let (Some(first), Some(last)) = (chunks.first(), chunks.last()) {
            self.index.min_t = self.index.min_t.min(first.min_t);
            self.index.max_t = self.index.max_t.max(last.max_t);
            self.index.samples += points.len() as u64;
            self.index.series.push(IndexedSeries { series, chunks });
        }
    }

    fn chunk(&mut self, points: &[Point]) -> Option<Chunk> {
        let (first, last) = (points.first()?, points.last()?);
        let times: Vec<Millis> = points.iter().map(|point| point.t).collect();
        let values: Vec<f64> = points.iter().map(|point| point.v).collect();
        let mut encoded = Vec::new();
        encode_times(&times, &mut encoded)?;
        let times = match self.times.get(&encoded) {
            Some(place) => *place,
            None => {
                let place = self.put(&encoded);
                self.times.insert(encoded, place);
                place
            }
        };
        let mut encoded = Vec::new();
        encode_values(&values, &mut encoded);
        let values = self.put(&encoded);
        Some(Chunk { min_t: first.t, max_t: last.t, count: points.len(), values, times })
    }

    fn put(&mut self, bytes: &[u8]) -> Place {
        let place =
            Place { offset: self.bytes.len() as u64, length: bytes.len(), crc: crc32c::crc32c(bytes) };
        self.bytes.extend_from_slice(bytes);
        place
    }

    /// The whole file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.index.series.sort_by(|a, b| a.series.labels().cmp(b.series.labels()));
        let index = self.index.write();
        let footer = Footer {
            offset: self.bytes.len() as u64,
            length: index.len() as u64,
            crc: crc32c::crc32c(&index),
        };
        self.bytes.extend(index);
        self.bytes.extend(footer.write());
        self.bytes
    }
}

//! The index of a block: which series it has, which of them have a label, and where their chunks are. Pure.

mod read;

mod write;

pub(crate) use read::Index;
pub(crate) use write::{Encoded, IndexWriter};

use framing::varint;
use model::{MetricKind, Millis};
use std::ops::Range;

/// The kinds by their number.
const KINDS: [MetricKind; 4] =
    [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary];
/// Values of so few bytes stand in the index itself.
const INLINE: usize = 24;
/// Of so few series a posting is a list.
const LISTED: u64 = 16;

/// What a block says of itself: all that a store must know of it before somebody asks for its samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Numbers of the blocks that it replaces.
    pub(crate) replaces: Vec<u64>,
    /// The highest rank of those; 0 if there are none.
    pub(crate) rank: u64,
    pub(crate) min_t: Millis,
    pub(crate) max_t: Millis,
    pub(crate) samples: u64,
    pub(crate) series: u64,
}

/// Times that one or more series have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) min_t: Millis,
    pub(crate) max_t: Millis,
    pub(crate) count: usize,
    pub(crate) place: Place,
}

/// A chunk: which times, and where the values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Number of the times.
    pub(crate) times: usize,
    pub(crate) values: Values,
}

/// Aggregates of all samples that a series has in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rollup {
    /// Length of a bucket.
    pub(crate) length: Millis,
    pub(crate) place: Place,
}

/// What a series has in the block.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Oldest first.
    pub(crate) chunks: Vec<Chunk>,
    /// Ascending in length.
    pub(crate) rollups: Vec<Rollup>,
}

/// Where values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Values {
    /// In the index, here.
    Inline(Range<usize>),
    At(Place),
}

/// Where bytes are in the file, and what their checksum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) length: usize,
    pub(crate) crc: u32,
}

impl Summary {
    /// Of nothing yet.
    pub(crate) fn new(replaces: Vec<u64>, rank: u64) -> Self {
        Self { replaces, rank, min_t: Millis::MAX, max_t: Millis::MIN, samples: 0, series: 0 }
    }

    /// As it is written.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        varint::put(&mut out, self.replaces.len() as u64);
        self.replaces.iter().for_each(|number| varint::put(&mut out, *number));
        varint::put(&mut out, self.rank);
        varint::put_signed(&mut out, self.min_t);
        varint::put_signed(&mut out, self.max_t);
        varint::put(&mut out, self.samples);
        varint::put(&mut out, self.series);
        out
    }

    /// The summary that `bytes` are; `None` if they are none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let rest = &mut rest;
        let mut replaces = Vec::new();
        for _ in 0..varint::take(rest)? {
            replaces.push(varint::take(rest)?);
        }
        let rank = varint::take(rest)?;
        let (min_t, max_t) = (varint::take_signed(rest)?, varint::take_signed(rest)?);
        let (samples, series) = (varint::take(rest)?, varint::take(rest)?);
        rest.is_empty().then_some(Self { replaces, rank, min_t, max_t, samples, series })
    }
}

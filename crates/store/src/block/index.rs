//! The index of a block: which series it has, and where their chunks are. Pure.

use crate::wal::varint;
use hashbrown::HashMap;
use model::{Labels, MetricKind, Millis, Series};
use std::sync::Arc;

/// The kinds by their number.
const KINDS: [MetricKind; 4] =
    [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary];

/// What a block says of itself.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Numbers of the blocks that it replaces.
    pub(crate) replaces: Vec<u64>,
    pub(crate) min_t: Millis,
    pub(crate) max_t: Millis,
    pub(crate) samples: u64,
    /// Sorted by labels.
    pub(crate) series: Vec<IndexedSeries>,
}

/// A series and its chunks, oldest first.
#[derive(Debug)]
pub(crate) struct IndexedSeries {
    pub(crate) series: Arc<Series>,
    pub(crate) chunks: Vec<Chunk>,
}

/// A chunk: times and values of some samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) min_t: Millis,
    pub(crate) max_t: Millis,
    pub(crate) count: usize,
    pub(crate) values: Place,
    pub(crate) times: Place,
}

/// Where bytes are, and what their checksum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) length: usize,
    pub(crate) crc: u32,
}

impl Index {
    /// The index as it is written.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        varint::put(&mut out, self.replaces.len() as u64);
        self.replaces.iter().for_each(|number| varint::put(&mut out, *number));
        varint::put_signed(&mut out, self.min_t);
        varint::put_signed(&mut out, self.max_t);
        varint::put(&mut out, self.samples);
        let symbols = self.write_symbols(&mut out);
        varint::put(&mut out, self.series.len() as u64);
        for one in &self.series {
            let kind = KINDS.iter().position(|kind| *kind == one.series.kind()).unwrap_or(1);
            out.push(u8::try_from(kind).unwrap_or(1));
            varint::put(&mut out, one.series.labels().len() as u64);
            for text in one.series.labels().iter().flat_map(|(name, value)| [name, value]) {
                varint::put(&mut out, symbols.get(text).copied().unwrap_or_default());
            }
            varint::put(&mut out, one.chunks.len() as u64);
            one.chunks.iter().for_each(|chunk| chunk.write(&mut out));
        }
        out
    }

    /// Writes every text once; gives their numbers.
    fn write_symbols(&self, out: &mut Vec<u8>) -> HashMap<&str, u64> {
        let mut symbols = HashMap::new();
        let mut texts = Vec::new();
        for one in &self.series {
            for text in one.series.labels().iter().flat_map(|(name, value)| [name, value]) {
                symbols.entry(text).or_insert_with(|| {
                    texts.push(text);
                    texts.len() as u64 - 1
                });
            }
        }
        varint::put(out, texts.len() as u64);
        for text in texts {
            varint::put(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        symbols
    }

    /// The index that `bytes` are; `None` if they are none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let rest = &mut rest;
        let mut index = Self::default();
        for _ in 0..varint::take(rest)? {
            index.replaces.push(varint::take(rest)?);
        }
        index.min_t = varint::take_signed(rest)?;
        index.max_t = varint::take_signed(rest)?;
        index.samples = varint::take(rest)?;
        let mut symbols = Vec::new();
        for _ in 0..varint::take(rest)? {
            let length = usize::try_from(varint::take(rest)?).ok()?;
            symbols.push(std::str::from_utf8(take(rest, length)?).ok()?);
        }
        for _ in 0..varint::take(rest)? {
            index.series.push(IndexedSeries::read(rest, &symbols)?);
        }
        rest.is_empty().then_some(index)
    }
}

impl IndexedSeries {
    fn read(rest: &mut &[u8], symbols: &[&str]) -> Option<Self> {
        let kind = *KINDS.get(usize::from(*take(rest, 1)?.first()?))?;
        let mut labels = Vec::new();
        for _ in 0..varint::take(rest)? {
            let mut symbol = || symbols.get(usize::try_from(varint::take(rest)?).ok()?).copied();
            labels.push((symbol()?, symbol()?));
        }
        let mut chunks = Vec::new();
        for _ in 0..varint::take(rest)? {
            chunks.push(Chunk::read(rest)?);
        }
        Some(Self { series: Arc::new(Series::new(Labels::new(labels), kind)), chunks })
    }
}

impl Chunk {
    fn write(&self, out: &mut Vec<u8>) {
        varint::put_signed(out, self.min_t);
        varint::put(out, self.max_t.abs_diff(self.min_t));
        varint::put(out, self.count as u64);
        for place in [self.values, self.times] {
            varint::put(out, place.offset);
            varint::put(out, place.length as u64);
            out.extend(place.crc.to_le_bytes());
        }
    }

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let min_t = varint::take_signed(rest)?;
        let max_t = min_t.checked_add_unsigned(varint::take(rest)?)?;
        let count = usize::try_from(varint::take(rest)?).ok()?;
        let count = Some(count).filter(|count| (1..=model::limits::CHUNK_SAMPLES).contains(count))?;
        Some(Self { min_t, max_t, count, values: Place::read(rest)?, times: Place::read(rest)? })
    }
}

impl Place {
    fn read(rest: &mut &[u8]) -> Option<Self> {
        Some(Self {
            offset: varint::take(rest)?,
            length: usize::try_from(varint::take(rest)?).ok()?,
            crc: u32::from_le_bytes(take(rest, 4)?.try_into().ok()?),
        })
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

//! Writing an index.

use crate::block::index::{INLINE, KINDS, LISTED, Place, Rollup, Times};
use framing::varint;
use hashbrown::HashMap;
use model::Series;
use roaring::RoaringBitmap;
use std::collections::BTreeMap;

/// An index under way. Series come in any order, each once.
#[derive(Debug, Default)]
pub(crate) struct IndexWriter {
    texts: Vec<Box<str>>,
    by_text: HashMap<Box<str>, u32>,
    times: Vec<Times>,
    series: Vec<Entry>,
    /// Labels of all series: the texts' numbers.
    labels: Vec<(u32, u32)>,
    /// What the rows of all series say of their chunks and rollups.
    chunks: Vec<u8>,
}

/// A series: its kind, and where its parts in the two heaps end.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: u8,
    labels: (usize, usize),
    chunks: (usize, usize),
}

/// Values of a chunk, as they came out of the codec.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// Few bytes.
    Inline(Vec<u8>),
    /// Bytes that are in the file.
    At(Place),
}

impl IndexWriter {
    /// Whether so few bytes of values stand in the index.
    pub(crate) fn is_inline(bytes: &[u8]) -> bool {
        bytes.len() <= INLINE
    }

    /// Whether there is no series.
    pub(crate) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Notes times; gives their number.
    pub(crate) fn push_times(&mut self, times: Times) -> usize {
        self.times.push(times);
        self.times.len() - 1
    }

    /// Notes a series with its chunks (the number of the times, and the values) and its rollups.
    pub(crate) fn push(&mut self, series: &Series, chunks: &[(usize, Encoded)], rollups: &[Rollup]) {
        let (labels, rows) = (self.labels.len(), self.chunks.len());
        for (name, value) in series.labels().iter() {
            let label = (self.number(name), self.number(value));
            self.labels.push(label);
        }
        varint::put(&mut self.chunks, chunks.len() as u64);
        let first = chunks.iter().find_map(|(_, values)| match values {
            Encoded::At(place) => Some(place.offset),
            Encoded::Inline(_) => None,
        });
        varint::put(&mut self.chunks, first.unwrap_or(0));
        for (times, values) in chunks {
            varint::put(&mut self.chunks, *times as u64);
            match values {
                Encoded::Inline(bytes) => {
                    varint::put(&mut self.chunks, (bytes.len() as u64) << 1 | 1);
                    self.chunks.extend(bytes);
                }
                Encoded::At(place) => {
                    varint::put(&mut self.chunks, (place.length as u64) << 1);
                    self.chunks.extend(place.crc.to_le_bytes());
                }
            }
        }
        varint::put(&mut self.chunks, rollups.len() as u64);
        for Rollup { length, place } in rollups {
            varint::put(&mut self.chunks, length.unsigned_abs());
            put_place(&mut self.chunks, *place);
        }
        let kind = KINDS.iter().position(|kind| *kind == series.kind()).and_then(|at| at.try_into().ok());
        self.series.push(Entry {
            kind: kind.unwrap_or(1),
            labels: (labels, self.labels.len()),
            chunks: (rows, self.chunks.len()),
        });
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.by_text.insert(text.into(), number);
        number
    }

    /// The index as it is written.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_times(&mut out);
        let ranks = self.write_symbols(&mut out);
        self.by_text = HashMap::new();
        let rank = |text: u32| ranks.get(text as usize).copied().unwrap_or_default();
        self.labels.iter_mut().for_each(|(name, value)| (*name, *value) = (rank(*name), rank(*value)));
        // By text, and so by rank: labels compare as their texts do.
        let labels = &self.labels;
        let mut series = std::mem::take(&mut self.series);
        series.sort_by(|a, b| labels.get(a.labels.0..a.labels.1).cmp(&labels.get(b.labels.0..b.labels.1)));
        self.series = series;
        self.write_series(&mut out);
        self.write_postings(&mut out);
        out
    }

    fn write_times(&self, out: &mut Vec<u8>) {
        varint::put(out, self.times.len() as u64);
        let mut before = 0;
        for times in &self.times {
            varint::put_signed(out, times.min_t.wrapping_sub(before));
            before = times.min_t;
            varint::put(out, times.max_t.abs_diff(times.min_t));
            varint::put(out, times.count as u64);
            put_place(out, times.place);
        }
    }

    /// Writes the texts in their order; gives the rank of each.
    fn write_symbols(&self, out: &mut Vec<u8>) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32::try_from(self.texts.len()).unwrap_or(u32::MAX)).collect();
        let text = |number: u32| self.texts.get(number as usize).map_or("", |text| text);
        order.sort_by(|a, b| text(*a).cmp(text(*b)));
        varint::put(out, order.len() as u64);
        order.iter().for_each(|number| varint::put(out, text(*number).len() as u64));
        order.iter().for_each(|number| out.extend_from_slice(text(*number).as_bytes()));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(&order) {
            if let Some(place) = ranks.get_mut(*number as usize) {
                *place = rank;
            }
        }
        ranks
    }

    fn write_series(&self, out: &mut Vec<u8>) {
        varint::put(out, self.series.len() as u64);
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        for entry in &self.series {
            row.clear();
            row.push(entry.kind);
            let labels = self.labels.get(entry.labels.0..entry.labels.1).unwrap_or_default();
            varint::put(&mut row, labels.len() as u64);
            for (name, value) in labels {
                varint::put(&mut row, (*name).into());
                varint::put(&mut row, (*value).into());
            }
            row.extend_from_slice(self.chunks.get(entry.chunks.0..entry.chunks.1).unwrap_or_default());
            varint::put(out, row.len() as u64);
            rows.extend_from_slice(&row);
        }
        out.extend(rows);
    }

    fn write_postings(&self, out: &mut Vec<u8>) {
        let mut postings: BTreeMap<u32, BTreeMap<u32, RoaringBitmap>> = BTreeMap::new();
        for (number, entry) in (0..).zip(&self.series) {
            for (name, value) in self.labels.get(entry.labels.0..entry.labels.1).unwrap_or_default() {
                // Numbers ascend.
                let _is_new = postings.entry(*name).or_default().entry(*value).or_default().insert(number);
            }
        }
        varint::put(out, postings.len() as u64);
        for (label, values) in &mut postings {
            varint::put(out, (*label).into());
            varint::put(out, values.len() as u64);
            let mut before = 0;
            for (value, numbers) in values {
                varint::put(out, (value - before).into());
                before = *value;
                write_numbers(out, numbers);
            }
        }
    }
}

fn put_place(out: &mut Vec<u8>, place: Place) {
    varint::put(out, place.offset);
    varint::put(out, place.length as u64);
    out.extend(place.crc.to_le_bytes());
}

fn write_numbers(out: &mut Vec<u8>, numbers: &mut RoaringBitmap) {
    varint::put(out, numbers.len());
    if numbers.len() > LISTED {
        numbers.optimize();
        varint::put(out, numbers.serialized_size() as u64);
        // Memory takes everything.
        let _written = numbers.serialize_into(&mut *out);
        return;
    }
    let mut before = 0;
    for number in &*numbers {
        varint::put(out, (number - before).into());
        before = number;
    }
}

//! Reading an index.

use crate::block::index::{Chunk, KINDS, LISTED, Place, Rollup, Row, Times, Values};
use crate::matching::LabelIndex;
use framing::varint;
use hashbrown::HashMap;
use model::{Labels, MetricKind, Millis, Series};
use roaring::RoaringBitmap;
use std::ops::Range;
use std::sync::Arc;

/// An index, kept as it was written: only what is asked for becomes series and bitmaps.
#[derive(Debug)]
pub(crate) struct Index {
    bytes: Vec<u8>,
    times: Vec<Times>,
    symbols: Parts,
    series: Parts,
    /// By the symbol of a label: its values' symbols, ascending, each with the place of its posting.
    postings: HashMap<u32, Vec<(u32, u32)>>,
}

/// Ranges of bytes one behind the other.
#[derive(Debug, Default)]
struct Parts {
    start: usize,
    /// Relative to the start.
    ends: Vec<u32>,
}

impl Parts {
    /// Takes the lengths, and skips what they are of.
    fn take(bytes: &[u8], rest: &mut &[u8]) -> Option<Self> {
        let count = varint::take(rest)?;
        let (mut ends, mut end) = (Vec::new(), 0_u32);
        for _ in 0..count {
            end = end.checked_add(u32::try_from(varint::take(rest)?).ok()?)?;
            ends.push(end);
        }
        let start = bytes.len() - rest.len();
        *rest = rest.get(end as usize..)?;
        Some(Self { start, ends })
    }

    fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn range(&self, number: u32) -> Option<Range<usize>> {
        let end = *self.ends.get(number as usize)?;
        let start =
            number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before as usize).copied())?;
        Some(self.start + start as usize..self.start + end as usize)
    }
}

impl Index {
    /// The index that `bytes` are; `None` if they are none. The checksum was verified: what is looked at only when it
    /// is asked for was written so.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = &bytes[..];
        let rest = &mut rest;
        let times = read_times(rest)?;
        let symbols = Parts::take(&bytes, rest)?;
        let series = Parts::take(&bytes, rest)?;
        let postings = read_postings(bytes.len(), rest)?;
        rest.is_empty().then_some(())?;
        Some(Self { times, symbols, series, postings, bytes })
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        let postings: usize =
            self.postings.values().map(|values| values.len() * size_of::<(u32, u32)>()).sum();
        self.bytes.len()
            + self.times.len() * size_of::<Times>()
            + (self.symbols.ends.len() + self.series.ends.len()) * size_of::<u32>()
            + postings
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> u32 {
        self.series.len()
    }

    /// The times with a number.
    pub(crate) fn times(&self, number: usize) -> Option<&Times> {
        self.times.get(number)
    }

    /// The bytes of inline values.
    pub(crate) fn inline(&self, range: Range<usize>) -> Option<&[u8]> {
        self.bytes.get(range)
    }

    /// The series with a number; `None` if there is none. They are numbered in the order of their labels.
    pub(crate) fn series(&self, number: u32) -> Option<Arc<Series>> {
        let mut symbols = Vec::new();
        let (kind, _) = self.head(number, |label| symbols.push(label))?;
        let label = |(name, value): &(u32, u32)| Some((self.str(*name)?, self.str(*value)?));
        let labels: Option<Vec<_>> = symbols.iter().map(label).collect();
        Some(Arc::new(Series::new(Labels::new(labels?), kind)))
    }

    /// Puts the symbols of a series' labels in the place of `labels`; `None` if there is no such series.
    pub(crate) fn labels(&self, number: u32, labels: &mut Vec<(u32, u32)>) -> Option<()> {
        labels.clear();
        self.head(number, |label| labels.push(label)).map(|_| ())
    }

    /// Puts what a series has in the place of `row`; `None` if there is no such series.
    pub(crate) fn row(&self, number: u32, row: &mut Row) -> Option<()> {
        row.chunks.clear();
        row.rollups.clear();
        let end = self.series.range(number)?.end;
        let (_, mut rest) = self.head(number, |_| ())?;
        let rest = &mut rest;
        let count = varint::take(rest)?;
        let mut offset = varint::take(rest)?;
        for _ in 0..count {
            let times = usize::try_from(varint::take(rest)?).ok()?;
            let length = varint::take(rest)?;
            let values = take_values(rest, end, length, &mut offset)?;
            row.chunks.push(Chunk { times, values });
        }
        for _ in 0..varint::take(rest)? {
            let length = Millis::try_from(varint::take(rest)?).ok().filter(|length| *length > 0)?;
            row.rollups.push(Rollup { length, place: take_place(rest)? });
        }
        Some(())
    }

    /// Kind of a series, and what its row has behind the labels, whose symbols go to `each`.
    fn head(&self, number: u32, mut each: impl FnMut((u32, u32))) -> Option<(MetricKind, &[u8])> {
        let mut rest = self.bytes.get(self.series.range(number)?)?;
        let kind = *KINDS.get(usize::from(take_byte(&mut rest)?))?;
        for _ in 0..varint::take(&mut rest)? {
            let mut symbol = || u32::try_from(varint::take(&mut rest)?).ok();
            each((symbol()?, symbol()?));
        }
        Some((kind, rest))
    }

    /// The text of a symbol.
    pub(crate) fn text(&self, symbol: u32) -> Option<&[u8]> {
        self.bytes.get(self.symbols.range(symbol)?)
    }

    fn str(&self, symbol: u32) -> Option<&str> {
        std::str::from_utf8(self.text(symbol)?).ok()
    }

    /// The symbol of `text`: the symbols are in the order of their texts.
    fn symbol(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.symbols.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(middle)?.cmp(text.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn label_values(&self, label: &str) -> &[(u32, u32)] {
        let values = self.symbol(label).and_then(|symbol| self.postings.get(&symbol));
        values.map_or(&[], Vec::as_slice)
    }

    /// Adds the numbers of a posting to `to`.
    fn add(&self, place: u32, to: &mut RoaringBitmap) {
        let mut rest = self.bytes.get(place as usize..).unwrap_or_default();
        let rest = &mut rest;
        let Some(count) = varint::take(rest) else { return };
        if count > LISTED {
            if let Some(numbers) =
                varint::take(rest).and_then(|_| RoaringBitmap::deserialize_from(*rest).ok())
            {
                *to |= numbers;
            }
            return;
        }
        let mut number = 0_u32;
        for _ in 0..count {
            let step = varint::take(rest).and_then(|step| u32::try_from(step).ok());
            let Some(next) = step.and_then(|step| number.checked_add(step)) else { return };
            number = next;
            to.insert(number);
        }
    }
}

fn read_times(rest: &mut &[u8]) -> Option<Vec<Times>> {
    let (mut all, mut before) = (Vec::new(), 0_i64);
    for _ in 0..varint::take(rest)? {
        let min_t = before.wrapping_add(varint::take_signed(rest)?);
        before = min_t;
        let max_t = min_t.checked_add_unsigned(varint::take(rest)?)?;
        let count = usize::try_from(varint::take(rest)?).ok()?;
        let count = Some(count).filter(|count| (1..=model::limits::CHUNK_SAMPLES).contains(count))?;
        all.push(Times { min_t, max_t, count, place: take_place(rest)? });
    }
    Some(all)
}

fn take_place(rest: &mut &[u8]) -> Option<Place> {
    let (offset, length) = (varint::take(rest)?, usize::try_from(varint::take(rest)?).ok()?);
    Some(Place { offset, length, crc: take_crc(rest)? })
}

fn take_crc(rest: &mut &[u8]) -> Option<u32> {
    let (crc, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u32::from_le_bytes(*crc))
}

fn read_postings(length: usize, rest: &mut &[u8]) -> Option<HashMap<u32, Vec<(u32, u32)>>> {
    let symbol = |rest: &mut &[u8]| u32::try_from(varint::take(rest)?).ok();
    let mut postings = HashMap::new();
    for _ in 0..varint::take(rest)? {
        let label = symbol(rest)?;
        let (mut values, mut value) = (Vec::new(), 0_u32);
        for _ in 0..varint::take(rest)? {
            value = value.checked_add(symbol(rest)?)?;
            values.push((value, u32::try_from(length - rest.len()).ok()?));
            skip_numbers(rest)?;
        }
        postings.insert(label, values);
    }
    Some(postings)
}

fn skip_numbers(rest: &mut &[u8]) -> Option<()> {
    let count = varint::take(rest)?;
    if count > LISTED {
        let length = usize::try_from(varint::take(rest)?).ok()?;
        *rest = rest.get(length..)?;
        return Some(());
    }
    (0..count).try_for_each(|_| varint::take(rest).map(|_| ()))
}

/// Where values of a row that ends at `end` are; `length` says with its lowest bit whether that is here.
fn take_values(rest: &mut &[u8], end: usize, length: u64, offset: &mut u64) -> Option<Values> {
    let (is_inline, length) = (length & 1 == 1, usize::try_from(length >> 1).ok()?);
    if is_inline {
        let start = end.checked_sub(rest.len())?;
        *rest = rest.get(length..)?;
        return Some(Values::Inline(start..start + length));
    }
    let place = Place { offset: *offset, length, crc: take_crc(rest)? };
    *offset = offset.checked_add(length as u64)?;
    Some(Values::At(place))
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, behind) = rest.split_first()?;
    *rest = behind;
    Some(*byte)
}

impl LabelIndex for Index {
    fn all(&self) -> RoaringBitmap {
        (0..self.len()).collect()
    }

    fn count_values(&self, label: &str) -> usize {
        self.label_values(label).len()
    }

    fn with_value(&self, label: &str, value: &str, to: &mut RoaringBitmap) {
        let Some(symbol) = self.symbol(value) else { return };
        let values = self.label_values(label);
        let at = values.binary_search_by_key(&symbol, |(value, _)| *value).ok();
        if let Some((_, place)) = at.and_then(|at| values.get(at)) {
            self.add(*place, to);
        }
    }

    fn with_values(&self, label: &str, is_wanted: &dyn Fn(&str) -> bool, to: &mut RoaringBitmap) {
        for (value, place) in self.label_values(label) {
            if self.str(*value).is_some_and(is_wanted) {
                self.add(*place, to);
            }
        }
    }

    fn is_value(&self, series: u32, label: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let mut labels = Vec::new();
        if self.labels(series, &mut labels).is_none() {
            return false;
        }
        let value = labels.iter().find(|(name, _)| self.text(*name) == Some(label.as_bytes()));
        is_wanted(value.and_then(|(_, value)| self.str(*value)).unwrap_or(""))
    }
}

//! The payload of a batch record: samples, and the series they belong to, as `docs/format/queue.md` has them. Pure.

use framing::varint;
use model::{Labels, Millis, Point};

/// Control bit: the time differs from that of the entry before.
const HAS_TIME: u8 = 0x80;
/// Control bit: a definition follows.
const IS_NEW: u8 = 0x40;
/// Control bits: how many bytes of the value are kept.
const KEPT: u8 = 0x0f;

/// Entries that are written one behind the other.
#[derive(Debug, Default)]
pub(crate) struct BatchWriter {
    payload: Vec<u8>,
    t: Millis,
    reference: i64,
    samples: u64,
}

/// A payload that is done, and how many samples it has.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) bytes: Vec<u8>,
    pub(crate) samples: u64,
}

impl BatchWriter {
    pub(crate) fn len(&self) -> usize {
        self.payload.len()
    }

    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }

    /// Ends the payload under way; `None` if there is nothing in it.
    pub(crate) fn take(&mut self) -> Option<Payload> {
        let samples = std::mem::take(&mut self.samples);
        (samples > 0).then(|| {
            // The next one will be about as long.
            let next = Vec::with_capacity(self.payload.len());
            Payload { bytes: std::mem::replace(&mut self.payload, next), samples }
        })
    }

    /// Writes a sample of the series with this reference; `new`: its labels, if this file has no definition yet. `arrival`
    /// is when the first sample of the payload came.
    #[inline]
    pub(crate) fn push(
        &mut self,
        reference: u32,
        new: Option<&Labels>,
        point: Point,
        arrival: impl FnOnce() -> Millis,
    ) {
        if self.samples == 0 {
            (self.t, self.reference) = (arrival(), -1);
            self.payload.clear();
            varint::put(&mut self.payload, varint::zigzag(self.t));
        }
        self.samples += 1;
        let reference = i64::from(reference);
        varint::put(&mut self.payload, varint::zigzag(reference - self.reference - 1));
        self.reference = reference;
        let bits = point.v.to_bits();
        let kept = 8 - (bits.trailing_zeros() / 8) as usize;
        let has_time = if point.t == self.t { 0 } else { HAS_TIME };
        let is_new = if new.is_some() { IS_NEW } else { 0 };
        self.payload.push(has_time | is_new | low(kept));
        if let Some(labels) = new {
            define(&mut self.payload, labels);
        }
        if has_time != 0 {
            varint::put(&mut self.payload, varint::zigzag(point.t.wrapping_sub(self.t)));
            self.t = point.t;
        }
        self.payload.extend_from_slice(bits.to_be_bytes().get(..kept).unwrap_or_default());
    }
}

fn low(kept: usize) -> u8 {
    kept.to_le_bytes()[0] & KEPT
}

fn define(out: &mut Vec<u8>, labels: &Labels) {
    varint::put(out, labels.len() as u64);
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        varint::put_text(out, text);
    }
}

/// An entry of a payload.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) reference: usize,
    /// The labels, if they are defined here.
    pub(crate) new: Option<Labels>,
    pub(crate) point: Point,
}

/// The entries of a payload.
#[derive(Debug)]
pub(crate) struct Entries<'a> {
    rest: &'a [u8],
    t: Millis,
    reference: i64,
    /// When the first of them came.
    pub(crate) arrival: Millis,
}

impl<'a> Entries<'a> {
    /// The entries of `payload`; `None` if it is no batch.
    pub(crate) fn of(payload: &'a [u8]) -> Option<Self> {
        let mut rest = payload;
        let arrival = varint::take_signed(&mut rest)?;
        Some(Self { rest, t: arrival, reference: -1, arrival })
    }

    fn entry(&mut self) -> Option<Entry> {
        let rest = &mut self.rest;
        self.reference = self.reference.checked_add(varint::take_signed(rest)?)?.checked_add(1)?;
        let reference = usize::try_from(self.reference).ok()?;
        let control = *varint::take_bytes(rest, 1)?.first()?;
        let new = if control & IS_NEW != 0 { Some(definition(rest)?) } else { None };
        if control & HAS_TIME != 0 {
            self.t = self.t.wrapping_add(varint::take_signed(rest)?);
        }
        let kept = varint::take_bytes(rest, usize::from(control & KEPT))?;
        let mut value = [0; 8];
        value.get_mut(..kept.len())?.copy_from_slice(kept);
        Some(Entry { reference, new, point: Point { t: self.t, v: f64::from_be_bytes(value) } })
    }
}

/// Ends at what is no entry: the checksum said that it was written so, so there is none.
impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_none() {
            self.rest = &[];
        }
        entry
    }
}

fn definition(rest: &mut &[u8]) -> Option<Labels> {
    let count = varint::take(rest)?;
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((varint::take_text(rest)?, varint::take_text(rest)?));
    }
    Some(Labels::new(pairs))
}

#[cfg(test)]
mod tests {
    use super::{BatchWriter, Entries};
    use model::{Labels, NAME, Point, stale_marker};
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn small_samples_take_few_bytes() {
        let mut batch = BatchWriter::default();
        for reference in 0..100 {
            batch.push(reference, None, Point { t: 1_000_001, v: 42.0 }, || 1_000_000);
        }
        let payload = batch.take().expect("there are some");
        assert_eq!((payload.samples, payload.bytes.len()), (100, 404));
        assert!(batch.take().is_none());
    }

    proptest! {
        #[test]
        fn every_entry_comes_back(
            all in prop::collection::vec((any::<u32>(), any::<bool>(), any::<i64>(), any::<u64>()), 0..50),
            arrival in any::<i64>(),
        ) {
            let mut batch = BatchWriter::default();
            let labels = |number: u32| Labels::new([(NAME, "ü"), ("number", number.to_string().as_str())]);
            for (reference, is_new, t, bits) in &all {
                let new = is_new.then(|| labels(*reference));
                batch.push(*reference, new.as_ref(), Point { t: *t, v: f64::from_bits(*bits) }, || arrival);
            }
            let Some(payload) = batch.take() else { return Ok(()) };
            let entries = Entries::of(&payload.bytes).expect("a batch");
            assert_eq!(entries.arrival, arrival);
            let mut count = 0;
            for (entry, (reference, is_new, t, bits)) in entries.zip(&all) {
                assert_eq!(entry.reference, *reference as usize);
                assert_eq!(entry.new, is_new.then(|| labels(*reference)));
                assert_eq!((entry.point.t, entry.point.v.to_bits()), (*t, *bits));
                count += 1;
            }
            assert_eq!(count, all.len());
        }

        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            if let Some(entries) = Entries::of(&bytes) {
                assert!(entries.count() <= bytes.len());
            }
        }
    }

    #[test]
    fn values_of_zero_and_markers_keep_their_bits() {
        let mut batch = BatchWriter::default();
        let values = [0.0, -0.0, stale_marker(), f64::MIN_POSITIVE, f64::from_bits(1), f64::NAN];
        for v in values {
            batch.push(0, None, Point { t: 0, v }, || 0);
        }
        let payload = batch.take().expect("there are some");
        let back: Vec<u64> =
            Entries::of(&payload.bytes).expect("a batch").map(|entry| entry.point.v.to_bits()).collect();
        assert_eq!(back, values.map(f64::to_bits));
    }
}

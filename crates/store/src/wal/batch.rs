//! The payload of a batch record: samples, and the series they belong to, as `docs/format/wal.md` has them. Pure.

use crate::wal::replay::Take;
use framing::varint;
use model::{Labels, MetricKind, Millis, Point, Series};

/// Control bit: the time differs from that of the entry before.
const HAS_TIME: u8 = 0x80;
/// Control bit: a definition follows.
const IS_NEW: u8 = 0x40;
/// Control bits of the value 0, which has no bytes: seven cut, and one kept would make a byte.
const NOTHING: u8 = 0x38;
/// The kinds by their number.
const KINDS: [MetricKind; 4] =
    [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary];

/// Entries that are written one behind the other.
#[derive(Debug, Default)]
pub(crate) struct BatchWriter {
    payload: Vec<u8>,
    t: Millis,
    reference: i64,
}

impl BatchWriter {
    /// The payload so far.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.payload.clear();
    }

    /// Writes a sample of the series with this reference. `new`: its definition, if this file has none yet.
    pub(crate) fn push(&mut self, reference: u32, new: Option<&Series>, point: Point) {
        if self.payload.is_empty() {
            (self.t, self.reference) = (point.t, -1);
            varint::put_signed(&mut self.payload, point.t);
        }
        let reference = i64::from(reference);
        varint::put_signed(&mut self.payload, reference - self.reference - 1);
        self.reference = reference;
        let has_time = if point.t == self.t { 0 } else { HAS_TIME };
        let is_new = if new.is_some() { IS_NEW } else { 0 };
        let bytes = point.v.to_bits().to_le_bytes();
        let (kept, shape) = trim(&bytes);
        self.payload.push(has_time | is_new | shape);
        if let Some(series) = new {
            define(&mut self.payload, series);
        }
        if has_time != 0 {
            varint::put_signed(&mut self.payload, point.t.wrapping_sub(self.t));
            self.t = point.t;
        }
        self.payload.extend_from_slice(kept);
    }
}

/// The bytes of a value that are not zeros at its ends, and the control bits that say which they are.
fn trim(bytes: &[u8; 8]) -> (&[u8], u8) {
    let Some(low) = bytes.iter().position(|byte| *byte != 0) else { return (&[], NOTHING) };
    let high = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(low);
    // A last byte alone would be told by the bits of nothing: it takes the zero before it along.
    let low = if low == 7 { 6 } else { low };
    let kept = bytes.get(low..=high).unwrap_or_default();
    let bit = |number: usize| u8::try_from(number).unwrap_or(7);
    (kept, bit(low) << 3 | bit(high - low))
}

pub(super) fn define(out: &mut Vec<u8>, series: &Series) {
    out.push(
        KINDS.iter().position(|kind| *kind == series.kind()).and_then(|at| at.try_into().ok()).unwrap_or(1),
    );
    varint::put(out, series.labels().len() as u64);
    for text in series.labels().iter().flat_map(|(name, value)| [name, value]) {
        varint::put(out, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
}

/// The series that a file has defined so far, by their references.
#[derive(Debug)]
pub(super) struct Defined<K> {
    known: Vec<Option<K>>,
    /// References are below.
    end: usize,
}

impl<K: Copy> Defined<K> {
    /// Nothing yet, of a file of so many bytes: it has no room for more definitions, so that a reference of damaged bytes
    /// costs no memory.
    pub(super) fn in_file(bytes: usize) -> Self {
        Self { known: Vec::new(), end: bytes / DEFINITION_BYTES }
    }

    /// Notes a definition; `None` if its reference is out of range.
    pub(super) fn define(&mut self, reference: usize, known: K) -> Option<()> {
        if reference >= self.end {
            return None;
        }
        if self.known.len() <= reference {
            self.known.resize(reference + 1, None);
        }
        *self.known.get_mut(reference)? = Some(known);
        Some(())
    }

    /// The series with a reference; `None` if its definition was lost.
    pub(super) fn get(&self, reference: usize) -> Option<K> {
        *self.known.get(reference)?
    }
}

/// Gives every sample of a batch to `taker`, and counts them in `samples`. `None` if the payload is no batch: that what
/// was read until then was given all the same does no harm, for the checksum said that it was written so. Samples of a
/// series whose definition was lost are counted in `lost`.
pub(super) fn read<T: Take>(
    payload: &[u8],
    defined: &mut Defined<T::Known>,
    taker: &mut T,
    samples: &mut u64,
    lost: &mut u64,
) -> Option<()> {
    let mut rest = payload;
    let mut t = varint::take_signed(&mut rest)?;
    let mut reference = -1_i64;
    while !rest.is_empty() {
        reference = reference.checked_add(varint::take_signed(&mut rest)?)?.checked_add(1)?;
        let place = usize::try_from(reference).ok()?;
        let control = byte(&mut rest)?;
        if control & IS_NEW != 0 {
            defined.define(place, taker.define(definition(&mut rest)?))?;
        }
        if control & HAS_TIME != 0 {
            t = t.wrapping_add(varint::take_signed(&mut rest)?);
        }
        let v = f64::from_bits(value(control, &mut rest)?);
        match defined.get(place) {
            Some(known) => {
                *samples += 1;
                taker.point(known, Point { t, v });
            }
            None => *lost += 1,
        }
    }
    Some(())
}

/// The shortest entry with a definition: reference, control, kind, number of labels.
const DEFINITION_BYTES: usize = 4;

pub(super) fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, left) = rest.split_first()?;
    *rest = left;
    Some(*byte)
}

pub(super) fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn value(control: u8, rest: &mut &[u8]) -> Option<u64> {
    if control & 0x3f == NOTHING {
        return Some(0);
    }
    let (low, count) = (usize::from(control >> 3 & 7), usize::from(control & 7) + 1);
    if low + count > 8 {
        return None;
    }
    // Eight bytes at once, where there are as many: of these the first are the value's.
    let kept = match rest.first_chunk() {
        Some(eight) => {
            *rest = rest.get(count..)?;
            u64::from_le_bytes(*eight) & u64::MAX >> (64 - 8 * count)
        }
        None => take(rest, count)?.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    Some(kept << (8 * low))
}

pub(super) fn definition(rest: &mut &[u8]) -> Option<Series> {
    let kind = *KINDS.get(usize::from(byte(rest)?))?;
    let count = varint::take(rest)?;
    let mut text = || {
        let length = usize::try_from(varint::take(rest)?).ok()?;
        std::str::from_utf8(take(rest, length)?).ok()
    };
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((text()?, text()?));
    }
    Some(Series::new(Labels::new(pairs), kind))
}

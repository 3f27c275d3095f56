//! The payload of a batch record: samples, and the series they belong to, as `docs/format/wal.md` has them. Pure.

use crate::varint;
use model::{Labels, MetricKind, Millis, Point, Series};
use std::sync::Arc;

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
#[derive(Debug, Default)]
pub(super) struct Defined(Vec<Option<Arc<Series>>>);

impl Defined {
    /// Notes a definition; `None` if there are too many.
    pub(super) fn define(&mut self, reference: usize, series: Series) -> Option<()> {
        if reference >= REFERENCES {
            return None;
        }
        if self.0.len() <= reference {
            self.0.resize(reference + 1, None);
        }
        *self.0.get_mut(reference)? = Some(Arc::new(series));
        Some(())
    }

    /// The series with a reference; `None` if its definition was lost.
    pub(super) fn get(&self, reference: usize) -> Option<&Arc<Series>> {
        self.0.get(reference)?.as_ref()
    }
}

/// Gives every sample of a batch to `each`. `None` if the payload is no batch: that what was read until then was
/// given all the same does no harm, for the checksum said that it was written so. Samples of a series whose
/// definition was lost are counted in `lost`.
pub(crate) fn read(
    payload: &[u8],
    defined: &mut Defined,
    lost: &mut u64,
    mut each: impl FnMut(&Arc<Series>, Point),
) -> Option<()> {
    let mut rest = payload;
    let mut t = varint::take_signed(&mut rest)?;
    let mut reference = -1_i64;
    while !rest.is_empty() {
        reference = reference.checked_add(varint::take_signed(&mut rest)?)?.checked_add(1)?;
        let place = usize::try_from(reference).ok()?;
        let control = byte(&mut rest)?;
        if control & IS_NEW != 0 {
            defined.define(place, definition(&mut rest)?)?;
        }
        if control & HAS_TIME != 0 {
            t = t.wrapping_add(varint::take_signed(&mut rest)?);
        }
        let v = f64::from_bits(value(control, &mut rest)?);
        match defined.get(place) {
            Some(series) => each(series, Point { t, v }),
            None => *lost += 1,
        }
    }
    Some(())
}

/// Series that one file may define: above every limit, so that a reference of damaged bytes costs no memory.
const REFERENCES: usize = 1 << 24;

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
    let mut bytes = [0; 8];
    bytes.get_mut(low..low + count)?.copy_from_slice(take(rest, count)?);
    Some(u64::from_le_bytes(bytes))
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

//! The payload of a chunks record: points as the head has sealed them, as `docs/format/wal.md` has them. Pure.

use crate::codec::Sealed;
use crate::wal::batch::{Defined, byte, define, definition, take};
use crate::wal::replay::Take;
use framing::varint;
use hashbrown::HashMap;
use model::Series;
use std::sync::Arc;

/// Control bit: a definition follows.
const IS_NEW: u8 = 1;
/// Control bit: the times follow; else they are those of an earlier entry of the record.
const HAS_TIMES: u8 = 2;

/// Entries that are written one behind the other.
#[derive(Debug, Default)]
pub(super) struct ChunksWriter {
    payload: Vec<u8>,
    times: HashMap<Arc<[u8]>, u64>,
}

impl ChunksWriter {
    /// The payload so far.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Writes a chunk of the series with this reference. `new`: its definition, if this file has none yet.
    pub(super) fn push(&mut self, reference: u32, new: Option<&Series>, chunk: &Sealed) {
        let out = &mut self.payload;
        let known = self.times.get(&chunk.times).copied();
        varint::put(out, reference.into());
        out.push(if new.is_some() { IS_NEW } else { 0 } | if known.is_none() { HAS_TIMES } else { 0 });
        if let Some(series) = new {
            define(out, series);
        }
        varint::put(out, chunk.count as u64);
        match known {
            Some(number) => varint::put(out, number),
            None => {
                self.times.insert(Arc::clone(&chunk.times), self.times.len() as u64);
                put_bytes(out, &chunk.times);
            }
        }
        put_bytes(out, &chunk.values);
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    varint::put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Gives every chunk of a payload to `taker`, and counts their points in `samples`. `None` if the payload is not such;
/// points of a series whose definition was lost are counted in `lost`.
pub(super) fn read<T: Take>(
    payload: &[u8],
    defined: &mut Defined<T::Known>,
    taker: &mut T,
    samples: &mut u64,
    lost: &mut u64,
) -> Option<()> {
    let mut rest = payload;
    let mut all_times: Vec<Arc<[u8]>> = Vec::new();
    while !rest.is_empty() {
        let reference = usize::try_from(varint::take(&mut rest)?).ok()?;
        let control = byte(&mut rest)?;
        if control & IS_NEW != 0 {
            defined.define(reference, taker.define(definition(&mut rest)?))?;
        }
        let count = usize::try_from(varint::take(&mut rest)?).ok()?;
        let count = Some(count).filter(|count| *count <= model::limits::CHUNK_SAMPLES)?;
        if control & HAS_TIMES != 0 {
            all_times.push(bytes(&mut rest)?.into());
        }
        let times = match control & HAS_TIMES {
            0 => all_times.get(usize::try_from(varint::take(&mut rest)?).ok()?)?,
            _ => all_times.last()?,
        };
        let chunk = Sealed::of(count, Arc::clone(times), bytes(&mut rest)?.into())?;
        match defined.get(reference) {
            Some(known) => {
                *samples += count as u64;
                taker.chunk(known, chunk);
            }
            None => *lost += count as u64,
        }
    }
    Some(())
}

fn bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint::take(rest)?).ok()?;
    take(rest, length)
}

//! The index of a capsule: where its blocks stand, and what is in them.

use framing::varint::{put, put_signed, take, take_signed};
use model::{Millis, limits};

/// A block, as the index knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) offset: u64,
    pub(crate) earliest: Millis,
    pub(crate) latest: Millis,
    pub(crate) messages: u64,
}

/// The payload of an index.
pub(crate) fn write(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut offset, mut earliest) = (Vec::new(), 0, 0);
    // A record has one byte at least.
    put(&mut out, entries.len() as u64);
    for entry in entries {
        put(&mut out, entry.offset - offset);
        put_signed(&mut out, entry.earliest - earliest);
        put(&mut out, (entry.latest - entry.earliest).unsigned_abs());
        put(&mut out, entry.messages);
        (offset, earliest) = (entry.offset, entry.earliest);
    }
    out
}

/// Reads an index, whose blocks stand from `begin` on and before `end`; `None` if it is none.
pub(crate) fn read(mut rest: &[u8], begin: u64, end: u64) -> Option<Vec<Entry>> {
    let count = usize::try_from(take(&mut rest)?).ok().filter(|count| *count <= limits::CAPSULE_BLOCKS)?;
    let (mut entries, mut offset, mut earliest) = (Vec::with_capacity(count), 0_u64, 0_i64);
    for _ in 0..count {
        let step = take(&mut rest).filter(|step| *step > 0)?;
        offset = offset.checked_add(step).filter(|offset| (begin..end).contains(offset))?;
        earliest = earliest.checked_add(take_signed(&mut rest)?)?;
        let latest = earliest.checked_add_unsigned(take(&mut rest)?)?;
        entries.push(Entry { offset, earliest, latest, messages: take(&mut rest)? });
    }
    rest.is_empty().then_some(entries)
}

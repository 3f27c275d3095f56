//! What segments are made of: names, frames, and the types of their records (`docs/format/queue.md`). Pure.

use framing::Frame;

pub(crate) use framing::{Header, PREFIX_BYTES};

/// Bytes of the header.
pub(crate) const HEADER_BYTES: u64 = framing::HEADER_BYTES as u64;
/// The longest payload: a record ends at a sixteenth of it, and one series with all its labels has room behind that.
pub(crate) const PAYLOAD_BYTES: usize = 4 << 20;
/// Bytes of the record that ends a segment.
pub(crate) const END_BYTES: usize = PREFIX_BYTES + 8;

const FRAME: Frame = Frame { magic: *b"AMQUE001", versions: 1..=1, payload_bytes: PAYLOAD_BYTES };

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Batch = 1,
    End = 2,
}

/// What a segment is called.
pub(crate) fn name(number: u64) -> String {
    format!("{number:08}.segment")
}

/// The number of the segment that is called so; `None` for files that are none.
pub(crate) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".segment")?;
    digits.parse().ok().filter(|number| self::name(*number) == name)
}

/// The header of a new file.
pub(crate) fn header(number: u64) -> Vec<u8> {
    FRAME.header(number)
}

/// Judges the header of a file with this number.
pub(crate) fn judge_header(file: &[u8], number: u64) -> Header {
    FRAME.judge_header(file, number)
}

/// Appends the record of `payload` to `out`, to stand at `offset` of the file with this number.
pub(crate) fn put(out: &mut Vec<u8>, number: u64, offset: u64, kind: Kind, payload: &[u8]) {
    FRAME.put(out, (number, offset), kind as u8, payload);
}

/// The record at `at` of `bytes`, which stand at `base` of the file with this number, and the place behind it, if the record
/// is good.
pub(crate) fn read(bytes: &[u8], number: u64, base: u64, at: usize) -> Option<(Kind, &[u8], usize)> {
    let (kind, payload, behind) = FRAME.read(bytes, (number, base), at)?;
    let kind = match kind {
        1 => Kind::Batch,
        2 => Kind::End,
        _ => return None,
    };
    Some((kind, payload, behind))
}

#[cfg(test)]
mod tests {
    use super::{name, number};

    #[test]
    fn names_have_numbers_and_others_are_none_of_ours() {
        for good in [0, 7, 99_999_999, 100_000_000] {
            assert_eq!(number(&name(good)), Some(good));
        }
        for other in ["cursor", "7.segment", "x.segment", "+0000007.segment", "00000007.segment.damaged-1"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}

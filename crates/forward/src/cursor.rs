//! How far a destination has acknowledged (`docs/format/queue.md`): one small file. Pure.

/// The file's name.
pub(crate) const NAME: &str = "cursor";
const MAGIC: &[u8; 8] = b"AMCUR001";

/// A place in the queue; what stands before it is done with. Ordered as the places are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Cursor {
    /// Number of a segment.
    pub(crate) segment: u64,
    /// Offset in it.
    pub(crate) offset: u64,
    /// How many samples of the segment stand before the offset.
    pub(crate) samples: u64,
}

impl Cursor {
    /// The content of the file.
    pub(crate) fn print(self) -> Vec<u8> {
        let numbers = [self.segment, self.offset, self.samples].map(u64::to_le_bytes);
        let mut bytes = [&MAGIC[..], numbers.as_flattened()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// What a file says; `None` if it is damaged.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (signed, crc) = bytes.split_last_chunk()?;
        if u32::from_le_bytes(*crc) != crc32c::crc32c(signed) {
            return None;
        }
        let (numbers, rest) = signed.strip_prefix(MAGIC)?.as_chunks::<8>();
        let &[segment, offset, samples] = numbers else { return None };
        let [segment, offset, samples] = [segment, offset, samples].map(u64::from_le_bytes);
        rest.is_empty().then_some(Self { segment, offset, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_damage_is_seen() {
        let cursor = Cursor { segment: 3, offset: 1 << 40, samples: 17 };
        let bytes = cursor.print();
        assert_eq!(Cursor::parse(&bytes), Some(cursor));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!((Cursor::parse(&damaged), Cursor::parse(&bytes[..at])), (None, None), "byte {at}");
        }
    }
}

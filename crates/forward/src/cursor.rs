//! How far a destination has acknowledged (`docs/format/queue.md`): one small file, of which the last word counts.

use std::io;
use std::sync::Arc;
use world::Disk;

/// The file's name.
const NAME: &str = "cursor";
const MAGIC: &[u8; 8] = b"AMCUR001";
/// Bytes of a word.
const BYTES: usize = 36;
/// Bytes after which the file is written anew: it is read as a whole at the start.
const MOST_BYTES: usize = 64 << 10;

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
    /// A word of the file.
    pub(crate) fn print(self) -> Vec<u8> {
        let numbers = [self.segment, self.offset, self.samples].map(u64::to_le_bytes);
        let mut bytes = [&MAGIC[..], numbers.as_flattened()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// What a word says; `None` if it is damaged.
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

/// The file. A word is added to it with each acknowledgement, which costs no wait for the disk.
pub(crate) struct CursorFile {
    disk: Arc<dyn Disk>,
    /// Bytes of the file; as many as it may have if it has to be written anew.
    length: usize,
    is_unsynced: bool,
}

impl CursorFile {
    /// The file on `disk`, and what it says. Damaged: it says something, but nothing that can be read.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> io::Result<(Self, Result<Cursor, Damaged>)> {
        let bytes = disk.read(NAME)?.unwrap_or_default();
        let last = bytes.chunks(BYTES).rev().find_map(Cursor::parse);
        let said = match last {
            None if !bytes.is_empty() => Err(Damaged),
            last => Ok(last.unwrap_or_default()),
        };
        // The last word may be torn: nothing is written behind it.
        Ok((Self { disk, length: MOST_BYTES, is_unsynced: false }, said))
    }

    /// Says how far it went. Survives the death of the process, and a power cut after [`CursorFile::sync`].
    ///
    /// # Errors
    /// Those of the disk; the next word is written anew then.
    pub(crate) fn write(&mut self, cursor: Cursor) -> io::Result<()> {
        let word = cursor.print();
        if self.length + word.len() > MOST_BYTES {
            self.disk.replace(NAME, &word)?;
            (self.length, self.is_unsynced) = (word.len(), false);
            return Ok(());
        }
        let length = std::mem::replace(&mut self.length, MOST_BYTES);
        self.disk.append(NAME, &word)?;
        (self.length, self.is_unsynced) = (length + word.len(), true);
        Ok(())
    }

    /// Brings the last word to the disk.
    ///
    /// # Errors
    /// Those of the disk; the next word is written anew then.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_unsynced) {
            self.disk.sync(NAME).inspect_err(|_| self.length = MOST_BYTES)?;
        }
        Ok(())
    }
}

/// A file of which nothing can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

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

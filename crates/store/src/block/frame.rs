//! Header and footer. Pure.

/// The first bytes of every block.
const MAGIC: &[u8; 8] = b"AMBLK001";
/// The last.
const END: &[u8; 8] = b"AMBLKEND";
/// The version that is written.
const VERSION: u32 = 4;
/// The version before it, which is read too: chunks of values had no pages.
const BEFORE: u32 = 3;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 16;
/// Bytes of the footer.
pub(crate) const FOOTER_BYTES: usize = 52;

/// A part of the file: where it is, and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

/// Where the index and the summary are; one stands behind the other, and both before the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) index: Section,
    pub(crate) summary: Section,
}

/// The header.
pub(crate) fn header() -> Vec<u8> {
    header_of(VERSION)
}

/// Whether `bytes` are the header of a block that can be read.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    [VERSION, BEFORE].iter().any(|version| bytes == header_of(*version))
}

fn header_of(version: u32) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &version.to_le_bytes()].concat();
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

impl Section {
    fn write(self) -> Vec<u8> {
        [&self.offset.to_le_bytes()[..], &self.length.to_le_bytes(), &self.crc.to_le_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            offset: u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?),
            length: u64::from_le_bytes(bytes.get(8..16)?.try_into().ok()?),
            crc: u32::from_le_bytes(bytes.get(16..20)?.try_into().ok()?),
        })
    }

    fn end(self) -> Option<u64> {
        self.offset.checked_add(self.length)
    }
}

impl Footer {
    /// The footer as it is written.
    pub(crate) fn write(self) -> Vec<u8> {
        let mut bytes = [self.index.write(), self.summary.write()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes.extend(END);
        bytes
    }

    /// The footer that `bytes` are, if it stands at `at`; `None` if it is not good.
    pub(crate) fn read(bytes: &[u8], at: u64) -> Option<Self> {
        let (signed, rest) = bytes.split_at_checked(40)?;
        let (crc, end) = rest.split_at_checked(4)?;
        if end != END || u32::from_le_bytes(crc.try_into().ok()?) != crc32c::crc32c(signed) {
            return None;
        }
        let footer = Self { index: Section::read(signed)?, summary: Section::read(signed.get(20..)?)? };
        let is_possible = footer.index.end()? == footer.summary.offset && footer.summary.end()? == at;
        is_possible.then_some(footer)
    }
}

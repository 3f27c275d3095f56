//! The frame of a capsule: what its records are, and why a file is none.

use framing::Frame;
use model::limits;

/// Records of a capsule.
pub(crate) const FRAME: Frame =
    Frame { magic: *b"AMCAP001", versions: 1..=1, payload_bytes: limits::CAPSULE_RECORD_BYTES };

/// What a record is, as its type says.
pub(crate) const PREFACE: u8 = 1;
/// See [`PREFACE`].
pub(crate) const BLOCK: u8 = 2;
/// See [`PREFACE`].
pub(crate) const INDEX: u8 = 3;
/// See [`PREFACE`].
pub(crate) const END: u8 = 4;

/// Bytes of the last record.
pub(crate) const END_BYTES: usize = framing::PREFIX_BYTES + 8;

/// The latest time of a message: the end of the year 9999.
pub(crate) const LATEST: i64 = 253_402_300_799_999;

/// Why a capsule cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CapsuleError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Disk(#[from] std::io::Error),
    /// It begins otherwise than capsules do.
    #[error("this is no capsule, or its first bytes are damaged")]
    NotACapsule,
    /// It was made by a program that came later.
    #[error("a capsule of version {0}, which this program does not know")]
    OtherVersion(u32),
    /// What it says of itself is damaged.
    #[error("the preface of the capsule is damaged: {0}")]
    Preface(String),
    /// What is to be said of it does not fit.
    #[error("the preface would have {0} bytes, more than the {most} that it may have", most = limits::CAPSULE_RECORD_BYTES)]
    PrefaceTooLong(usize),
    /// There is more than one capsule may have.
    #[error("a capsule has at most {} blocks", limits::CAPSULE_BLOCKS)]
    TooManyBlocks,
}

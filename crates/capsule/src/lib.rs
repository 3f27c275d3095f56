//! Recordings of the raw bus: the last minutes, always, in memory that is bounded; written as one file, and read again whatever
//! became of it (`docs/format/capsule.md`).
//!
//! [`Recorder`] is a [`model::Watch`] that remembers what passes. What it remembers is taken out as a [`Capture`], which [`Writer`]
//! makes the bytes of a file of, piece by piece. [`Capsule`] reads them. Nothing here knows what a message means, what time it is, or
//! where files are.

mod preface;

mod format;

mod message;

mod block;

mod index;

mod writer;

mod recorder;

mod reader;

pub use block::{Block, Sealed};
pub use format::CapsuleError;
pub use preface::{AlertReason, Count, LeftOut, Preface};
pub use reader::{Capsule, Gap, Piece};
pub use recorder::{Capture, Recorder, RecorderSettings, RecorderStatus};
pub use writer::Writer;

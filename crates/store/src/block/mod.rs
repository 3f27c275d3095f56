//! Blocks (`docs/format/block.md`): samples that left the head, compressed, each block one immutable file.

mod frame;

mod index;

mod writer;

mod reader;

pub(crate) use index::IndexedSeries;
pub(crate) use reader::{Block, name, number};
pub(crate) use writer::BlockWriter;

//! Blocks (`docs/format/block.md`): samples that left the head, compressed, each block one immutable file.

mod frame;

mod index;

mod reader;

mod known_times;

mod rows;

mod writer;

pub(crate) use index::{Index, Row};
pub(crate) use reader::{Block, name, number};
pub(crate) use rows::{RowReader, Wanted};
pub(crate) use writer::{BlockWriter, TEMPORARY};

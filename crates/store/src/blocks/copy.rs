//! Blocks in another directory.

use crate::block::{Block, TEMPORARY, name};
use crate::blocks::{View, erased};
use std::io;
use world::Disk;

/// Bytes that are read and written at once.
const PIECE: usize = 1 << 20;

impl View {
    /// Copies the blocks, as they are, and what is erased of them, durably. Where the file system lets a file stand in two
    /// directories, nothing is copied: nobody writes to a block.
    ///
    /// # Errors
    /// Those of the disks; a part of it is there then.
    pub(crate) fn copy(&self, to: &dyn Disk) -> io::Result<()> {
        self.blocks.iter().try_for_each(|block| copy(block, to))?;
        if self.erased.is_empty() { Ok(()) } else { erased::write(to, &self.erased) }
    }
}

fn copy(block: &Block, to: &dyn Disk) -> io::Result<()> {
    if block.link(to).is_ok() {
        return Ok(());
    }
    let (from, file, mut piece) = (block.file()?, to.create(TEMPORARY)?, Vec::new());
    let mut at = 0;
    while at < block.bytes {
        from.read_at(at, PIECE, &mut piece)?;
        if piece.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.append(&piece)?;
        at += piece.len() as u64;
    }
    file.sync()?;
    to.rename(TEMPORARY, &name(block.number))
}

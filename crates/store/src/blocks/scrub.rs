//! Reading everything again, a little at a time: damage should be told before somebody needs what is damaged.

use crate::block::{Block, RowReader};
use crate::blocks::Blocks;
use crate::codec::OwnedColumns;
use model::TimeRange;
use std::sync::Arc;

/// Rounds, one a minute, in which all is read once: a week.
const ROUNDS: u64 = 7 * 24 * 60;
/// Samples that are read in a round even if a week has time for fewer.
const LEAST: u64 = 100_000;

/// Where the reading goes on.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Position {
    /// Number of a block, or the one before it.
    block: u64,
    /// Row of its index.
    row: u32,
}

impl Blocks {
    /// Reads the next part of all blocks, and tells what is damaged there.
    pub(crate) fn scrub(&self) {
        let mut position = self.scrubbed.lock();
        let mut damaged = Vec::new();
        let mut left = (self.stats().samples / ROUNDS).max(LEAST);
        while left > 0 {
            let Some(block) = self.block_from(position.block) else {
                // From the beginning again, in the next round.
                *position = Position::default();
                break;
            };
            if block.number != position.block {
                *position = Position { block: block.number, row: 0 };
            }
            let read = read_from(&block, &mut position, left, &mut damaged);
            left = left.saturating_sub(read.max(1));
        }
        drop(position);
        self.tell_all(damaged);
    }

    /// The block of this number, or the one behind it.
    fn block_from(&self, number: u64) -> Option<Arc<Block>> {
        let view = self.view();
        view.blocks.iter().filter(|block| block.number >= number).min_by_key(|block| block.number).cloned()
    }
}

/// Reads rows of a block until it ends or `most` samples were read; gives how many. The position is behind them then.
fn read_from(block: &Block, position: &mut Position, most: u64, damaged: &mut Vec<String>) -> u64 {
    let (mut points, mut read) = (OwnedColumns::default(), 0);
    if let Some(index) = block.index(damaged) {
        let mut reader = RowReader::new(block, index);
        while read < most && position.row < reader.index().len() {
            reader.points(position.row, (TimeRange::ALL, None), &mut points, damaged);
            reader.check_rollups(damaged);
            read += points.len() as u64;
            position.row += 1;
        }
        if position.row < reader.index().len() {
            return read;
        }
    }
    *position = Position { block: block.number + 1, row: 0 };
    read
}

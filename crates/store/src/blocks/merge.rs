//! Blocks that become one, and blocks that are written anew without what is gone.

use crate::block::{Block, BlockWriter};
use crate::blocks::plan::plan;
use crate::blocks::{Blocks, Walk};
use crate::codec::OwnedColumns;
use crate::matching;
use crate::retention::Retention;
use model::{Millis, Selection, Series};
use std::io;
use std::sync::Arc;

/// Blocks that are written anew in one round: others wait for the disk too.
const ANEW_AT_ONCE: usize = 4;

impl Blocks {
    /// Puts the blocks of one day, once it is over, into one, and those of `days` days. Gives how many were made.
    ///
    /// # Errors
    /// Those of the disk; all blocks are as they were then.
    pub(crate) fn compact(&self, now: Millis, days: Millis) -> io::Result<usize> {
        let groups = plan(&self.view().blocks, now, days);
        for group in &groups {
            self.merge(group, &|_| true)?;
        }
        Ok(groups.len())
    }

    /// Writes a few blocks anew that have erased samples; then those are forgotten to have been.
    ///
    /// # Errors
    /// Those of the disk; what is erased stays so.
    pub(crate) fn write_erased_anew(&self) -> io::Result<()> {
        let mut left = ANEW_AT_ONCE;
        while let Some(erased) = self.view().erased.first() {
            // Looked at anew each time: the blocks are others then.
            let (view, mut damaged) = (self.view(), Vec::new());
            let has_some = |block: &&Arc<Block>| {
                let index = erased.reaches(block).then(|| block.index(&mut damaged)).flatten();
                index.is_some_and(|index| !matching::find(&*index, &erased.matchers).is_empty())
            };
            let concerned: Vec<Arc<Block>> = view.blocks.iter().filter(has_some).cloned().collect();
            for block in concerned.iter().take(left) {
                self.merge(std::slice::from_ref(block), &|_| true)?;
            }
            if concerned.len() > left {
                return Ok(());
            }
            left -= concerned.len();
            self.forget_erased(erased)?;
        }
        Ok(())
    }

    /// Writes a few blocks anew in which the time of some series is over.
    ///
    /// # Errors
    /// Those of the disk; the blocks are as they were then.
    pub(crate) fn expire(&self, now: Millis, retention: &Retention) -> io::Result<()> {
        let mut left = ANEW_AT_ONCE;
        for block in &self.view().blocks {
            let passed = retention.passed(now.saturating_sub(block.max_t()));
            if left == 0 || passed <= block.expired() {
                continue;
            }
            let is_kept = |series: &Series| block.max_t() >= now.saturating_sub(retention.of(series));
            let Some(index) = block.index(&mut Vec::new()) else { continue };
            let is_over = |number| index.series(number).is_some_and(|series| !is_kept(&series));
            if (0..index.len()).any(is_over) {
                self.merge(std::slice::from_ref(block), &is_kept)?;
                left -= 1;
            } else {
                block.set_expired(passed);
            }
        }
        Ok(())
    }

    /// The times that samples are kept are others now: all blocks are looked at again.
    pub(crate) fn forget_expired(&self) {
        self.view().blocks.iter().for_each(|block| block.set_expired(0));
    }

    /// Makes one block of a group, without what is erased and the series that are not kept. Series by series, so that
    /// memory holds the points of one at a time.
    fn merge(&self, group: &[Arc<Block>], is_kept: &dyn Fn(&Series) -> bool) -> io::Result<()> {
        let view = self.view();
        let (mut walk, mut points) = (Walk::new(&view), OwnedColumns::default());
        for block in group {
            if let Some(index) = block.index(&mut walk.damaged) {
                let rows = (0..index.len()).collect();
                walk.add(block, index, rows);
            }
        }
        let mut writer = BlockWriter::begin(Arc::clone(&self.disk), group)?;
        let all = Selection::all(Vec::new());
        walk.begin(None);
        while let Some(series) = walk.series() {
            if is_kept(&series) {
                walk.points(&series, &all, None, &mut points);
                writer.push(&series, points.lend())?;
            }
            walk.advance();
        }
        let damaged = walk.damaged;
        group.iter().for_each(|block| block.forget_index());
        if !damaged.is_empty() {
            // What is unreadable today may be readable on another disk: the files stay.
            self.tell_all(damaged);
            return Ok(());
        }
        self.finish(writer)?;
        self.remove(|block| group.iter().any(|over| over.number == block.number));
        group.iter().for_each(|block| block.let_go());
        Ok(())
    }
}

//! Which blocks become one. Pure.

use crate::block::Block;
use model::{Millis, limits};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A long block is written anew when what came late for its time is more than this part of it.
const LATE_SHARE: u64 = 8;

/// The groups of blocks that can become one each: all that lie in one stretch of `days` days that is over, or all of
/// one day. No block reaches from one day into another, unless it has the whole stretch of both: so a group leaves out
/// no block whose rank is between theirs, and the highest rank still has the newest word.
pub(super) fn plan(blocks: &[Arc<Block>], now: Millis, days: Millis) -> Vec<Vec<Arc<Block>>> {
    let mut left: Vec<Arc<Block>> = blocks.to_vec();
    let mut groups = Vec::new();
    for span in [days.max(1) * limits::DAY, limits::DAY] {
        for group in stretches(&left, now, span) {
            if is_worth_it(&group) {
                left.retain(|block| !group.iter().any(|taken| taken.number == block.number));
                groups.push(group);
            }
        }
    }
    groups
}

/// The blocks of each stretch of `span` that is over.
fn stretches(blocks: &[Arc<Block>], now: Millis, span: Millis) -> Vec<Vec<Arc<Block>>> {
    let stretch = |t: Millis| t.div_euclid(span);
    let mut stretches: BTreeMap<Millis, Vec<Arc<Block>>> = BTreeMap::new();
    for block in blocks {
        let is_over = stretch(block.max_t()) < stretch(now.saturating_sub(2 * limits::HEAD_SPAN));
        if stretch(block.min_t()) == stretch(block.max_t()) && is_over {
            stretches.entry(stretch(block.min_t())).or_default().push(Arc::clone(block));
        }
    }
    stretches.into_values().filter(|group| group.len() > 1).collect()
}

/// Whether the group is more than a large block and a little that came late.
fn is_worth_it(group: &[Arc<Block>]) -> bool {
    let largest = group.iter().map(|block| block.bytes).max().unwrap_or(0);
    let all: u64 = group.iter().map(|block| block.bytes).sum();
    (all - largest).saturating_mul(LATE_SHARE) > largest
}

//! Which blocks become one. Pure.

use crate::block::Block;
use model::{Millis, TimeRange, limits};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A long block is written anew when what came late for its time is more than this part of it.
const LATE_SHARE: u64 = 8;

/// The times of the blocks that become of samples on these days: of each day one, but of a stretch of `days` days that is
/// over only one in all. A few samples of each month of many years are not worth thousands of files.
pub(crate) fn pieces(of: &BTreeSet<Millis>, now: Millis, days: Millis) -> Vec<TimeRange> {
    let stretch = days.max(1) * limits::DAY;
    let mut pieces: Vec<TimeRange> = Vec::new();
    for day in of {
        let t = day * limits::DAY;
        let span = if is_over(t, now, stretch) { stretch } else { limits::DAY };
        if pieces.last().is_none_or(|piece| piece.end < t) {
            let start = t.div_euclid(span) * span;
            pieces.push(TimeRange { start, end: start + span - 1 });
        }
    }
    pieces
}

/// Whether the stretch of `span` that `t` lies in is over: what comes for it now comes late.
fn is_over(t: Millis, now: Millis, span: Millis) -> bool {
    t.div_euclid(span) < now.saturating_sub(2 * limits::HEAD_SPAN).div_euclid(span)
}

/// The groups of blocks that can become one each: those that lie in one stretch of `days` days that is over, and those
/// of one day. A group leaves out no block of its time whose rank is between theirs: so the highest rank still has the
/// newest word.
pub(super) fn plan(blocks: &[Arc<Block>], now: Millis, days: Millis) -> Vec<Vec<Arc<Block>>> {
    let mut left: Vec<Arc<Block>> = blocks.to_vec();
    let mut groups = Vec::new();
    for span in [days.max(1) * limits::DAY, limits::DAY] {
        for stretch in stretches(&left, now, span) {
            for group in worth_it(stretch) {
                if !is_torn(&group, blocks) {
                    left.retain(|block| !is_among(block, &group));
                    groups.push(group);
                }
            }
        }
    }
    groups
}

/// The blocks of each stretch of `span` that is over, in the order of their ranks.
fn stretches(blocks: &[Arc<Block>], now: Millis, span: Millis) -> Vec<Vec<Arc<Block>>> {
    let stretch = |t: Millis| t.div_euclid(span);
    let mut stretches: BTreeMap<Millis, Vec<Arc<Block>>> = BTreeMap::new();
    for block in blocks {
        if stretch(block.min_t()) == stretch(block.max_t()) && is_over(block.max_t(), now, span) {
            stretches.entry(stretch(block.min_t())).or_default().push(Arc::clone(block));
        }
    }
    for stretch in stretches.values_mut() {
        stretch.sort_by_key(|block| (block.rank(), block.number));
    }
    stretches.into_values().collect()
}

/// All blocks of a stretch, if they are more than a large one and a little that came late. If not, the little ones that
/// came before the large one, and those that came after it, if they are many.
fn worth_it(stretch: Vec<Arc<Block>>) -> Vec<Vec<Arc<Block>>> {
    let Some(large) = (0..stretch.len()).max_by_key(|at| stretch.get(*at).map(|block| block.bytes)) else {
        return Vec::new();
    };
    let largest = stretch.get(large).map_or(0, |block| block.bytes);
    let all: u64 = stretch.iter().map(|block| block.bytes).sum();
    if stretch.len() > 1 && (all - largest).saturating_mul(LATE_SHARE) > largest {
        return vec![stretch];
    }
    let around = [stretch.get(..large), stretch.get(large + 1..)];
    let many = |some: &&[Arc<Block>]| some.len() >= limits::LATE_BLOCKS;
    around.into_iter().flatten().filter(many).map(<[_]>::to_vec).collect()
}

/// Whether a block that is not in the group has samples of its time, and a rank between theirs.
fn is_torn(group: &[Arc<Block>], blocks: &[Arc<Block>]) -> bool {
    let (Some(lowest), Some(highest)) = (group.first(), group.last()) else { return false };
    let first = group.iter().map(|block| block.min_t()).min().unwrap_or(Millis::MIN);
    let last = group.iter().map(|block| block.max_t()).max().unwrap_or(Millis::MAX);
    blocks.iter().any(|block| {
        (lowest.rank()..=highest.rank()).contains(&block.rank())
            && block.min_t() <= last
            && block.max_t() >= first
            && !is_among(block, group)
    })
}

fn is_among(block: &Block, group: &[Arc<Block>]) -> bool {
    group.iter().any(|one| one.number == block.number)
}

//! Reading the store as a whole: memory and blocks side by side, series by series.

use crate::blocks::{View, Walk, label_bytes};
use crate::codec::OwnedColumns;
use crate::engine::Store;
use crate::head::HeadWalk;
use model::{
    Bucket, Facts, Millis, PART, Select, SelectError, Selection, Series, TakeBuckets, TakeLabels, TakeSeries,
};
use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is done with a series, what memory has of it, and if blocks have some too, those.
type Visit<'a> = dyn FnMut(&Arc<Series>, &mut OwnedColumns, Option<&mut Walk<'_>>) -> ControlFlow<()> + 'a;

impl Select for Store {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        let mut points = OwnedColumns::default();
        Reading::new(self, selection).each(&mut |series, newer, walk| {
            if let Some(walk) = walk {
                let reach = selection.newest.and_then(|newest| newer.len().checked_sub(newest));
                let has_enough = reach.and_then(|at| newer.times.get(at).copied());
                walk.points(series, selection, has_enough, &mut points);
                points.append(newer);
                points.keep_newest(selection.newest.unwrap_or(usize::MAX));
            } else {
                std::mem::swap(&mut points, newer);
            }
            if points.is_empty() { ControlFlow::Continue(()) } else { take(series, points.lend()) }
        });
        Ok(())
    }

    fn each_bucket(
        &self,
        selection: &Selection,
        length: Millis,
        facts: Facts,
        take: &mut TakeBuckets<'_>,
    ) -> Result<(), SelectError> {
        let selection = Bucket::whole_selection(selection, length);
        let (mut points, mut buckets) = (OwnedColumns::default(), Vec::<Bucket>::new());
        Reading::new(self, &selection).each(&mut |series, newer, walk| {
            buckets.clear();
            if let Some(walk) = walk {
                let wanted = (selection.range, length, facts);
                walk.buckets(series, wanted, (&mut points, &mut buckets));
                let reached = buckets.last().map(|last| last.aggregate.last.t);
                if reached.zip(newer.times.first()).is_some_and(|(reached, first)| reached >= *first) {
                    // Samples that came late lie among those in blocks.
                    walk.points(series, &selection, None, &mut points);
                    points.append(newer);
                    std::mem::swap(&mut points, newer);
                    buckets.clear();
                }
            }
            Bucket::fold(newer.lend(), length, facts, &mut buckets);
            if buckets.is_empty() { ControlFlow::Continue(()) } else { take(series, &buckets) }
        });
        Ok(())
    }

    fn each_labels(&self, selection: &Selection, take: &mut TakeLabels<'_>) -> Result<(), SelectError> {
        let Selection { matchers, range, .. } = selection;
        for (series, oldest, newest) in self.spans(matchers, *range) {
            // Of memory all are told, whatever their times.
            if oldest > range.end || newest < range.start {
                continue;
            }
            let flow = match series.labels().get(PART) {
                None => take(series.labels()),
                Some(_) => take(&series.labels().without_part()),
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.head.series_count()
    }
}

/// Where somebody reads. Memory comes first: what leaves it after it was copied is in the blocks then, for who looks at
/// those only now. So the walk through the blocks begins anew, behind the last series, whenever points were copied and
/// the blocks are others than before.
struct Reading<'a> {
    store: &'a Store,
    selection: &'a Selection,
    head: HeadWalk<'a>,
    /// The last series.
    behind: Option<Arc<Series>>,
    newer: OwnedColumns,
}

impl<'a> Reading<'a> {
    fn new(store: &'a Store, selection: &'a Selection) -> Self {
        let head = HeadWalk::new(&store.head, selection);
        Self { store, selection, head, behind: None, newer: OwnedColumns::default() }
    }

    /// Gives `visit` all series, ordered by labels, each with what is in memory of it, and where they have some too, the
    /// blocks.
    fn each(mut self, visit: &mut Visit<'_>) {
        let mut is_done = false;
        while !is_done {
            self.head.fill();
            let view = self.store.blocks.view();
            let mut walk = view.walk(self.selection, self.behind.as_deref());
            is_done = self.go_on(&view, &mut walk, visit);
            self.store.blocks.tell_all(walk.damaged);
        }
    }

    /// Goes on until all is read, or the blocks are others; gives whether all is.
    fn go_on(&mut self, view: &Arc<View>, walk: &mut Walk<'_>, visit: &mut Visit<'_>) -> bool {
        loop {
            if self.head.is_dry() {
                // What is not in memory any more may be in new blocks alone.
                self.head.fill();
                if !Arc::ptr_eq(view, &self.store.blocks.view()) {
                    return false;
                }
            }
            let Some(turn) = turn(self.head.peek(), walk) else { return true };
            let in_memory = if turn == Turn::Blocks { None } else { self.head.next() };
            self.newer.clear();
            if let Some((_, copied)) = &in_memory {
                copied.put_into(self.selection.range, self.selection.newest, &mut self.newer);
            }
            let series = in_memory.map(|(series, _)| series).or_else(|| walk.series());
            let has_blocks = turn != Turn::Memory;
            if let Some(series) = series {
                if visit(&series, &mut self.newer, has_blocks.then_some(&mut *walk)).is_break() {
                    return true;
                }
                self.behind = Some(series);
            }
            if has_blocks {
                walk.advance();
            }
        }
    }
}

/// Where the series that is next is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Memory,
    Blocks,
    Both,
}

/// Whose turn it is, of the next series in memory and the next in blocks; `None` when there is no more.
fn turn(in_memory: Option<&Series>, walk: &Walk<'_>) -> Option<Turn> {
    Some(match (in_memory, walk.labels()) {
        (None, None) => return None,
        (Some(_), None) => Turn::Memory,
        (None, Some(_)) => Turn::Blocks,
        (Some(series), Some(others)) => match label_bytes(series).cmp(others) {
            Ordering::Less => Turn::Memory,
            Ordering::Equal => Turn::Both,
            Ordering::Greater => Turn::Blocks,
        },
    })
}

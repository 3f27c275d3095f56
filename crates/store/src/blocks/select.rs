//! Finding what blocks have.

use crate::block::{Block, Row};
use crate::blocks::{Blocks, View, Walk};
use crate::matching;
use model::{Matcher, Millis, Selection, Series, TimeRange};
use std::sync::Arc;

impl View {
    /// A walk through the series that meet `selection`, from the first behind `behind` on, if there is one.
    pub(crate) fn walk(&self, selection: &Selection, behind: Option<&Series>) -> Walk<'_> {
        let (mut walk, matchers) = (Walk::new(self), selection.all_matchers());
        for block in self.blocks.iter().filter(|block| is_in(block, selection.range)) {
            if let Some(index) = block.index(&mut walk.damaged) {
                let rows = matching::find(&*index, &matchers);
                walk.add(block, index, rows);
            }
        }
        walk.begin(behind);
        walk
    }
}

impl Blocks {
    /// The series that meet `matchers` and have samples in `range`, as far as the times of their chunks tell, with the
    /// times of their oldest and newest sample in each block.
    pub(crate) fn spans(&self, matchers: &[Matcher], range: TimeRange) -> Vec<(Arc<Series>, Millis, Millis)> {
        let (mut spans, mut damaged) = (Vec::new(), Vec::new());
        let view = self.view();
        for block in view.blocks.iter().filter(|block| is_in(block, range)) {
            let Some(index) = block.index(&mut damaged) else { continue };
            let mut row = Row::default();
            let mut span = |number: u32| {
                index.row(number, &mut row)?;
                let (first, last) = (row.chunks.first()?.times, row.chunks.last()?.times);
                let (first, last) = (index.times(first)?, index.times(last)?);
                Some((index.series(number)?, first.min_t, last.max_t))
            };
            let is_there = |(series, oldest, newest): &(Arc<Series>, Millis, Millis)| {
                let is_erased = |gone: TimeRange| gone.contains(*oldest) && gone.contains(*newest);
                *oldest <= range.end
                    && *newest >= range.start
                    && !view.erased_of(block, series).any(is_erased)
            };
            let numbers = matching::find(&*index, matchers).into_iter();
            spans.extend(numbers.filter_map(&mut span).filter(is_there));
        }
        self.tell_all(damaged);
        spans
    }
}

fn is_in(block: &Block, range: TimeRange) -> bool {
    block.max_t() >= range.start && block.min_t() <= range.end
}

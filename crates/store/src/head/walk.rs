//! Reading memory, series by series in the order of labels.

use crate::codec::OwnedColumns;
use crate::head::flush::SLOTS_AT_ONCE;
use crate::head::memory::MemoryStore;
use crate::head::points::Copied;
use crate::head::slots::Owner;
use model::{Select, SelectError, Selection, Series, TakeSeries};
use std::collections::VecDeque;
use std::sync::Arc;

/// The series that meet a selection. What they have is copied, still compressed, of some at a time: memory is locked
/// for no longer than that, and the copies take no more room than those of a few series.
pub(crate) struct HeadWalk<'a> {
    store: &'a MemoryStore,
    selection: &'a Selection,
    left: std::vec::IntoIter<(Arc<Series>, Owner)>,
    copied: VecDeque<(Arc<Series>, Copied)>,
}

impl<'a> HeadWalk<'a> {
    /// Nothing is copied yet.
    pub(crate) fn new(store: &'a MemoryStore, selection: &'a Selection) -> Self {
        let owners = store.inner.read().slots.owners(&selection.all_matchers());
        let mut found = Vec::with_capacity(owners.len());
        for some in owners.chunks(SLOTS_AT_ONCE) {
            let slots = &store.inner.read().slots;
            found.extend(some.iter().filter_map(|owner| Some((slots.series(*owner)?, *owner))));
        }
        found.sort_by(|(a, _), (b, _)| a.labels().cmp(b.labels()));
        Self { store, selection, left: found.into_iter(), copied: VecDeque::new() }
    }

    /// The series that is next, of those whose points are copied.
    pub(crate) fn peek(&self) -> Option<&Series> {
        self.copied.front().map(|(series, _)| &**series)
    }

    /// That series, and what it has.
    pub(crate) fn next(&mut self) -> Option<(Arc<Series>, Copied)> {
        self.copied.pop_front()
    }

    /// Copies the points of the next ones, if those of all before were taken; gives whether there are some more.
    pub(crate) fn fill(&mut self) -> bool {
        while self.copied.is_empty() && !self.left.as_slice().is_empty() {
            let Selection { range, newest, .. } = *self.selection;
            let slots = &self.store.inner.read().slots;
            for (series, owner) in self.left.by_ref().take(SLOTS_AT_ONCE) {
                let copied = slots.owned(owner).map(|slot| slot.points.copy(range, newest));
                if let Some(copied) = copied.filter(|copied| !copied.is_empty()) {
                    self.copied.push_back((series, copied));
                }
            }
        }
        !self.copied.is_empty()
    }

    /// Whether the points of others must be copied next.
    pub(crate) fn is_dry(&self) -> bool {
        self.copied.is_empty() && !self.left.as_slice().is_empty()
    }
}

impl Select for MemoryStore {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        let (mut walk, mut columns) = (HeadWalk::new(self, selection), OwnedColumns::default());
        while walk.fill() {
            while let Some((series, copied)) = walk.next() {
                copied.put_into(selection.range, selection.newest, &mut columns);
                if !columns.is_empty() && take(&series, columns.lend()).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.inner.read().slots.len()
    }
}

//! Points on their way: from open to sealed, from the head to a block.

use crate::codec::{OwnedColumns, Sealed};
use crate::head::memory::MemoryStore;
use crate::head::slots::Owner;
use hashbrown::HashSet;
use model::{Millis, Point, Series, TimeRange, limits};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Slots that are looked at while the head is locked once: readers and writers wait for no more than that.
pub(crate) const SLOTS_AT_ONCE: usize = 256;

/// Chunks that are to leave the head, series by series.
pub(crate) type Leaving = Vec<(Owner, Vec<Arc<Sealed>>)>;

/// Times that several series have, so that they are kept once.
pub(super) type SharedTimes = HashSet<Arc<[u8]>>;

impl MemoryStore {
    /// Seals the points of series that have enough of them.
    pub(crate) fn seal_ripe(&self) {
        let ripe = std::mem::take(&mut self.inner.write().ripe);
        let mut shared = SharedTimes::default();
        for number in ripe {
            let owner = self.inner.read().slots.owner(number);
            owner.into_iter().for_each(|owner| self.seal(owner, Millis::MAX, false, &mut shared));
        }
    }

    /// Seals everything before `cutoff`.
    fn seal_before(&self, cutoff: Millis) {
        let owners = self.inner.read().slots.owners(&[]);
        let mut shared = SharedTimes::default();
        owners.into_iter().for_each(|owner| self.seal(owner, cutoff, true, &mut shared));
    }

    /// Seals points of one series. While they are compressed, the head is not locked.
    fn seal(&self, owner: Owner, cutoff: Millis, all: bool, shared: &mut SharedTimes) {
        let ripe = || self.inner.read().slots.owned(owner)?.points.ripe(cutoff, all);
        while let Some(points) = ripe() {
            let Some(chunk) = seal(&points, shared) else { return };
            let mut inner = self.inner.write();
            let Some((slot, fill)) = inner.slots.owned_mut(owner) else { return };
            // Changed meanwhile: the next look finds it as it is then.
            if slot.points.seal(&points, chunk, fill).is_none() && !all {
                return;
            }
        }
    }

    /// All chunks of points before `cutoff`.
    pub(crate) fn leaving(&self, cutoff: Millis) -> Leaving {
        self.seal_before(cutoff);
        let inner = self.inner.read();
        let chunks = |owner| Some((owner, inner.slots.owned(owner)?.points.chunks_before(cutoff).to_vec()));
        let owners = inner.slots.owners(&[]).into_iter();
        owners.filter_map(chunks).filter(|(_, chunks)| !chunks.is_empty()).collect()
    }

    /// The days since 1970 of which there are points in what leaves.
    pub(crate) fn days(leaving: &Leaving) -> BTreeSet<Millis> {
        let day = |t: Millis| t.div_euclid(limits::DAY);
        let mut days = BTreeSet::new();
        for chunk in leaving.iter().flat_map(|(_, chunks)| chunks) {
            let (first, last) = (day(chunk.first), day(chunk.last));
            days.extend([first, last]);
            if last - first > 1 {
                // Far apart: there may be thousands of days between, of which it has few.
                days.extend(chunk.points().iter().map(|point| day(point.t)));
            }
        }
        days
    }

    /// The series and points of what leaves, as far as it is in `range`, in groups.
    pub(crate) fn groups<'a>(
        &'a self,
        leaving: &'a Leaving,
        range: TimeRange,
    ) -> impl Iterator<Item = Vec<(Arc<Series>, OwnedColumns)>> + 'a {
        let reaches = move |chunk: &&Arc<Sealed>| chunk.first <= range.end && chunk.last >= range.start;
        let points = move |chunks: &[Arc<Sealed>]| {
            let mut points = OwnedColumns::default();
            chunks.iter().filter(reaches).for_each(|chunk| chunk.append_to(&mut points));
            points.keep_range(range);
            points
        };
        leaving.chunks(SLOTS_AT_ONCE).map(move |some| {
            let inner = self.inner.read();
            let series: Vec<_> = some.iter().map(|(owner, _)| inner.slots.series(*owner)).collect();
            drop(inner);
            let both = series.into_iter().zip(some);
            both.filter_map(|(series, (_, chunks))| Some((series?, points(chunks)))).collect()
        })
    }

    /// Removes what left, unless it was opened meanwhile.
    pub(crate) fn remove(&self, leaving: &Leaving) {
        for some in leaving.chunks(SLOTS_AT_ONCE) {
            let mut inner = self.inner.write();
            for (owner, chunks) in some {
                if let Some((slot, fill)) = inner.slots.owned_mut(*owner) {
                    slot.points.remove_chunks(chunks, fill);
                }
            }
        }
    }
}

/// A chunk of points, with the times of another that has the same.
pub(super) fn seal(points: &[Point], shared: &mut SharedTimes) -> Option<Sealed> {
    let chunk = Sealed::new(points)?;
    Some(Sealed { times: Arc::clone(shared.get_or_insert(chunk.times)), ..chunk })
}

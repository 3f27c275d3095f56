//! The store in memory: the reference implementation of the doors.

use crate::memory_limits::MemoryLimits;
use crate::slots::{Slot, Slots};
use model::{
    Append, AppendError, Appended, Millis, Point, Reason, Refused, Sample, Select, SelectError, Selection,
    SeriesPoints, TimeRange,
};
use parking_lot::RwLock;
use std::collections::VecDeque;
use std::sync::Arc;
use world::Clock;

/// Keeps samples in memory, within its limits. Over a limit new series are refused and old ones live on; of a
/// full series the oldest sample goes.
pub struct MemoryStore {
    limits: MemoryLimits,
    clock: Arc<dyn Clock>,
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    slots: Slots,
    samples: usize,
}

/// How full the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStats {
    /// Series.
    pub series: usize,
    /// Samples of all series.
    pub samples: usize,
    /// Bytes of samples and label texts.
    pub bytes: usize,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Samples older than the retention.
    pub samples: usize,
    /// Series that had no other.
    pub series: usize,
}

/// What became of one point.
enum Kept {
    New,
    Replaced,
    /// New, and the oldest of the series went for it.
    InPlaceOfOldest,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(limits: MemoryLimits, clock: Arc<dyn Clock>) -> Self {
        Self { limits, clock, inner: RwLock::new(Inner::default()) }
    }

    /// Removes samples older than the retention before `now`, and series without any other.
    pub fn sweep(&self, now: Millis) -> Swept {
        let oldest = now.saturating_sub(self.limits.retention);
        let mut inner = self.inner.write();
        let mut samples = 0;
        for slot in inner.slots.iter_mut() {
            let old = slot.points.partition_point(|point| point.t < oldest);
            slot.points.drain(..old);
            samples += old;
            // A series that shrank a lot gives its memory back.
            if old > 0 && slot.points.len() < slot.points.capacity() / 4 {
                slot.points.shrink_to_fit();
            }
        }
        inner.samples -= samples;
        Swept { samples, series: inner.slots.remove_empty() }
    }

    /// How full the store is.
    pub fn stats(&self) -> StoreStats {
        let inner = self.inner.read();
        let bytes = inner.samples * size_of::<Point>() + inner.slots.label_bytes();
        StoreStats { series: inner.slots.len(), samples: inner.samples, bytes }
    }
}

impl Append for MemoryStore {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        let oldest = self.clock.now().saturating_sub(self.limits.retention);
        let mut appended = Appended::default();
        let mut inner = self.inner.write();
        for (index, sample) in batch.iter().enumerate() {
            match inner.take(sample, oldest, &self.limits) {
                Ok(Kept::New | Kept::InPlaceOfOldest) => appended.accepted += 1,
                Ok(Kept::Replaced) => appended.replaced += 1,
                Err(reason) => appended.refused.push(Refused { index, reason }),
            }
        }
        Ok(appended)
    }
}

impl Inner {
    fn take(&mut self, sample: &Sample<'_>, oldest: Millis, limits: &MemoryLimits) -> Result<Kept, Reason> {
        if sample.point.t < oldest {
            return Err(Reason::TooOld);
        }
        let may_grow = self.samples < limits.samples;
        let number = match self.slots.find(sample.series) {
            Some(number) => number,
            None if may_grow => self.slots.insert(sample.series, limits)?,
            None => return Err(Reason::TooManySeries),
        };
        let slot = self.slots.get_mut(number).ok_or(Reason::TooManySeries)?;
        let is_full = slot.points.len() >= limits.samples_per_series || !may_grow;
        let kept = keep(slot, sample.point, is_full)?;
        if matches!(kept, Kept::New) {
            self.samples += 1;
        }
        Ok(kept)
    }
}

/// Puts `point` where its time belongs. A full series gives its oldest for it.
fn keep(slot: &mut Slot, point: Point, is_full: bool) -> Result<Kept, Reason> {
    let points = &mut slot.points;
    let at = match points.back() {
        Some(last) if last.t >= point.t => points.partition_point(|kept| kept.t < point.t),
        _ => points.len(),
    };
    if let Some(same) = points.get_mut(at)
        && same.t == point.t
    {
        *same = point;
        return Ok(Kept::Replaced);
    }
    if !is_full {
        points.insert(at, point);
        return Ok(Kept::New);
    }
    if at == 0 {
        return Err(Reason::TooOld);
    }
    points.pop_front();
    points.insert(at - 1, point);
    Ok(Kept::InPlaceOfOldest)
}

impl Select for MemoryStore {
    fn select(&self, selection: &Selection) -> Result<Vec<SeriesPoints>, SelectError> {
        let inner = self.inner.read();
        let mut found = Vec::new();
        for slot in inner.slots.candidates(&selection.matchers) {
            if !selection.matchers.iter().all(|matcher| matcher.matches(&slot.series)) {
                continue;
            }
            let points = points_in(&slot.points, selection.range, selection.newest);
            if !points.is_empty() {
                found.push(SeriesPoints { series: Arc::clone(&slot.series), points });
            }
        }
        drop(inner);
        found.sort_by(|a, b| a.series.labels().cmp(b.series.labels()));
        Ok(found)
    }

    fn series_count(&self) -> usize {
        self.inner.read().slots.len()
    }
}

fn points_in(points: &VecDeque<Point>, range: TimeRange, newest: Option<usize>) -> Vec<Point> {
    let start = points.partition_point(|point| point.t < range.start);
    let end = points.partition_point(|point| point.t <= range.end).max(start);
    let start = newest.map_or(start, |count| start.max(end.saturating_sub(count)));
    points.range(start..end).copied().collect()
}

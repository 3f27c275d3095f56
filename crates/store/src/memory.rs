//! The head: samples in memory, and if it is given a disk, in a write-ahead log. By itself it is the reference
//! implementation of the doors.

use crate::memory_limits::MemoryLimits;
use crate::slots::{Copied, Slot, Slots};
use crate::wal::{self, Checkpoint, Durability, FileName, Replayed, Wal, WalError, WalStats};
use model::{
    Append, AppendError, Appended, Millis, Point, Reason, Refused, Sample, Select, SelectError, Selection,
    Series, SeriesPoints, TimeRange,
};
use parking_lot::{Mutex, RwLock};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use world::{Clock, Disk};

/// Slots that are copied at once for a checkpoint: readers and writers wait for no more than that.
const SLOTS_AT_ONCE: usize = 256;

/// Keeps samples in memory, within its limits. Over a limit new series are refused and old ones live on; of a
/// full series the oldest sample goes.
pub struct MemoryStore {
    limits: MemoryLimits,
    clock: Arc<dyn Clock>,
    inner: RwLock<Inner>,
    wal: Option<Wal>,
    /// Files that were damaged when the log was read. Locked while a checkpoint is written: one at a time.
    damaged: Mutex<Vec<FileName>>,
    /// The segment before which the newest checkpoint stands.
    checkpoint: AtomicU64,
}

/// What was found when a store was opened.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Samples that were read from the log.
    pub samples: u64,
    /// What was wrong with it, for people.
    pub told: Vec<String>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    /// An empty store without a disk.
    #[must_use]
    pub fn new(limits: MemoryLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            limits,
            clock,
            inner: RwLock::new(Inner::default()),
            wal: None,
            damaged: Mutex::default(),
            checkpoint: AtomicU64::new(0),
        }
    }

    /// A store of what the log in the directory `disk` holds; what is accepted from now on goes there. Damage
    /// does not stop it: it is told, and the damaged files are put aside.
    ///
    /// # Errors
    /// [`WalError`] when the log cannot be read at all, was written by a newer program, or cannot be written.
    pub fn open(
        limits: MemoryLimits,
        clock: Arc<dyn Clock>,
        disk: Arc<dyn Disk>,
        durability: Durability,
    ) -> Result<(Self, Recovery), WalError> {
        let mut store = Self::new(limits, clock);
        let inner = store.inner.get_mut();
        // Nothing is too old here: with a clock that is wrong at the start, that would lose everything.
        let replayed: Replayed = wal::replay(&*disk, |series, point| {
            let taken = inner.take(&Sample { series, point }, Millis::MIN, &limits, None);
            drop(taken);
        })?;
        store.wal = Some(Wal::begin(disk, replayed.next, durability, limits.segment_bytes)?);
        let mut recovery = Recovery { samples: replayed.samples, told: replayed.told };
        let is_damaged = !replayed.damaged.is_empty();
        *store.damaged.get_mut() = replayed.damaged;
        let oldest = replayed.files.first().map_or(replayed.next, |file| file.number);
        store.checkpoint.store(oldest, Ordering::Relaxed);
        if is_damaged && let Err(error) = store.checkpoint() {
            recovery.told.push(format!("the damaged files are still in use: {error}"));
        }
        Ok((store, recovery))
    }

    /// To be called once a second: makes everything survive a power cut, and keeps the log short.
    ///
    /// # Errors
    /// [`WalError`]; it is tried again with the next call.
    pub fn maintain(&self) -> Result<(), WalError> {
        let Some(wal) = &self.wal else { return Ok(()) };
        if wal.is_lost() {
            return self.checkpoint();
        }
        wal.sync()?;
        if wal.number() >= self.checkpoint.load(Ordering::Relaxed) + model::limits::SEGMENTS {
            return self.checkpoint();
        }
        Ok(())
    }

    /// Writes all there is into one file, and removes the older ones.
    pub(crate) fn checkpoint(&self) -> Result<(), WalError> {
        let Some(wal) = &self.wal else { return Ok(()) };
        let mut damaged = self.damaged.lock();
        // From here on everything new goes to a later segment, so what is in memory is all that was before.
        let number = wal.rotate()?;
        let mut checkpoint = Checkpoint::begin(Arc::clone(&wal.disk), number)?;
        let mut next = Some(0);
        while let Some(start) = next {
            let (some, following) = self.inner.read().slots.some(start, SLOTS_AT_ONCE);
            for (series, points) in some {
                checkpoint.push(&series, points)?;
            }
            next = following;
        }
        checkpoint.finish()?;
        wal.reopen();
        self.checkpoint.store(number, Ordering::Relaxed);
        wal::remove_older(&*wal.disk, number, &damaged)?;
        damaged.clear();
        Ok(())
    }

    /// A copy of all points before `cutoff`.
    pub(crate) fn copy_before(&self, cutoff: Millis) -> Vec<Copied> {
        let mut copies = Vec::new();
        let mut next = Some(0);
        while let Some(start) = next {
            let (mut some, following) = self.inner.read().slots.some(start, SLOTS_AT_ONCE);
            for (_, points) in &mut some {
                points.truncate(points.partition_point(|point| point.t < cutoff));
            }
            copies.extend(some.into_iter().filter(|(_, points)| !points.is_empty()));
            next = following;
        }
        copies
    }

    /// Removes what was copied, unless it was replaced meanwhile, and shortens the log.
    ///
    /// # Errors
    /// [`WalError`] when the log could not be shortened; the points are gone from memory all the same.
    pub(crate) fn remove(&self, copies: &[Copied]) -> Result<(), WalError> {
        for some in copies.chunks(SLOTS_AT_ONCE) {
            let mut inner = self.inner.write();
            let removed: usize = some.iter().map(|copied| inner.slots.remove_points(copied)).sum();
            inner.samples -= removed;
        }
        self.checkpoint()
    }

    /// How the log is; `None` without one.
    pub fn wal_stats(&self) -> Option<WalStats> {
        self.wal.as_ref().map(Wal::stats)
    }

    /// All series with the times of their oldest and newest point, in no order.
    pub fn spans(&self) -> Vec<(Arc<Series>, Millis, Millis)> {
        let inner = self.inner.read();
        let span =
            |slot: &Slot| Some((Arc::clone(&slot.series), slot.points.front()?.t, slot.points.back()?.t));
        inner.slots.iter().filter_map(span).collect()
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

    /// How many points are before `oldest`.
    pub(crate) fn count_before(&self, oldest: Millis) -> u64 {
        let inner = self.inner.read();
        inner.slots.iter().map(|slot| slot.points.partition_point(|point| point.t < oldest) as u64).sum()
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
        if let Some(wal) = &self.wal {
            wal.check().map_err(|error| AppendError(error.to_string()))?;
        }
        let oldest = self.clock.now().saturating_sub(self.limits.retention);
        let mut appended = Appended::default();
        let mut inner = self.inner.write();
        // Nothing may go to make room that no block has yet.
        if self.wal.is_some() && inner.samples.saturating_add(batch.len()) > self.limits.samples {
            return Err(AppendError("memory is full, and no block can be written".to_owned()));
        }
        for (index, sample) in batch.iter().enumerate() {
            match inner.take(sample, oldest, &self.limits, self.wal.as_ref()) {
                Ok(Kept::New | Kept::InPlaceOfOldest) => appended.accepted += 1,
                Ok(Kept::Replaced) => appended.replaced += 1,
                Err(reason) => appended.refused.push(Refused { index, reason }),
            }
        }
        Ok(appended)
    }

    fn commit(&self) -> Result<(), AppendError> {
        self.wal.as_ref().map_or(Ok(()), |wal| wal.commit().map_err(|error| AppendError(error.to_string())))
    }
}

impl Inner {
    fn take(
        &mut self,
        sample: &Sample<'_>,
        oldest: Millis,
        limits: &MemoryLimits,
        wal: Option<&Wal>,
    ) -> Result<Kept, Reason> {
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
        if let Some(wal) = wal {
            wal.push(&mut slot.mark, &slot.series, sample.point);
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

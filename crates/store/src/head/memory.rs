//! The head: samples in memory, and if it is given a disk, in a write-ahead log. By itself it is the reference
//! implementation of the doors.

use crate::head::flush::SLOTS_AT_ONCE;
use crate::head::points::Kept;
use crate::head::slots::Slots;
use crate::memory_limits::MemoryLimits;
use crate::wal::{self, Checkpoint, Durability, FileName, Pusher, Wal, WalError, WalStats};
use model::{Append, AppendError, Appended, Matcher, Millis, Reason, Refused, Sample, Series, TimeRange};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use world::{Clock, Disk};

/// Keeps samples in memory, within its limits. Over a limit new series are refused and old ones live on; when
/// memory is full, nothing is taken.
pub struct MemoryStore {
    pub(crate) limits: MemoryLimits,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) inner: RwLock<Inner>,
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
pub(super) struct Inner {
    pub(super) slots: Slots,
    /// Slots that may have points to seal.
    pub(super) ripe: Vec<u32>,
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
        let replayed = store.recover(&*disk)?;
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
        self.write_checkpoint(&wal.disk, number)?;
        wal.reopen();
        self.checkpoint.store(number, Ordering::Relaxed);
        wal::remove_older(&*wal.disk, number, &damaged)?;
        damaged.clear();
        Ok(())
    }

    /// Writes all there is to `disk`, as the checkpoint before segment `number`.
    pub(crate) fn write_checkpoint(&self, disk: &Arc<dyn Disk>, number: u64) -> Result<(), WalError> {
        let mut checkpoint = Checkpoint::begin(Arc::clone(disk), number)?;
        let owners = self.inner.read().slots.owners(&[]);
        for some in owners.chunks(SLOTS_AT_ONCE) {
            let inner = self.inner.read();
            let all = |owner| Some((inner.slots.series(owner)?, inner.slots.owned(owner)?.points.all()));
            let copies: Vec<_> = some.iter().filter_map(|owner| all(*owner)).collect();
            drop(inner);
            for (series, (chunks, points)) in copies {
                checkpoint.push(&series, &chunks, &points)?;
            }
        }
        checkpoint.finish()?;
        Ok(())
    }

    /// How the log is; `None` without one.
    pub fn wal_stats(&self) -> Option<WalStats> {
        self.wal.as_ref().map(Wal::stats)
    }

    /// The series that meet `matchers` with the times of their oldest and newest point, in no order.
    pub fn spans(&self, matchers: &[Matcher]) -> Vec<(Arc<Series>, Millis, Millis)> {
        let inner = self.inner.read();
        let span = |owner| {
            let (oldest, newest) = inner.slots.owned(owner)?.points.span()?;
            Some((inner.slots.series(owner)?, oldest, newest))
        };
        inner.slots.owners(matchers).into_iter().filter_map(span).collect()
    }

    /// Removes the samples in `range` of the series that meet `matchers`. They are in the log until a checkpoint is
    /// written.
    pub(crate) fn erase(&self, matchers: &[Matcher], range: TimeRange) {
        let owners = self.inner.read().slots.owners(matchers);
        for some in owners.chunks(SLOTS_AT_ONCE) {
            let mut inner = self.inner.write();
            for owner in some {
                if let Some((slot, fill)) = inner.slots.owned_mut(*owner) {
                    slot.points.erase(range, fill);
                }
            }
        }
    }

    /// Removes samples older than `keep` before `now`, and series that have had none for a while.
    pub fn sweep(&self, now: Millis, keep: Millis) -> Swept {
        let oldest = now.saturating_sub(keep);
        let owners = self.inner.read().slots.owners(&[]);
        let mut samples = 0;
        for some in owners.chunks(SLOTS_AT_ONCE) {
            let mut inner = self.inner.write();
            let before = inner.slots.fill.samples();
            for owner in some {
                if let Some((slot, fill)) = inner.slots.owned_mut(*owner) {
                    slot.points.remove_before(oldest, fill);
                }
            }
            samples += before - inner.slots.fill.samples();
        }
        Swept { samples, series: self.inner.write().slots.remove_empty(now) }
    }

    /// How many points are before `oldest`, as far as a sweep would remove them.
    pub(crate) fn count_before(&self, oldest: Millis) -> u64 {
        let inner = self.inner.read();
        let count = |number| inner.slots.get(number).map_or(0, |slot| slot.points.count_before(oldest));
        inner.slots.numbers_of_all().map(|number| count(number) as u64).sum()
    }

    /// Whether a block should be made, whatever the age of the points.
    pub(crate) fn is_full(&self) -> bool {
        self.inner.read().slots.fill.bytes() > self.limits.head_bytes
    }

    /// How full the store is.
    pub fn stats(&self) -> StoreStats {
        let slots = &self.inner.read().slots;
        let bytes = slots.fill.bytes() + slots.label_bytes();
        StoreStats { series: slots.len(), samples: slots.fill.samples(), bytes }
    }
}

impl Append for MemoryStore {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        if let Some(wal) = &self.wal {
            wal.check().map_err(|error| AppendError(error.to_string()))?;
        }
        let now = self.clock.now();
        let mut appended = Appended::default();
        let mut inner = self.inner.write();
        // Nothing goes to make room: it is no block yet.
        if inner.slots.fill.bytes() > self.limits.memory_bytes {
            return Err(AppendError("memory is full, and no block can be written".to_owned()));
        }
        let mut pusher = self.wal.as_ref().map(Wal::pusher);
        for (index, sample) in batch.iter().enumerate() {
            match inner.take(sample, now, &self.limits, pusher.as_mut()) {
                Ok(Kept::New) => appended.accepted += 1,
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
        now: Millis,
        limits: &MemoryLimits,
        pusher: Option<&mut Pusher<'_>>,
    ) -> Result<Kept, Reason> {
        if sample.point.t < now.saturating_sub(limits.retention) {
            return Err(Reason::TooOld);
        }
        let number = self.slot(sample.series, limits)?;
        let (slot, fill) = self.slots.get_mut(number).ok_or(Reason::TooManySeries)?;
        slot.touch(now);
        if sample.point.t < slot.points.newest().saturating_sub(limits.out_of_order) {
            return Err(Reason::OutOfOrder);
        }
        let kept = slot.points.put(sample.point, fill)?;
        if let Some(pusher) = pusher {
            pusher.push(&mut slot.mark, sample.series, sample.point);
        }
        if kept == Kept::New && slot.points.has_ripened() {
            self.ripe.push(number);
        }
        Ok(kept)
    }

    pub(super) fn slot(&mut self, series: &Series, limits: &MemoryLimits) -> Result<u32, Reason> {
        self.slots.find(series).map_or_else(|| self.slots.insert(series, limits), Ok)
    }
}

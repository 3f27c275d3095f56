//! The store as a whole: the head takes what comes, blocks keep what is older, readers see one history.

use crate::blocks::{BlockStats, Blocks, pieces};
use crate::head::{MemoryStore, Recovery, StoreStats, Swept};
use crate::memory_limits::MemoryLimits;
use crate::metadata::MetadataBook;
use crate::retention::{Retention, RetentionRule};
use crate::wal::{Durability, WalError, WalStats};
use model::{
    Append, AppendError, Appended, Describe, Matcher, Metadata, Millis, Reason, Sample, Series, TimeRange,
    limits,
};
use parking_lot::{Mutex, RwLock};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use world::{Clock, Disk};

/// Of all samples so large a share may go at once without the clock having been steady for long.
const SMALL_SHARE: u64 = 5;
/// A clock that has gone on for so long without a jump is believed.
const STEADY: Duration = Duration::from_secs(24 * 3_600);
/// The wall's clock may differ from the monotonic one by so much between two looks.
const JUMP: Millis = limits::HOUR;

/// Samples on disk and in memory.
pub struct Store {
    pub(crate) head: MemoryStore,
    pub(crate) blocks: Blocks,
    metadata: MetadataBook,
    /// Where what is known of metrics is kept.
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    /// How long samples are kept: of those that no rule says otherwise of, and of all.
    others: Millis,
    retention: RwLock<Retention>,
    block_bytes: u64,
    late_samples: u64,
    state: Mutex<State>,
    /// Held while blocks are made: two that made one of the same samples would only do it twice.
    making: Mutex<()>,
}

/// What the store remembers of its own upkeep.
struct State {
    /// Points before this left the head for blocks already.
    flushed: Millis,
    /// The clocks when they were last looked at, and since when the wall's did not jump.
    seen: (Millis, Duration),
    steady_since: Duration,
}

/// Where a store keeps its files.
pub struct Disks {
    /// The write-ahead log.
    pub wal: Arc<dyn Disk>,
    /// The blocks.
    pub blocks: Arc<dyn Disk>,
}

impl Store {
    /// Opens the store in `disks`. Damage does not stop it: it is told, and the damaged files are put aside.
    ///
    /// # Errors
    /// [`WalError`] when a directory cannot be read at all, a file was written by a newer program, or nothing can
    /// be written.
    pub fn open(
        limits: MemoryLimits,
        clock: Arc<dyn Clock>,
        disks: Disks,
        durability: Durability,
    ) -> Result<(Self, Recovery), WalError> {
        let (head, mut recovery) = MemoryStore::open(limits, Arc::clone(&clock), disks.wal, durability)?;
        let disk = Arc::clone(&disks.blocks);
        let (blocks, told) = Blocks::open(disks.blocks)
            .map_err(|source| WalError::Disk { name: "the blocks".to_owned(), source })?;
        recovery.told.extend(told);
        let metadata = MetadataBook::open(&*disk, &mut recovery.told)
            .map_err(|source| WalError::Disk { name: "what is known of metrics".to_owned(), source })?;
        let now = (clock.now(), clock.monotonic());
        let state = State { flushed: full_span(now.0), seen: now, steady_since: now.1 };
        let store = Self {
            head,
            blocks,
            metadata,
            disk,
            clock,
            others: limits.retention,
            retention: RwLock::new(Retention::new(limits.retention, Vec::new())),
            block_bytes: limits.block_bytes,
            late_samples: limits.late_samples,
            state: Mutex::new(state),
            making: Mutex::new(()),
        };
        Ok((store, recovery))
    }

    /// Sets how long series are kept that meet a rule: the first that they meet counts.
    pub fn set_retention_rules(&self, rules: Vec<RetentionRule>) {
        *self.retention.write() = Retention::new(self.others, rules);
        self.blocks.forget_expired();
    }

    /// To be called once a second: makes everything survive a power cut, and keeps head and log short.
    ///
    /// # Errors
    /// [`WalError`]; it is tried again with the next call.
    pub fn maintain(&self) -> Result<(), WalError> {
        self.head.maintain()?;
        self.head.seal_ripe();
        let due = full_span(self.clock.now());
        if self.head.is_full() {
            return self.flush(Millis::MAX);
        }
        if due > self.state.lock().flushed {
            self.flush(due)?;
            self.state.lock().flushed = due;
        }
        Ok(())
    }

    /// Makes a block of everything before `cutoff` that is in memory.
    ///
    /// # Errors
    /// [`WalError`]; nothing is lost then.
    pub fn flush(&self, cutoff: Millis) -> Result<(), WalError> {
        let _one_at_a_time = self.making.lock();
        let leaving = self.head.leaving(cutoff);
        if leaving.is_empty() {
            return Ok(());
        }
        let days = self.retention.read().days_of_blocks();
        for piece in pieces(&MemoryStore::days(&leaving), self.clock.now(), days) {
            let series = self.head.groups(&leaving, piece).flatten();
            self.blocks
                .add(series)
                .map_err(|source| WalError::Disk { name: "a new block".to_owned(), source })?;
        }
        // From here on the points are twice there, which readers do not notice.
        self.head.remove(&leaving);
        self.head.checkpoint()
    }

    /// Makes a block of what came too late for the last one, if that is much.
    fn flush_late(&self) -> Result<(), WalError> {
        let flushed = self.state.lock().flushed;
        if self.head.count_before(flushed) >= self.late_samples { self.flush(flushed) } else { Ok(()) }
    }

    /// To be called once a minute: puts the blocks of past days together, lets go what is older than the retention, and
    /// the oldest blocks when all are larger than they may be; and reads a part of everything again, within a week all.
    ///
    /// # Errors
    /// [`WalError`] when blocks could not be put together; nothing is lost then.
    pub fn tidy(&self) -> Result<Swept, WalError> {
        let now = self.clock.now();
        let now_or_never = if self.may_forget(now) { now } else { Millis::MIN };
        let retention = self.retention.read().clone();
        let oldest = now_or_never.saturating_sub(retention.longest());
        let mut gone = self.blocks.remove(|block| block.max_t() < oldest);
        let mut swept = self.head.sweep(now_or_never, retention.longest());
        // By the order of the samples' own times: no clock can make this take the wrong ones.
        gone += self.blocks.shrink_to(self.block_bytes);
        self.blocks.scrub();
        self.blocks.put_damaged_aside();
        self.blocks.forget_indexes(limits::INDEX_BYTES);
        // Told at the end: what cannot be written now keeps nothing else from being put in order.
        let kept = self.keep_metadata();
        self.flush_late()?;
        // Last, for it needs room on the disk: all before makes some.
        self.make_anew(now, now_or_never, &retention)
            .map_err(|source| WalError::Disk { name: "a compacted block".to_owned(), source })?;
        swept.samples += usize::try_from(gone).unwrap_or(usize::MAX);
        kept.map(|()| swept)
    }

    /// Writes what is known of metrics, if there is anything new.
    ///
    /// # Errors
    /// [`WalError`]; it is tried again with the next call.
    pub fn keep_metadata(&self) -> Result<(), WalError> {
        let kept = self.metadata.keep(&*self.disk);
        kept.map_err(|source| WalError::Disk { name: "what is known of metrics".to_owned(), source })
    }

    fn make_anew(&self, now: Millis, now_or_never: Millis, retention: &Retention) -> io::Result<()> {
        let _one_at_a_time = self.making.lock();
        self.blocks.compact(now, retention.days_of_blocks())?;
        self.blocks.write_erased_anew()?;
        self.blocks.expire(now_or_never, retention)
    }

    /// Erases the samples in `range` of the series that meet `matchers`, durably. What comes later for the same time is
    /// kept.
    ///
    /// # Errors
    /// [`WalError`] when that could not be written: what was in memory is gone then, but may be there again after a
    /// restart.
    pub fn erase(&self, matchers: &[Matcher], range: TimeRange) -> Result<(), WalError> {
        let _one_at_a_time = self.making.lock();
        self.blocks
            .erase(matchers, range)
            .map_err(|source| WalError::Disk { name: "what is erased".to_owned(), source })?;
        self.head.erase(matchers, range);
        self.head.checkpoint()
    }

    /// Copies everything that was taken before the call to the empty directories `to`: a store of its own. Of what comes
    /// meanwhile it has some; everything else goes on.
    ///
    /// # Errors
    /// [`WalError`]; a part of it is there then. The store itself is unhurt.
    pub fn snapshot(&self, to: &Disks) -> Result<(), WalError> {
        let view = {
            // What leaves the head for a block now is in one of both all the same.
            let _one_at_a_time = self.making.lock();
            self.head.write_checkpoint(&to.wal, 1)?;
            self.blocks.view()
        };
        // Blocks do not change, and their files stay as long as somebody has them.
        let copied = view.copy(&*to.blocks).and_then(|()| self.metadata.copy(&*to.blocks));
        copied.map_err(|source| WalError::Disk { name: "the copy of a block".to_owned(), source })
    }

    /// Whether what is older than the retention may go. A clock that jumped ahead must not empty the store: much
    /// goes only when the clock has been steady for a day.
    fn may_forget(&self, now: Millis) -> bool {
        let monotonic = self.clock.monotonic();
        let mut state = self.state.lock();
        let gone_on = i64::try_from(monotonic.saturating_sub(state.seen.1).as_millis()).unwrap_or(i64::MAX);
        if (now - state.seen.0).abs_diff(gone_on) > JUMP.unsigned_abs() {
            state.steady_since = monotonic;
        }
        state.seen = (now, monotonic);
        if monotonic.saturating_sub(state.steady_since) >= STEADY {
            return true;
        }
        // By the shortest time that any series are kept: those would go first.
        let oldest = now.saturating_sub(self.retention.read().shortest());
        let view = self.blocks.view();
        let old: u64 =
            view.blocks.iter().filter(|block| block.max_t() < oldest).map(|block| block.samples()).sum();
        let old = old + self.head.count_before(oldest);
        let total = self.blocks.stats().samples + self.head.stats().samples as u64;
        old.saturating_mul(SMALL_SHARE) <= total
    }

    /// How full memory is.
    pub fn stats(&self) -> StoreStats {
        self.head.stats()
    }

    /// How much may be kept.
    pub fn limits(&self) -> &MemoryLimits {
        &self.head.limits
    }

    /// How much is in blocks.
    pub fn block_stats(&self) -> BlockStats {
        self.blocks.stats()
    }

    /// How the log is.
    pub fn wal_stats(&self) -> WalStats {
        self.head.wal_stats().unwrap_or_default()
    }

    /// Faults of blocks since the last call, for people.
    pub fn take_told(&self) -> Vec<String> {
        self.blocks.take_told()
    }

    /// The series that meet `matchers` and have samples in memory, or in about this range in blocks, with the times of
    /// their oldest and newest point there; in no order, and one may be there several times.
    pub fn spans(&self, matchers: &[Matcher], range: TimeRange) -> Vec<(Arc<Series>, Millis, Millis)> {
        let mut spans = self.head.spans(matchers);
        spans.extend(self.blocks.spans(matchers, range));
        spans
    }
}

/// The newest full span that the head need not hold any more: late samples have a whole span to come.
fn full_span(now: Millis) -> Millis {
    now.div_euclid(limits::HEAD_SPAN).saturating_sub(1).saturating_mul(limits::HEAD_SPAN)
}

impl Append for Store {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        self.head.append(batch)
    }

    fn commit(&self) -> Result<(), AppendError> {
        self.head.commit()
    }
}

impl Describe for Store {
    fn describe(&self, metric: &str, metadata: Metadata) -> Result<(), Reason> {
        self.metadata.describe(metric, metadata)
    }

    fn described(&self, metric: Option<&str>) -> Vec<(Box<str>, Metadata)> {
        self.metadata.described(metric)
    }
}

//! Taking back what the log has, with two processors: one reads, the other compresses.

use crate::codec::Sealed;
use crate::head::flush::{SLOTS_AT_ONCE, SharedTimes, seal};
use crate::head::memory::{Inner, MemoryStore};
use crate::head::points::Kept;
use crate::memory_limits::MemoryLimits;
use crate::wal::{self, Replayed, Take, WalError};
use model::{Millis, Point, Series};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use world::Disk;

/// So many runs may wait for the helper, 3.5 kB of open points each.
const WAITING: usize = 32_768;

/// Points that are enough for a chunk, and the slot that they are in: no slot changes hands while the log is read.
struct Ripe {
    number: u32,
    points: Vec<Point>,
}

/// Ripe points and the chunk of them.
type Done = (Ripe, Sealed);

/// What reads, and the ways to and from what compresses.
struct Recovering<'a> {
    inner: &'a mut Inner,
    limits: &'a MemoryLimits,
    now: Millis,
    /// Slots that may have enough points for a chunk, the first ones first: series of one age become ripe all at once.
    ripe: VecDeque<u32>,
    /// What the helper had no time for yet.
    next: Option<Vec<Ripe>>,
    jobs: SyncSender<Vec<Ripe>>,
    done: Receiver<Vec<Done>>,
    shared: SharedTimes,
}

impl MemoryStore {
    /// Takes back everything that the log on `disk` has. Sealed at once: a long log of open points takes ten times the
    /// memory.
    pub(super) fn recover(&mut self, disk: &dyn Disk) -> Result<Replayed, WalError> {
        let (jobs, queue) = sync_channel(1);
        let (finished, done) = sync_channel(2);
        let (limits, now) = (&self.limits, self.clock.now());
        let inner = self.inner.get_mut();
        thread::scope(|scope| {
            let helper = thread::Builder::new().name("seal".to_owned());
            // Without a helper nobody takes jobs, and then the reader does them.
            let _helper = helper.spawn_scoped(scope, move || help(&queue, &finished));
            let (ripe, shared) = (VecDeque::new(), SharedTimes::default());
            let mut recovering = Recovering { inner, limits, now, ripe, next: None, jobs, done, shared };
            let replayed = wal::replay(disk, &mut recovering);
            recovering.finish();
            replayed
        })
    }
}

/// Compresses what comes until nothing comes any more.
fn help(queue: &Receiver<Vec<Ripe>>, finished: &SyncSender<Vec<Done>>) {
    while let Ok(ripe) = queue.recv() {
        // Series of one job share times, which is most of what there is to win; no list of them grows for ever.
        if finished.send(seal_all(ripe, &mut SharedTimes::default())).is_err() {
            return;
        }
    }
}

fn seal_all(ripe: Vec<Ripe>, shared: &mut SharedTimes) -> Vec<Done> {
    ripe.into_iter().filter_map(|ripe| seal(&ripe.points, shared).map(|chunk| (ripe, chunk))).collect()
}

impl Take for Recovering<'_> {
    /// The number of the series' slot, if it has one.
    type Known = Option<u32>;

    fn define(&mut self, series: Series) -> Option<u32> {
        let number = self.inner.slot(&series, self.limits).ok()?;
        self.inner.slots.get_mut(number)?.0.touch(self.now);
        Some(number)
    }

    /// Nothing is too old here: with a clock that is wrong at the start, that would lose everything.
    fn point(&mut self, number: Option<u32>, point: Point) {
        let Some((number, (slot, fill))) = number.and_then(|n| Some((n, self.inner.slots.get_mut(n)?)))
        else {
            return;
        };
        // A sample that was accepted once is accepted again.
        let is_new = slot.points.put(point, fill) == Ok(Kept::New);
        if is_new && slot.points.has_ripened() {
            self.ripe.push_back(number);
        }
    }

    fn chunk(&mut self, number: Option<u32>, chunk: Sealed) {
        if let Some((slot, fill)) = number.and_then(|number| self.inner.slots.get_mut(number)) {
            slot.points.put_chunk(chunk, fill);
        }
    }

    fn pause(&mut self) {
        while let Ok(done) = self.done.try_recv() {
            self.put_in(done);
        }
        self.give_away();
        while self.ripe.len() > WAITING {
            self.help();
        }
    }
}

impl Recovering<'_> {
    /// Gives the helper as much as it takes.
    fn give_away(&mut self) {
        while let Some(job) = self.next.take().or_else(|| self.job(SLOTS_AT_ONCE)) {
            if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) = self.jobs.try_send(job) {
                self.next = Some(job);
                return;
            }
        }
    }

    /// What waits longest, if at least so much waits.
    fn job(&mut self, least: usize) -> Option<Vec<Ripe>> {
        if self.ripe.is_empty() || self.ripe.len() < least {
            return None;
        }
        let some = self.ripe.drain(..self.ripe.len().min(SLOTS_AT_ONCE));
        let slots = &self.inner.slots;
        let ripe = |number| {
            let points = slots.get(number)?.points.ripe(Millis::MAX, false)?;
            Some(Ripe { number, points })
        };
        Some(some.filter_map(ripe).collect())
    }

    /// Does what the helper had no time for.
    fn help(&mut self) -> bool {
        let Some(job) = self.next.take().or_else(|| self.job(1)) else { return false };
        let done = seal_all(job, &mut self.shared);
        self.put_in(done);
        true
    }

    fn put_in(&mut self, done: Vec<Done>) {
        for (ripe, chunk) in done {
            let Some((slot, fill)) = self.inner.slots.get_mut(ripe.number) else { continue };
            let _sealed = slot.points.seal(&ripe.points, chunk, fill);
            // Changed meanwhile, or a late point opened a chunk: the next look finds it as it is then.
            if slot.points.is_ripe() {
                self.ripe.push_back(ripe.number);
            }
        }
    }

    /// Does what is left, and waits for the helper.
    fn finish(mut self) {
        while self.help() {
            self.give_away();
        }
        let (nobody, _) = sync_channel(1);
        drop(std::mem::replace(&mut self.jobs, nobody));
        while let Ok(done) = self.done.recv() {
            self.put_in(done);
        }
        // A chunk that was opened by a late point may have gone unseen.
        self.ripe.extend(self.inner.slots.numbers_of_all());
        while self.help() {}
    }
}

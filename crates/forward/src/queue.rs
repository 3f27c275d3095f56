//! A bounded queue on disk of what goes to one destination. It takes whatever the gate hands it and never holds it up: what
//! cannot be kept is counted, and told when it begins and when it is over.

use crate::cursor::{Cursor, CursorFile};
use crate::files::{Files, Segment, WriteError};
use crate::intake::Intake;
use crate::settings::Settings;
use crate::stats::{Counters, Stats, Told, add, get};
use model::{Append, AppendError, Appended, Millis, Sample, limits};
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use world::{Clock, Disk};

/// How long is waited before a disk that failed is tried again.
const DISK_PAUSE: Duration = Duration::from_secs(1);
/// Bytes that are written without waiting for the commit.
const WRITE_BYTES: usize = 1 << 20;
/// In the place of a time of arrival: nothing waits for an answer.
const NOTHING: Millis = Millis::MAX;

/// A queue, open for writing. Its reader is a [`crate::Courier`].
pub struct Queue {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) counters: Counters,
    pub(crate) told: Told,
    /// Locked before the intake, never behind it.
    files: Mutex<State>,
    intake: Mutex<Intake>,
    cursor: Mutex<CursorFile>,
    stuck_bytes: AtomicUsize,
    /// When the oldest sample came that waits for an answer.
    waiting_since: AtomicI64,
}

struct State {
    files: Files,
    /// The disk failed; it is tried again at this time.
    retry: Option<Duration>,
    /// The oldest samples were dropped, and the queue is still rather full.
    is_full: bool,
    /// A segment that is being sent, and how many of its samples are.
    in_flight: Option<(u64, u64)>,
}

impl Queue {
    /// Opens the queue in the directory `disk`. Gives where its reader goes on.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open_at(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> io::Result<(Arc<Self>, Cursor)> {
        let told = Told::default();
        let (cursor, said) = CursorFile::open(Arc::clone(&disk))?;
        if said.is_err() {
            told.tell("the cursor is damaged; everything in the queue is sent again".to_owned());
        }
        let at = said.unwrap_or_default();
        let files = Files::open(Arc::clone(&disk), at, &told)?;
        let queue = Self {
            disk,
            clock,
            settings,
            counters: Counters::default(),
            told,
            files: Mutex::new(State { files, retry: None, is_full: false, in_flight: None }),
            cursor: Mutex::new(cursor),
            intake: Mutex::new(Intake::default()),
            stuck_bytes: AtomicUsize::new(0),
            waiting_since: AtomicI64::new(NOTHING),
        };
        Ok((Arc::new(queue), at))
    }

    /// Brings what was committed to the disk, so that it survives a power cut. To be called once a second.
    pub fn maintain(&self) {
        self.write();
        let synced = self.cursor.lock().sync();
        if let Err(error) = synced {
            self.told.tell(format!("after a power cut some samples would be sent again: {error}"));
        }
        let unsynced = self.files.lock().files.take_unsynced();
        for (number, handle) in unsynced {
            // While the disk works, others may write.
            let Err(error) = handle.sync() else { continue };
            let mut state = self.files.lock();
            self.told.tell(format!("what was written last may be lost in a power cut: {error}"));
            // What was written can still be read; but the same file is not synced again.
            if state.files.is_newest(number) {
                self.end_segment(&mut state, false);
            }
        }
    }

    /// Ends the queue in order: the next start finds it counted and whole. What comes afterwards begins a new segment.
    pub fn stop(&self) {
        let mut state = self.files.lock();
        state.retry = None;
        self.write_locked(&mut state);
        self.end_segment(&mut state, true);
        drop(state);
        self.maintain();
    }

    /// How the destination is.
    pub fn stats(&self) -> Stats {
        let (queue_bytes, queue_samples) = {
            let state = self.files.lock();
            (state.files.bytes(), state.files.samples())
        };
        let since = self.waiting_since.load(Ordering::Relaxed);
        Stats {
            sent: get(&self.counters.sent),
            failed: get(&self.counters.failed),
            dropped: get(&self.counters.dropped),
            left_out: get(&self.counters.left_out),
            retries: get(&self.counters.retries),
            queue_bytes,
            queue_samples,
            lag: if since == NOTHING { 0 } else { self.clock.now().saturating_sub(since).max(0) },
        }
    }

    /// What is to be said of it since the last call, in lines.
    pub fn take_told(&self) -> Vec<String> {
        self.told.take()
    }

    /// Samples that are on disk and not done with.
    pub(crate) fn waiting(&self) -> u64 {
        self.files.lock().files.samples()
    }

    /// The first segment from this number on.
    pub(crate) fn first_from(&self, number: u64) -> Option<(u64, Segment)> {
        self.files.lock().files.first_from(number)
    }

    /// So many samples of a segment, of which the oldest came at this time, are on their way.
    pub(crate) fn depart(&self, segment: u64, samples: u64, arrival: Millis) {
        self.files.lock().in_flight = Some((segment, samples));
        self.waiting_since.store(arrival, Ordering::Relaxed);
    }

    /// Whether a segment is still there; of one that was dropped nothing needs to be sent.
    pub(crate) fn has(&self, segment: u64) -> bool {
        self.first_from(segment).is_some_and(|(number, _)| number == segment)
    }

    /// Everything before `at` is done with, and nothing is on its way.
    pub(crate) fn arrive(&self, at: Cursor) {
        self.waiting_since.store(NOTHING, Ordering::Relaxed);
        let written = self.cursor.lock().write(at);
        if let Err(error) = written {
            self.told.tell(format!("the cursor cannot be written, a restart would send again: {error}"));
        }
        let mut state = self.files.lock();
        state.in_flight = None;
        if let Some(segment) = state.files.segment_mut(at.segment) {
            segment.done = at.samples;
        }
        if state.is_full && state.files.bytes() < self.settings.queue_bytes / 2 {
            state.is_full = false;
            self.told.tell("the queue has room again".to_owned());
        }
    }

    /// Everything before `at` was read, and nothing of it is to be sent.
    pub(crate) fn pass(&self, at: Cursor) {
        if let Some(segment) = self.files.lock().files.segment_mut(at.segment) {
            segment.done = at.samples;
        }
    }

    /// A segment was read to its end; what of it was never found is dropped.
    pub(crate) fn finish(&self, number: u64) {
        let mut state = self.files.lock();
        if let Some(segment) = state.files.remove(number, &self.told) {
            add(&self.counters.dropped, segment.samples.saturating_sub(segment.done));
        }
    }

    /// Writes what waits, unless the disk is given a pause.
    fn write(&self) {
        self.write_locked(&mut self.files.lock());
    }

    fn write_locked(&self, state: &mut State) {
        if state.retry.is_some_and(|at| self.clock.monotonic() < at) {
            return;
        }
        let definitions = {
            let mut intake = self.intake.lock();
            let payloads = intake.take();
            state.files.stuck.extend(payloads);
            intake.definitions()
        };
        self.put(state);
        let length = self.settings.segment_bytes();
        let most = length.saturating_add(definitions.saturating_mul(4)).min(self.settings.queue_bytes / 8);
        if state.retry.is_none() && state.files.newest_bytes().is_some_and(|bytes| bytes >= most) {
            self.end_segment(state, true);
        }
        self.make_room(state);
    }

    /// Writes what is stuck.
    fn put(&self, state: &mut State) {
        match state.files.write() {
            Ok(()) => {
                self.stuck_bytes.store(0, Ordering::Relaxed);
                if state.retry.take().is_some() {
                    self.told.tell("the queue can be written again".to_owned());
                }
            }
            Err(error) => self.put_failed(state, error),
        }
    }

    /// What was to be written stays stuck, or is lost with its file; the disk is given a pause.
    fn put_failed(&self, state: &mut State, error: WriteError) {
        let error = match error {
            WriteError::Again(error) => error,
            WriteError::Lost(error) => {
                self.lose(state);
                error
            }
        };
        if state.retry.is_none() {
            self.told.tell(format!("the queue cannot be written: {error}"));
        }
        state.retry = Some(self.clock.monotonic() + DISK_PAUSE);
        let stuck = state.files.stuck.iter().map(|payload| payload.bytes.len()).sum();
        self.stuck_bytes.store(stuck, Ordering::Relaxed);
    }

    /// The newest segment cannot be written to any more: what refers to its definitions is worth nothing without it.
    fn lose(&self, state: &mut State) {
        let mut intake = self.intake.lock();
        let mut lost = std::mem::take(&mut state.files.stuck);
        lost.extend(intake.take());
        add(&self.counters.dropped, lost.iter().map(|payload| payload.samples).sum());
        intake.begin_segment();
        state.files.end(false);
    }

    /// Ends the newest segment, with all that was pushed meanwhile and refers to it. One that the disk does not take goes on as
    /// it is, unless it is not sound.
    fn end_segment(&self, state: &mut State, is_sound: bool) {
        let mut intake = self.intake.lock();
        let rest = intake.take();
        state.files.stuck.extend(rest);
        match state.files.write() {
            Ok(()) => {
                self.stuck_bytes.store(0, Ordering::Relaxed);
                intake.begin_segment();
                state.files.end(is_sound);
            }
            Err(error) => {
                drop(intake);
                self.put_failed(state, error);
                if !is_sound {
                    self.lose(state);
                }
            }
        }
    }

    /// Lets the oldest segments go while all are too long.
    fn make_room(&self, state: &mut State) {
        while state.files.bytes() > self.settings.queue_bytes
            && let Some(oldest) = state.files.oldest_ended()
        {
            let Some(segment) = state.files.remove(oldest, &self.told) else { return };
            let in_flight =
                state.in_flight.filter(|(number, _)| *number == oldest).map_or(0, |(_, samples)| samples);
            add(&self.counters.dropped, segment.samples.saturating_sub(segment.done + in_flight));
            if !std::mem::replace(&mut state.is_full, true) {
                self.told.tell(format!(
                    "the queue is full at {} bytes: the oldest samples are dropped",
                    self.settings.queue_bytes
                ));
            }
        }
    }
}

impl Append for Queue {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        let mut intake = self.intake.lock();
        let stuck = self.stuck_bytes.load(Ordering::Relaxed);
        let waiting = intake.waiting_bytes() + stuck;
        let pushed = if waiting < limits::QUEUE_UNWRITTEN_BYTES {
            intake.push(batch, &self.settings, || self.clock.now())
        } else {
            let pushed = Intake::count(batch, &self.settings);
            add(&self.counters.dropped, pushed.taken);
            pushed
        };
        let is_much = intake.waiting_bytes() >= WRITE_BYTES;
        drop(intake);
        if pushed.left_out > 0 {
            add(&self.counters.left_out, pushed.left_out);
        }
        if is_much && stuck == 0 {
            // A long request does not have to wait for its end.
            self.write();
        }
        Ok(Appended { accepted: usize::try_from(pushed.taken).unwrap_or(usize::MAX), ..Appended::default() })
    }

    /// Never an error: whatever becomes of the queue, the samples are in the store.
    fn commit(&self) -> Result<(), AppendError> {
        if self.intake.lock().waiting_bytes() > 0 || self.stuck_bytes.load(Ordering::Relaxed) > 0 {
            self.write();
        }
        Ok(())
    }
}

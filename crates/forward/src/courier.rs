//! Who brings samples to a destination: says what is to be sent next and when, and what an answer means for the queue. One
//! request is under way at a time, so that the order is kept. The sending itself is done by who asks.

use crate::queue::Queue;
use crate::reader::{Batch, Reader};
use crate::request::{self, Row};
use crate::second;
use crate::settings::{Settings, Version};
use crate::stats::add;
use crate::verdict::{Verdict, back_off, judge};
use model::{Describe, Metadata, limits};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use world::{BackOff, Clock, Disk};

/// How often it is told that a destination does not want something.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Makes requests of what a queue has.
pub struct Courier {
    queue: Arc<Queue>,
    reader: Reader,
    describe: Option<Arc<dyn Describe>>,
    hand: Option<Hand>,
    back_off: BackOff,
    /// The same, of the disk that is read.
    reading: BackOff,
    /// Nothing is sent before.
    resting_until: Duration,
    /// When samples are taken from the queue though they are few.
    due: Duration,
    /// When metrics are described again.
    describing: Duration,
    /// How often the next request that is not wanted may be cut.
    pieces: u32,
    complaint: Complaint,
}

/// What is on its way.
enum Hand {
    Samples(Load),
    /// What is known of metrics, chunk by chunk.
    Metadata(Vec<(Box<str>, Metadata)>),
}

/// A batch that is being sent.
struct Load {
    batch: Batch,
    /// The rows that are still to be sent, the next ones last.
    left: Vec<Range<usize>>,
    pieces: u32,
    sent: u64,
    failed: u64,
}

/// What was last told of requests that are not wanted.
#[derive(Default)]
struct Complaint {
    next: Duration,
    untold: u64,
}

/// What is to be done.
#[derive(Debug)]
pub enum Next {
    /// Send this, and tell [`Courier::answered`] of the answer.
    Post(Request),
    /// Ask again after this time.
    Wait(Duration),
}

/// The body of a request; its headers are [`Version::headers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Packed.
    pub body: Vec<u8>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The receiver answered.
    Status {
        /// The status of HTTP.
        status: u16,
        /// Whether it says how many samples it wrote, as everybody does who reads version 2.
        says_written: bool,
        /// How long it asks not to be asked.
        retry_after: Option<Duration>,
        /// What it says, for the log.
        text: String,
    },
    /// There was no answer, for this reason.
    Failed(String),
}

impl Courier {
    /// Opens the queue in the directory `disk`, and who empties it. `describe` knows what metrics are.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn open(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        describe: Option<Arc<dyn Describe>>,
    ) -> io::Result<(Arc<Queue>, Self)> {
        let (queue, at) = Queue::open_at(disk, clock, settings)?;
        let courier = Self {
            reader: Reader::new(Arc::clone(&queue), at),
            queue: Arc::clone(&queue),
            describe,
            hand: None,
            back_off: back_off(),
            reading: back_off(),
            resting_until: Duration::ZERO,
            due: Duration::ZERO,
            describing: Duration::ZERO,
            pieces: limits::FORWARD_PIECES,
            complaint: Complaint::default(),
        };
        Ok((queue, courier))
    }

    /// What is to be done now. Reads the disk, so not to be asked where others must not wait.
    pub fn next_step(&mut self) -> Next {
        let now = self.queue.clock.monotonic();
        if now < self.resting_until {
            return Next::Wait(self.resting_until - now);
        }
        if self.hand.is_none()
            && let Err(wait) = self.fill(now)
        {
            return Next::Wait(wait);
        }
        let body = match &self.hand {
            Some(Hand::Samples(load)) => self.write(load.rows()),
            Some(Hand::Metadata(all)) => request::write_metadata(
                all.get(..all.len().min(limits::FORWARD_METADATA)).unwrap_or_default(),
            ),
            None => return Next::Wait(limits::FORWARD_WAIT),
        };
        Next::Post(Request { body: request::pack(&body) })
    }

    fn write(&self, rows: &[Row]) -> Vec<u8> {
        match self.queue.settings.version {
            Version::V1 => request::write(rows),
            Version::V2 => second::write(rows, |metric| {
                let known = self.describe.as_ref()?.described(Some(metric));
                known.into_iter().next().map(|(_, metadata)| metadata)
            }),
        }
    }

    /// Takes something in hand, or says how long there is nothing to do.
    fn fill(&mut self, now: Duration) -> Result<(), Duration> {
        if now >= self.describing
            && self.queue.settings.version == Version::V1
            && let Some(describe) = &self.describe
        {
            self.describing = now + limits::FORWARD_METADATA_EVERY;
            let mut known = describe.described(None);
            known.retain(|(name, _)| self.queue.settings.tells_of(name));
            if !known.is_empty() {
                self.hand = Some(Hand::Metadata(known));
                return Ok(());
            }
            // The first metrics may come any moment.
            self.describing = now + limits::FORWARD_FIRST_PAUSE;
        }
        let most = self.queue.settings.max_samples.max(1);
        if now < self.due && self.queue.waiting() < most as u64 {
            return Err(self.due - now);
        }
        match self.reader.next(most) {
            Ok(Some(batch)) => {
                self.reading.reset();
                self.due = now + limits::FORWARD_WAIT;
                let arrival = batch.arrival.unwrap_or_else(|| self.queue.clock.now());
                self.queue.depart(batch.end.segment, batch.all(), arrival);
                self.hand = Some(Hand::Samples(Load::new(batch, most, self.pieces)));
                Ok(())
            }
            Ok(None) => {
                self.due = now + limits::FORWARD_WAIT;
                Err(limits::FORWARD_WAIT)
            }
            Err(error) => {
                if self.reading.failures() == 0 {
                    self.queue.told.tell(format!("the queue cannot be read: {error}"));
                }
                self.resting_until = now + self.reading.pause(None);
                Err(self.resting_until - now)
            }
        }
    }

    /// What came of the request that [`Courier::next_step`] gave.
    pub fn answered(&mut self, reply: &Reply) {
        let (verdict, asked) = match reply {
            Reply::Status { status, retry_after, .. } => (judge(*status), *retry_after),
            Reply::Failed(_) => (Verdict::Again, None),
        };
        if self.is_misunderstood(reply) {
            // Nothing is lost by it when somebody sets the version right.
            let why = "it does not read version 2 of remote write: set `version = 1`".to_owned();
            return self.again(&Reply::Failed(why), asked);
        }
        if verdict == Verdict::Again {
            return self.again(reply, asked);
        }
        if self.back_off.failures() > 0 {
            self.queue
                .told
                .tell(format!("the destination answers again after {} attempts", self.back_off.failures()));
        }
        self.back_off.reset();
        match self.hand.take() {
            Some(Hand::Samples(load)) => self.samples_answered(load, verdict, reply),
            Some(Hand::Metadata(mut all)) => {
                all.drain(..all.len().min(limits::FORWARD_METADATA));
                // They come again; who does not want them, does not want the rest either.
                if verdict == Verdict::Taken && !all.is_empty() {
                    self.hand = Some(Hand::Metadata(all));
                }
            }
            None => {}
        }
    }

    /// Whether the receiver does not know the second version. One that knows only the first may take such a request, and
    /// find nothing in it.
    fn is_misunderstood(&self, reply: &Reply) -> bool {
        let Reply::Status { status, says_written, .. } = reply else { return false };
        let is_taken = judge(*status) == Verdict::Taken;
        self.queue.settings.version == Version::V2 && (*status == 415 || (is_taken && !says_written))
    }

    fn again(&mut self, reply: &Reply, asked: Option<Duration>) {
        if self.back_off.failures() == 0 {
            self.queue.told.tell(format!("the destination does not take samples now: {reply}"));
        }
        add(&self.queue.counters.retries, 1);
        self.resting_until = self.queue.clock.monotonic() + self.back_off.pause(asked);
        match self.hand.take() {
            Some(Hand::Samples(load)) if !self.queue.has(load.batch.end.segment) => {
                let unsent = load.batch.all() - load.batch.left_out - load.sent - load.failed;
                add(&self.queue.counters.dropped, unsent);
                let sent = Load { batch: Batch { lost: 0, ..load.batch }, ..load };
                self.done(&sent);
            }
            // Metrics are described again before long; samples do not wait for it.
            Some(Hand::Metadata(_)) => self.describing = self.resting_until + limits::FORWARD_LONGEST_PAUSE,
            None => {}
            samples => self.hand = samples,
        }
    }

    fn samples_answered(&mut self, mut load: Load, verdict: Verdict, reply: &Reply) {
        let Some(piece) = load.left.pop() else { return };
        let entries = load.entries(&piece);
        match verdict {
            Verdict::Bad if piece.len() > 1 && load.pieces > 1 => {
                // What stands in it and is wanted shall not be lost by what is not.
                load.pieces -= 2.min(load.pieces);
                let middle = piece.start + piece.len() / 2;
                load.left.extend([middle..piece.end, piece.start..middle]);
            }
            Verdict::Bad | Verdict::Refused => {
                load.failed += entries;
                self.complain(entries, reply);
            }
            Verdict::Taken | Verdict::Again => load.sent += entries,
        }
        if !load.left.is_empty() {
            self.hand = Some(Hand::Samples(load));
            return;
        }
        // Cutting was in vain: it is done less with the next.
        self.pieces = if load.sent > 0 { limits::FORWARD_PIECES } else { self.pieces / 2 };
        self.done(&load);
    }

    /// A batch is done with.
    fn done(&self, load: &Load) {
        let counters = &self.queue.counters;
        for (counter, count) in [
            (&counters.sent, load.sent),
            (&counters.failed, load.failed),
            (&counters.dropped, load.batch.lost),
            (&counters.left_out, load.batch.left_out),
        ] {
            add(counter, count);
        }
        self.queue.arrive(load.batch.end);
    }

    fn complain(&mut self, samples: u64, reply: &Reply) {
        let now = self.queue.clock.monotonic();
        self.complaint.untold += samples;
        if now >= self.complaint.next {
            let samples = std::mem::take(&mut self.complaint.untold);
            self.queue.told.tell(format!("{samples} samples were not wanted and are dropped: {reply}"));
            self.complaint.next = now + TELL_EVERY;
        }
    }
}

impl Load {
    /// A batch in pieces of at most so many rows.
    fn new(batch: Batch, most: usize, pieces: u32) -> Self {
        let starts = (0..batch.rows.len()).step_by(most);
        let mut left: Vec<_> = starts.map(|start| start..batch.rows.len().min(start + most)).collect();
        left.reverse();
        Self { batch, left, pieces, sent: 0, failed: 0 }
    }

    fn rows(&self) -> &[Row] {
        let next = self.left.last().cloned().unwrap_or_default();
        self.batch.rows.get(next).unwrap_or_default()
    }

    fn entries(&self, piece: &Range<usize>) -> u64 {
        let rows = self.batch.rows.get(piece.clone()).unwrap_or_default();
        rows.iter().map(|row| row.entries).sum()
    }
}

/// For the log.
impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status { status, text, .. } => {
                let shown: String = text.trim().chars().take(limits::EXAMPLE_BYTES).collect();
                write!(f, "it answered {status} {shown:?}")
            }
            Self::Failed(why) => f.write_str(why),
        }
    }
}

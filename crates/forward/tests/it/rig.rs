//! A queue on a simulated disk, and a receiver that reads requests as the gate of a collector does.

use forward::{Courier, Next, Queue, Reply, Settings};
use ingest::{Gate, GateSettings, Packing, RemoteWrite, unpack};
use model::{
    Announce, Append, AppendError, Appended, Event, Labels, MetricKind, NAME, Point, Sample, Series, limits,
};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use world::{Clock, Disk, SimClock, SimDisk};

/// When it all begins.
pub(crate) const START: i64 = 1_700_000_000_000;

/// `m` or `m a=1`.
pub(crate) fn series(words: &str) -> Arc<Series> {
    let pairs = words.split(' ').map(|word| word.split_once('=').unwrap_or((NAME, word)));
    Arc::new(Series::new(Labels::new(pairs), MetricKind::Gauge))
}

/// A queue, who empties it, and the clock.
pub(crate) struct Rig {
    pub(crate) queue: Arc<Queue>,
    pub(crate) courier: Courier,
    pub(crate) clock: Arc<SimClock>,
    taken: i64,
}

pub(crate) fn open(disk: &SimDisk, settings: &Settings) -> Rig {
    open_on(Arc::new(disk.clone()), settings)
}

pub(crate) fn open_on(disk: Arc<dyn Disk>, settings: &Settings) -> Rig {
    let clock = Arc::new(SimClock::at(START));
    let (queue, courier) = Courier::open(disk, clock.clone() as Arc<dyn Clock>, settings.clone(), None)
        .expect("the disk can be read");
    Rig { queue, courier, clock, taken: 0 }
}

impl Rig {
    /// The same on another clock's time: what is taken next is later than `count` others.
    pub(crate) fn after(mut self, count: usize) -> Self {
        self.taken = i64::try_from(count).expect("few");
        self
    }

    /// Takes a sample of each series, with the number of the round as value.
    pub(crate) fn take(&mut self, all: &[Arc<Series>]) {
        let point = Point { t: START + self.taken, v: self.taken as f64 };
        self.taken += 1;
        let batch: Vec<_> = all.iter().map(|series| Sample { series, point }).collect();
        self.queue.append(&batch).expect("it never fails");
        self.queue.commit().expect("it never fails");
    }

    /// Sends until nothing is left.
    pub(crate) fn drain(&mut self, to: &mut Receiver) {
        for _ in 0..100_000 {
            match self.courier.next_step() {
                Next::Post(request) => self.courier.answered(&to.post(&request.body)),
                Next::Wait(wait) => {
                    if self.queue.stats().queue_samples == 0 && self.queue.stats().lag == 0 {
                        return;
                    }
                    self.clock.advance(wait);
                }
            }
        }
        panic!("it does not end: {:?}", self.queue.stats());
    }

    /// One request, if there is something to send now or in a second.
    pub(crate) fn step(&mut self, to: &mut Receiver) {
        self.clock.advance(Duration::from_secs(1));
        if let Next::Post(request) = self.courier.next_step() {
            self.courier.answered(&to.post(&request.body));
        }
    }
}

/// What a receiver has, by series, in the order in which it came.
pub(crate) type Kept = BTreeMap<String, Vec<(i64, u64)>>;

/// Another store.
pub(crate) struct Receiver {
    gate: Gate,
    staged: Arc<Keeper>,
    pub(crate) kept: Kept,
    known: HashSet<(String, (i64, u64))>,
    /// Samples that it had already.
    pub(crate) repeats: usize,
    pub(crate) requests: usize,
    /// Refuses a whole request for one sample out of order, as Prometheus does.
    pub(crate) is_strict: bool,
    pub(crate) version: RemoteWrite,
    /// Says this, as long as there is something.
    pub(crate) answers: Vec<Reply>,
}

/// What stands in a request.
#[derive(Default)]
struct Keeper(Mutex<Vec<(String, Point)>>);

impl Append for Keeper {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        let all = batch.iter().map(|sample| (sample.series.labels().to_string(), sample.point));
        self.0.lock().extend(all);
        Ok(Appended { accepted: batch.len(), ..Appended::default() })
    }
}

struct Nobody;

impl Announce for Nobody {
    fn announce(&self, _: Event) {}
}

impl Receiver {
    pub(crate) fn new() -> Self {
        let staged = Arc::new(Keeper::default());
        let settings = GateSettings { retention: limits::FOREVER, ..GateSettings::default() };
        let clock = Arc::new(SimClock::at(START));
        let gate = Gate::new(settings, clock, vec![staged.clone()], Arc::new(Nobody));
        Self {
            gate,
            staged,
            kept: Kept::new(),
            known: HashSet::new(),
            repeats: 0,
            requests: 0,
            is_strict: true,
            version: RemoteWrite::V1,
            answers: Vec::new(),
        }
    }

    pub(crate) fn post(&mut self, body: &[u8]) -> Reply {
        self.requests += 1;
        if let Some(reply) = self.answers.pop() {
            return reply;
        }
        let packed = body;
        let mut body = Vec::new();
        unpack(Packing::Snappy, packed, &mut body).expect("it is packed");
        let told = self.gate.remote_write(self.version, &body, START).expect("it is a request");
        assert!(told.refused.is_empty(), "{:?}", told.refused);
        let staged = std::mem::take(&mut *self.staged.0.lock());
        if self.is_strict && !self.is_in_order(&staged) {
            return status(400);
        }
        for (series, point) in staged {
            let new = (point.t, point.v.to_bits());
            if self.known.insert((series.clone(), new)) {
                self.kept.entry(series).or_default().push(new);
            } else {
                self.repeats += 1;
            }
        }
        status(204)
    }

    /// Whether each sample is newer than those of its series before, or the same as the last.
    fn is_in_order(&self, staged: &[(String, Point)]) -> bool {
        let mut last: BTreeMap<&str, (i64, u64)> = BTreeMap::new();
        staged.iter().all(|(series, point)| {
            let kept = || self.kept.get(series).and_then(|kept| kept.last().copied());
            let new = (point.t, point.v.to_bits());
            let before = last.insert(series, new).or_else(kept);
            before.is_none_or(|before| before == new || before.0 < new.0)
        })
    }

    /// The values of a series.
    pub(crate) fn values(&self, series: &str) -> Vec<f64> {
        let kept = self.kept.get(series).into_iter().flatten();
        kept.map(|(_, bits)| f64::from_bits(*bits)).collect()
    }

    pub(crate) fn count(&self) -> u64 {
        self.kept.values().map(|kept| kept.len() as u64).sum()
    }
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Status { status, says_written: true, retry_after: None, text: "said so".to_owned() }
}

/// `0, 1, …`.
pub(crate) fn numbers(range: std::ops::Range<usize>) -> Vec<f64> {
    range.map(|number| number as f64).collect()
}

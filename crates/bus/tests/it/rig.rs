//! The bus with a witness in the place of the gate.

use crate::said::{OWN, in_words};
use crate::wait::until;
use bus::{Broker, Bus, BusError, BusSettings, Outbox, outbox, start};
use model::{
    Answer, BusStatus, Intake, IntakeError, Origin, Passage, Question, Reply, Report, SelfHealth, Sighting,
    Watch, limits,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::{Builder, Runtime};
use world::SystemClock;

/// One message, as it reached the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) topic: String,
    pub(crate) meaning: String,
    pub(crate) message_id: Option<String>,
    pub(crate) retained: bool,
}

/// Writes down what it is given; can be told to refuse.
#[derive(Default)]
pub(crate) struct Witness {
    seen: Mutex<Vec<Seen>>,
    refusing: AtomicBool,
}

impl Witness {
    /// Gives, and forgets, the meanings of what came in so far.
    pub(crate) fn meanings(&self) -> Vec<String> {
        self.seen.lock().drain(..).map(|seen| seen.meaning).collect()
    }

    /// From now on nothing is taken.
    pub(crate) fn refuse(&self) {
        self.refusing.store(true, Ordering::SeqCst);
    }
}

impl Intake for Witness {
    fn take(&self, origin: &Origin<'_>, report: Report<'_>) -> Result<(), IntakeError> {
        if self.refusing.load(Ordering::SeqCst) {
            return Err(IntakeError::Unavailable("the disk is full".to_owned()));
        }
        self.seen.lock().push(Seen {
            topic: origin.topic.to_owned(),
            meaning: in_words(&report),
            message_id: origin.message_id.as_ref().map(ToString::to_string),
            retained: origin.retained,
        });
        Ok(())
    }
}

/// Keeps the questions that it is asked, and answers when a test says so.
#[derive(Default)]
pub(crate) struct Oracle {
    asked: Mutex<Vec<(Question, Reply)>>,
}

impl Answer for Oracle {
    fn answer(&self, question: Question, reply: Reply) {
        self.asked.lock().push((question, reply));
    }
}

impl Oracle {
    /// The oldest question that is not answered.
    #[track_caller]
    pub(crate) fn question(&self) -> (Question, Reply) {
        until("a question", || {
            let mut asked = self.asked.lock();
            if asked.is_empty() { Err("silence") } else { Ok(asked.remove(0)) }
        })
    }

    /// Questions that are not answered.
    pub(crate) fn waiting(&self) -> usize {
        self.asked.lock().len()
    }
}

/// A message as it came: topic, payload, quality of service, whether the collector's own connection brought it.
pub(crate) type Passed = (String, Vec<u8>, u8, bool);

/// Writes down what passes: topic, sender, bytes, whether it is a copy that was kept.
#[derive(Default)]
pub(crate) struct Bystander {
    pub(crate) seen: Mutex<Vec<(String, String, usize, bool)>>,
    /// As they came.
    pub(crate) passed: Mutex<Vec<Passed>>,
}

impl Watch for Bystander {
    fn see(&self, sighting: &Sighting<'_>) {
        let source = sighting.envelope.as_ref().map_or("?", |envelope| &*envelope.source);
        let seen = (sighting.topic.to_owned(), source.to_owned(), sighting.bytes, sighting.retained);
        self.seen.lock().push(seen);
    }

    fn pass(&self, passage: &Passage<'_>) {
        let passed = (passage.topic.to_owned(), passage.payload.to_vec(), passage.qos, passage.is_taken);
        self.passed.lock().push(passed);
    }
}

/// A running bus.
pub(crate) struct Rig {
    runtime: Runtime,
    pub(crate) bus: Bus,
    pub(crate) witness: Arc<Witness>,
    pub(crate) oracle: Arc<Oracle>,
    pub(crate) bystander: Arc<Bystander>,
    pub(crate) outbox: Outbox,
}

/// Settings for a broker on this machine.
pub(crate) fn external(port: u16) -> BusSettings {
    settings(Broker::External { host: "127.0.0.1".to_owned(), port })
}

/// Settings for an own broker.
pub(crate) fn embedded(host: &str, port: u16) -> BusSettings {
    settings(Broker::Embedded { host: host.to_owned(), port })
}

fn settings(broker: Broker) -> BusSettings {
    BusSettings {
        broker,
        username: None,
        password: None,
        client_id: "metrics_collector_test".to_owned(),
        service_name: OWN.to_owned(),
        version: "1.0.0".to_owned(),
        listen: Vec::new(),
        tls: None,
        websocket_path: None,
    }
}

impl Rig {
    /// Starts a bus.
    pub(crate) fn try_start(settings: BusSettings) -> Result<Self, BusError> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let witness = Arc::new(Witness::default());
        let oracle = Arc::new(Oracle::default());
        let bystander = Arc::new(Bystander::default());
        let (outbox, inbox) = outbox(limits::OUTBOX);
        let health = || SelfHealth { healthy: true, uptime: 1.5, messages_processed: 7, errors: 2 };
        let bus = runtime.block_on(start(
            settings,
            Arc::new(SystemClock::default()),
            witness.clone(),
            inbox,
            Arc::new(health),
            oracle.clone(),
            bystander.clone(),
        ))?;
        Ok(Self { runtime, bus, witness, oracle, bystander, outbox })
    }

    /// Starts a bus that may not be connected yet.
    pub(crate) fn start(settings: BusSettings) -> Self {
        Self::try_start(settings).expect("the bus starts")
    }

    /// Starts a bus and waits until it is connected.
    #[track_caller]
    pub(crate) fn connect(settings: BusSettings) -> Self {
        let rig = Self::start(settings);
        rig.wait_connected(1);
        rig
    }

    pub(crate) fn status(&self) -> BusStatus {
        self.bus.status()
    }

    /// Waits until the bus is connected for the `nth` time or later.
    #[track_caller]
    pub(crate) fn wait_connected(&self, nth: u64) -> BusStatus {
        self.wait_status("connected", |status| status.connected && status.connects >= nth)
    }

    /// Waits until the status is as wanted.
    #[track_caller]
    pub(crate) fn wait_status(&self, what: &str, wanted: impl Fn(&BusStatus) -> bool) -> BusStatus {
        until(what, || {
            let status = self.status();
            if wanted(&status) { Ok(status) } else { Err(Box::new(status)) }
        })
    }

    /// What came in so far, without the bus's own messages.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.witness.seen.lock().iter().filter(|seen| seen.meaning != "nothing: own").cloned().collect()
    }

    /// The meanings of what came in so far on `topic`.
    pub(crate) fn on(&self, topic: &str) -> Vec<String> {
        self.seen().into_iter().filter(|seen| seen.topic == topic).map(|seen| seen.meaning).collect()
    }

    /// Waits until something of this meaning came in.
    #[track_caller]
    pub(crate) fn wait_for(&self, meaning: &str) {
        until(meaning, || {
            let seen = self.seen();
            if seen.iter().any(|one| one.meaning == meaning) { Ok(()) } else { Err(seen) }
        });
    }

    /// From now on nothing is taken, or everything again.
    pub(crate) fn refuse(&self, refusing: bool) {
        self.witness.refusing.store(refusing, Ordering::SeqCst);
    }

    /// Waits for something of the bus.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// An orderly stop.
    pub(crate) fn stop(&self) {
        self.runtime.block_on(self.bus.stop());
    }

    /// Dies in the middle of it all, as a killed process does.
    pub(crate) fn die(self) {
        self.runtime.shutdown_background();
    }
}

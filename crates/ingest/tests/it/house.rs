//! A gate with everything around it played: a store that keeps what it gets, a second reader, a clock that
//! stands, ears for the events.

use ingest::{Gate, GateSettings};
use model::{
    Announce, Append, AppendError, Appended, Entry, Event, Health, Intake, IntakeError, Measurements,
    MetricKind, Origin, Point, Reason, Refused, Registration, Report, Sample, Status, Unregistration,
    is_stale_marker, to_seconds,
};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use world::{Clock, SimClock};

/// When every test begins.
pub(crate) const START: i64 = 1_795_394_000_000;

type Refuse = Box<dyn Fn(&Sample<'_>) -> Option<Reason> + Send>;

/// An [`Append`] that keeps everything, by series and time.
#[derive(Default)]
pub(crate) struct Keeper {
    pub(crate) kept: Mutex<BTreeMap<String, BTreeMap<i64, f64>>>,
    /// Samples in the order in which they came.
    pub(crate) log: Mutex<Vec<(String, Point)>>,
    pub(crate) refuse: Mutex<Option<Refuse>>,
    pub(crate) broken: Mutex<bool>,
    /// Is a judge of samples, as the rules are.
    pub(crate) judges: AtomicBool,
}

impl Append for Keeper {
    fn judges(&self) -> bool {
        self.judges.load(Ordering::Relaxed)
    }

    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        if *self.broken.lock() {
            return Err(AppendError("broken".to_owned()));
        }
        let mut appended = Appended::default();
        let mut kept = self.kept.lock();
        for (index, sample) in batch.iter().enumerate() {
            let refused = self.refuse.lock().as_ref().and_then(|refuse| refuse(sample));
            if let Some(reason) = refused {
                appended.refused.push(Refused { index, reason });
                continue;
            }
            let name = sample.series.labels().to_string();
            self.log.lock().push((name.clone(), sample.point));
            match kept.entry(name).or_default().insert(sample.point.t, sample.point.v) {
                None => appended.accepted += 1,
                Some(_) => appended.replaced += 1,
            }
        }
        Ok(appended)
    }
}

/// Hears every event.
#[derive(Default)]
pub(crate) struct Ears(pub(crate) Mutex<Vec<Event>>);

impl Announce for Ears {
    fn announce(&self, event: Event) {
        self.0.lock().push(event);
    }
}

/// The gate and what is around it.
pub(crate) struct House {
    pub(crate) gate: Gate,
    pub(crate) store: Arc<Keeper>,
    pub(crate) reader: Arc<Keeper>,
    pub(crate) ears: Arc<Ears>,
    pub(crate) clock: Arc<SimClock>,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with_reader(true)
    }

    /// A house whose reader judges samples, or keeps them.
    pub(crate) fn with_reader(judges: bool) -> Self {
        let (store, reader, ears) =
            (Arc::<Keeper>::default(), Arc::<Keeper>::default(), Arc::<Ears>::default());
        reader.judges.store(judges, Ordering::Relaxed);
        let clock = Arc::new(SimClock::at(START));
        let appends: Vec<Arc<dyn Append>> = vec![store.clone(), reader.clone()];
        let gate = Gate::new(GateSettings::default(), clock.clone(), appends, ears.clone());
        Self { gate, store, reader, ears, clock }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets `seconds` pass, with a tick in each.
    pub(crate) fn pass(&self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.gate.tick(self.now());
        }
    }

    /// Sends a report that has no message id.
    pub(crate) fn send(&self, report: Report<'_>) {
        assert_eq!(self.gate.take(&self.origin(None), report), Ok(()));
    }

    pub(crate) fn send_as(&self, id: &str, report: Report<'_>) -> Result<(), IntakeError> {
        self.gate.take(&self.origin(Some(id)), report)
    }

    pub(crate) fn origin<'a>(&self, id: Option<&'a str>) -> Origin<'a> {
        Origin {
            topic: "test/topic",
            source: None,
            message_id: id.map(Cow::Borrowed),
            sent_at: None,
            received_at: self.now(),
            bytes: 0,
            retained: false,
        }
    }

    /// Every kept point, `labels = value@milliseconds since the start`, a marker as `end`.
    pub(crate) fn kept(&self) -> Vec<String> {
        lines(&self.store)
    }

    /// The kept points whose series' text contains `part`.
    pub(crate) fn kept_of(&self, part: &str) -> Vec<String> {
        self.kept().into_iter().filter(|line| line.contains(part)).collect()
    }

    /// The events since the last call, in short.
    pub(crate) fn events(&self) -> Vec<String> {
        std::mem::take(&mut *self.ears.0.lock()).iter().map(short).collect()
    }

    /// `service[instance,…]` of all that is measured, `(service)` of what is only announced.
    pub(crate) fn known(&self) -> String {
        let services = self.gate.registry().services();
        let text = services.iter().map(|service| {
            let ids: Vec<&str> = service.instances.iter().map(|instance| instance.id.as_str()).collect();
            if service.measured {
                format!("{}[{}]", service.name, ids.join(","))
            } else {
                format!("({})", service.name)
            }
        });
        text.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn word(&self, service: &str, instance: &str) -> Option<String> {
        let view = self.gate.registry().service(service)?;
        view.instances.into_iter().find(|found| found.id == instance)?.health
    }
}

pub(crate) fn lines(keeper: &Keeper) -> Vec<String> {
    let kept = keeper.kept.lock();
    let points = kept.iter().flat_map(|(name, points)| points.iter().map(move |(t, v)| (name, *t, *v)));
    points
        .map(|(name, t, v)| {
            let value = if is_stale_marker(v) { "end".to_owned() } else { v.to_string() };
            format!("{name} = {value}@{}", t - START)
        })
        .collect()
}

fn short(event: &Event) -> String {
    match event {
        Event::Lifecycle(life) => {
            let instance = life.instance_id.as_ref().map(|id| format!("/{id}")).unwrap_or_default();
            format!("{} {}{instance}: {}", life.change.event_type(), life.service_name, life.detail)
        }
        Event::CollectionError(error) => format!("{:?} {}: {}", error.class, error.service_name, error.error),
        other => format!("{other:?}"),
    }
}

pub(crate) fn entry(name: &str, value: f64) -> Entry<'_> {
    Entry { name: name.into(), value, kind: MetricKind::Gauge, timestamp: None, labels: Vec::new() }
}

pub(crate) fn labelled<'a>(name: &'a str, value: f64, labels: &[(&'a str, &'a str)]) -> Entry<'a> {
    let labels = labels.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value))).collect();
    Entry { labels, ..entry(name, value) }
}

/// An entry of `ms` after the start.
pub(crate) fn timed(name: &str, value: f64, ms: i64) -> Entry<'_> {
    Entry { timestamp: Some(to_seconds(START + ms)), ..entry(name, value) }
}

pub(crate) fn measured<'a>(service: &'a str, instance: &'a str, entries: Vec<Entry<'a>>) -> Report<'a> {
    Report::Measurements(Measurements {
        service: service.into(),
        instance: instance.into(),
        entries,
        rejected: Vec::new(),
    })
}

pub(crate) fn health<'a>(service: &'a str, instance: Option<&'a str>, word: &'a str) -> Report<'a> {
    Report::Health(Health {
        service: service.into(),
        instance: instance.map(Cow::Borrowed),
        word: word.into(),
        readings: Vec::new(),
        timestamp: None,
    })
}

pub(crate) fn status<'a>(
    service: &'a str,
    instance: &'a str,
    readings: Vec<(&'static str, f64)>,
) -> Report<'a> {
    Report::Status(Status {
        service: service.into(),
        instance: instance.into(),
        word: Some("running".into()),
        readings,
        rejected: Vec::new(),
        timestamp: None,
    })
}

pub(crate) fn registered(service: &str, started: f64) -> Report<'_> {
    Report::Registered(Registration {
        service: service.into(),
        started: Some(started),
        capabilities: vec!["listen".into()],
        version: Some("1.0.0".into()),
        metrics_url: None,
    })
}

pub(crate) fn goodbye(service: &str) -> Report<'_> {
    Report::Unregistered(Unregistration { service: service.into() })
}

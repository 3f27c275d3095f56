//! The one writer behind the gate: all that changes when a message is taken, and the steps that every kind of
//! message has in common. What it does with each kind is in the modules below.
//!
//! Nothing is announced here: events are collected, and the gate announces them after it let go of its lock.

use crate::batch::{Batch, Outcome};
use crate::complaints::{Complaints, Kind};
use crate::distribution::Distributions;
use crate::intern::{Interned, Interner, SenderLabels, Shape, Who};
use crate::registry::Registry;
use crate::settings::GateSettings;
use crate::tally::Tally;
use model::{
    Append, AppendError, Describe, Event, IntakeError, Lifecycle, LifecycleChange, MessageIds, Metadata,
    MetricKind, MetricType, Millis, Point, Reason, Series, stale_marker, unit_of,
};
use std::sync::Arc;

/// The topic under which the collector's own samples are counted when they are refused.
const OWN: &str = "collector";

/// The gate's mutable state.
pub(crate) struct Writer {
    pub(crate) settings: GateSettings,
    pub(crate) registry: Arc<Registry>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) ids: MessageIds,
    /// When the last probe went out.
    pub(crate) probe: Option<Millis>,
    /// When `up` was written last.
    pub(crate) up_written: Option<Millis>,
    /// When old things were forgotten last.
    pub(crate) forgot: Option<Millis>,
    /// Where types and units of metrics are noted.
    pub(crate) describe: Option<Arc<dyn Describe>>,
    /// When distributions were written last.
    pub(crate) distributed: Option<Millis>,
    distributions: Distributions,
    events: Vec<Event>,
    appends: Vec<Arc<dyn Append>>,
    /// Those that get what is computed of other samples.
    keepers: Vec<Arc<dyn Append>>,
    interner: Interner,
    complaints: Complaints,
    /// An empty batch, kept for its memory.
    spare: Batch,
}

/// Where a message came in, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) topic: &'a str,
    pub(crate) now: Millis,
    /// Whether it is a copy that the broker had kept.
    pub(crate) retained: bool,
}

impl Arrival<'_> {
    /// The arrival of something that the collector says itself.
    pub(crate) fn own(now: Millis) -> Self {
        Self { topic: OWN, now, retained: false }
    }
}

impl Writer {
    pub(crate) fn new(
        settings: GateSettings,
        registry: Arc<Registry>,
        tally: Arc<Tally>,
        appends: Vec<Arc<dyn Append>>,
    ) -> Self {
        let interner = Interner::new(settings.series);
        let keepers = appends.iter().filter(|append| !append.judges()).cloned().collect();
        Self {
            settings,
            registry,
            tally,
            ids: MessageIds::default(),
            probe: None,
            up_written: None,
            forgot: None,
            describe: None,
            distributed: None,
            distributions: Distributions::default(),
            events: Vec::new(),
            appends,
            keepers,
            interner,
            complaints: Complaints::default(),
            spare: Batch::default(),
        }
    }

    /// The events collected since the last call.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    pub(crate) fn tell_life(&mut self, who: Who<'_>, change: LifecycleChange, detail: String, now: Millis) {
        self.tell(Event::Lifecycle(Lifecycle {
            service_name: who.service.to_owned(),
            instance_id: who.instance.map(str::to_owned),
            change,
            detail,
            timestamp: now,
        }));
    }

    /// Makes sure that `who` is known.
    ///
    /// # Errors
    /// The limit that forbids it.
    pub(crate) fn admit(&mut self, who: Who<'_>, now: Millis) -> Result<(), Reason> {
        let admitted = self.registry.write().admit(who.service, who.instance, now, self.probe)?;
        if admitted.new_service {
            let service = Who { instance: None, ..who };
            self.tell_life(service, LifecycleChange::Discovered, "heard for the first time".to_owned(), now);
        }
        Ok(())
    }

    /// An empty batch.
    pub(crate) fn batch(&mut self) -> Batch {
        std::mem::take(&mut self.spare)
    }

    /// The series that a sender means.
    ///
    /// # Errors
    /// The limit that it is over.
    pub(crate) fn intern(
        &mut self,
        who: Who<'_>,
        name: &str,
        kind: MetricKind,
        labels: &SenderLabels<'_>,
    ) -> Result<Interned, Reason> {
        self.interner.series(&Shape { who, name, kind, labels })
    }

    /// Hands `batch` to every append, counts what became of it, and remembers the series that were kept.
    ///
    /// # Errors
    /// [`IntakeError::Unavailable`] when the store did not take it. Nothing was counted then but the fault,
    /// so the message can come again.
    pub(crate) fn append(
        &mut self,
        batch: &mut Batch,
        who: Who<'_>,
        arrival: Arrival<'_>,
    ) -> Result<Outcome, IntakeError> {
        let outcome = match batch.append(&self.appends) {
            Ok(outcome) => outcome,
            Err(fault) => {
                self.fault(0, &fault, who, arrival.now);
                return Err(IntakeError::Unavailable(fault.0));
            }
        };
        self.tally.count_samples(outcome.accepted, outcome.replaced);
        for (place, fault) in &outcome.faults {
            self.fault(*place, fault, who, arrival.now);
        }
        // A flood of new series refuses thousands at once: each reason is told once, with its newest example.
        for (reason, times, newest) in outcome.refused_by_reason() {
            let what = batch.series(newest).map_or_else(String::new, |series| series.labels().to_string());
            self.refuse(reason, times, &what, who, arrival);
        }
        let fresh = std::mem::take(&mut batch.fresh);
        // What the store refuses would only fill the cache.
        for (row, key) in fresh.into_iter().filter(|(row, _)| !outcome.is_refused(*row)) {
            if let Some(series) = batch.series(row) {
                self.interner.keep(key, Arc::clone(series));
                self.describe(series, who, arrival);
            }
        }
        Ok(outcome)
    }

    /// Notes what is known of the metric of a series that is new here.
    fn describe(&mut self, series: &Series, who: Who<'_>, arrival: Arrival<'_>) {
        let Some(describe) = &self.describe else { return };
        let (name, unit) = (series.name(), unit_of(series.name()));
        let metadata = |metric_type| Metadata { metric_type, unit: unit.into(), help: Box::default() };
        let mut described = describe.describe(name, metadata(series.kind().into()));
        if Distributions::is_observed(series) {
            let distribution = describe.describe(&Distributions::name(name), metadata(MetricType::Histogram));
            described = described.and(distribution);
        }
        if let Err(reason) = described {
            self.refuse(reason, 1, name, who, arrival);
        }
    }

    /// Gives an empty batch's memory back.
    pub(crate) fn give_back(&mut self, mut batch: Batch) {
        batch.clear();
        self.spare = batch;
    }

    /// Counts something refused, and tells the bus if it is time to.
    pub(crate) fn refuse(
        &mut self,
        reason: Reason,
        times: usize,
        what: &str,
        who: Who<'_>,
        arrival: Arrival<'_>,
    ) {
        if times == 0 {
            return;
        }
        self.tally.count_many(reason, times as u64, arrival.topic, what, &[], arrival.now);
        self.complain_of(reason, what, who, arrival);
    }

    /// Tells the bus of a refusal that was counted, if it is time to.
    pub(crate) fn complain_of(&mut self, reason: Reason, what: &str, who: Who<'_>, arrival: Arrival<'_>) {
        let error = || format!("{} On {}: {what}", reason.explain(), arrival.topic);
        let told =
            self.complaints.about(Kind::Refused(reason), who.service, who.instance, error, arrival.now);
        self.events.extend(told.map(Event::CollectionError));
    }

    /// A message of `who` was taken, with what it brought. Says so if it was thought silent or gone.
    pub(crate) fn heard(&mut self, who: Who<'_>, batch: &Batch, outcome: &Outcome, now: Millis) {
        let most = self.settings.series;
        let mut state = self.registry.write();
        let Some(service) = state.services.get_mut(who.service) else { return };
        service.measured = true;
        let was_gone = service.heard(now);
        let was_stale = service.voice_mut(who.instance).is_some_and(|voice| {
            if outcome.accepted + outcome.replaced > 0 {
                voice.brought(outcome.accepted, now);
            }
            voice.heard(now)
        });
        state.alive(who.service, who.instance, batch.kept(outcome), most, now);
        drop(state);
        if was_stale || was_gone {
            let who = if was_stale { who } else { Who { instance: None, ..who } };
            self.tell_life(who, LifecycleChange::Returned, "heard again".to_owned(), now);
        }
    }

    /// Takes the observations among what was kept into their distributions.
    pub(crate) fn distribute(
        &mut self,
        batch: &Batch,
        outcome: &Outcome,
        who: Who<'_>,
        arrival: Arrival<'_>,
    ) {
        // A message that comes again brings nothing new.
        if outcome.accepted == 0 {
            return;
        }
        for (row, (series, point)) in batch.rows.iter().enumerate() {
            if !outcome.is_refused(row) && self.distributions.observe(series, point.v).is_err() {
                self.refuse(Reason::TooManyDistributions, 1, &series.labels().to_string(), who, arrival);
            }
        }
    }

    /// Writes the distributions that changed. Rules do not see them: they see each observation.
    pub(crate) fn write_distributions(&mut self, now: Millis) {
        let changed = self.distributions.changed(now);
        self.keep(changed, now);
    }

    /// Hands what is computed of other samples to those that keep samples.
    fn keep(&mut self, samples: Vec<(Arc<Series>, Point)>, now: Millis) {
        let mut batch = self.batch();
        samples.into_iter().for_each(|(series, point)| batch.push_known(series, point));
        let kept = batch.append(&self.keepers);
        match kept {
            Ok(outcome) => {
                for (place, fault) in &outcome.faults {
                    self.fault(*place, fault, NOBODY, now);
                }
                for (reason, times, newest) in outcome.refused_by_reason() {
                    let what =
                        batch.series(newest).map_or_else(String::new, |series| series.labels().to_string());
                    self.refuse(reason, times, &what, NOBODY, Arrival::own(now));
                }
            }
            Err(fault) => self.fault(0, &fault, NOBODY, now),
        }
        self.give_back(batch);
    }

    /// Ends series: each gets a staleness marker at its time.
    pub(crate) fn end(&mut self, ended: impl IntoIterator<Item = (Arc<Series>, Millis)>, now: Millis) {
        let (mut batch, mut distributions) = (self.batch(), Vec::new());
        for (series, t) in ended {
            distributions.extend(self.distributions.end(&series, now));
            batch.push_known(series, Point { t, v: stale_marker() });
        }
        // A marker that finds no room is no loss to anybody: the series ends without it.
        match batch.append(&self.appends) {
            Ok(outcome) => {
                for (place, fault) in &outcome.faults {
                    self.fault(*place, fault, NOBODY, now);
                }
            }
            Err(fault) => self.fault(0, &fault, NOBODY, now),
        }
        self.give_back(batch);
        if !distributions.is_empty() {
            self.keep(distributions, now);
        }
    }

    pub(crate) fn fault(&mut self, place: usize, fault: &AppendError, who: Who<'_>, now: Millis) {
        self.tally.count_internal();
        let error = || match place {
            0 => format!("The store does not take samples: {fault}"),
            _ => format!("Samples were kept, but reader {place} of them did not take them: {fault}"),
        };
        let told = self.complaints.about(Kind::Append(place), who.service, who.instance, error, now);
        self.events.extend(told.map(Event::CollectionError));
    }
}

/// Where no single service is concerned.
pub(crate) const NOBODY: Who<'static> = Who { service: "", instance: None };

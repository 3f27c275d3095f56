//! What becomes of each kind of message: measurements, status, announcements. Health has rules of its own
//! and stands in the next module.

use crate::batch::Batch;
use crate::intern::{SenderLabels, Who};
use crate::moment::moment;
use crate::tally::start;
use crate::writer::{Arrival, NOBODY, Writer};
use model::{
    IntakeError, LifecycleChange, Measurements, MetricKind, Millis, Nothing, Point, Reason, Registration,
    Rejected, Status, Targets, Unregistration, limits, to_seconds,
};

/// A value with its name, on the way to becoming a sample.
struct Value<'a> {
    name: &'a str,
    kind: MetricKind,
    labels: &'a SenderLabels<'a>,
    said: Option<f64>,
    value: f64,
}

impl Writer {
    /// Takes measured values. The service and the instance exist from now on, even if there are none.
    pub(crate) fn take_measurements(
        &mut self,
        measured: &Measurements<'_>,
        arrival: Arrival<'_>,
    ) -> Result<(), IntakeError> {
        let who = Who { service: &measured.service, instance: Some(&measured.instance) };
        let values = measured.entries.iter().map(|entry| Value {
            name: &entry.name,
            kind: entry.kind,
            labels: &entry.labels,
            said: entry.timestamp,
            value: entry.value,
        });
        self.take_values(who, values, &measured.rejected, arrival)
    }

    /// Takes the numbers of a status message: gauges without labels, under the names of their fields, and so
    /// the same series as measurements of these names.
    pub(crate) fn take_status(
        &mut self,
        status: &Status<'_>,
        arrival: Arrival<'_>,
    ) -> Result<(), IntakeError> {
        let who = Who { service: &status.service, instance: Some(&status.instance) };
        let values = status.readings.iter().map(|(name, value)| Value {
            name,
            kind: MetricKind::Gauge,
            labels: &[],
            said: status.timestamp,
            value: *value,
        });
        self.take_values(who, values, &status.rejected, arrival)?;
        if let Some(word) = &status.word
            && let Some(service) = self.registry.write().services.get_mut(who.service)
        {
            service.status = Some(start(word, limits::NAME_BYTES).to_owned());
        }
        Ok(())
    }

    /// Takes an announcement: it makes a service known, not measured.
    pub(crate) fn take_registered(&mut self, registration: &Registration<'_>, arrival: Arrival<'_>) {
        let now = arrival.now;
        let who = Who { service: &registration.service, instance: None };
        if let Err(reason) = self.admit(who, now) {
            return self.refuse(reason, 1, "an announcement", who, arrival);
        }
        let mut state = self.registry.write();
        let Some(service) = state.services.get_mut(who.service) else { return };
        let returned = service.heard(now);
        service.registered = Some(true);
        let before = service.started;
        let restarted =
            matches!((before, registration.started), (Some(before), Some(later)) if later > before);
        if restarted || before.is_none() {
            service.started = registration.started;
        }
        service.restarts += u64::from(restarted);
        service.capabilities = (registration.capabilities.iter().take(limits::CAPABILITIES))
            .map(|capability| start(capability, limits::NAME_BYTES).to_owned())
            .collect();
        if let Some(version) = &registration.version {
            service.version = Some(start(version, limits::NAME_BYTES).to_owned());
        }
        let started = service.started;
        drop(state);
        let page = registration.metrics_url.as_deref();
        let noted = self.registry.announcements().set_page(who.service, page);
        if let Err(reason) = noted {
            self.refuse(reason, 1, page.unwrap_or_default(), who, arrival);
        }
        if restarted {
            let detail = format!("started at {}", started.unwrap_or_default());
            self.tell_life(who, LifecycleChange::Restarted, detail, now);
        } else if returned {
            self.tell_life(who, LifecycleChange::Returned, "registered again".to_owned(), now);
        }
    }

    /// Takes a goodbye.
    pub(crate) fn take_unregistered(&mut self, goodbye: &Unregistration<'_>, arrival: Arrival<'_>) {
        let who = Who { service: &goodbye.service, instance: None };
        // Nothing to note is never refused.
        let _noted = self.registry.announcements().set_page(who.service, None);
        let ended = self.registry.write().goodbye(who.service, arrival.now);
        let Some(ended) = ended else {
            return self.refuse(Reason::NothingToRead, 1, "a goodbye of a service not known", who, arrival);
        };
        let detail = format!("said goodbye at {}", to_seconds(arrival.now));
        self.tell_life(who, LifecycleChange::Unregistered, detail, arrival.now);
        self.end(ended.into_iter().map(|series| (series, arrival.now)), arrival.now);
    }

    /// Takes the names of targets.
    pub(crate) fn take_targets(&mut self, announced: &Targets<'_>, arrival: Arrival<'_>) {
        let taken = self.registry.announcements().take(announced);
        if let Err(reason) = taken {
            self.refuse(reason, 1, &announced.job, NOBODY, arrival);
        }
    }

    /// Counts a message that holds nothing to keep.
    pub(crate) fn take_nothing(&mut self, nothing: &Nothing<'_>, arrival: Arrival<'_>) {
        self.tally.count(nothing.reason, arrival.topic, &nothing.detail, nothing.example, arrival.now);
        self.complain_of(nothing.reason, &nothing.detail, NOBODY, arrival);
    }

    fn take_values<'a>(
        &mut self,
        who: Who<'_>,
        values: impl ExactSizeIterator<Item = Value<'a>>,
        rejected: &[Rejected],
        arrival: Arrival<'_>,
    ) -> Result<(), IntakeError> {
        let count = values.len();
        if let Err(reason) = self.admit(who, arrival.now) {
            self.refuse_rejected(rejected, who, arrival);
            // An empty message is refused as well, and is to be seen.
            let times = if rejected.is_empty() { count.max(1) } else { count };
            self.refuse(reason, times, who.service, who, arrival);
            return Ok(());
        }
        let mut batch = self.batch();
        let mut refused: Vec<(Reason, &str)> = Vec::new();
        let mut stamp = None;
        for value in values {
            if let Err(reason) = self.push_value(&mut batch, who, &value, arrival.now, &mut stamp) {
                refused.push((reason, value.name));
            }
        }
        let outcome = self.append(&mut batch, who, arrival)?;
        self.heard(who, &batch, &outcome, arrival.now);
        self.distribute(&batch, &outcome, who, arrival);
        self.give_back(batch);
        // Only now: a message that the store did not take comes again and would be counted twice.
        self.refuse_rejected(rejected, who, arrival);
        for (reason, name) in refused {
            self.refuse(reason, 1, name, who, arrival);
        }
        Ok(())
    }

    fn push_value(
        &mut self,
        batch: &mut Batch,
        who: Who<'_>,
        value: &Value<'_>,
        now: Millis,
        stamp: &mut Option<Millis>,
    ) -> Result<(), Reason> {
        if !value.value.is_finite() {
            return Err(Reason::BadValue);
        }
        let t = match value.said {
            Some(_) => moment(value.said, now)?,
            None => *stamp.get_or_insert_with(|| self.registry.write().stamp(who.service, who.instance, now)),
        };
        let series = self.intern(who, value.name, value.kind, value.labels)?;
        batch.push(series, Point { t, v: value.value });
        Ok(())
    }

    fn refuse_rejected(&mut self, rejected: &[Rejected], who: Who<'_>, arrival: Arrival<'_>) {
        for Rejected { reason, what } in rejected {
            self.refuse(*reason, 1, what, who, arrival);
        }
    }
}

//! What happens by the clock: who fell silent, who is up, which probe was missed, what can be forgotten.

use crate::intern::Who;
use crate::probing::Probing;
use crate::writer::{Arrival, NOBODY, Writer};
use model::{
    CollectionError, ErrorClass, Event, LifecycleChange, MetricKind, Millis, Point, limits, to_seconds,
};

/// How often old things are looked for.
const FORGET_EVERY: Millis = limits::MINUTE;

impl Writer {
    /// The second's round.
    pub(crate) fn tick(&mut self, now: Millis) {
        self.end_silent(now);
        self.tell_missed_probes(now);
        if is_due(self.up_written, self.settings.collection_interval, now) {
            self.up_written = Some(now);
            self.write_up(now);
        }
        if is_due(self.distributed, limits::DISTRIBUTION_EVERY, now) {
            self.distributed = Some(now);
            self.write_distributions(now);
        }
        if is_due(self.forgot, FORGET_EVERY, now) {
            self.forgot = Some(now);
            self.registry.write().forget_before(now.saturating_sub(self.settings.retention));
        }
    }

    /// Every service was asked for its health. A probe that is still open now is missed.
    pub(crate) fn probe_sent(&mut self, now: Millis) {
        self.probe = Some(now);
        let patience = self.patience();
        self.tell_missed(now, |probing| probing.sent(now, patience));
    }

    fn end_silent(&mut self, now: Millis) {
        let settings = &self.settings;
        let silenced = self.registry.write().silence(now, |voice| voice.is_silent(now, settings));
        for silent in silenced {
            let who = Who { service: &silent.service, instance: silent.instance.as_deref() };
            self.tell_life(
                who,
                LifecycleChange::Stale,
                format!("silent for {} s", silent.silence / limits::SECOND),
                now,
            );
            self.end(silent.ended.into_iter().map(|series| (series, now)), now);
        }
    }

    fn tell_missed_probes(&mut self, now: Millis) {
        let patience = self.patience();
        self.tell_missed(now, |probing| probing.overdue(now, patience));
    }

    fn tell_missed(&mut self, now: Millis, mut missed: impl FnMut(&mut Probing) -> Option<Millis>) {
        let mut late: Vec<(String, Millis)> = Vec::new();
        for (name, service) in &mut self.registry.write().services {
            // Who said goodbye or fell silent was told of already.
            if let Some(silence) = missed(&mut service.probing)
                && !service.gone
                && !service.is_stale()
            {
                late.push((name.to_string(), silence));
            }
        }
        late.sort();
        for (service_name, silence) in late {
            self.tell(Event::CollectionError(CollectionError {
                service_name,
                instance_id: String::new(),
                error: format!("No answer to the health check within {} s.", to_seconds(silence)),
                class: ErrorClass::Timeout,
                timestamp: now,
            }));
        }
    }

    /// One sample of `up` for every service that is known.
    fn write_up(&mut self, now: Millis) {
        let mut found: Vec<(String, bool)> = Vec::new();
        for (name, service) in &mut self.registry.write().services {
            let up = service.is_up();
            service.up = Some(up);
            service.heard = false;
            found.push((name.to_string(), up));
        }
        found.sort();
        let mut batch = self.batch();
        for (service, up) in &found {
            let who = Who { service, instance: None };
            if let Ok(interned) = self.intern(who, "up", MetricKind::Gauge, &[]) {
                batch.push(interned, Point { t: now, v: f64::from(u8::from(*up)) });
            }
        }
        // A store that does not take it was complained of, and the next one comes soon.
        if self.append(&mut batch, NOBODY, Arrival::own(now)).is_ok() {
            self.give_back(batch);
        }
    }
}

/// Whether `interval` has passed since `last`, or the clock was set back.
fn is_due(last: Option<Millis>, interval: Millis, now: Millis) -> bool {
    last.is_none_or(|last| !(0..interval).contains(&(now - last)))
}

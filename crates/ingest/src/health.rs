//! What becomes of a health report: a word that holds for somebody, and numbers beside it.
//!
//! A report that names its instance speaks of that instance. One that does not speaks of the only instance
//! if exactly one is known, else of the service as a whole; so the same sender may be understood in one way
//! today and in the other tomorrow. A word that was put down for somebody else before is then not left to
//! hold for ever: later reports of the same kind are written there as well until the word is `healthy`, and
//! after that the series ends.
//!
//! The numbers become gauges named `health_<field>`. Agents measure `cpu_percent` or `errors` themselves,
//! with their own clock and units (`errors` here counts since start, `response_time` is one probe's), and
//! two sources in one series would give values that nobody sent.

use crate::batch::{Batch, Outcome};
use crate::intern::Who;
use crate::moment::moment;
use crate::probing::Patience;
use crate::voice::{Voice, Word};
use crate::writer::{Arrival, Writer};
use model::{
    HEALTH_STATUS, Health, IntakeError, LifecycleChange, MetricKind, Millis, Point, Reason, Refused, STATUS,
    Series,
};
use std::borrow::Cow;
use std::sync::Arc;

/// The word of those that are well: its gauge is 1, that of every other word 0.
const WELL: &str = "healthy";

/// The numbers that are known to come, and their gauges.
const GAUGES: &[(&str, &str)] = &[
    ("uptime", "health_uptime"),
    ("messages_processed", "health_messages_processed"),
    ("errors", "health_errors"),
    ("cpu_percent", "health_cpu_percent"),
    ("memory_mb", "health_memory_mb"),
    ("response_time_ms", "health_response_time_ms"),
    ("response_time", "health_response_time"),
];

/// A word that holds for somebody.
struct Held {
    instance: Option<String>,
    word: Word,
}

/// Whom a report speaks of, and which words held before it.
struct Addressed {
    instance: Option<String>,
    before: Option<Word>,
    /// Words that earlier reports of this kind put down for others.
    elsewhere: Vec<Held>,
    /// How long the answer took, when it is one.
    took: Option<Millis>,
}

impl Writer {
    /// Takes a health report. The service exists from now on.
    pub(crate) fn take_health(
        &mut self,
        health: &Health<'_>,
        arrival: Arrival<'_>,
    ) -> Result<(), IntakeError> {
        let named = Who { service: &health.service, instance: health.instance.as_deref() };
        let values = 1 + health.readings.len();
        if let Err(reason) = self.admit(named, arrival.now) {
            self.refuse(reason, values, &health.service, named, arrival);
            return Ok(());
        }
        let Some(addressed) = self.address(named, arrival) else { return Ok(()) };
        let who = Who { service: &health.service, instance: addressed.instance.as_deref() };
        let t = match moment(health.timestamp, arrival.now) {
            Ok(t) => t,
            Err(reason) => {
                self.refuse(reason, values, "a health report", who, arrival);
                self.heard(who, &Batch::default(), &Outcome::default(), arrival.now);
                return Ok(());
            }
        };
        let mut batch = self.batch();
        let status = self.push_word(&mut batch, who, &health.word, t);
        self.push_readings(&mut batch, who, &health.readings, t);
        self.push_answer(&mut batch, who.service, addressed.took, arrival.now);
        let outcome = self.append(&mut batch, who, arrival)?;
        self.heard(who, &batch, &outcome, arrival.now);
        self.give_back(batch);
        match status {
            Ok(series) => {
                let is_past = |reason| matches!(reason, Reason::TooOld | Reason::OutOfOrder);
                let too_old = |first: &Refused| first.index == 0 && is_past(first.reason);
                if !outcome.refused.first().is_some_and(too_old) {
                    let for_service = health.instance.is_none();
                    let word = Word { text: (*health.word).into(), at: t, series, for_service };
                    self.turn(who, addressed.before.as_ref(), word, arrival);
                }
            }
            Err(reason) => self.refuse(reason, 1, "a health word", who, arrival),
        }
        for held in &addressed.elsewhere {
            self.repeat(&health.service, held, &health.word, t, arrival)?;
        }
        if let (None, Some(instance)) = (&health.instance, &addressed.instance) {
            let ended = self.registry.write().retire_own(&health.service, instance);
            self.end(ended.into_iter().map(|series| (series, t)), arrival.now);
        }
        Ok(())
    }

    /// Finds out whom a report speaks of.
    fn address(&mut self, named: Who<'_>, arrival: Arrival<'_>) -> Option<Addressed> {
        let patience = self.patience();
        let mut state = self.registry.write();
        let service = state.services.get_mut(named.service)?;
        let instance = named.instance.or_else(|| service.spoken_of()).map(str::to_owned);
        if instance.is_none() {
            service.own.get_or_insert_with(|| Voice::new(arrival.now));
        }
        let took = if arrival.retained { None } else { service.probing.answered(arrival.now, patience) };
        let before = service.voice(instance.as_deref()).and_then(|voice| voice.word.clone());
        let mut elsewhere = Vec::new();
        if named.instance.is_none() {
            let others = service.voices().filter(|(id, _)| *id != instance.as_deref());
            elsewhere.extend(others.filter_map(|(id, voice)| {
                let word = voice.word.clone().filter(|word| word.for_service)?;
                Some(Held { instance: id.map(str::to_owned), word })
            }));
        }
        Some(Addressed { instance, before, elsewhere, took })
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience { usual: self.settings.probe_timeout, longest: self.settings.collection_interval }
    }

    /// Puts the gauge of a word into `batch`, and returns its series.
    fn push_word(
        &mut self,
        batch: &mut Batch,
        who: Who<'_>,
        word: &str,
        t: Millis,
    ) -> Result<Arc<Series>, Reason> {
        let labels = [(Cow::Borrowed(STATUS), Cow::Borrowed(word))];
        let interned = self.intern(who, HEALTH_STATUS, MetricKind::Gauge, &labels)?;
        let series = Arc::clone(&interned.series);
        batch.push(interned, Point { t, v: f64::from(u8::from(word == WELL)) });
        Ok(series)
    }

    fn push_readings(
        &mut self,
        batch: &mut Batch,
        who: Who<'_>,
        readings: &[(&'static str, f64)],
        t: Millis,
    ) {
        for (field, value) in readings {
            let known = GAUGES.iter().find(|(known, _)| known == field);
            let name =
                known.map_or_else(|| Cow::Owned(format!("health_{field}")), |(_, name)| Cow::Borrowed(*name));
            // The names are short and there are no labels, so no limit is met.
            if let Ok(interned) = self.intern(who, &name, MetricKind::Gauge, &[]) {
                batch.push(interned, Point { t, v: *value });
            }
        }
    }

    /// The time that an answer took is measured by the collector, and so has the collector's time.
    fn push_answer(&mut self, batch: &mut Batch, service: &str, took: Option<Millis>, now: Millis) {
        let who = Who { service, instance: None };
        if let Some(took) = took
            && let Ok(interned) = self.intern(who, "probe_duration_ms", MetricKind::Gauge, &[])
        {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of one probe")]
            batch.push(interned, Point { t: now, v: took as f64 });
        }
    }

    /// A word was said of `who`. When it is another than before, the series of the one that holds no longer
    /// ends: the old one, or the new one if the report is older than the newest.
    fn turn(&mut self, who: Who<'_>, before: Option<&Word>, mut said: Word, arrival: Arrival<'_>) {
        let ended = match before {
            Some(before) if before.at > said.at => {
                if before.text != said.text {
                    self.end_word(who, &said.series, before.at, arrival.now);
                }
                return;
            }
            Some(before) if before.text != said.text => Some((before, said.at)),
            _ => None,
        };
        let text = said.text.clone();
        said.at = said.at.max(before.map_or(said.at, |before| before.at));
        self.hold(who, Some(said));
        if let Some((before, at)) = ended {
            self.end_word(who, &before.series, at, arrival.now);
            let detail = format!("{} → {text}", before.text);
            self.tell_life(who, LifecycleChange::HealthChanged, detail, arrival.now);
        }
    }

    /// Writes a word where an earlier one of its kind still holds, or ends that one if it was good.
    fn repeat(
        &mut self,
        service: &str,
        held: &Held,
        word: &str,
        t: Millis,
        arrival: Arrival<'_>,
    ) -> Result<(), IntakeError> {
        let who = Who { service, instance: held.instance.as_deref() };
        if held.word.at > t {
            return Ok(());
        }
        if *held.word.text == *WELL {
            self.hold(who, None);
            self.end_word(who, &held.word.series, t, arrival.now);
            return Ok(());
        }
        let mut batch = self.batch();
        if let Ok(series) = self.push_word(&mut batch, who, word, t) {
            let outcome = self.append(&mut batch, who, arrival)?;
            if who.instance.is_none() {
                self.heard(who, &batch, &outcome, arrival.now);
            } else {
                // The instance did not speak, so it may fall silent.
                let kept = batch.kept(&outcome);
                self.registry.write().alive(service, who.instance, kept, self.settings.series, arrival.now);
            }
            if *held.word.text != *word {
                self.end_word(who, &held.word.series, t, arrival.now);
            }
            self.hold(who, Some(Word { text: word.into(), at: t, series, for_service: true }));
        }
        self.give_back(batch);
        Ok(())
    }

    fn hold(&mut self, who: Who<'_>, word: Option<Word>) {
        let mut state = self.registry.write();
        if let Some(voice) =
            state.services.get_mut(who.service).and_then(|known| known.voice_mut(who.instance))
        {
            voice.word = word;
        }
    }

    fn end_word(&mut self, who: Who<'_>, series: &Arc<Series>, at: Millis, now: Millis) {
        self.registry.write().ended(who.service, who.instance, series);
        self.end([(Arc::clone(series), at)], now);
    }
}

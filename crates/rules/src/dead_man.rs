//! Dead-man rules: an alert for each sender that is silent for longer than its own rhythm allows, or than the rule says.
//!
//! Senders are looked at each second. Only one that goes on is missed: who was heard more than once, or was there when the
//! collector was stopped. Silence counts from when the bus was heard again, so neither a restart of the collector nor one of the
//! broker makes an alarm. Who said goodbye is not missed.

use crate::book::RuleBook;
use crate::compiled::Compiled;
use crate::ledger::Change;
use crate::men::Man;
use crate::state::State;
use model::{Alert, Event, INSTANCE, Labels, Matcher, Millis, SERVICE, Standing, limits, to_seconds};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A sender, as whoever hears it knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender<'a> {
    /// The service.
    pub service: &'a str,
    /// The instance; `None` for the service as a whole.
    pub instance: Option<&'a str>,
    /// When it was last heard.
    pub last_seen: Millis,
    /// Messages heard since the start.
    pub messages: u64,
    /// Was heard more than once, or before the start without having ended then.
    pub goes_on: bool,
    /// The longest silence that its rhythm allows, if it has a regular one.
    pub regular_silence: Option<Millis>,
    /// Said goodbye.
    pub is_gone: bool,
}

/// Gives all senders.
pub type EachSender<'a> = dyn Fn(&mut dyn FnMut(Sender<'_>)) + 'a;

/// One look at all senders by one rule.
struct Look<'a> {
    compiled: &'a Compiled,
    now: Millis,
    deaf_until: Millis,
    pass: u64,
}

/// What became of senders.
#[derive(Default)]
struct Found {
    missed: Vec<Missed>,
    back: Vec<(Box<str>, Box<str>, Millis)>,
}

/// A sender that is silent for too long.
struct Missed {
    service: Box<str>,
    instance: Box<str>,
    silence: Millis,
    allowed: Millis,
}

impl RuleBook {
    /// Looks at all senders; to be asked each second, after [`RuleBook::tick`], while they can be heard. Samples are judged
    /// meanwhile.
    pub fn watch(&self, senders: &EachSender<'_>) {
        let shelf = self.shelf();
        if shelf.dead_men().is_empty() {
            return;
        }
        let now = self.now.load(Ordering::Relaxed);
        let (pass, deaf_until) = self.next_pass();
        for compiled in shelf.dead_men() {
            let look = Look { compiled, now, deaf_until, pass };
            let mut found = Found::default();
            // The state is locked for each sender alone: whoever knows the senders waits for samples to be judged.
            senders(&mut |sender| look.at(&mut self.state.lock(), sender, &mut found));
            let mut state = self.state.lock();
            if !self.shelf().get(&compiled.rule.name).is_some_and(|known| Arc::ptr_eq(known, compiled)) {
                // It was changed meanwhile; the next second looks with the new one.
                state.men(&compiled.rule.name).restart();
                continue;
            }
            self.tell(&mut state, compiled, found);
            self.let_go(&mut state, compiled, now);
        }
    }

    /// The number of this look, and until when nobody was heard.
    fn next_pass(&self) -> (u64, Millis) {
        let mut state = self.state.lock();
        state.passes += 1;
        (state.passes, state.deaf_until)
    }

    fn tell(&self, state: &mut State, compiled: &Compiled, mut found: Found) {
        // Senders are given in no order; what is told of them has one, so that what happened can happen again.
        found.missed.sort_by(|a, b| (&a.service, &a.instance).cmp(&(&b.service, &b.instance)));
        found.back.sort();
        let rule = compiled.rule.name.as_str();
        let now = self.now.load(Ordering::Relaxed);
        for missed in found.missed {
            let alert = started(compiled, &missed, now);
            if state.alerts.put(alert.clone(), None) {
                self.keep(&Change::AlertChanged(alert.clone()));
                self.announce.announce(Event::AlertStarted(alert));
            } else {
                state.men(rule).put(
                    &missed.service,
                    &missed.instance,
                    Man { missed: None, last_start: Millis::MIN, pass: 0 },
                );
                self.unlisted.fetch_add(1, Ordering::Relaxed);
            }
        }
        for (service, instance, at) in found.back {
            if let Some(alert) = state.alerts.active(rule, &service, &instance, None).cloned() {
                self.end(state, alert, at);
            }
        }
    }

    /// Ends the alerts of senders that nobody knows any more. Not soon after a start: they are still being made known then.
    fn let_go(&self, state: &mut State, compiled: &Compiled, now: Millis) {
        let rule = compiled.rule.name.as_str();
        if state.passes < limits::DEAD_MAN_PASSES {
            return;
        }
        let (pass, cooldown) = (state.passes, compiled.cooldown());
        let gone = state.men(rule).sweep(pass, |start| now.saturating_sub(start) < cooldown);
        for (service, instance) in gone {
            if let Some(alert) = state.alerts.active(rule, &service, &instance, None).cloned() {
                self.end(state, alert, now);
            }
        }
    }
}

impl Look<'_> {
    /// Looks at one sender.
    fn at(&self, state: &mut State, sender: Sender<'_>, found: &mut Found) {
        let allowed = self.compiled.interval.or(sender.regular_silence);
        let silence = self.now.saturating_sub(sender.last_seen.max(self.deaf_until));
        let is_silent = allowed.is_some_and(|allowed| silence > allowed) && sender.goes_on;
        let men = state.men(&self.compiled.rule.name);
        if !is_silent && men.is_empty() {
            return;
        }
        let instance =
            sender.instance.map_or_else(|| format!("{}_unknown", sender.service).into(), Cow::Borrowed);
        let known = men.get(sender.service, &instance);
        if let Some(Man { missed: Some(heard), pass, .. }) = known {
            *pass = self.pass;
            let is_back = sender.messages > 0 && sender.last_seen > *heard;
            if is_back || sender.is_gone {
                let at = if is_back { sender.last_seen } else { self.now };
                *heard = sender.last_seen;
                found.back.push((sender.service.into(), (*instance).into(), at));
                if let Some(man) = men.get(sender.service, &instance) {
                    man.missed = None;
                }
            }
            return;
        }
        let rests =
            known.is_some_and(|man| self.now.saturating_sub(man.last_start) < self.compiled.cooldown());
        let Some(allowed) = allowed.filter(|_| is_silent && !rests && !sender.is_gone) else { return };
        if !self.is_meant(sender.service, &instance) {
            return;
        }
        men.put(
            sender.service,
            &instance,
            Man { missed: Some(sender.last_seen), last_start: self.now, pass: self.pass },
        );
        found.missed.push(Missed {
            service: sender.service.into(),
            instance: (*instance).into(),
            silence,
            allowed,
        });
    }

    fn is_meant(&self, service: &str, instance: &str) -> bool {
        self.compiled.matchers.iter().all(|matcher: &Matcher| {
            matcher.admits(match matcher.label() {
                SERVICE => service,
                INSTANCE => instance,
                _ => "",
            })
        })
    }
}

fn started(compiled: &Compiled, missed: &Missed, now: Millis) -> Alert {
    let rule = &compiled.rule;
    let of_sender = Labels::new([(SERVICE, &*missed.service), (INSTANCE, &*missed.instance)]);
    let value = to_seconds(missed.silence);
    let (labels, annotations) = compiled.texts.expand(&of_sender, value);
    Alert {
        alert_id: Alert::id(&rule.name, &missed.service, &missed.instance),
        rule_name: rule.name.clone(),
        service_name: missed.service.to_string(),
        instance_id: missed.instance.to_string(),
        severity: rule.severity,
        message: rule.description.clone(),
        value,
        threshold: to_seconds(missed.allowed),
        timestamp: now,
        resolved: false,
        resolved_at: None,
        generator: None,
        standing: Standing::default(),
        labels,
        annotations,
    }
}

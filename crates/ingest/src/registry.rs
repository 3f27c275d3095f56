//! Everybody that was heard. The gate writes, everybody reads; a lock is held for single look-ups only.

use crate::announced::{Announced, AnnouncedJob};
use crate::service::Service;
use crate::view::{RegistryCounts, ServiceView};
use crate::voice::Voice;
use hashbrown::HashMap;
use model::{Millis, Reason, Series, limits};
use parking_lot::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::sync::Arc;

/// All services and their instances.
#[derive(Debug, Default)]
pub struct Registry {
    state: RwLock<State>,
    announced: Mutex<Announced>,
}

/// What the lock guards.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) services: HashMap<Box<str>, Service>,
    /// Instances of all services.
    instances: usize,
    /// Live series of all voices.
    live: usize,
}

/// What was made for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub(crate) new_service: bool,
}

impl Registry {
    /// All services, sorted by name.
    #[must_use]
    pub fn services(&self) -> Vec<ServiceView> {
        let mut views: Vec<ServiceView> =
            self.state.read().services.iter().map(|(name, service)| service.view(name)).collect();
        views.sort_by(|a, b| a.name.cmp(&b.name));
        views
    }

    /// One service.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<ServiceView> {
        self.state.read().services.get(name).map(|service| service.view(name))
    }

    /// When the process of a service started, as it says.
    #[must_use]
    pub fn started(&self, service: &str) -> Option<Millis> {
        self.service(service)?.started.and_then(model::from_seconds)
    }

    /// How many services were heard measuring, and how many instances those have.
    #[must_use]
    pub fn counts(&self) -> RegistryCounts {
        let state = self.state.read();
        let measured = state.services.values().filter(|service| service.measured);
        measured.fold(RegistryCounts::default(), |counts, service| RegistryCounts {
            services: counts.services + 1,
            instances: counts.instances + service.shown_instances(),
        })
    }

    /// Targets that were announced on the bus.
    #[must_use]
    pub fn announced(&self) -> Vec<AnnouncedJob> {
        self.announced.lock().all()
    }

    pub(crate) fn announcements(&self) -> MutexGuard<'_, Announced> {
        self.announced.lock()
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read()
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write()
    }
}

impl State {
    /// Makes room for `service`, and for its `instance` if one is named. `probe`: when the last probe went
    /// out, which a service that is new here may be answering.
    ///
    /// # Errors
    /// The limit that forbids it; then nothing was made.
    pub(crate) fn admit(
        &mut self,
        service: &str,
        instance: Option<&str>,
        now: Millis,
        probe: Option<Millis>,
    ) -> Result<Admitted, Reason> {
        if let Some(known) = self.services.get_mut(service) {
            if let Some(id) = instance
                && !known.instances.contains_key(id)
            {
                check_name(id)?;
                check_room(self.instances, limits::INSTANCES)?;
                known.instances.insert(id.into(), Voice::new(now));
                self.instances += 1;
            }
            return Ok(Admitted { new_service: false });
        }
        check_name(service)?;
        check_room(self.services.len(), limits::SERVICES)?;
        let mut new = Service::new(now, probe);
        if let Some(id) = instance {
            check_name(id)?;
            check_room(self.instances, limits::INSTANCES)?;
            new.instances.insert(id.into(), Voice::new(now));
            self.instances += 1;
        }
        self.services.insert(service.into(), new);
        Ok(Admitted { new_service: true })
    }

    /// Makes a voice known again that was heard from `oldest` to `newest`, before a restart. Over a limit it is
    /// left out, as anybody else.
    pub(crate) fn restore(&mut self, service: &str, instance: Option<&str>, oldest: Millis, newest: Millis) {
        if self.admit(service, instance, oldest, None).is_err() {
            return;
        }
        let Some(known) = self.services.get_mut(service) else { return };
        known.measured = true;
        known.first_seen = known.first_seen.min(oldest);
        known.last_seen = known.last_seen.max(newest);
        if let Some(voice) = known.voice_mut(instance) {
            voice.restore(oldest, newest);
        }
    }

    /// Instances that were not heard since the start, or once.
    pub(crate) fn unheard(&self) -> Vec<SenderName> {
        let instances = self
            .services
            .iter()
            .flat_map(|(service, known)| known.instances.iter().map(move |(id, voice)| (service, id, voice)));
        let unheard = instances.filter(|(.., voice)| !voice.goes_on());
        unheard
            .map(|(service, id, _)| SenderName { service: service.clone(), instance: id.clone() })
            .collect()
    }

    /// Notes at which times somebody spoke before a restart, oldest first.
    pub(crate) fn recall(&mut self, sender: &SenderName, times: &[Millis]) {
        let service = self.services.get_mut(&sender.service);
        if let Some(voice) = service.and_then(|known| known.voice_mut(Some(&sender.instance))) {
            voice.recall(times);
        }
    }

    /// The time of arrival of a message without times of its own: no two messages of a voice get the same, or
    /// the second would replace the samples of the first.
    pub(crate) fn stamp(&mut self, service: &str, instance: Option<&str>, now: Millis) -> Millis {
        let voice = self.services.get_mut(service).and_then(|known| known.voice_mut(instance));
        voice.map_or(now, |voice| voice.stamp(now))
    }

    /// Notes that `series` got samples through a voice.
    pub(crate) fn alive<'a>(
        &mut self,
        service: &str,
        instance: Option<&str>,
        series: impl Iterator<Item = &'a Arc<Series>>,
        most: usize,
        now: Millis,
    ) {
        let Some(voice) = self.services.get_mut(service).and_then(|known| known.voice_mut(instance)) else {
            return;
        };
        for series in series {
            let room = most.saturating_sub(self.live);
            self.live += usize::from(voice.live.heard(series, now, room));
        }
    }

    /// Notes that one series of a voice has ended.
    pub(crate) fn ended(&mut self, service: &str, instance: Option<&str>, series: &Arc<Series>) {
        let voice = self.services.get_mut(service).and_then(|known| known.voice_mut(instance));
        if voice.is_some_and(|voice| voice.live.end(series)) {
            self.live -= 1;
        }
    }

    /// Makes the voices for which `silent` holds stale. Returns who they are, how long they were silent, and
    /// the series that ended with them.
    pub(crate) fn silence(&mut self, now: Millis, silent: impl Fn(&Voice) -> bool) -> Vec<Silenced> {
        let mut found = Vec::new();
        for (name, service) in &mut self.services {
            let before = found.len();
            for (id, voice) in service.voices_mut().filter(|(_, voice)| !voice.stale && silent(voice)) {
                voice.stale = true;
                self.live -= voice.live.len();
                found.push(Silenced {
                    service: name.to_string(),
                    instance: id.map(str::to_owned),
                    silence: now - voice.last_seen,
                    ended: voice.live.end_all().collect(),
                });
            }
            if found.len() > before && service.is_stale() {
                // It was heard in this window, but not lately: it is not up.
                service.heard = false;
            }
        }
        found.sort_by(|a, b| (&a.service, &a.instance).cmp(&(&b.service, &b.instance)));
        found
    }

    /// A service said goodbye. With one instance at most, all of it is gone at once; of several, nobody knows
    /// which one left, and each goes stale by its own rhythm. Returns the series that ended.
    pub(crate) fn goodbye(&mut self, name: &str, now: Millis) -> Option<Vec<Arc<Series>>> {
        let service = self.services.get_mut(name)?;
        service.last_seen = now;
        service.goodbye = Some(now);
        service.heard = false;
        service.registered = Some(false);
        if service.instances.len() > 1 {
            return Some(Vec::new());
        }
        service.gone = true;
        let mut ended = Vec::new();
        for (_, voice) in service.voices_mut() {
            voice.stale = true;
            ended.extend(voice.live.end_all());
        }
        self.live -= ended.len();
        Some(ended)
    }

    /// Lets go of a service's own voice, for which its only instance speaks from now on, so that nobody waits
    /// for it. Returns the series that ended and do not go on elsewhere. A voice whose word still holds stays.
    pub(crate) fn retire_own(&mut self, service: &str, instance: &str) -> Vec<Arc<Series>> {
        let Some(service) = self.services.get_mut(service) else { return Vec::new() };
        let Some(mut own) = service.own.take_if(|own| own.word.is_none()) else { return Vec::new() };
        self.live -= own.live.len();
        let goes_on = |series: &Arc<Series>| {
            service.instances.get(instance).is_some_and(|voice| voice.live.contains(series))
        };
        own.live.end_all().filter(|series| !goes_on(series)).collect()
    }

    /// Forgets what was not heard since `t`: series, instances, services.
    pub(crate) fn forget_before(&mut self, t: Millis) {
        let (mut instances, mut live) = (0, 0);
        self.services.retain(|_, service| {
            service.instances.retain(|_, voice| voice.last_seen >= t);
            service.own.take_if(|voice| voice.last_seen < t);
            for (_, voice) in service.voices_mut() {
                voice.live.forget_before(t);
                live += voice.live.len();
            }
            instances += service.instances.len();
            service.last_seen >= t || !service.instances.is_empty()
        });
        self.instances = instances;
        self.live = live;
    }
}

/// By what the voice of an instance is found.
#[derive(Debug)]
pub(crate) struct SenderName {
    pub(crate) service: Box<str>,
    pub(crate) instance: Box<str>,
}

/// A voice that fell silent.
#[derive(Debug)]
pub(crate) struct Silenced {
    pub(crate) service: String,
    pub(crate) instance: Option<String>,
    pub(crate) silence: Millis,
    pub(crate) ended: Vec<Arc<Series>>,
}

fn check_name(name: &str) -> Result<(), Reason> {
    if name.len() > limits::NAME_BYTES { Err(Reason::NameTooLong) } else { Ok(()) }
}

fn check_room(used: usize, limit: usize) -> Result<(), Reason> {
    if used >= limit { Err(Reason::TooManyServices) } else { Ok(()) }
}

//! A service: what it announced, its instances, and what it says for itself as a whole.

use crate::probing::Probing;
use crate::view::{InstanceView, ServiceView};
use crate::voice::Voice;
use hashbrown::HashMap;
use model::Millis;

/// What is remembered of one service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) measured: bool,
    pub(crate) first_seen: Millis,
    pub(crate) last_seen: Millis,
    pub(crate) status: Option<String>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) version: Option<String>,
    pub(crate) started: Option<f64>,
    pub(crate) restarts: u64,
    pub(crate) registered: Option<bool>,
    /// When it said goodbye last.
    pub(crate) goodbye: Option<Millis>,
    /// Said goodbye, and nothing was heard since.
    pub(crate) gone: bool,
    /// Whether anything was heard since `up` was last written, and since it said goodbye or fell silent.
    pub(crate) heard: bool,
    pub(crate) up: Option<bool>,
    pub(crate) probing: Probing,
    /// The service as a whole; there once it spoke without naming an instance while not exactly one was known.
    pub(crate) own: Option<Voice>,
    pub(crate) instances: HashMap<Box<str>, Voice>,
}

impl Service {
    pub(crate) fn new(now: Millis, probe: Option<Millis>) -> Self {
        Self {
            measured: false,
            first_seen: now,
            last_seen: now,
            status: None,
            capabilities: Vec::new(),
            version: None,
            started: None,
            restarts: 0,
            registered: None,
            goodbye: None,
            gone: false,
            heard: false,
            up: None,
            probing: Probing::since(probe),
            own: None,
            instances: HashMap::new(),
        }
    }

    /// Anything came from the service. Returns whether it had said goodbye.
    pub(crate) fn heard(&mut self, now: Millis) -> bool {
        self.last_seen = now;
        self.heard = true;
        std::mem::take(&mut self.gone)
    }

    /// The voice of an instance, or of the service as a whole.
    pub(crate) fn voice(&self, instance: Option<&str>) -> Option<&Voice> {
        match instance {
            Some(id) => self.instances.get(id),
            None => self.own.as_ref(),
        }
    }

    /// See [`Service::voice`].
    pub(crate) fn voice_mut(&mut self, instance: Option<&str>) -> Option<&mut Voice> {
        match instance {
            Some(id) => self.instances.get_mut(id),
            None => self.own.as_mut(),
        }
    }

    /// All voices, the service's own as `None`.
    pub(crate) fn voices(&self) -> impl Iterator<Item = (Option<&str>, &Voice)> {
        let instances = self.instances.iter().map(|(id, voice)| (Some(&**id), voice));
        self.own.iter().map(|voice| (None, voice)).chain(instances)
    }

    /// See [`Service::voices`].
    pub(crate) fn voices_mut(&mut self) -> impl Iterator<Item = (Option<&str>, &mut Voice)> {
        let instances = self.instances.iter_mut().map(|(id, voice)| (Some(&**id), voice));
        self.own.iter_mut().map(|voice| (None, voice)).chain(instances)
    }

    /// Of whom a message speaks that names no instance: of the only instance if exactly one is known, else of
    /// the service as a whole.
    pub(crate) fn spoken_of(&self) -> Option<&str> {
        let mut ids = self.instances.keys();
        match (ids.next(), ids.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Whether it is there: it was heard in this window, or something of it is not silent.
    pub(crate) fn is_up(&self) -> bool {
        self.heard || self.voices().any(|(_, voice)| !voice.stale)
    }

    pub(crate) fn view(&self, name: &str) -> ServiceView {
        let mut instances: Vec<InstanceView> =
            self.instances.iter().map(|(id, voice)| voice.view(id.to_string())).collect();
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        if instances.is_empty()
            && let Some(own) = self.own.as_ref().filter(|own| own.word.is_some())
        {
            instances.push(own.view(format!("{name}_unknown")));
        }
        let own_rhythm = self.own.as_ref().and_then(Voice::rhythm);
        ServiceView {
            name: name.to_owned(),
            measured: self.measured,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            health: self.own.as_ref().and_then(Voice::health),
            status: self.status.clone(),
            capabilities: self.capabilities.clone(),
            version: self.version.clone(),
            started: self.started,
            restarts: self.restarts,
            registered: self.registered,
            stale: self.is_stale(),
            up: self.up,
            rhythm: own_rhythm.or_else(|| self.instances.values().filter_map(Voice::rhythm).min()),
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of one probe")]
            probe_ms: self.probing.took.map(|took| took as f64),
            instances,
        }
    }

    /// How many instances the view shows.
    pub(crate) fn shown_instances(&self) -> usize {
        let own = self.own.as_ref().is_some_and(|own| own.word.is_some());
        self.instances.len().max(usize::from(own))
    }

    /// Whether everything that ever spoke of it is silent.
    pub(crate) fn is_stale(&self) -> bool {
        let mut voices = self.voices().peekable();
        voices.peek().is_some() && voices.all(|(_, voice)| voice.stale)
    }
}

//! What the registry shows: plain copies, so that readers hold no lock.

use model::Millis;

/// A service, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceView {
    /// Its name.
    pub name: String,
    /// Whether metrics, a health word or a status were heard; else it only announced itself.
    pub measured: bool,
    /// When anything was first heard.
    pub first_seen: Millis,
    /// When anything was last heard.
    pub last_seen: Millis,
    /// The word that it said for itself as a whole.
    pub health: Option<String>,
    /// The word of its newest status message.
    pub status: Option<String>,
    /// What it says it can do.
    pub capabilities: Vec<String>,
    /// Its version, in its own words.
    pub version: Option<String>,
    /// When its process started, Unix seconds, as it says.
    pub started: Option<f64>,
    /// How often it registered with a later start time than before.
    pub restarts: u64,
    /// Whether it registered or said goodbye last; `None` if neither was heard.
    pub registered: Option<bool>,
    /// Whether everything that ever spoke of it has fallen silent.
    pub stale: bool,
    /// The `up` that was written last.
    pub up: Option<bool>,
    /// How far apart its messages usually are: its own, or else those of its most frequent instance.
    pub rhythm: Option<Millis>,
    /// How long its newest answer to a probe took, milliseconds.
    pub probe_ms: Option<f64>,
    /// Its instances by id. A service that spoke for itself and has none shows one, `<service>_unknown`.
    pub instances: Vec<InstanceView>,
}

/// An instance of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceView {
    /// Its id.
    pub id: String,
    /// When it was first heard.
    pub first_seen: Millis,
    /// When it was last heard.
    pub last_seen: Millis,
    /// When it last brought a sample.
    pub last_updated: Millis,
    /// Its health word.
    pub health: Option<String>,
    /// Whether it is silent for longer than its rhythm allows.
    pub stale: bool,
    /// How far apart its messages usually are, once three gaps are known.
    pub rhythm: Option<Millis>,
    /// Messages heard.
    pub messages: u64,
    /// New samples kept.
    pub samples: u64,
}

/// How much is known. Only what was measured counts, and exactly what the views show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegistryCounts {
    /// Services.
    pub services: usize,
    /// Instances.
    pub instances: usize,
}

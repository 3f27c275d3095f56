//! How near a series is to what an alert is about.

use model::{INSTANCE, Labels, SERVICE};
use serde::Serialize;

/// The labels that say on which machine something runs.
const HOSTS: [&str; 3] = ["host", "hostname", "node"];
/// The service under which the collector's own machine is measured.
const SYSTEM: &str = "system";

/// How near, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same instance.
    Instance,
    /// Another instance of the service, or the service as a whole.
    Service,
    /// The same machine.
    Host,
    /// Anything else on the bus.
    Elsewhere,
}

impl Relation {
    /// How near a series is to a service, an instance and the labels of an alert.
    pub(super) fn of(series: &Labels, service: &str, instance: &str, alert: &Labels) -> Self {
        let own = series.get(SERVICE).or_else(|| series.get("job")).unwrap_or_default();
        if own == service && !service.is_empty() {
            let is_same = series.get(INSTANCE).is_none_or(|own| own == instance) && !instance.is_empty();
            return if is_same { Self::Instance } else { Self::Service };
        }
        let is_same_host =
            HOSTS.iter().any(|name| alert.get(name).is_some_and(|host| series.get(name) == Some(host)));
        if is_same_host || own == SYSTEM { Self::Host } else { Self::Elsewhere }
    }

    /// What being near counts beside how clear a change is, in standard deviations.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Instance => 1.5,
            Self::Service => 1.0,
            Self::Host => 0.5,
            Self::Elsewhere => 0.0,
        }
    }

    /// For people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Instance => "the same instance",
            Self::Service => "the same service",
            Self::Host => "the same machine",
            Self::Elsewhere => "elsewhere",
        }
    }
}

//! What the host says of itself, as data: how it is read stands in `host`.

use model::{Entry, HostSummary, Measurements, MetricKind};
use std::borrow::Cow;

/// The service and the instance under which the host is measured (the protocol's).
const SERVICE: &str = "system";
const INSTANCE: &str = "host";

/// One reading of the host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostReading {
    /// The four gauges that go to the bus.
    pub summary: HostSummary,
    /// Everything, those four among it.
    pub metrics: Vec<HostMetric>,
}

/// One number about the host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostMetric {
    /// Its name.
    pub name: &'static str,
    /// Its labels.
    pub labels: Vec<(&'static str, String)>,
    /// Its kind.
    pub kind: MetricKind,
    /// Its value.
    pub value: f64,
}

impl HostReading {
    /// The reading as a message of the service `system`, instance `host`.
    pub(crate) fn measurements(&self) -> Measurements<'_> {
        let entries = self.metrics.iter().map(HostMetric::entry).collect();
        Measurements { service: SERVICE.into(), instance: INSTANCE.into(), entries, rejected: Vec::new() }
    }
}

impl HostMetric {
    fn entry(&self) -> Entry<'_> {
        let labels =
            self.labels.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(value.as_str())));
        Entry {
            name: self.name.into(),
            value: self.value,
            kind: self.kind,
            timestamp: None,
            labels: labels.collect(),
        }
    }
}

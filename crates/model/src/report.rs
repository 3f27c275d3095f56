//! What one message from outside meant: the language in which `bus` (and every later source) speaks to the
//! gate. Texts are borrowed from the message wherever they stand in it unescaped.

use crate::refusal::Reason;
use crate::series::MetricKind;
use crate::time::Millis;
use std::borrow::Cow;

/// Where a message came from and when.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The topic (or, for other sources, a path such as `host`).
    pub topic: &'a str,
    /// The envelope's `source`, if there was an envelope.
    pub source: Option<Cow<'a, str>>,
    /// The outermost envelope's `message_id`; equal ids are the same message delivered again.
    pub message_id: Option<Cow<'a, str>>,
    /// The sender's time of sending (envelope `timestamp`), Unix seconds.
    pub sent_at: Option<f64>,
    /// Time of arrival.
    pub received_at: Millis,
    /// Length of the payload in bytes.
    pub bytes: usize,
    /// Whether the broker delivered a retained copy.
    pub retained: bool,
}

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// The metric's name, not empty.
    pub name: Cow<'a, str>,
    /// The value; finite.
    pub value: f64,
    /// The kind; gauge unless the sender said otherwise.
    pub kind: MetricKind,
    /// The sender's time in Unix seconds; `None` means the time of arrival.
    pub timestamp: Option<f64>,
    /// The sender's labels, in the sender's order, possibly with doubles.
    pub labels: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// An entry that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Reason,
    /// The entry's name or position, short.
    pub what: String,
}

/// `alicia/metrics/{service}` with a `metrics` array: service and instance exist from now on, even if
/// `entries` is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurements<'a> {
    /// The measured service, not empty.
    pub service: Cow<'a, str>,
    /// The measured instance, not empty.
    pub instance: Cow<'a, str>,
    /// What is taken.
    pub entries: Vec<Entry<'a>>,
    /// What is not.
    pub rejected: Vec<Rejected>,
}

/// `alicia/system/health/{service}`: a health word, with numbers beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Health<'a> {
    /// The service, not empty.
    pub service: Cow<'a, str>,
    /// The instance; `None` when the service as a whole speaks.
    pub instance: Option<Cow<'a, str>>,
    /// The word, e.g. `healthy`.
    pub word: Cow<'a, str>,
    /// The numbers beside it, by their field (`uptime`, `messages_processed`, `errors`, `cpu_percent`, …).
    pub readings: Vec<(&'static str, f64)>,
    /// The sender's time, Unix seconds.
    pub timestamp: Option<f64>,
}

/// `alicia/system/status/{service}`: numbers that become gauges of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct Status<'a> {
    /// The service, not empty.
    pub service: Cow<'a, str>,
    /// The instance, not empty.
    pub instance: Cow<'a, str>,
    /// The word in `status`, if any (`running`, …).
    pub word: Option<Cow<'a, str>>,
    /// The numbers, by their field.
    pub readings: Vec<(&'static str, f64)>,
    /// Fields that were there but not readable.
    pub rejected: Vec<Rejected>,
    /// The sender's time, Unix seconds.
    pub timestamp: Option<f64>,
}

/// `alicia/system/discovery/register`.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration<'a> {
    /// The service, not empty.
    pub service: Cow<'a, str>,
    /// When the process started, Unix seconds; the same in every register of one process.
    pub started: Option<f64>,
    /// What the service says it can do.
    pub capabilities: Vec<Cow<'a, str>>,
    /// The service's version.
    pub version: Option<Cow<'a, str>>,
    /// Where its Prometheus page is, if it has one.
    pub metrics_url: Option<Cow<'a, str>>,
}

/// `alicia/metrics/scrape`: targets that somebody wants to be scraped.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets<'a> {
    /// The name under which they are known, not empty.
    pub job: Cow<'a, str>,
    /// `host:port`, or URLs; none take away what was named before.
    pub targets: Vec<Cow<'a, str>>,
    /// Labels that all their series get.
    pub labels: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// How often, if that is said: `15s`.
    pub interval: Option<Cow<'a, str>>,
}

/// `alicia/system/discovery/unregister`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unregistration<'a> {
    /// The service, not empty.
    pub service: Cow<'a, str>,
}

/// A message that holds nothing to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Nothing<'a> {
    /// Why.
    pub reason: Reason,
    /// What exactly, for people; may quote the message, short.
    pub detail: Cow<'a, str>,
    /// The payload's first bytes, as an example.
    pub example: &'a [u8],
}

/// What one message meant.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Report<'a> {
    /// Measured values.
    Measurements(Measurements<'a>),
    /// A health word.
    Health(Health<'a>),
    /// A status message.
    Status(Status<'a>),
    /// A service announced itself.
    Registered(Registration<'a>),
    /// A service said goodbye.
    Unregistered(Unregistration<'a>),
    /// Somebody names targets to be scraped.
    Targets(Targets<'a>),
    /// Somebody asks all services for their health.
    HealthCheck,
    /// Somebody asks the collector for what it keeps; the answer goes another way.
    Question,
    /// Nothing to keep: unreadable, not for us, our own.
    Nothing(Nothing<'a>),
}

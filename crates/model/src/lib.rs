//! The nouns of the house and the doors between its rooms.
//!
//! Everything that two rooms speak about is defined here: series, samples, what a message on the bus
//! meant ([`Report`]), rules, alerts, insights, events; and the doors [`Intake`], [`Append`],
//! [`Select`], [`Announce`], [`Answer`] and [`Watch`]. The crate knows no file, no clock, no JSON, no MQTT and no HTTP: time is
//! always an argument. `serde` derives give the nouns one shape wherever they are written down.

mod time;

pub mod limits;

mod labels;

mod series;

mod sample;

mod refusal;

mod matcher;

mod matching;

mod selection;

mod kahan;

mod rhythm;

mod message_ids;

mod topic_filter;

mod topic_kinds;

mod bucket;

mod histogram;

mod metadata;

mod report;

mod sighting;

mod passage;

mod rule;

mod standing;

mod alert;

mod insight;

mod event;

mod bus_status;

mod question;

mod secret;

mod doors;

pub use alert::{Alert, EXPLANATION, Generator};
pub use bucket::{Aggregate, Bucket, Facts};
pub use bus_status::{BrokerKind, BusStatus, ListenStatus, SelfHealth};
pub use doors::{
    Announce, Answer, Append, AppendError, Appended, Intake, IntakeError, Refused, Select, SelectError,
    TakeBuckets, TakeHistograms, TakeLabels, TakeSeries, Watch,
};
pub use event::{
    CollectionError, ErrorClass, Event, HostSummary, Lifecycle, LifecycleChange, Overdue, Summary,
};
pub use histogram::{
    CUSTOM_BUCKETS, Histogram, HistogramColumns, HistogramSeries, Part, ResetHint, UnknownPart,
};
pub use insight::{Insight, LastingInsight, ServiceInsights};
pub use kahan::{Kahan, largest, smallest};
pub use labels::{HEALTH_STATUS, INSTANCE, Labels, NAME, PART, SERVICE, STATUS};
pub use matcher::{BadPattern, MatchOp, Matcher};
pub use matching::parse_matchers;
pub use message_ids::MessageIds;
pub use metadata::{Describe, Metadata, MetricType, unit_of};
pub use passage::Passage;
pub use question::{Question, Reply};
pub use refusal::Reason;
pub use report::{
    Entry, Health, Measurements, Nothing, Origin, Registration, Rejected, Report, Status, Targets,
    Unregistration,
};
pub use rhythm::Rhythm;
pub use rule::{Level, Per, Rule, RuleKind, Severity, UnknownSeverity};
pub use sample::{Point, STALE_MARKER_BITS, Sample, has_stale_marker, is_stale_marker, stale_marker};
pub use secret::{Login, Secret};
pub use selection::{Columns, SampleType, Selection, SeriesPoints};
pub use series::{MetricKind, Place, Series, UnknownKind};
pub use sighting::{Envelope, Sighting};
pub use standing::{Acknowledgement, Flapping, Standing, StandingChange};
pub use time::{Millis, TimeRange, from_seconds, seconds, to_seconds};
pub use topic_filter::meets_filter;
pub use topic_kinds::TopicKinds;

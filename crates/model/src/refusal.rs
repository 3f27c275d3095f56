//! Why something that came in was not taken.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $why:literal])+ $variant:ident = $word:literal,)+) => {
        /// Why a message, an entry of a message or a sample was not taken. Each is counted apart and shown
        /// with the newest example.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Reason { $($(#[doc = $why])+ $variant,)+ }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The reason's word in counters, `snake_case`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// One sentence for people.
            #[must_use]
            pub fn explain(self) -> &'static str {
                match self { $(Self::$variant => concat!($($why),+).trim_ascii(),)+ }
            }
        }
    };
}

reasons! {
    /// The payload is not UTF-8 text.
    NotUtf8 = "not_utf8",
    /// The payload is not JSON.
    NotJson = "not_json",
    /// The broker's own container health check: the bare word `healthy` every 30 s, by design.
    BrokerProbe = "broker_probe",
    /// The payload is JSON, but not an object.
    NotAnObject = "not_an_object",
    /// The payload is nested deeper than the limit.
    TooDeep = "too_deep",
    /// The payload is longer than the limit.
    TooLarge = "too_large",
    /// A message on a measurement topic has no `metrics` array.
    NoMetrics = "no_metrics",
    /// The message has no field that this topic is read for.
    NothingToRead = "nothing_to_read",
    /// The topic is one that the collector does not read.
    UnknownTopic = "unknown_topic",
    /// The message is the collector's own, come back.
    Own = "own",
    /// The message announces a device, not a service.
    NotAService = "not_a_service",
    /// The message was taken before (same message id).
    Duplicate = "duplicate",
    /// An entry is not an object.
    EntryNotAnObject = "entry_not_an_object",
    /// An entry has no name, or an empty one, or one that is not text.
    BadName = "bad_name",
    /// The body of a request is not what it says it is.
    Unreadable = "unreadable",
    /// A histogram's numbers contradict each other, or it has more buckets than the limit.
    BadHistogram = "bad_histogram",
    /// An exemplar: the sample that it is an example of is kept, the exemplar is not.
    Exemplar = "exemplar",
    /// An entry's value is missing or not a finite JSON number.
    BadValue = "bad_value",
    /// An entry's type is none of counter, gauge, histogram, summary.
    BadType = "bad_type",
    /// An entry's labels are not an object of texts.
    BadLabels = "bad_labels",
    /// An entry has more labels than the limit.
    TooManyLabels = "too_many_labels",
    /// A metric name or label name is longer than the limit.
    NameTooLong = "name_too_long",
    /// A label value is longer than the limit.
    ValueTooLong = "value_too_long",
    /// A page that was scraped, or a push, has the series more than once; the first counts.
    RepeatedSeries = "repeated_series",
    /// The sample lies too far in the future.
    TooFarInFuture = "too_far_in_future",
    /// The sample is older than the retention.
    TooOld = "too_old",
    /// The sample lies further before the newest of its series than samples may come late.
    OutOfOrder = "out_of_order",
    /// The store has as many series as it may have.
    TooManySeries = "too_many_series",
    /// The metric has as many series as one metric may have.
    TooManySeriesOfMetric = "too_many_series_of_metric",
    /// The service has as many series as one service may have.
    TooManySeriesOfService = "too_many_series_of_service",
    /// Type, unit and help of as many metrics are known as may be; their samples are kept.
    TooManyDescriptions = "too_many_descriptions",
    /// There are as many distributions of observations as there may be; the observations themselves are kept.
    TooManyDistributions = "too_many_distributions",
    /// A target that was announced on the bus is none that may be scraped.
    TargetNotAllowed = "target_not_allowed",
    /// As many targets were announced on the bus as may be.
    TooManyTargets = "too_many_targets",
    /// The registry has as many services or instances as it may have.
    TooManyServices = "too_many_services",
    /// A question over the bus that cannot be read, or that says nowhere to answer to.
    BadQuestion = "bad_question",
    /// A question over the bus wants its answer on a topic where no answers go.
    BadReplyTopic = "bad_reply_topic",
    /// There are more questions over the bus than are answered.
    TooManyQuestions = "too_many_questions",
    /// A command to a switch of the collector's that is none of its words, that nobody gave just now, or of no switch.
    BadCommand = "bad_command",
    /// There are more commands to the collector's switches than are done.
    TooManyCommands = "too_many_commands",
}

impl Reason {
    /// Whether the message could not be read at all.
    #[must_use]
    pub fn is_undecodable(self) -> bool {
        matches!(
            self,
            Self::NotUtf8
                | Self::NotJson
                | Self::BrokerProbe
                | Self::NotAnObject
                | Self::TooDeep
                | Self::TooLarge
                | Self::Unreadable
        )
    }

    /// Whether somebody should mend something; the rest is normal traffic that holds nothing to keep.
    #[must_use]
    pub fn is_error(self) -> bool {
        !matches!(
            self,
            Self::BrokerProbe
                | Self::NothingToRead
                | Self::UnknownTopic
                | Self::Own
                | Self::NotAService
                | Self::Duplicate
                | Self::Exemplar
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

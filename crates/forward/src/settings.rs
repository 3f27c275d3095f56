//! What a destination is told: what it gets, and how much may wait for it.

use model::{Labels, MatchOp, Matcher, limits};

/// The version of remote write that a destination reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// `prometheus.WriteRequest`, which every receiver reads.
    #[default]
    V1,
    /// `io.prometheus.write.v2.Request`: shorter, and types come with the samples.
    V2,
}

impl Version {
    /// The headers that say what a request is.
    #[must_use]
    pub fn headers(self) -> [(&'static str, &'static str); 3] {
        let (content_type, version) = match self {
            Self::V1 => ("application/x-protobuf", "0.1.0"),
            Self::V2 => ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
        };
        [
            ("content-type", content_type),
            ("content-encoding", "snappy"),
            ("x-prometheus-remote-write-version", version),
        ]
    }
}

/// What a destination gets. What it is called and where it is, is known to who drives it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it reads.
    pub version: Version,
    /// Bytes that its queue may take on disk, [`limits::LEAST_QUEUE_BYTES`] at least.
    pub queue_bytes: u64,
    /// Only series that meet all of these.
    pub matchers: Vec<Matcher>,
    /// Labels that every series gets, where it has none of the name.
    pub labels: Labels,
    /// Samples of a request at most.
    pub max_samples: usize,
    /// Whether native histograms are handed on. Receivers that know none may refuse whole requests for them.
    pub native_histograms: bool,
    /// Series that are remembered: as many as are kept.
    pub series: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Version::default(),
            queue_bytes: limits::QUEUE_BYTES,
            matchers: Vec::new(),
            labels: Labels::default(),
            max_samples: limits::FORWARD_SAMPLES,
            native_histograms: false,
            series: limits::SERIES,
        }
    }
}

impl Settings {
    /// Bytes of a segment.
    pub(crate) fn segment_bytes(&self) -> u64 {
        limits::QUEUE_SEGMENT_BYTES.min(self.queue_bytes / 8)
    }

    /// Whether what is known of a metric may be told: where only some series go, only of these.
    pub(crate) fn tells_of(&self, metric: &str) -> bool {
        let of_names = self.matchers.iter().filter(|matcher| matcher.label() == model::NAME);
        let (mut is_meant, mut named) = (true, false);
        for matcher in of_names {
            is_meant &= matcher.admits(metric);
            named |= matches!(matcher.op(), MatchOp::Equal | MatchOp::Regex);
        }
        is_meant && (named || self.matchers.is_empty())
    }
}

//! What the settings say of targets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Targets that have the name of a job, and everything else, in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapeJob {
    /// The label `job` of its series.
    pub job: String,
    /// `host:port`, or a URL.
    pub targets: Vec<String>,
    /// Files with targets, as Prometheus' file discovery has them, in JSON.
    pub files: Vec<PathBuf>,
    /// How often a target is asked.
    pub interval: Duration,
    /// How long that may take.
    pub timeout: Duration,
    /// Where the page is, unless a target is a URL that says it.
    pub path: String,
    /// `http` or `https`, unless a target is a URL.
    pub scheme: String,
    /// Labels that all series get.
    pub labels: BTreeMap<String, String>,
    /// Whether labels of a page win over those of its target.
    pub honor_labels: bool,
    /// Whether times of a page count.
    pub honor_timestamps: bool,
    /// Samples that a page may have; 0 is no limit.
    pub sample_limit: usize,
    /// Who we are.
    pub auth: ScrapeAuth,
    /// Authorities that are trusted, in the place of the system's.
    pub ca: Option<PathBuf>,
}

impl ScrapeJob {
    /// A job with nothing but its name, and what holds where nothing is said: each 15 seconds, for at most 10, `/metrics`.
    #[must_use]
    pub fn new(job: &str) -> Self {
        Self {
            job: job.to_owned(),
            targets: Vec::new(),
            files: Vec::new(),
            interval: Duration::from_secs(15),
            timeout: Duration::from_secs(10),
            path: "/metrics".to_owned(),
            scheme: "http".to_owned(),
            labels: BTreeMap::new(),
            honor_labels: false,
            honor_timestamps: true,
            sample_limit: 0,
            auth: ScrapeAuth::None,
            ca: None,
        }
    }
}

/// What a target wants to know of us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScrapeAuth {
    /// Nothing.
    #[default]
    None,
    /// A user and a password.
    Basic(String, Secret),
    /// A token.
    Bearer(Secret),
}

/// A text that nobody sees.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Itself.
    Text(String),
    /// The file that it is in, which is read each time: it may change.
    File(PathBuf),
}

impl Secret {
    /// The text.
    pub(crate) fn read(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::File(path) => write!(f, "File({})", path.display()),
        }
    }
}

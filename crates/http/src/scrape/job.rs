//! What the settings say of targets.

use model::{Login, Secret};
use std::collections::BTreeMap;
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
    pub auth: Login<ScrapeSecret>,
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
            auth: Login::Open,
            ca: None,
        }
    }
}

/// Where the secret of a target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScrapeSecret {
    /// In the settings.
    Given(Secret),
    /// In a file, which is read each time: it may change.
    File(PathBuf),
}

impl ScrapeSecret {
    /// The secret itself.
    pub(crate) fn read(&self) -> Result<Secret, String> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::File(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
            }
        }
    }
}

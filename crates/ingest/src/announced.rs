//! Targets that were announced on the bus: jobs, each in a message of its own, and services that registered with the
//! address of their page. Whether anybody scrapes them is decided elsewhere; here they are only remembered.

use model::{Reason, Targets, limits};
use std::collections::BTreeMap;

/// A job that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedJob {
    /// Its name.
    pub job: String,
    /// `host:port`, or URLs.
    pub targets: Vec<String>,
    /// Labels that all its series get.
    pub labels: BTreeMap<String, String>,
    /// How often they are to be asked, if that was said: `15s`.
    pub interval: Option<String>,
}

/// All that was announced.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    jobs: BTreeMap<String, AnnouncedJob>,
    /// Pages of services, by their names.
    services: BTreeMap<String, String>,
}

impl Announced {
    /// Takes what a message announces, in the place of what was announced under that name; no targets take it away.
    ///
    /// # Errors
    /// Why it is not taken.
    pub(crate) fn take(&mut self, announced: &Targets<'_>) -> Result<(), Reason> {
        let name = &*announced.job;
        if announced.targets.is_empty() {
            self.jobs.remove(name);
            return Ok(());
        }
        let texts = announced.targets.iter().chain(&announced.interval).map(|text| text.len());
        let names = announced.labels.iter().map(|(label, _)| label.len());
        if texts.chain(names).chain([name.len()]).any(|length| length > limits::NAME_BYTES) {
            return Err(Reason::NameTooLong);
        }
        if announced.labels.iter().any(|(_, value)| value.len() > limits::NAME_BYTES) {
            return Err(Reason::ValueTooLong);
        }
        // Such labels would say where to go, and that is not for everybody on a bus to say.
        if announced.labels.iter().any(|(label, _)| label.is_empty() || label.starts_with("__")) {
            return Err(Reason::BadLabels);
        }
        if announced.labels.len() > limits::LABELS_PER_ENTRY / 4 {
            return Err(Reason::TooManyLabels);
        }
        if announced.targets.len() > limits::ANNOUNCED_TARGETS {
            return Err(Reason::TooManyTargets);
        }
        check_room(&self.jobs, name)?;
        let text = |text: &std::borrow::Cow<'_, str>| text.clone().into_owned();
        let job = AnnouncedJob {
            job: name.to_owned(),
            targets: announced.targets.iter().map(text).collect(),
            labels: announced.labels.iter().map(|(label, value)| (text(label), text(value))).collect(),
            interval: announced.interval.as_ref().map(text),
        };
        self.jobs.insert(name.to_owned(), job);
        Ok(())
    }

    /// Notes where the page of a service is, or that it has none.
    ///
    /// # Errors
    /// Why that is not noted.
    pub(crate) fn set_page(&mut self, service: &str, url: Option<&str>) -> Result<(), Reason> {
        let Some(url) = url else {
            self.services.remove(service);
            return Ok(());
        };
        if url.len() > limits::NAME_BYTES {
            return Err(Reason::NameTooLong);
        }
        check_room(&self.services, service)?;
        self.services.insert(service.to_owned(), url.to_owned());
        Ok(())
    }

    /// Everything, as jobs. A service is a job of one target.
    pub(crate) fn all(&self) -> Vec<AnnouncedJob> {
        let of_service = |(service, url): (&String, &String)| AnnouncedJob {
            job: service.clone(),
            targets: vec![url.clone()],
            labels: BTreeMap::new(),
            interval: None,
        };
        self.jobs.values().cloned().chain(self.services.iter().map(of_service)).collect()
    }
}

fn check_room<T>(known: &BTreeMap<String, T>, name: &str) -> Result<(), Reason> {
    let is_full = known.len() >= limits::ANNOUNCED_JOBS && !known.contains_key(name);
    if is_full { Err(Reason::TooManyTargets) } else { Ok(()) }
}

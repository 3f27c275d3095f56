//! Members by which somebody asks to be scraped. They are rare, so they are kept as they are written until the topic says
//! that they are wanted.

use super::field::{LabelValue, Text};
use model::Targets;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The members, as they are written.
#[derive(Debug, Default)]
pub(super) struct Announced<'a> {
    job: Option<&'a str>,
    targets: Option<&'a str>,
    labels: Option<&'a str>,
    interval: Option<&'a str>,
    metrics_url: Option<&'a str>,
    metadata: Option<&'a str>,
}

impl<'a> Announced<'a> {
    /// Whether `key` is one of the members.
    pub(super) fn has(key: &str) -> bool {
        matches!(key, "job" | "targets" | "labels" | "interval" | "metrics_url" | "metadata")
    }

    pub(super) fn set(&mut self, key: &str, value: &'a RawValue) {
        let place = match key {
            "job" => &mut self.job,
            "targets" => &mut self.targets,
            "labels" => &mut self.labels,
            "interval" => &mut self.interval,
            "metrics_url" => &mut self.metrics_url,
            _ => &mut self.metadata,
        };
        *place = Some(value.get());
    }

    /// The targets of a job; `Err` says what is missing or wrong. A wrong label costs itself.
    pub(super) fn targets(&self) -> Result<Targets<'a>, &'static str> {
        let job = text(self.job).ok_or("no `job`")?;
        let targets: Vec<Text<'a>> = read(self.targets).ok_or("no `targets`, or they are not an array")?;
        let all = targets.len();
        let targets: Vec<Cow<'a, str>> = targets.into_iter().filter_map(Text::filled).collect();
        if targets.len() < all {
            return Err("a target is not a text");
        }
        let labels: BTreeMap<String, LabelValue<'a>> = read(self.labels).unwrap_or_default();
        let labels = labels.into_iter().filter_map(|(name, value)| Some((Cow::Owned(name), value.0?)));
        Ok(Targets { job, targets, labels: labels.collect(), interval: text(self.interval) })
    }

    /// Where the page of a service is: beside its name, or in what else it says of itself.
    pub(super) fn page(&self) -> Option<Cow<'a, str>> {
        let inner = || {
            let metadata: BTreeMap<String, &RawValue> = read(self.metadata)?;
            text(metadata.get("metrics_url").map(|value| value.get()))
        };
        text(self.metrics_url).or_else(inner)
    }
}

fn read<'a, T: Deserialize<'a>>(json: Option<&'a str>) -> Option<T> {
    serde_json::from_str(json?).ok()
}

fn text<'a>(json: Option<&'a str>) -> Option<Cow<'a, str>> {
    read::<Text<'a>>(json)?.filled()
}

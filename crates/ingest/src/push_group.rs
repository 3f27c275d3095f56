//! What somebody pushed: groups of series that stay until they are replaced or deleted.

use crate::exposition::{Dialect, Found, Page};
use crate::scrape_target::ScrapeMemory;
use model::{Metadata, MetricKind, Millis, limits};
use std::collections::{BTreeMap, BTreeSet};

/// When a group was pushed.
pub(crate) const PUSH_TIME: &str = "push_time_seconds";
/// When a push to a group was refused; 0 if none was.
pub(crate) const FAILURE_TIME: &str = "push_failure_time_seconds";

/// Labels by their names.
pub(crate) type LabelMap = BTreeMap<String, String>;

/// Whether a push takes the place of the whole group, or of the metrics of the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    /// Of the whole group.
    Group,
    /// Of the metrics that it has.
    Metrics,
}

/// A series that was pushed, and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) labels: LabelMap,
    pub(crate) kind: Option<MetricKind>,
    pub(crate) v: f64,
}

/// The series of one metric, and what was said of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metric {
    pub(crate) said: Option<Metadata>,
    pub(crate) rows: Vec<Row>,
}

/// By their names: what was pushed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics(pub(crate) BTreeMap<String, Metric>);

/// A group.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) metrics: Metrics,
    /// When it was last pushed.
    pub(crate) pushed: Option<Millis>,
    /// When a push was last refused.
    pub(crate) failed: Option<Millis>,
    /// When it was last written.
    pub(crate) written: Millis,
    pub(crate) memory: ScrapeMemory,
}

/// All groups, by their labels.
#[derive(Debug, Default)]
pub(crate) struct Groups(pub(crate) BTreeMap<LabelMap, Group>);

/// Series and bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    series: usize,
    bytes: usize,
}

impl Metrics {
    /// Reads what is pushed to the group with these labels, which win over those of the series.
    ///
    /// # Errors
    /// Why nothing of it is taken: a push is taken as a whole or not at all.
    pub(crate) fn read(body: &[u8], dialect: Dialect, group: &LabelMap) -> Result<Self, String> {
        let (mut page, mut all, mut seen) = (Page::new(body, dialect), Self::default(), BTreeSet::new());
        while let Some(next) = page.next() {
            let found = next.map_err(|broken| format!("cannot be read: {:?}", broken.text()))?;
            if found.t.is_some() {
                return Err("pushed metrics must not have timestamps".to_owned());
            }
            let family = page.family_of(&found.head.name).to_owned();
            let said = page.metadata(&found.head.name);
            let row = Row::new(found, group)?;
            if !seen.insert((row.name.clone(), row.labels.clone())) {
                return Err(format!("{} is there twice with the same labels", row.name));
            }
            let metric = all.0.entry(family).or_default();
            metric.said = metric.said.take().or(said);
            metric.rows.push(row);
        }
        if page.is_whole() { Ok(all) } else { Err("the text does not end with # EOF".to_owned()) }
    }

    pub(crate) fn size(&self) -> Size {
        let mut size = Size::default();
        for row in self.0.values().flat_map(|metric| &metric.rows) {
            let labels: usize = row.labels.iter().map(|(name, value)| name.len() + value.len()).sum();
            size.add(Size { series: 1, bytes: row.name.len() + labels });
        }
        size
    }
}

impl Row {
    fn new(found: Found<'_>, group: &LabelMap) -> Result<Self, String> {
        let name = found.head.name.into_owned();
        if name.is_empty() || name == PUSH_TIME || name == FAILURE_TIME {
            return Err(format!("{name:?} is no name for a pushed metric"));
        }
        let mut labels = LabelMap::new();
        for (label, value) in found.head.labels {
            if labels.insert(label.clone().into_owned(), value.into_owned()).is_some() {
                return Err(format!("{name} has the label {label} twice"));
            }
        }
        labels.extend(group.iter().map(|(label, value)| (label.clone(), value.clone())));
        Ok(Self { name, labels, kind: found.kind, v: found.v })
    }
}

impl Size {
    fn add(&mut self, other: Self) {
        self.series += other.series;
        self.bytes += other.bytes;
    }
}

impl Groups {
    /// Whether `metrics` may stand in the place of those of `group`.
    ///
    /// # Errors
    /// The limit that forbids it.
    pub(crate) fn has_room(&self, group: &LabelMap, metrics: &Metrics) -> Result<(), String> {
        if self.0.len() >= limits::PUSH_GROUPS && !self.0.contains_key(group) {
            return Err(format!("there are {} groups, and no more may be", limits::PUSH_GROUPS));
        }
        let mut all = metrics.size();
        self.0
            .iter()
            .filter(|(labels, _)| *labels != group)
            .for_each(|(_, other)| all.add(other.metrics.size()));
        if all.series > limits::PUSH_SERIES || all.bytes > limits::PUSH_BYTES {
            return Err(format!(
                "all groups together may have {} series and {} bytes",
                limits::PUSH_SERIES,
                limits::PUSH_BYTES
            ));
        }
        Ok(())
    }
}

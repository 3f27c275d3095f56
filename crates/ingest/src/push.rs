//! Pushes, as to a Pushgateway: whoever does not live long enough to be scraped leaves its metrics here.
//!
//! There is nobody who scrapes them later, so the newest values of a group are written when they come and again each
//! [`limits::PUSH_REPEAT`], until the group is deleted or nobody pushed to it for [`limits::PUSH_KEEP`]. Groups live in
//! memory: after a restart what was written is kept, but is not written again.

use crate::exposition::Dialect;
use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::parcel::TooMany;
use crate::plain::Plain;
use crate::push_group::{FAILURE_TIME, Group, LabelMap, Metric, Metrics, PUSH_TIME, Push};
use crate::scrape::Taken;
use crate::scrape_target::ScrapeMemory;
use model::{Metadata, MetricKind, MetricType, Millis, PART, Point, limits, to_seconds};

/// Where it says that it comes in.
const SOURCE: &str = "push";
/// Which format these keys are of, see [`Gate::seed`].
const FORMAT: u64 = 7;

/// Why a push was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// It is not as it should be.
    #[error("{0}")]
    Bad(String),
    /// There is no room for it.
    #[error("{0}")]
    Full(String),
    /// The store takes nothing now.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<TooMany> for PushError {
    fn from(_: TooMany) -> Self {
        Self::Write(WriteError::TooLarge)
    }
}

impl Gate {
    /// Takes a push to the group with these labels. When this returns `Ok`, it is committed.
    ///
    /// # Errors
    /// [`PushError`]: nothing of it was taken, and the group is as it was but for the time of its failure.
    pub fn push(
        &self,
        group: &LabelMap,
        push: Push,
        body: &[u8],
        dialect: Dialect,
        now: Millis,
    ) -> Result<Told, PushError> {
        check(group).map_err(PushError::Bad)?;
        let read = Metrics::read(body, dialect, group);
        let mut groups = self.pushed().lock();
        let mut metrics = match read {
            Ok(metrics) => metrics,
            Err(why) => {
                // Who never pushed anything good leaves nothing behind.
                if let Some(known) = groups.0.get_mut(group) {
                    known.failed = Some(now);
                    known.written = Millis::MIN;
                }
                return Err(PushError::Bad(why));
            }
        };
        let known = groups.0.get(group);
        if let Some(known) = known.filter(|_| push == Push::Metrics) {
            for (name, metric) in &known.metrics.0 {
                metrics.0.entry(name.clone()).or_insert_with(|| metric.clone());
            }
        }
        groups.has_room(group, &metrics).map_err(PushError::Full)?;
        let failed = groups.0.get(group).and_then(|known| known.failed);
        let memory = groups.0.get_mut(group).map(|known| std::mem::take(&mut known.memory));
        let mut next =
            Group { metrics, pushed: Some(now), failed, written: now, memory: memory.unwrap_or_default() };
        match self.write_group(group, &mut next, now) {
            Ok(told) => {
                groups.0.insert(group.clone(), next);
                Ok(told)
            }
            Err(error) => {
                if let Some(known) = groups.0.get_mut(group) {
                    known.memory = next.memory;
                }
                Err(error.into())
            }
        }
    }

    /// Ends the group with these labels, if there is one. When this returns `Ok`, that is committed.
    ///
    /// # Errors
    /// [`PushError`]: the group is as it was.
    pub fn end_push(&self, group: &LabelMap, now: Millis) -> Result<(), PushError> {
        check(group).map_err(PushError::Bad)?;
        let mut groups = self.pushed().lock();
        let Some(known) = groups.0.get_mut(group) else { return Ok(()) };
        self.end_group(&known.memory, now)?;
        groups.0.remove(group);
        Ok(())
    }

    /// To be called once a second: writes groups again, and ends those to which nobody pushed for long.
    pub fn repeat_pushes(&self, now: Millis) {
        let mut groups = self.pushed().lock();
        groups.0.retain(|labels, group| {
            let is_over = group.pushed.is_none_or(|pushed| now.saturating_sub(pushed) > limits::PUSH_KEEP);
            if is_over {
                return self.end_group(&group.memory, now).is_err();
            }
            // A clock that was set back must not silence a group.
            let is_due = now.saturating_sub(group.written) >= limits::PUSH_REPEAT || group.written > now;
            if is_due {
                // A store that takes nothing says so elsewhere; the next second comes soon.
                let _may_fail = self.write_group(labels, group, now);
            }
            true
        });
    }

    /// How many groups there are.
    #[must_use]
    pub fn push_groups(&self) -> usize {
        self.pushed().lock().0.len()
    }

    fn write_group(&self, labels: &LabelMap, group: &mut Group, now: Millis) -> Result<Told, WriteError> {
        let mut taken = Taken::nothing(self.seed(FORMAT));
        for metric in group.metrics.0.values() {
            put(&mut taken, metric, now)?;
        }
        let own = [
            (PUSH_TIME, group.pushed, "Last Unix time when this group was changed."),
            (FAILURE_TIME, group.failed, "Last Unix time when changing this group failed."),
        ];
        for (name, time, help) in own {
            let said = Metadata { metric_type: MetricType::Gauge, help: help.into(), ..Metadata::default() };
            let name = taken.plain.name(name.into(), Some(MetricKind::Gauge), Some(said))?;
            let v = time.map_or(0.0, to_seconds);
            one(&mut taken, name, labels, Point { t: now, v })?;
        }
        taken.series.sort_unstable();
        let told = self.hand_over(SOURCE, &group.memory, &mut taken, now)?;
        group.memory = ScrapeMemory { series: taken.series, is_live: true, is_reported: false };
        group.written = now;
        Ok(told)
    }

    fn end_group(&self, memory: &ScrapeMemory, now: Millis) -> Result<Told, WriteError> {
        self.hand_over(SOURCE, memory, &mut Taken::nothing(self.seed(FORMAT)), now)
    }
}

/// The series of a metric.
fn put<'a>(taken: &mut Taken<'a>, metric: &'a Metric, now: Millis) -> Result<(), TooMany> {
    for row in &metric.rows {
        let name = taken.plain.name(row.name.as_str().into(), row.kind, metric.said.clone())?;
        one(taken, name, &row.labels, Point { t: now, v: row.v })?;
    }
    Ok(())
}

fn one<'a>(
    taken: &mut Taken<'a>,
    name: crate::plain::Name,
    labels: &'a LabelMap,
    point: Point,
) -> Result<(), TooMany> {
    let plain: &mut Plain<'a> = &mut taken.plain;
    let base =
        plain.base(labels.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())))?;
    taken.series.push(plain.key(name, &base, None).bytes());
    plain.one(name, &base, None, point)
}

/// Whether these are labels of a group.
fn check(group: &LabelMap) -> Result<(), String> {
    if group.get("job").is_none_or(String::is_empty) {
        return Err("job name is required".to_owned());
    }
    for (name, value) in group {
        let is_name = !name.is_empty() && !name.starts_with("__") && !name.starts_with(PART);
        if !is_name || name.len() > limits::NAME_BYTES || value.len() > limits::LABEL_VALUE_BYTES {
            return Err(format!("improper label name or value: {name:?}"));
        }
    }
    if group.len() > limits::LABELS_PER_ENTRY { Err("too many labels".to_owned()) } else { Ok(()) }
}

//! Kept samples of many series in the order of their time, a stretch of time after the other.

use crate::trial::{TrialError, Watch};
use hashbrown::HashMap;
use model::{Labels, Matcher, Millis, Point, Sample, Select, Selection, Series, TimeRange, limits};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Reads what selectors have.
pub(crate) struct Feed<'a> {
    select: &'a dyn Select,
    /// Each is the matchers of one selector.
    selectors: Vec<Vec<Matcher>>,
    /// The series that were met, each always the same.
    series: HashMap<Labels, Arc<Series>>,
    samples: u64,
}

/// What is done with the samples of a time.
type Take<'a> = dyn FnMut(Millis, &[Sample<'_>]) -> Result<(), TrialError> + 'a;

/// The length of a stretch.
const STRETCH: Millis = limits::HOUR;

impl<'a> Feed<'a> {
    pub(crate) fn new(select: &'a dyn Select, selectors: Vec<Vec<Matcher>>) -> Self {
        Self { select, selectors, series: HashMap::new(), samples: 0 }
    }

    /// Gives `take` the samples in `range`, those of one time together.
    ///
    /// # Errors
    /// They cannot be read, are too many, or are not wanted any more.
    pub(crate) fn each(
        &mut self,
        range: TimeRange,
        watch: &dyn Watch,
        take: &mut Take<'_>,
    ) -> Result<(), TrialError> {
        let mut start = range.start;
        while start <= range.end {
            if let Some(why) = watch.stop() {
                return Err(TrialError::Stopped(why));
            }
            let end = start.saturating_add(STRETCH - 1).min(range.end);
            let mut read = self.stretch(TimeRange { start, end })?;
            read.sort_by_key(|(_, point)| point.t);
            self.samples += read.len() as u64;
            let mut rest = read.as_slice();
            while let Some((_, first)) = rest.first() {
                let count = rest.iter().take_while(|(_, point)| point.t == first.t).count();
                let (now, later) = rest.split_at(count);
                let batch: Vec<Sample<'_>> =
                    now.iter().map(|(series, point)| Sample { series, point: *point }).collect();
                take(first.t, &batch)?;
                rest = later;
            }
            watch.reached(end);
            start = end.saturating_add(1);
        }
        Ok(())
    }

    fn stretch(&mut self, range: TimeRange) -> Result<Vec<(Arc<Series>, Point)>, TrialError> {
        let mut found = Vec::new();
        let mut is_too_much = false;
        for (at, matchers) in self.selectors.iter().enumerate() {
            let earlier = self.selectors.get(..at).unwrap_or_default();
            let selection = Selection::all(matchers.clone()).within(range);
            self.select.each(&selection, &mut |series, columns| {
                // One that two selectors have is read once.
                if earlier.iter().any(|matchers| matchers.iter().all(|matcher| matcher.matches(series))) {
                    return ControlFlow::Continue(());
                }
                let own = match self.series.get(series.labels()) {
                    Some(known) => Arc::clone(known),
                    None => {
                        self.series.insert(series.labels().clone(), Arc::clone(series));
                        Arc::clone(series)
                    }
                };
                found.extend(columns.points().map(|point| (Arc::clone(&own), point)));
                is_too_much = found.len() > limits::TRIAL_SAMPLES || self.series.len() > limits::TRIAL_SERIES;
                if is_too_much { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        if is_too_much {
            return Err(TrialError::TooMuch(format!(
                "more than {} samples in an hour, or {} series: select fewer",
                limits::TRIAL_SAMPLES,
                limits::TRIAL_SERIES
            )));
        }
        Ok(found)
    }

    /// Samples that were given.
    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }

    /// Series that they were of.
    pub(crate) fn series(&self) -> usize {
        self.series.len()
    }
}

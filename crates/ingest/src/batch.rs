//! The samples of one message on their way to the appends, and the one way to hand them over.

use crate::generations::Key;
use crate::intern::Interned;
use model::{Append, AppendError, Point, Reason, Refused, Sample, Series};
use std::sync::Arc;

/// Samples in the order of the message.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<(Arc<Series>, Point)>,
    /// The keys of series that were not known before, by row.
    pub(crate) fresh: Vec<(usize, Key)>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) accepted: usize,
    pub(crate) replaced: usize,
    pub(crate) refused: Vec<Refused>,
    /// Appends after the first that did not take it, by their place in the list.
    pub(crate) faults: Vec<(usize, AppendError)>,
}

impl Batch {
    pub(crate) fn push(&mut self, interned: Interned, point: Point) {
        if let Some(key) = interned.key {
            self.fresh.push((self.rows.len(), key));
        }
        self.rows.push((interned.series, point));
    }

    /// A sample of a series that is known to be known.
    pub(crate) fn push_known(&mut self, series: Arc<Series>, point: Point) {
        self.rows.push((series, point));
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.fresh.clear();
    }

    pub(crate) fn series(&self, row: usize) -> Option<&Arc<Series>> {
        self.rows.get(row).map(|(series, _)| series)
    }

    /// The series of all rows that were not refused.
    pub(crate) fn kept<'a>(&'a self, outcome: &'a Outcome) -> impl Iterator<Item = &'a Arc<Series>> {
        let kept = self.rows.iter().enumerate().filter(|(row, _)| !outcome.is_refused(*row));
        kept.map(|(_, (series, _))| series)
    }

    /// Hands the samples to every append, in order. The first one, the store, decides: what it refuses the
    /// others never see, so rules judge and remotes get exactly what is kept.
    ///
    /// # Errors
    /// When the first append does not take the batch; then no other has seen it.
    pub(crate) fn append(&self, appends: &[Arc<dyn Append>]) -> Result<Outcome, AppendError> {
        let Some((store, others)) = appends.split_first() else {
            return Ok(Outcome { accepted: self.rows.len(), ..Outcome::default() });
        };
        if self.rows.is_empty() {
            return Ok(Outcome::default());
        }
        let mut samples: Vec<Sample<'_>> =
            self.rows.iter().map(|(series, point)| Sample { series, point: *point }).collect();
        let appended = store.append(&samples)?;
        let mut outcome = Outcome {
            accepted: appended.accepted,
            replaced: appended.replaced,
            refused: appended.refused,
            faults: Vec::new(),
        };
        if !outcome.refused.is_empty() {
            outcome.refused.sort_by_key(|refused| refused.index);
            let mut row = 0;
            samples.retain(|_| {
                row += 1;
                !outcome.is_refused(row - 1)
            });
        }
        for (place, append) in others.iter().enumerate().filter(|_| !samples.is_empty()) {
            if let Err(fault) = append.append(&samples) {
                outcome.faults.push((place + 1, fault));
            }
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// The reasons of refusal: how many samples, and the index of the newest.
    pub(crate) fn refused_by_reason(&self) -> Vec<(Reason, usize, usize)> {
        let mut reasons: Vec<(Reason, usize, usize)> = Vec::new();
        for refused in &self.refused {
            match reasons.iter_mut().find(|(reason, ..)| *reason == refused.reason) {
                Some((_, times, newest)) => {
                    *times += 1;
                    *newest = refused.index;
                }
                None => reasons.push((refused.reason, 1, refused.index)),
            }
        }
        reasons
    }

    /// Whether the store refused the sample in `row`.
    pub(crate) fn is_refused(&self, row: usize) -> bool {
        self.refused.binary_search_by_key(&row, |refused| refused.index).is_ok()
    }
}

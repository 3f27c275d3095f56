//! The doors between the rooms.
//!
//! `bus` ─[`Intake`]─► `ingest` ─[`Append`]─► `store`, `rules` ─[`Announce`]─► `bus`; readers come in by
//! [`Select`], and questions over the bus by [`Answer`]. Who only listens to the bus does so by [`Watch`].

use crate::bucket::{Bucket, Facts};
use crate::event::Event;
use crate::histogram::{Assembly, HistogramColumns};
use crate::labels::{Labels, PART};
use crate::passage::Passage;
use crate::question::{Question, Reply};
use crate::refusal::Reason;
use crate::report::{Origin, Report};
use crate::sample::Sample;
use crate::selection::{Columns, SampleType, Selection, SeriesPoints};
use crate::series::Series;
use crate::sighting::Sighting;
use crate::time::Millis;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Takes what a message meant.
pub trait Intake: Send + Sync {
    /// Takes one message. When this and then [`Intake::commit`] have returned `Ok`, the message may be
    /// acknowledged to its sender: all that was taken of it has gone through every [`Append`].
    ///
    /// # Errors
    /// [`IntakeError::Unavailable`] when nothing of the message could be kept now; it must not be
    /// acknowledged.
    fn take(&self, origin: &Origin<'_>, report: Report<'_>) -> Result<(), IntakeError>;

    /// Makes all messages taken so far as durable as was promised.
    ///
    /// # Errors
    /// [`IntakeError::Unavailable`]: the messages since the last commit must not be acknowledged.
    fn commit(&self) -> Result<(), IntakeError> {
        Ok(())
    }
}

/// Why a message could not be taken at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The store does not accept writes now.
    #[error("storage does not accept samples: {0}")]
    Unavailable(String),
}

/// Takes batches of samples: the store, the streaming rules, a remote engine.
pub trait Append: Send + Sync {
    /// Takes a batch. A sample that is refused costs the others nothing.
    ///
    /// # Errors
    /// [`AppendError`] when the batch as a whole was not taken.
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError>;

    /// Makes all batches taken so far as durable as this `Append` promises. Many batches may be committed at
    /// once. An `Append` that keeps nothing has nothing to do.
    ///
    /// # Errors
    /// [`AppendError`] when that is not possible now: the batches since the last commit must not be
    /// acknowledged.
    fn commit(&self) -> Result<(), AppendError> {
        Ok(())
    }

    /// Whether it judges samples as they pass. Then it does not get what is only computed of others that it has seen.
    fn judges(&self) -> bool {
        false
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Appended {
    /// Samples that are new.
    pub accepted: usize,
    /// Samples that replaced one of the same series and time.
    pub replaced: usize,
    /// Samples that were refused.
    pub refused: Vec<Refused>,
}

/// A refused sample of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its position in the batch.
    pub index: usize,
    /// Why.
    pub reason: Reason,
}

/// Why a whole batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AppendError(pub String);

/// What a reader does with a series and its points, which it must copy if it wants to keep them. With
/// [`ControlFlow::Break`] it gets no more.
pub type TakeSeries<'a> = dyn FnMut(&Arc<Series>, Columns<'_>) -> ControlFlow<()> + 'a;

/// What a reader does with a series and its buckets, as [`TakeSeries`].
pub type TakeBuckets<'a> = dyn FnMut(&Arc<Series>, &[Bucket]) -> ControlFlow<()> + 'a;

/// What a reader does with the labels of a series and its histograms, as [`TakeSeries`].
pub type TakeHistograms<'a> = dyn FnMut(&Labels, &HistogramColumns) -> ControlFlow<()> + 'a;

/// What a reader does with the labels of a series, as [`TakeSeries`].
pub type TakeLabels<'a> = dyn FnMut(&Labels) -> ControlFlow<()> + 'a;

/// Gives series for matchers and a time range.
pub trait Select: Send + Sync {
    /// Gives `take` the series that meet the selection one by one, ordered by labels, each with its points in range,
    /// oldest first. Memory holds the points of one series at a time.
    ///
    /// # Errors
    /// [`SelectError`] when the data cannot be read.
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError>;

    /// Gives `take` the series that meet the selection, ordered by labels, each with the buckets of `length` milliseconds
    /// that lie in the range as a whole and have points, oldest first. All the points come to the same; but a store may
    /// know without looking at each, and the sooner the fewer `facts` it is asked for. Of how many of the newest points the selection speaks is not looked at.
    ///
    /// # Errors
    /// [`SelectError`] when the data cannot be read.
    fn each_bucket(
        &self,
        selection: &Selection,
        length: Millis,
        facts: Facts,
        take: &mut TakeBuckets<'_>,
    ) -> Result<(), SelectError> {
        let mut buckets = Vec::new();
        self.each(&Bucket::whole_selection(selection, length), &mut |series, points| {
            buckets.clear();
            Bucket::fold(points, length, facts, &mut buckets);
            if buckets.is_empty() { ControlFlow::Continue(()) } else { take(series, &buckets) }
        })
    }

    /// Gives `take` the series of native histograms that meet the selection, ordered by labels. Of what type of samples the
    /// selection speaks is not looked at.
    ///
    /// # Errors
    /// [`SelectError`] when the data cannot be read.
    fn each_histogram(
        &self,
        selection: &Selection,
        take: &mut TakeHistograms<'_>,
    ) -> Result<(), SelectError> {
        let (mut assembly, mut flow) = (Assembly::default(), ControlFlow::Continue(()));
        self.each(&selection.clone().of(SampleType::HistogramParts), &mut |series, points| {
            if let Some((labels, histograms)) = assembly.take(series, points) {
                flow = take(&labels, &histograms);
            }
            flow
        })?;
        if flow.is_continue()
            && let Some((labels, histograms)) = assembly.finish()
        {
            let _nothing_more = take(&labels, &histograms);
        }
        Ok(())
    }

    /// Gives `take` the labels of the series that meet the selection, numbers and native histograms alike, in no order that
    /// is promised; one may come several times. A store that knows from its index which series there are need not look at
    /// samples, and may then give a series too whose samples are only near the range. Of what type and how many of the
    /// newest points the selection speaks is not looked at.
    ///
    /// # Errors
    /// [`SelectError`] when the data cannot be read.
    fn each_labels(&self, selection: &Selection, take: &mut TakeLabels<'_>) -> Result<(), SelectError> {
        let selection = selection.clone().of(SampleType::All).newest(1);
        self.each(&selection, &mut |series, _| match series.labels().get(PART) {
            None => take(series.labels()),
            Some(_) => take(&series.labels().without_part()),
        })
    }

    /// All of [`Select::each`] at once, for who asks for little.
    ///
    /// # Errors
    /// [`SelectError`] when the data cannot be read.
    fn select(&self, selection: &Selection) -> Result<Vec<SeriesPoints>, SelectError> {
        let mut found = Vec::new();
        self.each(selection, &mut |series, columns| {
            found.push(SeriesPoints { series: Arc::clone(series), points: columns.points().collect() });
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// How many series are live: they had samples in the last hours.
    fn series_count(&self) -> usize;
}

/// Why a selection could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectError(pub String);

/// Carries events towards the bus. Never blocks: what finds no room is counted by the implementation.
pub trait Announce: Send + Sync {
    /// Hands over one event.
    fn announce(&self, event: Event);
}

/// Answers questions. Never blocks: the answer is computed elsewhere.
pub trait Answer: Send + Sync {
    /// Hands over one question; `reply` is called once there is an answer, be it an error.
    fn answer(&self, question: Question, reply: Reply);
}

/// Sees every message of the bus pass by. Never blocks: what it cannot keep it counts.
pub trait Watch: Send + Sync {
    /// Sees one message.
    fn see(&self, sighting: &Sighting<'_>);

    /// Sees one message as it came, each once: those that the collector takes on its own connection come from there, all
    /// others from the one that listens. Who only wants to know what is said has nothing to do.
    fn pass(&self, _passage: &Passage<'_>) {}
}

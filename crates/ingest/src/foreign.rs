//! The way in for samples whose series come with their whole set of labels: remote write, OTLP, scrapes, imports.
//!
//! Who sends them is nobody of the bus: the registry does not know them, nobody is asked for their health, and no
//! silence ends them, for their senders say themselves when a series ends.

use crate::batch::{Batch, Outcome};
use crate::generations::{Generations, Key};
use crate::parcel::{self, Lot, Lots, Pairs, Spell};
use crate::tally::start;
use model::{
    Append, AppendError, Describe, Histogram, HistogramSeries, Labels, Metadata, Millis, NAME, Reason,
    Series, limits,
};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// Series of native histograms whose parts are remembered, in one generation: each takes some tens of kilobytes.
const HISTOGRAMS: usize = 2_000;

/// What became of a request, for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Samples that were kept.
    pub samples: u64,
    /// Histograms that were kept.
    pub histograms: u64,
    /// Exemplars that came; none are kept.
    pub exemplars: u64,
    /// What was refused, each reason once.
    pub refused: Vec<Refusal>,
    pub(crate) accepted: usize,
    pub(crate) replaced: usize,
    /// Appends behind the store that did not take it.
    pub(crate) faults: Vec<(usize, AppendError)>,
}

/// How much of a request was refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// How many samples, histograms or descriptions.
    pub times: usize,
    /// The first of them.
    pub example: String,
}

impl Told {
    pub(crate) fn refuse(&mut self, reason: Reason, times: usize, example: impl FnOnce() -> String) {
        if let Some(known) = self.refused.iter_mut().find(|known| known.reason == reason) {
            known.times += times;
        } else if times > 0 {
            let example = start(&example(), limits::EXAMPLE_BYTES).to_owned();
            self.refused.push(Refusal { reason, times, example });
        }
    }
}

/// What the gate remembers of foreign series.
#[derive(Debug)]
pub(crate) struct Foreigners {
    series: Generations<Arc<Series>>,
    histograms: Generations<HistogramSeries>,
    /// What was said of metrics lately, as hashes.
    described: HashSet<u64>,
    /// The memory of the batch in hand.
    batch: Batch,
    /// Where in the batch series are that were not remembered.
    fresh: Vec<(Range<usize>, Key)>,
    /// Where in the batch histograms are.
    parts: Vec<Range<usize>>,
}

/// How far a request has been taken.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor {
    lot: usize,
    point: usize,
    histogram: usize,
}

impl Cursor {
    pub(crate) fn is_at_end(self, lots: &Lots) -> bool {
        self.lot >= lots.all.len()
    }
}

/// Where a batch goes.
pub(crate) struct Receivers<'a> {
    pub(crate) appends: &'a [Arc<dyn Append>],
    pub(crate) describe: Option<&'a Arc<dyn Describe>>,
    pub(crate) now: Millis,
}

impl Foreigners {
    /// A memory of so many series, and as many that were not used lately.
    pub(crate) fn new(series: usize) -> Self {
        Self {
            series: Generations::new(series),
            histograms: Generations::new(HISTOGRAMS),
            described: HashSet::new(),
            batch: Batch::default(),
            fresh: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Those of `keys` that belong to series that are known.
    pub(crate) fn known(&mut self, keys: impl Iterator<Item = [u8; 16]>) -> Vec<Key> {
        keys.map(Key::from_bytes).filter(|key| self.series.get(*key).is_some()).collect()
    }

    /// Takes the next batch of a request.
    ///
    /// # Errors
    /// When the store does not take it; then none of it was.
    pub(crate) fn take(
        &mut self,
        lots: &Lots,
        spell: &impl Spell,
        cursor: &mut Cursor,
        to: &Receivers<'_>,
        told: &mut Told,
    ) -> Result<(), AppendError> {
        self.batch.clear();
        self.fresh.clear();
        self.parts.clear();
        let mut pairs = Pairs::new();
        while let Some(lot) = lots.all.get(cursor.lot)
            && self.batch.rows.len() < limits::WRITE_BATCH
        {
            if lot.described != 0 {
                self.describe(spell, cursor.lot, lot.described, to, &mut pairs, told);
            }
            self.take_points(lots, lot, spell, cursor, to.now, &mut pairs, told);
            if cursor.point < lot.points {
                break;
            }
            self.take_histograms(lot, spell, cursor, to.now, &mut pairs, told);
            if cursor.histogram < lot.histograms {
                break;
            }
            cursor.lot += 1;
        }
        self.hand_over(to, told)
    }

    #[expect(clippy::too_many_arguments, reason = "what a request is taken with, lent for a moment")]
    fn take_points<'a>(
        &mut self,
        lots: &Lots,
        lot: &Lot,
        spell: &'a impl Spell,
        cursor: &mut Cursor,
        now: Millis,
        pairs: &mut Pairs<'a>,
        told: &mut Told,
    ) {
        let room = limits::WRITE_BATCH.saturating_sub(self.batch.rows.len());
        let end = lot.points.min(cursor.point + room);
        let points = lots.points.get(cursor.point..end).unwrap_or_default();
        cursor.point = end;
        if points.is_empty() {
            return;
        }
        let (series, is_fresh) = match self.series.get(lot.key) {
            Some(series) => (Arc::clone(series), false),
            None => match spelled(spell, cursor.lot, pairs) {
                Ok(labels) => {
                    let kind = lot.kind.unwrap_or_else(|| parcel::kind_of(labels.get(NAME).unwrap_or("")));
                    (Arc::new(Series::new(labels, kind)), true)
                }
                Err(reason) => return told.refuse(reason, points.len(), || written(pairs)),
            },
        };
        let first = self.batch.rows.len();
        for point in points {
            if point.t > now.saturating_add(limits::FUTURE) {
                told.refuse(Reason::TooFarInFuture, 1, || format!("{} at {}", series.labels(), point.t));
            } else {
                self.batch.push_known(Arc::clone(&series), *point);
            }
        }
        if is_fresh {
            self.fresh.push((first..self.batch.rows.len(), lot.key));
        }
    }

    fn take_histograms<'a>(
        &mut self,
        lot: &Lot,
        spell: &'a impl Spell,
        cursor: &mut Cursor,
        now: Millis,
        pairs: &mut Pairs<'a>,
        told: &mut Told,
    ) {
        let at = cursor.lot;
        while cursor.histogram < lot.histograms && self.batch.rows.len() < limits::WRITE_BATCH {
            let histogram = spell.histogram(cursor.histogram);
            cursor.histogram += 1;
            let taken = histogram.and_then(|(t, histogram)| {
                if t > now.saturating_add(limits::FUTURE) {
                    return Err(Reason::TooFarInFuture);
                }
                self.take_histogram(lot.key, t, &histogram, || spelled(spell, at, pairs))
            });
            if let Err(reason) = taken {
                let _why_not = spelled(spell, at, pairs);
                told.refuse(reason, 1, || written(pairs));
            }
        }
    }

    fn take_histogram(
        &mut self,
        key: Key,
        t: Millis,
        histogram: &Histogram,
        labels: impl FnOnce() -> Result<Labels, Reason>,
    ) -> Result<(), Reason> {
        if self.histograms.get(key).is_none() {
            self.histograms.keep(key, HistogramSeries::new(labels()?));
        }
        let Some(series) = self.histograms.get(key) else { return Ok(()) };
        let first = self.batch.rows.len();
        self.batch.rows.extend(series.samples(t, histogram));
        self.parts.push(first..self.batch.rows.len());
        Ok(())
    }

    /// Hands the batch over, and tells what became of it.
    fn hand_over(&mut self, to: &Receivers<'_>, told: &mut Told) -> Result<(), AppendError> {
        let outcome = self.batch.append(to.appends)?;
        told.accepted += outcome.accepted;
        told.replaced += outcome.replaced;
        let (parts, whole) = self.count_histograms(&outcome);
        told.samples += (outcome.accepted + outcome.replaced).saturating_sub(parts) as u64;
        told.histograms += whole;
        for (reason, times, newest) in outcome.refused_by_reason() {
            let series = self.batch.series(newest);
            told.refuse(reason, times, || {
                series.map_or_else(String::new, |series| series.labels().to_string())
            });
        }
        // What the store refuses would only fill the memory.
        for (rows, key) in self.fresh.drain(..) {
            if let Some(row) = rows.clone().find(|row| !outcome.is_refused(*row))
                && let Some(series) = self.batch.series(row)
            {
                self.series.keep(key, Arc::clone(series));
            }
        }
        told.faults.extend(outcome.faults);
        self.batch.clear();
        Ok(())
    }

    /// How many rows are parts of histograms and were kept, and how many histograms are whole.
    fn count_histograms(&self, outcome: &Outcome) -> (usize, u64) {
        let (mut kept, mut whole) = (0, 0);
        for rows in &self.parts {
            let refused = rows.clone().filter(|row| outcome.is_refused(*row)).count();
            kept += rows.len() - refused;
            whole += u64::from(refused == 0);
        }
        (kept, whole)
    }

    /// Notes what is said of a metric, if it is new.
    fn describe<'a>(
        &mut self,
        spell: &'a impl Spell,
        lot: usize,
        hash: u64,
        to: &Receivers<'_>,
        pairs: &mut Pairs<'a>,
        told: &mut Told,
    ) {
        let Some(describe) = to.describe else { return };
        if self.described.contains(&hash) {
            return;
        }
        if self.described.len() >= limits::DESCRIBED_METRICS {
            self.described.clear();
        }
        self.described.insert(hash);
        let Some(metadata) = spell.metadata(lot) else { return };
        // Labels that are none are refused with their samples.
        let Ok(labels) = spelled(spell, lot, pairs) else { return };
        let name = parcel::family(labels.get(NAME).unwrap_or(""), metadata.metric_type);
        if let Err(reason) = describe.describe(name, bounded(metadata)) {
            told.refuse(reason, 1, || name.to_owned());
        }
    }
}

fn spelled<'a>(spell: &'a impl Spell, lot: usize, pairs: &mut Pairs<'a>) -> Result<Labels, Reason> {
    pairs.clear();
    spell.labels(lot, pairs)?;
    parcel::labels(pairs)
}

/// What is said of a metric, cut where it is too long.
pub(crate) fn bounded(said: Metadata) -> Metadata {
    let cut = |text: Box<str>| match text.len() > limits::HELP_BYTES {
        true => start(&text, limits::HELP_BYTES).into(),
        false => text,
    };
    Metadata { metric_type: said.metric_type, unit: cut(said.unit), help: cut(said.help) }
}

/// Labels that may be none, for people.
fn written(pairs: &Pairs<'_>) -> String {
    let mut text = String::from("{");
    for (name, value) in pairs {
        if text.len() > limits::EXAMPLE_BYTES {
            break;
        }
        let comma = if text.len() == 1 { "" } else { "," };
        text.push_str(comma);
        text.push_str(start(name, limits::EXAMPLE_BYTES));
        text.push_str(&format!("={:?}", start(value, limits::EXAMPLE_BYTES)));
    }
    text.push('}');
    text
}

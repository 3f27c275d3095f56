//! A scrape: what a target's page becomes, and what is told of the target itself.
//!
//! All samples of a page that say no time of their own have that of the scrape. A series that was on the last page and
//! is not on this one ends; so do all of them when a scrape fails, and when the target goes. What is remembered are the
//! keys of series: their labels are known where everything foreign is known.

use crate::exposition::{Broken, Dialect, Found, Page};
use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::naming::Naming;
use crate::parcel::TooMany;
use crate::plain::{Base, Plain};
use crate::scrape_target::{ScrapeMemory, ScrapeTarget};
use model::{MetricKind, Millis, Point, Reason, limits, stale_marker};
use std::collections::HashSet;
use std::time::Duration;

/// Series that tell of the target itself.
const OWN: [&str; 5] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];
/// Which format these keys are of, see [`Gate::seed`].
const FORMAT: u64 = 5;

/// What came of a fetch.
#[derive(Debug, Clone, Copy)]
pub enum Fetched<'a> {
    /// A page.
    Page(&'a [u8], Dialect),
    /// None, and why.
    Failed(&'a str),
}

/// What came of a scrape.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scraped {
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Samples on the page.
    pub samples: usize,
    /// Series that were not on the last page.
    pub added: usize,
    /// What became of the samples.
    pub told: Told,
}

/// A page as it was read.
pub(crate) struct Taken<'a> {
    pub(crate) plain: Plain<'a>,
    /// Keys of series without times of their own, in order.
    pub(crate) series: Vec<[u8; 16]>,
    samples: usize,
    broken: Told,
}

impl Gate {
    /// Takes what was fetched of `target`. `at` is the time of the scrape, which took so long. When this returns `Ok`, what
    /// was taken is committed.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`]: the store takes nothing now; what is remembered is as before.
    pub fn scrape(
        &self,
        target: &ScrapeTarget,
        memory: &mut ScrapeMemory,
        fetched: Fetched<'_>,
        at: Millis,
        took: Duration,
    ) -> Result<Scraped, WriteError> {
        let read = match fetched {
            Fetched::Page(body, dialect) => self.read_page(target, body, dialect, at),
            Fetched::Failed(error) => Err((error.to_owned(), 0)),
        };
        let (mut taken, error, samples) = match read {
            Ok(taken) => (taken, None, None),
            Err((error, samples)) => (Taken::nothing(self.seed(FORMAT)), Some(error), Some(samples)),
        };
        let added = taken.series.iter().filter(|key| !memory.has(**key)).count();
        let samples = samples.unwrap_or(taken.samples);
        let figures = [
            f64::from(u8::from(error.is_none())),
            took.as_secs_f64(),
            count(samples),
            count(taken.samples),
            count(added),
        ];
        report(&mut taken.plain, target, at, figures)?;
        let mut told = self.hand_over(&target.source, memory, &mut taken, at)?;
        self.tell(&target.source, &taken.broken, None, at);
        told.refused.extend(taken.broken.refused);
        memory.is_reported = true;
        memory.is_live = error.is_none();
        if memory.is_live {
            memory.series = taken.series;
        }
        Ok(Scraped { error, samples, added, told })
    }

    /// Ends everything of a target that is scraped no more.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`].
    pub fn end_scrape(
        &self,
        target: &ScrapeTarget,
        memory: &mut ScrapeMemory,
        at: Millis,
    ) -> Result<(), WriteError> {
        let mut taken = Taken::nothing(self.seed(FORMAT));
        if memory.is_reported {
            report(&mut taken.plain, target, at, [stale_marker(); OWN.len()])?;
        }
        self.hand_over(&target.source, memory, &mut taken, at)?;
        *memory = ScrapeMemory::default();
        Ok(())
    }

    /// Reads a page, or says why it counts as none and how many samples there were.
    fn read_page<'a>(
        &self,
        target: &'a ScrapeTarget,
        body: &'a [u8],
        dialect: Dialect,
        at: Millis,
    ) -> Result<Taken<'a>, (String, usize)> {
        let mut page = Page::new(body, dialect);
        let mut reading = Reading::new(target, self.seed(FORMAT), at);
        while let Some(next) = page.next() {
            let taken = match next {
                Ok(found) => reading.take(found, &page),
                Err(broken) => {
                    reading.refuse(&broken);
                    Ok(())
                }
            };
            let samples = reading.taken.samples;
            taken.map_err(|_| (WriteError::TooLarge.to_string(), samples))?;
        }
        let (samples, limit) = (reading.taken.samples, target.sample_limit);
        if !page.is_whole() {
            return Err(("the page does not end with # EOF".to_owned(), 0));
        }
        if limit > 0 && samples > limit {
            return Err((format!("{samples} samples are more than sample_limit, {limit}"), samples));
        }
        if samples == 0
            && let Some(first) = reading.taken.broken.refused.first()
        {
            return Err((format!("no line of the page can be read, for example {:?}", first.example), 0));
        }
        let mut taken = reading.taken;
        taken.series.sort_unstable();
        Ok(taken)
    }

    /// Hands over what was read, and the ends of what is gone.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`].
    pub(crate) fn hand_over(
        &self,
        source: &str,
        memory: &ScrapeMemory,
        taken: &mut Taken<'_>,
        at: Millis,
    ) -> Result<Told, WriteError> {
        if memory.is_live {
            let gone = memory.series.iter().filter(|key| taken.series.binary_search(key).is_err());
            // What the store never took has no end, and a page of so many that all of them are there.
            for key in self.foreign_keys(gone.copied()) {
                taken.plain.lots.push(Point { t: at, v: stale_marker() })?;
                taken.plain.lots.end(key, None, 0)?;
            }
        }
        // A page may be as old as it took to read it.
        self.take_parcel(source, &taken.plain.lots, &taken.plain.texts, at)
    }
}

impl Taken<'_> {
    pub(crate) fn nothing(seed: u64) -> Self {
        Self { plain: Plain::new(seed), series: Vec::new(), samples: 0, broken: Told::default() }
    }
}

/// A page under way.
struct Reading<'a> {
    target: &'a ScrapeTarget,
    at: Millis,
    taken: Taken<'a>,
    seen: HashSet<[u8; 16]>,
    naming: Naming,
}

impl<'a> Reading<'a> {
    fn new(target: &'a ScrapeTarget, seed: u64, at: Millis) -> Self {
        Self { target, at, taken: Taken::nothing(seed), seen: HashSet::new(), naming: Naming::default() }
    }

    fn refuse(&mut self, broken: &Broken<'_>) {
        self.taken.broken.refuse(broken.reason, 1, || broken.text());
    }

    fn take(&mut self, mut found: Found<'a>, page: &Page<'a>) -> Result<(), TooMany> {
        self.taken.samples += 1;
        let name = self.naming.name(&found, page, &mut self.taken.plain)?;
        let labels = self.target.labels(&mut found.head);
        let base = self.taken.plain.base(labels)?;
        self.taken.plain.lots.exemplars += u64::from(found.has_exemplar);
        let own_time = found.t.filter(|_| self.target.honor_timestamps);
        if own_time.is_none() {
            let key = self.taken.plain.key(name, &base, None).bytes();
            if !self.seen.insert(key) {
                self.taken.broken.refuse(Reason::RepeatedSeries, 1, || found.head.name.into_owned());
                return Ok(());
            }
            self.taken.series.push(key);
        }
        self.taken.plain.one(name, &base, None, Point { t: own_time.unwrap_or(self.at), v: found.v })
    }
}

/// Tells of the target itself.
fn report<'a>(
    plain: &mut Plain<'a>,
    target: &'a ScrapeTarget,
    at: Millis,
    figures: [f64; OWN.len()],
) -> Result<(), TooMany> {
    let base: Base = plain.base(target.own_labels())?;
    for (name, v) in OWN.into_iter().zip(figures) {
        let name = plain.name(name.into(), Some(MetricKind::Gauge), None)?;
        plain.one(name, &base, None, Point { t: at, v })?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "at most as many as a page may have")]
fn count(of: usize) -> f64 {
    of.min(limits::WRITE_ENTRIES) as f64
}

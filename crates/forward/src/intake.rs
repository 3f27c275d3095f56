//! The way into the queue: samples become bytes in memory, while the gate waits. Each is found by the address of its series,
//! which is held here meanwhile, so that it is nobody else's.

use crate::batch::{BatchWriter, Payload};
use crate::settings::Settings;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use model::{Millis, PART, Sample, Series, limits};
use std::sync::Arc;

/// What waits in memory.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    known: HashMap<usize, Known>,
    next_reference: u32,
    /// Bytes of definitions in this segment.
    definitions: u64,
    batch: BatchWriter,
    sealed: Vec<Payload>,
    sealed_bytes: usize,
}

/// A series that was seen since the segment began.
#[derive(Debug)]
struct Known {
    _held: Arc<Series>,
    place: Place,
}

/// What is done with the samples of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// They are not asked for.
    Unwanted,
    /// They are parts of histograms, which are not handed on.
    LeftOut,
    /// They are written under this reference.
    Defined(u32),
}

/// What became of a batch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) taken: u64,
    pub(crate) left_out: u64,
}

impl Intake {
    /// Writes down what of a batch is wanted.
    pub(crate) fn push(
        &mut self,
        batch: &[Sample<'_>],
        settings: &Settings,
        now: impl Fn() -> Millis,
    ) -> Pushed {
        let mut pushed = Pushed::default();
        for sample in batch {
            if self.known.len() >= settings.series {
                // Who comes again is defined again.
                self.known.clear();
            }
            let mut is_new = false;
            let known = match self.known.entry(Arc::as_ptr(sample.series).addr()) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => {
                    let place = place(sample.series, settings, &mut self.next_reference);
                    is_new = true;
                    entry.insert(Known { _held: Arc::clone(sample.series), place })
                }
            };
            match known.place {
                Place::Unwanted => {}
                Place::LeftOut => pushed.left_out += 1,
                Place::Defined(reference) => {
                    pushed.taken += 1;
                    let before = self.batch.len();
                    let labels = is_new.then(|| sample.series.labels());
                    self.batch.push(reference, labels, sample.point, &now);
                    if is_new {
                        self.definitions += self.batch.len().saturating_sub(before) as u64;
                    }
                    if self.batch.samples() >= limits::QUEUE_RECORD_SAMPLES as u64
                        || self.batch.len() >= limits::QUEUE_RECORD_BYTES
                    {
                        self.seal();
                    }
                }
            }
        }
        pushed
    }

    /// How many samples of a batch are wanted, which is not written down.
    pub(crate) fn count(batch: &[Sample<'_>], settings: &Settings) -> Pushed {
        let mut pushed = Pushed::default();
        for sample in batch {
            match place(sample.series, settings, &mut 0) {
                Place::Unwanted => {}
                Place::LeftOut => pushed.left_out += 1,
                Place::Defined(_) => pushed.taken += 1,
            }
        }
        pushed
    }

    /// Bytes that wait.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.sealed_bytes + if self.batch.samples() > 0 { self.batch.len() } else { 0 }
    }

    /// Bytes of definitions in this segment.
    pub(crate) fn definitions(&self) -> u64 {
        self.definitions
    }

    /// Everything that waits.
    pub(crate) fn take(&mut self) -> Vec<Payload> {
        self.seal();
        self.sealed_bytes = 0;
        std::mem::take(&mut self.sealed)
    }

    /// The next sample is for another segment: every series is defined anew.
    pub(crate) fn begin_segment(&mut self) {
        self.known.clear();
        self.next_reference = 0;
        self.definitions = 0;
    }

    fn seal(&mut self) {
        if let Some(payload) = self.batch.take() {
            self.sealed_bytes += payload.bytes.len();
            self.sealed.push(payload);
        }
    }
}

fn place(series: &Series, settings: &Settings, next_reference: &mut u32) -> Place {
    if !settings.matchers.iter().all(|matcher| matcher.matches(series)) {
        return Place::Unwanted;
    }
    if !settings.native_histograms && series.labels().get(PART).is_some() {
        return Place::LeftOut;
    }
    let reference = *next_reference;
    *next_reference += 1;
    Place::Defined(reference)
}

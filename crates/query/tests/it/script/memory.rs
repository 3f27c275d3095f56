//! The store of a script.

use super::command::Load;
use super::nhcb;
use model::Labels;
use query::notation::{self, SeriesLine};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

/// What was loaded.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: notation::Memory,
    /// Another one after each loading.
    generation: u64,
}

/// Of all stores, how often something was loaded.
static LOADED: AtomicU64 = AtomicU64::new(0);

impl Memory {
    /// Takes what a command loads; it adds to what there is.
    pub(crate) fn load(&mut self, load: &Load) {
        self.generation = LOADED.fetch_add(1, Ordering::Relaxed) + 1;
        // Of series with the same labels the last counts.
        let last: BTreeMap<&Labels, &SeriesLine> =
            load.series.iter().map(|series| (&series.labels, series)).collect();
        last.values().for_each(|series| self.kept.load(series, load.step));
        if load.with_nhcb {
            for (labels, t, histogram) in nhcb::histograms(last.into_values(), load.step) {
                self.kept.add_histogram(&labels, t, histogram);
            }
        }
    }

    /// A number that no store with other content has.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }
}

impl Deref for Memory {
    type Target = notation::Memory;

    fn deref(&self) -> &notation::Memory {
        &self.kept
    }
}

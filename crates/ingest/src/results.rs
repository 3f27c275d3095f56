//! What the collector finds out by itself: samples with all their labels, as foreign ones, but not committed one by one. A rule
//! reads what those before it wrote; a round is committed as a whole.

use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::plain::Plain;
use model::{Labels, Millis, NAME, Point};

/// Which format these keys are of, see [`Gate::seed`].
const FORMAT: u64 = 8;

impl Gate {
    /// Takes samples that were found out at the time `now`; `source` says in counters by what. Readers see them at once; they
    /// are kept when [`Gate::commit_results`] has returned.
    ///
    /// # Errors
    /// [`WriteError`]: none of them, or not all, were taken.
    pub fn take_results<'a>(
        &self,
        source: &str,
        samples: impl IntoIterator<Item = (&'a Labels, Point)>,
        now: Millis,
    ) -> Result<Told, WriteError> {
        let mut plain = Plain::new(self.seed(FORMAT));
        for (labels, point) in samples {
            let own = labels.iter().filter(|(name, _)| *name != NAME);
            let base = plain.base(own.map(|(name, value)| (name.into(), value.into())))?;
            let name = plain.name(labels.get(NAME).unwrap_or_default().into(), None, None)?;
            plain.one(name, &base, None, point)?;
        }
        self.take_uncommitted(source, &plain.lots, &plain.texts, now)
    }

    /// Commits all results taken so far.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`].
    pub fn commit_results(&self) -> Result<(), WriteError> {
        self.commit_parcels()
    }
}

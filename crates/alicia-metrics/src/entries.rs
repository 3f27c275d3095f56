//! A ledger on disk whose entries are JSON records of a journal (`docs/format/journal.md`).

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::{Journal, JournalError};
use world::Disk;

/// A journal of entries.
pub(crate) struct Entries {
    disk: Arc<dyn Disk>,
    file: &'static str,
    journal: Journal,
    /// Records beyond those of a new file before it is written anew.
    most: usize,
    /// Records since the file was written anew.
    records: AtomicUsize,
    unsynced: AtomicBool,
}

impl Entries {
    /// Opens the journal `file` on `disk` and reads what it holds. What cannot be read is left out and told. It is written
    /// anew when `most` records came to it.
    pub(crate) fn open<E: DeserializeOwned>(
        disk: Arc<dyn Disk>,
        file: &'static str,
        most: usize,
    ) -> Result<(Self, Vec<E>), JournalError> {
        let (journal, recovered) = Journal::open(Arc::clone(&disk), file)?;
        if let Some(damage) = &recovered.damage {
            tracing::error!("{damage}");
        }
        let mut entries = Vec::with_capacity(recovered.records.len());
        for (number, record) in recovered.records.iter().enumerate() {
            match serde_json::from_slice(record) {
                Ok(entry) => entries.push(entry),
                Err(error) => tracing::error!("record {number} of {file} is left out: {error}"),
            }
        }
        let (records, unsynced) = (AtomicUsize::new(entries.len()), AtomicBool::new(false));
        Ok((Self { disk, file, journal, most, records, unsynced }, entries))
    }

    /// Keeps an entry: it survives the death of the process, and a power cut a second later, or at once if it is `urgent`.
    pub(crate) fn record(&self, entry: &impl Serialize, urgent: bool) -> Result<(), String> {
        let record = serde_json::to_vec(entry).map_err(|error| error.to_string())?;
        self.journal.append(&record).map_err(|error| error.to_string())?;
        self.records.fetch_add(1, Ordering::Relaxed);
        if urgent {
            return self.journal.sync().map_err(|error| error.to_string());
        }
        self.unsynced.store(true, Ordering::Release);
        Ok(())
    }

    /// Makes what was recorded survive a power cut, and writes the journal anew when it is long; called each second. `freeze`
    /// gives all that must be remembered, while nothing else is recorded.
    pub(crate) fn maintain<E: Serialize>(
        &self,
        freeze: impl Fn(&dyn Fn(Vec<E>) -> Result<(), String>) -> Result<(), String>,
    ) -> Result<(), String> {
        let write = |entries: Vec<E>| {
            let records: Result<Vec<_>, _> = entries.iter().map(serde_json::to_vec).collect();
            let records = records.map_err(|error| error.to_string())?;
            self.journal.rewrite(records.into_iter()).map_err(|error| error.to_string())?;
            self.records.store(0, Ordering::Relaxed);
            Ok(())
        };
        if self.unsynced.swap(false, Ordering::AcqRel)
            && let Err(error) = self.journal.sync()
        {
            // Only a new file takes records again.
            freeze(&write)?;
            return Err(error.to_string());
        }
        if self.records.load(Ordering::Relaxed) >= self.most {
            freeze(&write)?;
        }
        Ok(())
    }

    /// Copies the journal to another directory, durably. A record that is being written may be cut there.
    pub(crate) fn copy(&self, to: &dyn Disk) -> io::Result<()> {
        let Some(bytes) = self.disk.read(self.file)? else { return Ok(()) };
        to.replace(self.file, &bytes)
    }
}

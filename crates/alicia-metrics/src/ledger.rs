//! Rules and alerts on disk: each change is one JSON record of the journal `rules.journal`
//! (`docs/format/journal.md`), so that a killed collector comes back with every rule and every live alert.

use model::limits;
use rules::{Change, Ledger, LedgerError};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::Journal;
use world::Disk;

/// The journal's file in the data directory.
pub(crate) const FILE: &str = "rules.journal";
/// Records beyond those of a snapshot before the journal is written anew: one per alert transition, so a
/// noisy day fits, and a start reads at most a few megabytes.
const COMPACT_AFTER: usize = 4 * limits::ALERT_HISTORY;

/// The ledger of the rule book, kept in a journal.
pub(crate) struct DiskLedger {
    disk: Arc<dyn Disk>,
    journal: Journal,
    records: AtomicUsize,
    unsynced: AtomicBool,
}

/// A ledger and what it held.
pub(crate) struct Opened {
    pub(crate) ledger: Arc<DiskLedger>,
    pub(crate) changes: Vec<Change>,
    /// What was wrong with the file, for people.
    pub(crate) damage: Vec<String>,
}

impl DiskLedger {
    /// Opens the journal on `disk` and reads what it holds. Unreadable records are left out and told.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<Opened, store::JournalError> {
        let (journal, recovered) = Journal::open(Arc::clone(&disk), FILE)?;
        let mut damage: Vec<String> = recovered.damage.into_iter().collect();
        let mut changes = Vec::with_capacity(recovered.records.len());
        for (number, record) in recovered.records.iter().enumerate() {
            match serde_json::from_slice(record) {
                Ok(change) => changes.push(change),
                Err(error) => damage.push(format!("record {number} of {FILE} is left out: {error}")),
            }
        }
        let ledger = Self {
            disk,
            journal,
            records: AtomicUsize::new(changes.len()),
            unsynced: AtomicBool::new(false),
        };
        Ok(Opened { ledger: Arc::new(ledger), changes, damage })
    }

    /// Copies the journal to another directory, durably. A record that is being written may be cut there.
    pub(crate) fn copy(&self, to: &dyn Disk) -> io::Result<()> {
        let Some(bytes) = self.disk.read(FILE)? else { return Ok(()) };
        to.replace(FILE, &bytes)
    }

    /// Makes what was recorded survive a power cut; called each second.
    pub(crate) fn sync(&self) -> Result<(), store::JournalError> {
        if self.unsynced.swap(false, Ordering::AcqRel) {
            self.journal.sync()?;
        }
        Ok(())
    }

    /// Whether the journal has grown so long that it should be written anew.
    pub(crate) fn is_long(&self) -> bool {
        self.records.load(Ordering::Relaxed) >= COMPACT_AFTER
    }

    /// Writes the journal anew from `changes`. The caller sees to it that none is recorded meanwhile.
    pub(crate) fn rewrite(&self, changes: &[Change]) -> Result<(), LedgerError> {
        let records = changes.iter().map(encode).collect::<Result<Vec<_>, _>>()?;
        let count = records.len();
        self.journal.rewrite(records.into_iter()).map_err(failed)?;
        self.records.store(count, Ordering::Relaxed);
        Ok(())
    }
}

impl Ledger for DiskLedger {
    fn record(&self, change: &Change) -> Result<(), LedgerError> {
        let record = encode(change)?;
        self.journal.append(&record).map_err(failed)?;
        // A rule is what a person typed: it is on the platter before the answer. Alerts follow within a second.
        if matches!(change, Change::AlertChanged(_)) {
            self.unsynced.store(true, Ordering::Release);
        } else {
            self.journal.sync().map_err(failed)?;
        }
        self.records.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn encode(change: &Change) -> Result<Vec<u8>, LedgerError> {
    serde_json::to_vec(change).map_err(|error| LedgerError(error.to_string()))
}

fn failed(error: impl std::fmt::Display) -> LedgerError {
    LedgerError(error.to_string())
}

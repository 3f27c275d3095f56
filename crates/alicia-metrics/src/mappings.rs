//! What is told about messages while running, and its ledger on disk (`mappings.journal`).

use crate::entries::Entries;
use bus::decode::glance;
use bus::topics;
use fields::{Entry, Fields, FieldsView, InboxEntry, Ledger, Mapping};
use model::{Millis, Sighting, limits};
use std::sync::Arc;
use store::JournalError;
use world::Disk;

/// The journal's file in the data directory.
pub(crate) const FILE: &str = "mappings.journal";
/// As many as there may be, made and removed.
const COMPACT_AFTER: usize = 2 * limits::MAPPINGS;

/// The ledger of mappings, kept in a journal.
pub(crate) struct MappingLedger(Entries);

impl std::fmt::Debug for MappingLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(FILE)
    }
}

impl Ledger for MappingLedger {
    fn record(&self, entry: &Entry) -> Result<(), String> {
        self.0.record(entry, true)
    }
}

impl MappingLedger {
    /// Opens the journal on `disk`, and gives what it holds.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<(Arc<Self>, Vec<Entry>), JournalError> {
        let (entries, restored) = Entries::open(disk, FILE, COMPACT_AFTER)?;
        Ok((Arc::new(Self(entries)), restored))
    }

    /// To be called each second.
    pub(crate) fn maintain(&self, fields: &Fields) -> Result<(), String> {
        self.0.maintain(|write| fields.freeze(write))
    }

    /// Copies the journal to another directory, durably.
    pub(crate) fn copy(&self, to: &dyn Disk) -> std::io::Result<()> {
        self.0.copy(to)
    }
}

/// What would become of a message, if `first` were asked before the mappings in force.
pub(crate) fn try_message(
    fields: &Fields,
    (topic, payload): (&str, &[u8]),
    first: Option<Mapping>,
    now: Millis,
) -> (FieldsView, Vec<InboxEntry>) {
    let mut patch = String::new();
    let sighting = Sighting {
        topic,
        received_at: now,
        bytes: payload.len(),
        payload,
        is_taken: topics::is_taken(topic),
        retained: false,
        envelope: glance(payload, &mut patch),
    };
    fields.try_message(&sighting, first)
}

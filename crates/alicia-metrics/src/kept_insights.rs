//! What is remembered of insights over a restart (`insights.journal`): one record with all of them.

use insights::{Memory, Table};
use parking_lot::Mutex;
use std::sync::Arc;
use store::{Journal, JournalError};
use world::Disk;

/// The journal's file in the data directory.
pub(crate) const FILE: &str = "insights.journal";

/// The insights that lasted, and what is remembered of them.
pub(crate) struct KeptInsights {
    pub(crate) table: Arc<Mutex<Table>>,
    journal: Journal,
    disk: Arc<dyn Disk>,
}

impl KeptInsights {
    /// Opens the journal on `disk`, and goes on with what it remembers: with nothing if it cannot be read, which is told.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<Self, JournalError> {
        let (journal, recovered) = Journal::open(Arc::clone(&disk), FILE)?;
        if let Some(damage) = &recovered.damage {
            tracing::error!("{damage}");
        }
        let memory = match recovered.records.last().map(|record| serde_json::from_slice(record)) {
            Some(Ok(memory)) => memory,
            Some(Err(error)) => {
                tracing::error!("{FILE} is not understood, insights begin anew: {error}");
                Memory::default()
            }
            None => Memory::default(),
        };
        Ok(Self { table: Arc::new(Mutex::new(Table::restored(memory))), journal, disk })
    }

    /// Writes down what must outlive a restart.
    pub(crate) fn keep(&self) {
        let memory = self.table.lock().memory();
        let record = serde_json::to_vec(&memory).map_err(|error| error.to_string());
        let kept = record
            .and_then(|record| self.journal.rewrite([record].into_iter()).map_err(|error| error.to_string()));
        if let Err(error) = kept {
            tracing::error!("the insights are not safe on disk: {error}");
        }
    }

    /// Copies the journal to another directory, durably.
    pub(crate) fn copy(&self, to: &dyn Disk) -> std::io::Result<()> {
        let Some(bytes) = self.disk.read(FILE)? else { return Ok(()) };
        to.replace(FILE, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{FILE, KeptInsights};
    use insights::Table;
    use std::sync::Arc;
    use store::Journal;
    use world::{Disk, SimDisk};

    const MEMORY: &str = r#"{"told":7,"over":[],"present":[{"finding":{"kind":"saturation","labels":[["__name__","memory_percent"],
        ["service","tts"]],"severity":"critical","message":"full","value":96.5,"interval":[96.0,97.0],"unit":"percent","p_value":null,
        "bound":"","query":"memory_percent","evidence":5,"is_large":true},"id":7,"seen":3,"missed":1,"first_seen":1,"last_seen":5}]}"#;

    #[test]
    fn what_is_kept_comes_back_and_what_is_not_understood_begins_anew() {
        let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
        let kept = KeptInsights::open(Arc::clone(&disk)).expect("opened");
        assert_eq!(kept.table.lock().insights(true), []);
        *kept.table.lock() = Table::restored(serde_json::from_str(MEMORY).expect("a memory"));
        let told = kept.table.lock().insights(true);
        assert_eq!(told.iter().map(|one| (one.id, one.first_seen)).collect::<Vec<_>>(), [(7, 1)]);
        // Each time the whole of it.
        (0..3).for_each(|_| kept.keep());
        drop(kept);
        let again = KeptInsights::open(Arc::clone(&disk)).expect("opened");
        assert_eq!(again.table.lock().insights(true), told);
        drop(again);
        let (journal, _) = Journal::open(Arc::clone(&disk), FILE).expect("opened");
        journal.append(b"{\"told\":-1}").expect("appended");
        drop(journal);
        let anew = KeptInsights::open(disk).expect("opened");
        assert_eq!(anew.table.lock().insights(true), []);
    }
}

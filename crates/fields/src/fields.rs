//! Who sees each message, and once a second tells what it said in numbers.

use crate::book::{Book, Entry, KnownMapping, Ledger, MappingError};
use crate::inbox::InboxEntry;
use crate::mapping::Mapping;
use crate::slot::Told;
use crate::table::Table;
use crate::view::FieldsView;
use model::{Millis, Sighting, Watch};
use parking_lot::Mutex;
use std::sync::Arc;

/// What messages say in numbers.
#[derive(Debug)]
pub struct Fields {
    ledger: Arc<dyn Ledger>,
    /// Held before `table` where both are.
    book: Mutex<Book>,
    table: Mutex<Table>,
}

impl Default for Fields {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Watch for Fields {
    fn see(&self, sighting: &Sighting<'_>) {
        self.table.lock().see(sighting);
    }
}

impl Fields {
    /// With what the settings say about messages; what is made while running is forgotten with it.
    #[must_use]
    pub fn new(mappings: Vec<Mapping>) -> Self {
        Self::restored(mappings, Arc::new(()), Vec::new())
    }

    /// With what the settings say about messages, and what was made while running, which `ledger` keeps.
    #[must_use]
    pub fn restored(mappings: Vec<Mapping>, ledger: Arc<dyn Ledger>, entries: Vec<Entry>) -> Self {
        let mut book = Book::restored(entries);
        book.set_settings(mappings);
        let table = Mutex::new(Table::new(book.all()));
        Self { ledger, book: Mutex::new(book), table }
    }

    /// Other settings: what was made of fields so far is found anew.
    pub fn set_mappings(&self, mappings: Vec<Mapping>) {
        let mut book = self.book.lock();
        book.set_settings(mappings);
        self.table.lock().set_mappings(book.all());
    }

    /// The mappings that are in force, in the order in which they are asked.
    pub fn mappings(&self) -> Vec<KnownMapping> {
        self.book.lock().known()
    }

    /// A mapping more, asked after all others.
    ///
    /// # Errors
    /// It makes no sense, there is no room, or it cannot be kept.
    pub fn make_mapping(&self, mapping: Mapping) -> Result<KnownMapping, MappingError> {
        let mut book = self.book.lock();
        let made = book.make(mapping, &*self.ledger)?;
        self.table.lock().set_mappings(book.all());
        Ok(made)
    }

    /// Removes a mapping that was made while running.
    ///
    /// # Errors
    /// There is none of this number, or that cannot be kept.
    pub fn remove_mapping(&self, id: u64) -> Result<KnownMapping, MappingError> {
        let mut book = self.book.lock();
        let removed = book.remove(id, &*self.ledger)?;
        self.table.lock().set_mappings(book.all());
        Ok(removed)
    }

    /// Hands all that must be remembered to `write`, while nothing else is made or removed.
    ///
    /// # Errors
    /// What `write` says.
    pub fn freeze(&self, write: &dyn Fn(Vec<Entry>) -> Result<(), String>) -> Result<(), String> {
        let book = self.book.lock();
        write(book.entries())
    }

    /// What would become of one message, nothing else being known, if `first` were asked before the mappings in force.
    pub fn try_message(
        &self,
        sighting: &Sighting<'_>,
        first: Option<Mapping>,
    ) -> (FieldsView, Vec<InboxEntry>) {
        let mappings = first.into_iter().chain(self.book.lock().all()).collect();
        let mut table = Table::new(mappings);
        table.see(sighting);
        (table.view(None, None), table.inbox().0)
    }

    /// The samples since the last time, of each series the newest; to be called once a second.
    pub fn tell(&self, now: Millis) -> Vec<Told> {
        self.table.lock().tell(now)
    }

    /// What is known of fields: those of `service` and of topics that have `topic` in them, where these are given.
    pub fn view(&self, service: Option<&str>, topic: Option<&str>) -> FieldsView {
        self.table.lock().view(service, topic)
    }

    /// The messages that were not understood, the most frequent kind first, and how many found no room.
    pub fn inbox(&self) -> (Vec<InboxEntry>, u64) {
        self.table.lock().inbox()
    }
}

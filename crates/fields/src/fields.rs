//! Who sees each message, and once a second tells what it said in numbers.

use crate::inbox::InboxEntry;
use crate::mapping::Mapping;
use crate::slot::Told;
use crate::table::Table;
use crate::view::FieldsView;
use model::{Millis, Sighting, Watch};
use parking_lot::Mutex;

/// What messages say in numbers.
#[derive(Debug, Default)]
pub struct Fields {
    table: Mutex<Table>,
}

impl Watch for Fields {
    fn see(&self, sighting: &Sighting<'_>) {
        self.table.lock().see(sighting);
    }
}

impl Fields {
    /// With what the settings say about messages.
    #[must_use]
    pub fn new(mappings: Vec<Mapping>) -> Self {
        Self { table: Mutex::new(Table::new(mappings)) }
    }

    /// Other settings: what was made of fields so far is found anew.
    pub fn set_mappings(&self, mappings: Vec<Mapping>) {
        self.table.lock().set_mappings(mappings);
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

//! The mappings that are in force: those of the settings, and after them those that were made while running.

use crate::mapping::Mapping;
use model::limits;
use serde::{Deserialize, Serialize};

/// What is remembered of mappings that were made while running.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// One was made.
    Made {
        /// Its number; none has it a second time.
        id: u64,
        /// The mapping.
        mapping: Box<Mapping>,
    },
    /// One was removed.
    Removed {
        /// Its number.
        id: u64,
    },
}

/// Keeps what must not be forgotten.
pub trait Ledger: Send + Sync + std::fmt::Debug {
    /// Writes an entry down, durably.
    ///
    /// # Errors
    /// In words, where it cannot be kept.
    fn record(&self, entry: &Entry) -> Result<(), String>;
}

/// Keeps nothing: for those who only try.
impl Ledger for () {
    fn record(&self, _: &Entry) -> Result<(), String> {
        Ok(())
    }
}

/// Why mappings are as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingError {
    /// It contradicts itself, or another is the same.
    Wrong(String),
    /// There is none of this number that was made while running.
    Unknown,
    /// It could not be written down.
    NotKept(String),
}

/// Where a mapping comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MappingOrigin)]
pub enum Origin {
    /// The settings file; it is changed there.
    Settings,
    /// It was made while running.
    Request,
}

/// A mapping that is in force.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct KnownMapping {
    /// Its number, if it was made while running.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<u64>,
    /// Where it comes from.
    pub origin: Origin,
    /// The mapping.
    #[serde(flatten)]
    pub mapping: Mapping,
}

/// The book of mappings.
#[derive(Debug, Default)]
pub(crate) struct Book {
    settings: Vec<Mapping>,
    made: Vec<(u64, Mapping)>,
    /// The newest number that was given.
    newest: u64,
}

impl Book {
    pub(crate) fn restored(entries: Vec<Entry>) -> Self {
        let mut book = Self::default();
        for entry in entries {
            match entry {
                Entry::Made { id, mapping } => {
                    book.newest = book.newest.max(id);
                    book.made.push((id, *mapping));
                }
                Entry::Removed { id } => {
                    book.newest = book.newest.max(id);
                    book.made.retain(|(other, _)| *other != id);
                }
            }
        }
        book.made.truncate(limits::MAPPINGS);
        book
    }

    pub(crate) fn set_settings(&mut self, mappings: Vec<Mapping>) {
        self.settings = mappings;
    }

    /// All of them, in the order in which they are asked.
    pub(crate) fn all(&self) -> Vec<Mapping> {
        self.settings.iter().chain(self.made.iter().map(|(_, mapping)| mapping)).cloned().collect()
    }

    pub(crate) fn known(&self) -> Vec<KnownMapping> {
        let settings = self.settings.iter().map(|mapping| (None, Origin::Settings, mapping));
        let made = self.made.iter().map(|(id, mapping)| (Some(*id), Origin::Request, mapping));
        let known =
            |(id, origin, mapping): (_, _, &Mapping)| KnownMapping { id, origin, mapping: mapping.clone() };
        settings.chain(made).map(known).collect()
    }

    pub(crate) fn make(
        &mut self,
        mapping: Mapping,
        ledger: &dyn Ledger,
    ) -> Result<KnownMapping, MappingError> {
        mapping.check().map_err(MappingError::Wrong)?;
        if self.all().contains(&mapping) {
            return Err(MappingError::Wrong("there is the same mapping already".to_owned()));
        }
        if self.settings.len() + self.made.len() >= limits::MAPPINGS {
            return Err(MappingError::Wrong(format!(
                "there are {} mappings, and no more may be",
                limits::MAPPINGS
            )));
        }
        let id = self.newest + 1;
        let entry = Entry::Made { id, mapping: Box::new(mapping.clone()) };
        ledger.record(&entry).map_err(MappingError::NotKept)?;
        self.newest = id;
        self.made.push((id, mapping.clone()));
        Ok(KnownMapping { id: Some(id), origin: Origin::Request, mapping })
    }

    pub(crate) fn remove(&mut self, id: u64, ledger: &dyn Ledger) -> Result<KnownMapping, MappingError> {
        let place = self.made.iter().position(|(other, _)| *other == id).ok_or(MappingError::Unknown)?;
        ledger.record(&Entry::Removed { id }).map_err(MappingError::NotKept)?;
        let (id, mapping) = self.made.remove(place);
        Ok(KnownMapping { id: Some(id), origin: Origin::Request, mapping })
    }

    /// All that must be remembered.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let made =
            self.made.iter().map(|(id, mapping)| Entry::Made { id: *id, mapping: Box::new(mapping.clone()) });
        // The newest number outlives its mapping, so that none has it a second time.
        let newest = (self.newest > 0 && !self.made.iter().any(|(id, _)| *id == self.newest))
            .then_some(Entry::Removed { id: self.newest });
        made.chain(newest).collect()
    }
}

//! `[[mapping]]` tables: what becomes of messages.

use super::{SettingsError, file};
use fields::Mapping;
use model::limits;
use std::path::Path;

/// The mappings of a settings file; no file has none.
pub(crate) fn mappings_of(path: Option<&Path>) -> Result<Vec<Mapping>, SettingsError> {
    mappings(file::read(path)?.mapping)
}

/// The mappings of the file, each by itself sensible.
pub(super) fn mappings(tables: Vec<Mapping>) -> Result<Vec<Mapping>, SettingsError> {
    if tables.len() > limits::MAPPINGS {
        return Err(SettingsError::value("mapping", format!("at most {} tables", limits::MAPPINGS)));
    }
    for mapping in &tables {
        mapping
            .check()
            .map_err(|why| SettingsError::value(&format!("mapping of {:?}", mapping.topic()), why))?;
    }
    Ok(tables)
}

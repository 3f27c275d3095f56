//! Why a table of the settings is not good.

use super::SettingsError;

/// Why a table is not good.
pub(super) enum Wrong {
    /// For these words.
    Said(String),
    /// A file that it names cannot be read, which is told already as it should be.
    File(SettingsError),
}

impl Wrong {
    /// The error of the table, whose words `of` puts in their place.
    pub(super) fn of(self, of: impl FnOnce(String) -> SettingsError) -> SettingsError {
        match self {
            Self::Said(why) => of(why),
            Self::File(error) => error,
        }
    }
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self::Said(why)
    }
}

impl From<&str> for Wrong {
    fn from(why: &str) -> Self {
        Self::Said(why.to_owned())
    }
}

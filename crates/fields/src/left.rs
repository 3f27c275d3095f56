//! Why something in a message became no metric.

use serde::Serialize;

/// Why a field, or a message, was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeftReason)]
pub(crate) enum Left {
    /// It tells things apart and measures nothing.
    Identifier,
    /// It is a moment.
    Time,
    /// It is written for people, or has more different words than a state has.
    Text,
    /// Nothing of its name is left.
    Unnamed,
    /// Its value is no finite number.
    NotFinite,
    /// It stands where others of the same name and labels came before.
    Ambiguous,
    /// The maker's profile knows it as no measurement: a command, a description, the same number in another unit.
    Profile,
    /// A mapping says so.
    Dropped,
    /// There are as many fields as there may be.
    TooManyFields,
    /// There are as many fields of this sender as there may be.
    TooManyOfSender,
    /// There are as many fields on this kind of topic as there may be.
    TooManyOfTopic,
    /// An array is longer than those that are looked at.
    Array,
    /// It lies deeper in the message, or behind more values, than is looked at.
    Bounds,
    /// A copy that the broker had kept: nobody says that now.
    Retained,
    /// The collector reads it on its own connection, or said it itself.
    Taken,
    /// The message is no text.
    Binary,
    /// The message looks like JSON and is none.
    BrokenJson,
    /// The message is a text that is no number and no word of a state.
    FreeText,
    /// The message is too long.
    TooLarge,
    /// What was announced in Home Assistant's way cannot be read.
    Announcement,
}

impl Left {
    /// All there are.
    pub(crate) const ALL: [Self; 20] = [
        Self::Identifier,
        Self::Time,
        Self::Text,
        Self::Unnamed,
        Self::NotFinite,
        Self::Ambiguous,
        Self::Profile,
        Self::Dropped,
        Self::TooManyFields,
        Self::TooManyOfSender,
        Self::TooManyOfTopic,
        Self::Array,
        Self::Bounds,
        Self::Retained,
        Self::Taken,
        Self::Binary,
        Self::BrokenJson,
        Self::FreeText,
        Self::TooLarge,
        Self::Announcement,
    ];

    /// Its place in [`Left::ALL`].
    pub(crate) fn place(self) -> usize {
        self as usize
    }
}

//! What the settings file says of silences, inhibitions and flapping.

use crate::inhibition::Inhibit;
use crate::weekly::Weekly;
use model::{Matcher, Millis};

/// What the settings say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Windows of maintenance.
    pub maintenance: Vec<Maintenance>,
    /// Which alerts explain which.
    pub inhibits: Vec<Inhibit>,
    /// From when on an alert flaps; `None` is never.
    pub flapping: Option<FlapLimits>,
}

/// A window of maintenance: a silence that nobody has to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Maintenance {
    /// What it is called; no two have one name.
    pub name: String,
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// When; none is always.
    pub times: Vec<Weekly>,
}

impl Maintenance {
    /// What alerts are said to be silenced by.
    #[must_use]
    pub fn id(&self) -> String {
        format!("maintenance:{}", self.name)
    }
}

/// When an alert flaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlapLimits {
    /// More beginnings and ends than so many.
    pub changes: usize,
    /// Within this time.
    pub window: Millis,
}

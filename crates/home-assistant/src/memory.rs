//! What stands on the broker, or may: written down before it is put up, and forgotten when it has been taken down.

use crate::words::id;
use bus::DiscoveryTopics;
use model::limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who an entity is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The collector.
    Collector,
    /// The rule of this name.
    Rule(String),
    /// The service of this name.
    Service(String),
}

impl Owner {
    /// What the ids of its entities begin with.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Collector => "collector".to_owned(),
            Self::Rule(name) => id("rule", name),
            Self::Service(name) => id("service", name),
        }
    }
}

/// An entity that stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Its topics, that of its document first.
    pub(crate) topics: Vec<String>,
    pub(crate) of: Owner,
}

/// What stands on the broker, by the first of its topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory(pub(crate) BTreeMap<String, Standing>);

impl Memory {
    /// Reads what [`Memory::write`] wrote. What can be no topic of the collector's is left out.
    ///
    /// # Errors
    /// It is not what was written, for people.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let all: Vec<Standing> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let all = all.into_iter().take(limits::HOME_ASSISTANT_TOPICS).filter_map(|mut one| {
            one.topics.retain(|topic| DiscoveryTopics::may_be_taken_down(topic));
            one.topics.first().cloned().map(|first| (first, one))
        });
        Ok(Self(all.collect()))
    }

    /// All of it, as JSON.
    ///
    /// # Errors
    /// None that could come of texts alone, for people.
    pub fn write(&self) -> Result<Vec<u8>, String> {
        let all: Vec<&Standing> = self.0.values().collect();
        serde_json::to_vec(&all).map_err(|error| error.to_string())
    }

    /// Whether nothing stands there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many entities stand there, and what else does.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All topics.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|one| &one.topics).map(String::as_str)
    }

    /// Forgets a topic that was taken down. Gives whether it was known.
    pub fn forget(&mut self, topic: &str) -> bool {
        let Some((first, one)) =
            self.0.iter_mut().find(|(_, one)| one.topics.iter().any(|known| known == topic))
        else {
            return false;
        };
        one.topics.retain(|known| known != topic);
        if one.topics.is_empty() {
            let first = first.clone();
            self.0.remove(&first);
        }
        true
    }
}

//! A question that came by another way than HTTP, and where its answer goes.

use std::fmt;
use std::sync::Arc;

/// What somebody asks: an expression, and when and how it is to be evaluated.
#[derive(Clone)]
pub struct Question {
    /// Names and values as texts: `query`, and `time`, or `start`, `end` and `step`, and `limit`, `timeout`. Whoever
    /// answers says what is wrong with them.
    pub parameters: Vec<(&'static str, String)>,
    /// Whether somebody still waits for the answer; looked at often.
    pub is_wanted: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// Takes the answer, a JSON object. Dropped without a call where there is none.
pub type Reply = Box<dyn FnOnce(Vec<u8>) + Send>;

impl Question {
    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

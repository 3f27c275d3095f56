//! What a rule of [`crate::tidy`] has to say about one place: file, line, sentence.

use std::fmt;

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong and what to do instead.
    pub what: String,
}

impl Violation {
    /// A breach at `path:line`.
    pub fn new(path: &str, line: usize, what: impl Into<String>) -> Violation {
        Violation { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

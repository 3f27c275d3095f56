//! What is wrong with an expression, and where, in the words that clients of Prometheus know.

use crate::syntax::Span;
use std::fmt;

/// An expression that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The part of the text that is wrong.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
    /// The line in which the part begins, from 1; 0 if there is no text at all.
    pub line: usize,
    /// The byte of that line at which the part begins, from 1.
    pub column: usize,
}

/// How the text begins of a label that is no name.
pub(super) const BAD_LABEL: &str = "invalid label name \"";

impl ParseError {
    /// An error in `text`.
    pub(super) fn new(text: &str, span: Span, message: impl Into<String>) -> Self {
        let (line, column) = if text.is_empty() { (0, 0) } else { position(text, span.start) };
        Self { span, message: message.into(), line, column }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.starts_with(BAD_LABEL) {
            // Prometheus notices it only when it evaluates, which has no place to show.
            f.write_str(&self.message)
        } else if self.line == 0 {
            write!(f, "unknown position: parse error: {}", self.message)
        } else {
            write!(f, "{}:{}: parse error: {}", self.line, self.column, self.message)
        }
    }
}

impl std::error::Error for ParseError {}

/// The line and the byte in it of a place in a text, both from 1.
#[must_use]
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}

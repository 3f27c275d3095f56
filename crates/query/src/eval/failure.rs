//! Why a query has no answer.

use crate::syntax::ParseError;

/// Why a query has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// It is no expression.
    #[error("{0}")]
    Parse(#[from] ParseError),
    /// It is one that cannot be asked so.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be computed of these samples.
    #[error("{0}")]
    Execution(String),
    /// It looked at more than it may.
    #[error("query processing would load too many samples into memory in query execution")]
    TooManySamples,
    /// It took longer than it may.
    #[error("query timed out in expression evaluation")]
    Timeout,
    /// Nobody waits for it any more.
    #[error("query was canceled in expression evaluation")]
    Canceled,
    /// The samples cannot be read.
    #[error("{0}")]
    Storage(String),
}

impl QueryError {
    pub(crate) fn execution(text: impl Into<String>) -> Self {
        Self::Execution(text.into())
    }
}

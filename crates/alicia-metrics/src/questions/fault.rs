//! Why there is no answer, for people.

use crate::transfer::TransferError;
use std::io;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error(
        "no collector answers on {address}: {source}\n(of one that does not run, ask the data directory: --data-dir)"
    )]
    NotReached { address: String, source: io::Error },
    #[error("{0}")]
    Refused(String),
    #[error(
        "the collector on {0} wants to know who asks: --http-token, or --http-username and --http-password"
    )]
    Unauthorized(String),
    #[error("what answered is no collector")]
    NotPrometheus,
    #[error("{0}")]
    Query(#[from] query::QueryError),
    #[error("{0}")]
    Selector(#[from] query::syntax::ParseError),
    #[error(transparent)]
    DataDir(#[from] TransferError),
    #[error("{path}: {why}")]
    Rules { path: String, why: String },
    #[error("a sparkline needs a range: say --start")]
    NoCourse,
}

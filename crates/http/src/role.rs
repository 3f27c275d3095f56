//! What who comes in may do.

use axum::http::Method;
use std::fmt;

/// Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look at everything but recordings of the raw bus, and try what changes nothing.
    Viewer,
    /// Take care of alerts; make silences, rules and mappings; record the bus; send samples.
    Editor,
    /// Read the settings anew, copy all that is kept, erase it.
    Admin,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Viewer => "a viewer",
            Self::Editor => "an editor",
            Self::Admin => "an admin",
        })
    }
}

/// Questions that are too long for an address, and trials: nothing is different afterwards.
const TRIALS: [&str; 10] = [
    "/api/v1/query",
    "/api/v1/query_range",
    "/api/v1/query_exemplars",
    "/api/v1/series",
    "/api/v1/labels",
    "/api/v1/format_query",
    "/api/v1/parse_query",
    "/alerts/silences/preview",
    "/rules/backtest",
    "/bus/mappings/test",
];

/// Who may do what `method` does to `path`. What is not known here is an editor's.
pub(crate) fn needed(method: &Method, path: &str) -> Role {
    let is_look = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    match path {
        _ if path.starts_with("/-/") && !is_look => Role::Admin,
        // Payloads are in it as they were sent.
        _ if path.starts_with("/bus/capsules/") => Role::Editor,
        _ if is_look || TRIALS.contains(&path) => Role::Viewer,
        _ => Role::Editor,
    }
}

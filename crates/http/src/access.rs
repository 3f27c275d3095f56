//! Who may come in.

use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::sync::Arc;

/// Who may use the API. `/health`, `/-/healthy` and `/-/ready` are open always: whoever watches the collector
/// should not need its secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever sends `Authorization: Bearer` with this token.
    Token(String),
    /// Whoever sends this user and password by HTTP Basic.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
}

/// Without the secret, so that no log can hold it.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Token(_) => "Token",
            Self::Password { .. } => "Password",
        })
    }
}

const OPEN_PATHS: [&str; 3] = ["/health", "/-/healthy", "/-/ready"];

/// Lets a request through or answers 401.
pub(crate) async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    if OPEN_PATHS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match check(&access, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check(access: &Access, headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (wanted, challenge) = match access {
        Access::Open => return Ok(()),
        Access::Token(token) => (format!("Bearer {token}"), "Bearer"),
        Access::Password { user, password } => (
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
            "Basic realm=\"alicia-metrics\"",
        ),
    };
    if is_same(given.as_bytes(), wanted.as_bytes()) { Ok(()) } else { Err(Problem::Unauthorized(challenge)) }
}

/// Takes the same time wherever the first difference stands.
fn is_same(given: &[u8], wanted: &[u8]) -> bool {
    let difference = given.iter().zip(wanted).fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == wanted.len() && difference == 0
}

//! Who may come in.

use crate::problem::Problem;
use crate::role::{Role, needed};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use std::hint::black_box;
use std::sync::Arc;

/// Who may use the API. `/health`, `/-/healthy` and `/-/ready` are open always: whoever watches the collector
/// should not need its secrets. So are the files of the dashboard, which hold no data and ask for the secret themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever sends `Authorization: Bearer` with this token.
    Token(Secret),
    /// Whoever sends this user and password by HTTP Basic.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// The same, who may do everything, and others, who may do less: whoever sends `Authorization: Bearer` with one of these tokens.
    WithGuests(Box<Access>, Vec<(Role, Secret)>),
}

/// How requests of the dashboard say that they are.
const REQUESTED_WITH: &str = "x-requested-with";

/// Whether everybody may have what has this path: the word of health, and the dashboard's page and files.
fn is_open(path: &str) -> bool {
    matches!(path, "/health" | "/-/healthy" | "/-/ready" | "/" | "/ui" | "/graph" | "/icon.svg")
        || path.starts_with("/ui/")
        || path.starts_with("/assets/")
}

/// Lets a request through, or answers 401 or 403.
pub(crate) async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if is_open(path) {
        return next.run(request).await;
    }
    match check(&access, request.headers()) {
        Ok(role) if role >= needed(request.method(), path) => next.run(request).await,
        Ok(role) => Problem::Forbidden(role).into_response(),
        Err(problem) => {
            let mut refused = problem.into_response();
            // The dashboard asks for name and password itself: the browser should not.
            if request.headers().get(REQUESTED_WITH).is_some_and(|by| by == "dashboard")
                && access.is_by_password()
            {
                refused.headers_mut().remove(header::WWW_AUTHENTICATE);
            }
            refused
        }
    }
}

impl Access {
    /// Whether who may do everything is known by a password.
    fn is_by_password(&self) -> bool {
        match self {
            Self::Password { .. } => true,
            Self::WithGuests(owner, _) => owner.is_by_password(),
            Self::Open | Self::Token(_) => false,
        }
    }
}

/// Who comes in.
fn check(access: &Access, headers: &HeaderMap) -> Result<Role, Problem> {
    let given =
        |scheme| headers.get(header::AUTHORIZATION).and_then(|value| credentials(value.as_bytes(), scheme));
    let (scheme, wanted, challenge) = match access {
        Access::Open => return Ok(Role::Admin),
        Access::WithGuests(owner, guests) => {
            return check(owner, headers).or_else(|problem| {
                let token = given("bearer").unwrap_or_default();
                let found = guests.iter().filter(|(_, wanted)| is_same(token, wanted.reveal().as_bytes()));
                found.map(|(role, _)| *role).max().ok_or(problem)
            });
        }
        Access::Token(token) => ("bearer", token.reveal().to_owned(), "Bearer"),
        Access::Password { user, password } => {
            let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
            ("basic", pair, "Basic realm=\"alicia-metrics\", charset=\"UTF-8\"")
        }
    };
    if given(scheme).is_some_and(|given| is_same(given, wanted.as_bytes())) {
        Ok(Role::Admin)
    } else {
        Err(Problem::Unauthorized(challenge))
    }
}

/// What stands after `scheme`, whose letters may be large or small.
fn credentials<'a>(header: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    let (given, rest) = header.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(b" ")?;
    given.eq_ignore_ascii_case(scheme.as_bytes()).then(|| rest.trim_ascii())
}

/// Takes the same time wherever the first difference stands.
fn is_same(given: &[u8], wanted: &[u8]) -> bool {
    let difference = given.iter().zip(wanted).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
    given.len() == wanted.len() && difference == 0
}

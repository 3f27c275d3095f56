//! Parameters in the address, or in the body as a form, which come first.

use super::failure::{Failure, Kind};
use super::instant::parse_time;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use model::{Matcher, Millis};
use query::syntax;

/// The parameters of a request.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let mut pairs = Vec::new();
        let address = request.uri().query().unwrap_or("").to_owned();
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("").trim().to_ascii_lowercase();
        if request.method() == Method::POST && kind == "application/x-www-form-urlencoded" {
            let body = Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.into_response().status() {
                    StatusCode::PAYLOAD_TOO_LARGE => {
                        Failure::new(Kind::TooLarge, "the request's body is too long")
                    }
                    _ => Failure::bad("error parsing form values: the body cannot be read"),
                }
            })?;
            read(&String::from_utf8_lossy(&body), &mut pairs)?;
        }
        read(&address, &mut pairs)?;
        Ok(Self(pairs))
    }
}

fn read(text: &str, pairs: &mut Vec<(String, String)>) -> Result<(), Failure> {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decoded(name)?, decoded(value)?));
    }
    Ok(())
}

fn decoded(text: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (code, behind) = rest.split_at_checked(2).unwrap_or((rest, &[]));
                let digits =
                    std::str::from_utf8(code).ok().filter(|_| code.iter().all(u8::is_ascii_hexdigit));
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let shown = format!("%{}", String::from_utf8_lossy(code));
                let bad = || format!("error parsing form values: invalid URL escape {shown:?}");
                rest = behind;
                byte.filter(|_| code.len() == 2).ok_or_else(|| Failure::bad(bad()))?
            }
            other => *other,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Form {
    /// Parameters that came another way.
    pub(crate) fn of(parameters: Vec<(&'static str, String)>) -> Self {
        Self(parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The first value of a parameter, if it is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let first = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        first.filter(|value| !value.is_empty())
    }

    /// All values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An instant that must be there.
    pub(crate) fn instant(&self, name: &str) -> Result<Millis, Failure> {
        let text = self.text(name).unwrap_or("");
        parse_time(text).ok_or_else(|| Failure::parameter(name, no_time(text)))
    }

    /// An instant that may be there.
    pub(crate) fn instant_or(&self, name: &str, default: Millis) -> Result<Millis, Failure> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let bad = || format!("invalid time value for '{name}': {}", no_time(text));
        parse_time(text).ok_or_else(|| Failure::parameter(name, bad()))
    }

    /// A length of time.
    pub(crate) fn length(&self, name: &str) -> Option<Result<Millis, String>> {
        let text = self.text(name)?;
        let bad = || format!("cannot parse {text:?} to a valid duration");
        Some(syntax::parse_length(text).ok_or_else(bad))
    }

    /// At most so many; all if nothing is said, or 0.
    pub(crate) fn limit(&self) -> Result<usize, Failure> {
        let Some(text) = self.text("limit") else { return Ok(usize::MAX) };
        match text.parse::<i64>() {
            Ok(0) => Ok(usize::MAX),
            Ok(limit) => {
                usize::try_from(limit).map_err(|_| Failure::parameter("limit", "limit must be non-negative"))
            }
            Err(_) => {
                Err(Failure::parameter("limit", format!("strconv.Atoi: parsing {text:?}: invalid syntax")))
            }
        }
    }

    /// The selectors of `match[]`, each of which must ask for something.
    pub(crate) fn selectors(&self) -> Result<Vec<Vec<Matcher>>, Failure> {
        let read = |text: &str| {
            let empty = "match[] must contain at least one non-empty matcher";
            match syntax::parse_selector(text) {
                Ok(matchers) if matchers.iter().all(|matcher| matcher.admits("")) => {
                    Err(Failure::parameter("match[]", empty))
                }
                Ok(matchers) => Ok(matchers),
                // The parser says the same of what is a part of an expression, where it has a place.
                Err(error) if error.message.ends_with("at least one non-empty matcher") => {
                    Err(Failure::parameter("match[]", empty))
                }
                Err(error) => Err(Failure::parameter("match[]", error)),
            }
        };
        self.all("match[]").map(read).collect()
    }
}

fn no_time(text: &str) -> String {
    format!("cannot parse {text:?} to a valid timestamp")
}

//! What is asked, what came back, and why nothing did.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Login, limits};
use std::time::Duration;
use url::Url;

/// A request to another server.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) time: Duration,
    pub(super) most: usize,
    pub(super) redirects: usize,
}

impl Call {
    /// Reads what is at `url`.
    ///
    /// # Errors
    /// [`CallError::BadUrl`].
    pub fn get(url: &str) -> Result<Self, CallError> {
        Self::new(Method::GET, url, Bytes::new())
    }

    /// Gives `body` to `url`.
    ///
    /// # Errors
    /// [`CallError::BadUrl`].
    pub fn post(url: &str, body: Vec<u8>) -> Result<Self, CallError> {
        Self::new(Method::POST, url, body.into())
    }

    /// Gives `body` to `url` by this method.
    ///
    /// # Errors
    /// [`CallError::BadUrl`].
    pub(crate) fn new(method: Method, url: &str, body: Bytes) -> Result<Self, CallError> {
        Ok(Self {
            method,
            url: read_url(url)?,
            headers: HeaderMap::new(),
            body,
            time: limits::OUTGOING_TIME,
            most: limits::REQUEST_BYTES,
            redirects: 0,
        })
    }

    /// With this header, in the place of one of the same name.
    ///
    /// # Errors
    /// [`CallError::BadHeader`].
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, CallError> {
        let bad = || CallError::BadHeader(name.to_owned());
        let read = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
        value.set_sensitive(read == header::AUTHORIZATION);
        self.headers.insert(read, value);
        Ok(self)
    }

    /// As this user.
    ///
    /// # Errors
    /// [`CallError::BadHeader`]; but every name and password can be written.
    pub fn basic(self, username: &str, password: &str) -> Result<Self, CallError> {
        let word = STANDARD.encode(format!("{username}:{password}"));
        self.header("authorization", &format!("Basic {word}"))
    }

    /// With this token.
    ///
    /// # Errors
    /// [`CallError::BadHeader`]: the token has characters that no header may have.
    pub fn bearer(self, token: &str) -> Result<Self, CallError> {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As this login has it.
    ///
    /// # Errors
    /// [`CallError::BadHeader`]: the token has characters that no header may have.
    pub fn login(self, login: &Login) -> Result<Self, CallError> {
        match login {
            Login::Open => Ok(self),
            Login::Basic(user, password) => self.basic(user, password.reveal()),
            Login::Bearer(token) => self.bearer(token.reveal()),
        }
    }

    /// The whole of it takes no longer than `time`; by default [`limits::OUTGOING_TIME`].
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// The answer has no more than `most` bytes, packed and unpacked; by default [`limits::REQUEST_BYTES`].
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Follows up to `count` redirects of a `GET`; by default none.
    #[must_use]
    pub fn redirects(mut self, count: usize) -> Self {
        self.redirects = count;
        self
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// A URL that can be called. What other ways there are to write an address (`0x7f.1`) became the usual one, so that
/// it can be judged.
pub(super) fn read_url(text: &str) -> Result<Url, CallError> {
    let bad = |why: &str| CallError::BadUrl { url: without_secrets(text), why: why.to_owned() };
    let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("the scheme must be http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("a user name and a password do not belong into a URL"));
    }
    Ok(url)
}

/// The text without what stands before an `@` in its authority.
fn without_secrets(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// What another server answered, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status: 200, 404, …
    pub status: u16,
    pub(super) headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the status is one of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer. The text says nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// There is no such place.
    #[error("{url:?} is not a URL to call: {why}")]
    BadUrl {
        /// As it was given.
        url: String,
        /// Why not.
        why: String,
    },
    /// A header cannot be written.
    #[error("the header {0:?} cannot be written")]
    BadHeader(String),
    /// The address may not be connected to.
    #[error("{0} must not be connected to")]
    Forbidden(String),
    /// It took too long.
    #[error("no whole answer within {} s", .0.as_secs_f64())]
    TooSlow(Duration),
    /// The answer is too long.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
    /// There was no connection, or it ended.
    #[error("{0}")]
    Failed(String),
    /// The answer is not packed as it says.
    #[error("{0}")]
    Broken(String),
}

#[cfg(test)]
mod tests {
    use super::{Call, CallError};

    #[track_caller]
    fn check(url: &str, expect: Result<&str, &str>) {
        let read = Call::get(url).map(|call| call.url().to_owned()).map_err(|error| error.to_string());
        match (read, expect) {
            (Ok(read), Ok(expect)) => assert_eq!(read, expect),
            (Err(error), Err(part)) => assert!(error.contains(part) && !error.contains("secret"), "{error}"),
            (read, _) => panic!("{url}: {read:?}"),
        }
    }

    #[test]
    fn a_url_is_written_in_one_way_and_has_no_secrets() {
        check("http://host:9100/metrics?a=b", Ok("http://host:9100/metrics?a=b"));
        check("https://host", Ok("https://host/"));
        check("http://0x7f.1/", Ok("http://127.0.0.1/"));
        check("http://[::1]:80/", Ok("http://[::1]/"));
        check("ftp://host/", Err("scheme"));
        check("file:///etc/passwd", Err("scheme"));
        check("http://user:secret@host/", Err("do not belong"));
        check("host:9100", Err("scheme"));
        check("", Err("not a URL"));
    }

    #[test]
    fn secrets_do_not_show() {
        let call = Call::get("http://host/").and_then(|call| call.basic("me", "secret")).expect("good");
        assert!(!format!("{call:?}").contains("bWU6"), "{call:?}");
        let refused = Call::get("http://host/").and_then(|call| call.bearer("sec\nret")).expect_err("bad");
        assert_eq!(refused, CallError::BadHeader("authorization".to_owned()));
    }
}

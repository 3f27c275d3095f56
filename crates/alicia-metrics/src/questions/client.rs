//! Just enough HTTP to ask a collector on this machine or in this house; TLS is for a proxy.

use super::body::{Body, read_head};
use super::events::Events;
use super::fault::AskError;
use super::{OpenRange, Times};
use crate::questions_args::Collector;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Millis, to_seconds};
use serde_json::Value;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long the collector may take: a little longer than it lets a query take.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long a connection may take to be made.
const REACH: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 1 << 30;

/// Bytes of an answer that says why there is no stream.
const REFUSAL_BYTES: u64 = 64 << 10;

/// Whom to ask, and how.
pub(crate) struct Client {
    address: String,
    authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(whom: &Collector) -> Self {
        let address = whom.http.strip_prefix("http://").unwrap_or(&whom.http).trim_end_matches('/');
        // A server that listens on all addresses is asked on the loopback one.
        let address = match address.strip_prefix("0.0.0.0:") {
            Some(port) => format!("127.0.0.1:{port}"),
            None => address.replace("[::]:", "[::1]:"),
        };
        let basic = || {
            let (user, password) = (whom.http_username.as_deref()?, whom.http_password.as_ref()?.reveal());
            Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
        };
        let bearer = whom.http_token.as_ref().map(|token| format!("Bearer {}", token.reveal()));
        Self { address, authorization: bearer.or_else(basic) }
    }

    /// `host:port` of the collector.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn query(&self, expression: &str, times: Times) -> Result<Value, AskError> {
        self.query_some(expression, times, None)
    }

    /// The answer of an expression; of at most `limit` series.
    pub(crate) fn query_some(
        &self,
        expression: &str,
        times: Times,
        limit: Option<usize>,
    ) -> Result<Value, AskError> {
        let mut form = vec![("query", expression.to_owned())];
        let path = match times {
            Times::At(time) => {
                form.push(("time", seconds(time)));
                "/api/v1/query"
            }
            Times::Range { start, end, step } => {
                form.extend([("start", seconds(start)), ("end", seconds(end)), ("step", seconds(step))]);
                "/api/v1/query_range"
            }
        };
        form.extend(limit.map(|limit| ("limit", limit.to_string())));
        self.ask("POST", path, &form)
    }

    pub(super) fn list(
        &self,
        path: &str,
        matches: &[String],
        (start, end): OpenRange,
    ) -> Result<Vec<Value>, AskError> {
        let mut form: Vec<_> = matches.iter().map(|text| ("match[]", text.clone())).collect();
        form.extend(start.map(|time| ("start", seconds(time))));
        form.extend(end.map(|time| ("end", seconds(time))));
        let mut answer = self.ask("GET", path, &form)?;
        match answer.get_mut("data").map(Value::take) {
            Some(Value::Array(data)) => Ok(data),
            _ => Err(AskError::NotPrometheus),
        }
    }

    fn ask(&self, method: &str, path: &str, form: &[(&str, String)]) -> Result<Value, AskError> {
        let form: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let (form, type_of_form) = (form.join("&"), "application/x-www-form-urlencoded");
        let (_, answer) = match method {
            "POST" => self.send("POST", path, type_of_form, &form)?,
            other => self.send(other, &format!("{path}?{form}"), type_of_form, "")?,
        };
        match answer.get("status").and_then(Value::as_str) {
            Some("success") => Ok(answer),
            Some(_) => {
                let why = answer.get("error").and_then(Value::as_str).unwrap_or("the collector says no more");
                Err(AskError::Refused(why.to_owned()))
            }
            None => Err(AskError::NotPrometheus),
        }
    }

    /// Asks Alicia's interface.
    pub(crate) fn alicia(&self, method: &str, path: &str, body: &str) -> Result<Value, AskError> {
        let (status, answer) = self.send(method, path, "application/json", body)?;
        if status == 200 { Ok(answer) } else { Err(refusal(&answer)) }
    }

    /// Begins to follow a stream of events, which is lost when it says nothing for as long as `silence`.
    pub(crate) fn follow(&self, path: &str, silence: Duration) -> Result<Events, AskError> {
        let not_reached = |source| AskError::NotReached { address: self.address.clone(), source };
        let mut stream = self.connect(silence).map_err(not_reached)?;
        let request = format!("{}Accept: text/event-stream\r\n\r\n", self.head("GET", path));
        stream.write_all(request.as_bytes()).map_err(not_reached)?;
        Ok(Events::new(BufReader::new(self.answered(stream)?)))
    }

    /// The body of an answer that is no JSON, as it comes.
    pub(crate) fn download(&self, method: &str, path: &str) -> Result<Box<dyn Read + Send>, AskError> {
        let not_reached = |source| AskError::NotReached { address: self.address.clone(), source };
        let mut stream = self.connect(PATIENCE).map_err(not_reached)?;
        let request = format!("{}Content-Length: 0\r\n\r\n", self.head(method, path));
        stream.write_all(request.as_bytes()).map_err(not_reached)?;
        self.answered(stream)
    }

    /// The body of what comes back, if it is what was asked for.
    fn answered(&self, stream: TcpStream) -> Result<Box<dyn Read + Send>, AskError> {
        let not_reached = |source| AskError::NotReached { address: self.address.clone(), source };
        let mut reader = BufReader::new(stream);
        let head = read_head(&mut reader).map_err(not_reached)?.ok_or(AskError::NotPrometheus)?;
        let body = Body::new(reader, head.is_chunked);
        match head.status {
            200 => Ok(Box::new(body)),
            401 => Err(AskError::Unauthorized(self.address.clone())),
            _ => {
                let mut text = Vec::new();
                body.take(REFUSAL_BYTES).read_to_end(&mut text).map_err(not_reached)?;
                Err(serde_json::from_slice(&text).map_or(AskError::NotPrometheus, |answer| refusal(&answer)))
            }
        }
    }

    /// A name as it may stand in an address.
    pub(crate) fn encoded(name: &str) -> String {
        encoded(name)
    }

    /// Sends a request; gives the status and the JSON of the answer.
    fn send(&self, method: &str, path: &str, of_type: &str, body: &str) -> Result<(u16, Value), AskError> {
        let head = self.head(method, path);
        let raw = self.exchange(&format!(
            "{head}Content-Type: {of_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        let raw = raw.map_err(|source| AskError::NotReached { address: self.address.clone(), source })?;
        let (status, body) = parted(&raw).ok_or(AskError::NotPrometheus)?;
        if status == 401 {
            return Err(AskError::Unauthorized(self.address.clone()));
        }
        Ok((status, serde_json::from_slice(&body).map_err(|_| AskError::NotPrometheus)?))
    }

    /// The first lines of a request.
    fn head(&self, method: &str, path: &str) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        if let Some(authorization) = &self.authorization {
            head.push_str(&format!("Authorization: {authorization}\r\n"));
        }
        head
    }

    fn exchange(&self, request: &str) -> io::Result<Vec<u8>> {
        let mut stream = self.connect(PATIENCE)?;
        stream.write_all(request.as_bytes())?;
        let mut raw = Vec::new();
        stream.take(ANSWER_BYTES).read_to_end(&mut raw)?;
        Ok(raw)
    }

    /// A connection on which nothing takes longer than `patience`.
    fn connect(&self, patience: Duration) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "no such address");
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, REACH) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(patience))?;
                    stream.set_write_timeout(Some(patience))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// What Alicia's interface says if it does not do what it was asked for.
fn refusal(answer: &Value) -> AskError {
    match answer.get("detail") {
        Some(Value::String(why)) => AskError::Refused(why.clone()),
        Some(other) => AskError::Refused(other.to_string()),
        None => AskError::NotPrometheus,
    }
}

/// The status and the body of an answer; none if it is not whole.
fn parted(mut raw: &[u8]) -> Option<(u16, Vec<u8>)> {
    let head = read_head(&mut raw).ok()??;
    let mut body = Vec::new();
    Body::new(raw, head.is_chunked).read_to_end(&mut body).ok()?;
    Some((head.status, body))
}

fn seconds(time: Millis) -> String {
    to_seconds(time).to_string()
}

/// Percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let byte = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

/// The name of a label as it may stand in an address: as it is, or `U__` with the code of each odd character.
pub(super) fn escaped_name(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(is_plain) && !name.starts_with("U__") {
        return name.to_owned();
    }
    let escaped = name.chars().map(|c| match c {
        '_' => "__".to_owned(),
        c if is_plain(c) => c.to_string(),
        c => format!("_{:x}_", u32::from(c)),
    });
    format!("U__{}", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::escaped_name;

    #[test]
    fn odd_names_of_labels_are_escaped() {
        for (name, expected) in [("service", "service"), ("a.b_c", "U__a_2e_b__c"), ("ü", "U___fc_")] {
            assert_eq!(escaped_name(name), expected);
        }
    }
}

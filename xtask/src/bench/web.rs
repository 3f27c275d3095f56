//! A few HTTP requests to a server on this machine: one connection each, bodies whole.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Body, chunks put together.
    pub body: String,
}

/// `GET path`, asking for `accept`.
///
/// # Errors
/// When there is no answer of HTTP.
pub fn get(port: u16, path: &str, accept: &str) -> Result<Answer, String> {
    send(
        port,
        &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"),
    )
}

/// `POST path` with a JSON body.
///
/// # Errors
/// When there is no answer of HTTP.
pub fn post(port: u16, path: &str, body: &str) -> Result<Answer, String> {
    let length = body.len();
    send(
        port,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ),
    )
}

fn send(port: u16, request: &str) -> Result<Answer, String> {
    let explain = |error: std::io::Error| format!("port {port}: {error}");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(explain)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(explain)?;
    stream.write_all(request.as_bytes()).map_err(explain)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(explain)?;
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| format!("port {port} does not speak HTTP"))
}

/// Takes an answer apart.
pub fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let chunked = head.to_ascii_lowercase().contains("\r\ntransfer-encoding: chunked");
    let body = if chunked { unchunk(body)? } else { body.to_owned() };
    Some(Answer { status, body })
}

fn unchunk(mut body: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (length, rest) = body.split_once("\r\n")?;
        let length = usize::from_str_radix(length.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(whole);
        }
        whole.push_str(rest.get(..length)?);
        body = rest.get(length..)?.strip_prefix("\r\n")?;
    }
}

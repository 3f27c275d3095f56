//! One request to a running collector, as much HTTP as that takes.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Bytes of an answer that are read: those that are asked for have a few hundred.
const ANSWER_BYTES: u64 = 64 << 10;

/// What came back.
pub(crate) struct Answer {
    /// The first line.
    pub(crate) line: String,
    /// Whether it says that all is well.
    pub(crate) is_good: bool,
    pub(crate) body: String,
}

/// Sends `METHOD PATH`, with a header if there is one, and waits for the answer.
pub(crate) fn ask(
    listen: SocketAddr,
    what: &str,
    header: Option<&str>,
    timeout: Duration,
) -> io::Result<Answer> {
    let address = reachable(listen);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    let header = header.map(|header| format!("{header}\r\n")).unwrap_or_default();
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n{header}\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let line = head.lines().next().unwrap_or("").to_owned();
    let is_good = line.split(' ').nth(1) == Some("200");
    Ok(Answer { line, is_good, body: body.to_owned() })
}

/// A server that listens on all addresses is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

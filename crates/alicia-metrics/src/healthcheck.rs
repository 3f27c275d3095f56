//! `alicia-metrics healthcheck`: one request to `/-/healthy`, for containers without curl.

use crate::cli::HealthcheckArgs;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Bytes of the answer that are read; its first line is all that counts.
const ANSWER_BYTES: u64 = 4096;

/// Asks, and gives the status line that came back.
pub(crate) fn ask(args: &HealthcheckArgs) -> io::Result<String> {
    let address = reachable(args.http_listen);
    let timeout = Duration::from_secs(args.timeout.max(1));
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    write!(stream, "GET /-/healthy HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let status = text.lines().next().unwrap_or("").to_owned();
    if status.split(' ').nth(1) == Some("200") {
        Ok(status)
    } else {
        Err(io::Error::other(format!("answered {status:?}")))
    }
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

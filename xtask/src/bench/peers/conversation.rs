//! A connection that stays: request after request, as dashboards and agents have it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A connection to a server on this machine.
#[derive(Debug)]
pub struct Conversation {
    stream: BufReader<TcpStream>,
}

/// A status and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Body, chunks put together.
    pub body: Vec<u8>,
}

impl Conversation {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn with(port: u16) -> Result<Self, String> {
        let connect = || {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)?;
            Ok(Self { stream: BufReader::with_capacity(1 << 16, stream) })
        };
        connect().map_err(|error: std::io::Error| format!("port {port}: {error}"))
    }

    /// `GET path`.
    ///
    /// # Errors
    /// When there is no answer of HTTP.
    pub fn get(&mut self, path: &str) -> Result<Answer, String> {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }

    /// `POST path` with a remote write request.
    ///
    /// # Errors
    /// When there is no answer of HTTP.
    pub fn write(&mut self, path: &str, body: &[u8]) -> Result<Answer, String> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n\
             Content-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat())
    }

    fn send(&mut self, request: &[u8]) -> Result<Answer, String> {
        self.stream.get_mut().write_all(request).map_err(|error| error.to_string())?;
        self.answer().map_err(|error| error.to_string())
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let odd = || std::io::Error::other("this is not HTTP");
        let status = self.line()?.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(odd)?;
        let (mut length, mut is_chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().map_err(|_| odd())?;
            }
            is_chunked |= line.starts_with("transfer-encoding:") && line.ends_with("chunked");
        }
        let mut body = Vec::new();
        if !is_chunked {
            self.read(length, &mut body)?;
            return Ok(Answer { status, body });
        }
        loop {
            let length = usize::from_str_radix(self.line()?.trim(), 16).map_err(|_| odd())?;
            self.read(length, &mut body)?;
            self.line()?;
            if length == 0 {
                return Ok(Answer { status, body });
            }
        }
    }

    fn read(&mut self, length: usize, to: &mut Vec<u8>) -> std::io::Result<()> {
        let begin = to.len();
        to.resize(begin + length, 0);
        self.stream.read_exact(&mut to[begin..])
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(std::io::Error::other("the server closed the connection"));
        }
        Ok(line.trim_end().to_owned())
    }
}

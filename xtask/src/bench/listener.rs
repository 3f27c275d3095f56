//! A server on this machine that answers each request with a text: what others scrape, and where they send to.

use crate::machine::rest;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often it looks whether somebody is there: what is measured with it takes minutes.
const PACE: Duration = Duration::from_millis(5);
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest body that is taken.
const LONGEST: usize = 16 << 20;

/// A listening server; it stops with the value.
#[derive(Debug)]
pub struct Listener {
    /// Its port on 127.0.0.1.
    pub port: u16,
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens, and answers each request with what `answer` makes of its body.
    ///
    /// # Errors
    /// When the machine gives no port.
    pub fn start(answer: impl Fn(&str) -> String + Send + 'static) -> Result<Self, String> {
        let explain = |error: std::io::Error| error.to_string();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(explain)?;
        listener.set_nonblocking(true).map_err(explain)?;
        let port = listener.local_addr().map_err(explain)?.port();
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        let thread = thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                match listener.accept() {
                    // A client that breaks off asks again.
                    Ok((stream, _)) => drop(serve(&stream, &answer)),
                    Err(_) => rest(PACE),
                }
            }
        });
        Ok(Self { port, done, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of it was printed by itself.
            let _ = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, answer: &impl Fn(&str) -> String) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length:") {
            length = number.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length.min(LONGEST)];
    reader.read_exact(&mut body)?;
    let text = answer(&String::from_utf8_lossy(&body));
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{text}",
        text.len()
    )
}

//! A mosquitto of our own, on a free port, in memory, gone with the value.

use super::child::Running;
use crate::machine::{TempDir, free_port, wait_for};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

/// How long a start or a subscription may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Log lines that may wait to be read: subscriptions only, a handful a run.
const LOG_LINES: usize = 1_000;
/// Where Debian puts it; not every user has this in the path.
const SYSTEM_PATH: &str = "/usr/sbin/mosquitto";

/// A running broker.
#[derive(Debug)]
pub struct Broker {
    /// The port it listens on, on 127.0.0.1.
    pub port: u16,
    running: Running,
    log: Receiver<String>,
    seen: Vec<String>,
    _directory: TempDir,
}

impl Broker {
    /// Starts it and waits until it answers.
    ///
    /// The bus's own limits, but for the queue: its 1000 messages a client are lifted, because a flood is to be
    /// measured, and a broker that silently drops would make the slower consumer look like the faster one.
    ///
    /// # Errors
    /// When mosquitto is not installed or does not start.
    pub fn start() -> Result<Broker, String> {
        let directory = TempDir::new("broker")?;
        let port = free_port()?;
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 100\n\
             max_queued_messages 0\nset_tcp_nodelay true\nlog_dest stderr\nlog_type subscribe\nlog_type error\n"
        );
        let settings = directory.write("mosquitto.conf", &settings)?;
        let mut command = Command::new(program());
        command.arg("-c").arg(settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut running = Running::start("mosquitto", &mut command)?;
        let stderr = running.child().stderr.take().ok_or("mosquitto has no log")?;
        let (lines, log) = sync_channel(LOG_LINES);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // Lines over the limit are not missed: nobody waits for that many.
                let _ = lines.try_send(line);
            }
        });
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok();
        wait_for(PATIENCE, Duration::from_millis(10), answers).ok_or("mosquitto does not listen")?;
        Ok(Broker { port, running, log, seen: Vec::new(), _directory: directory })
    }

    /// Waits until a client whose id `is_meant` has subscribed to a filter that begins with `filter`.
    ///
    /// # Errors
    /// When nobody does.
    pub fn wait_for_subscription(
        &mut self,
        filter: &str,
        is_meant: impl Fn(&str) -> bool,
    ) -> Result<(), String> {
        let found = wait_for(PATIENCE, Duration::from_millis(5), || {
            self.seen.extend(self.log.try_iter());
            self.seen.iter().find(|line| {
                subscription(line)
                    .is_some_and(|(client, asked)| is_meant(client) && asked.starts_with(filter))
            })?;
            Some(())
        });
        found.ok_or_else(|| format!("nobody subscribed to {filter}; the broker said: {:?}", self.seen))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }
}

/// Client and filter of a line `1795394248: client 0 filter`.
fn subscription(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once(": ")?;
    let mut words = rest.split(' ');
    let client = words.next()?;
    words.next()?.parse::<u8>().ok()?;
    Some((client, words.next()?))
}

fn program() -> PathBuf {
    let system = Path::new(SYSTEM_PATH);
    if system.exists() { system.to_owned() } else { PathBuf::from("mosquitto") }
}

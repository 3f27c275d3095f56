//! A real mosquitto, started for one test.

use crate::wait::{free_port, until};
use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The broker and its directory; killed when dropped.
pub(crate) struct Mosquitto {
    child: Option<Child>,
    dir: TempDir,
    pub(crate) port: u16,
}

impl Mosquitto {
    /// A broker that lets everybody in, queues without end, and may be killed: it writes all that it has to its disk at
    /// every change.
    pub(crate) fn start() -> Self {
        Self::start_with("persistence true\nautosave_on_changes true\nautosave_interval 1")
    }

    /// The same for a broker that lives as long as the test. Sessions are kept in memory, so that a message costs the same
    /// however many came before: one that writes everything at every change falls behind with the acknowledgements of a
    /// collector that is killed again and again, so that everything becomes more and more.
    pub(crate) fn in_memory() -> Self {
        Self::start_with("persistence false")
    }

    /// One that knows nothing of who was on this port before.
    pub(crate) fn on(port: u16) -> Self {
        Self::start_at(port, "persistence false")
    }

    fn start_with(persistence: &str) -> Self {
        Self::start_at(free_port(), persistence)
    }

    fn start_at(port: u16, persistence: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut config = String::new();
        writeln!(config, "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0")
            .expect("text");
        writeln!(config, "persistence_location {}/\n{persistence}\nuser root", dir.path().display())
            .expect("text");
        std::fs::write(dir.path().join("mosquitto.conf"), config).expect("the configuration is written");
        let mut broker = Self { child: None, dir, port };
        broker.launch();
        broker
    }

    /// Starts the process again on the same port and directory.
    pub(crate) fn launch(&mut self) {
        let child = Command::new(program())
            .arg("-c")
            .arg(self.dir.path().join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto starts; install it with `apt-get install mosquitto`");
        self.child = Some(child);
        until("mosquitto listens", || TcpStream::connect(("127.0.0.1", self.port)));
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the broker was alive");
            child.wait().expect("the broker is reaped");
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> &'static str {
    // Debian keeps it where users' PATH does not look.
    if Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" }
}

/// Publishes one message with mosquitto_pub.
#[track_caller]
pub(crate) fn publish(port: u16, topic: &str, payload: &str, extra: &[&str]) {
    let status = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", topic, "-m", payload, "-q", "1"])
        .args(extra)
        .status()
        .expect("mosquitto_pub runs; install it with `apt-get install mosquitto-clients`");
    assert!(status.success(), "mosquitto_pub to {topic}");
}

/// A mosquitto_sub that collects lines until dropped.
pub(crate) struct Listener {
    child: Child,
    lines: std::sync::Arc<parking_lot::Mutex<Vec<String>>>,
}

impl Listener {
    /// Listens to `filter`; each line is `topic payload`. Returns when the subscription is granted.
    pub(crate) fn start(port: u16, filter: &str) -> Self {
        let mut child = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", filter, "-q", "1", "-F", "%t %p"])
            .args(["-t", "test/listening"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("mosquitto_sub runs; install it with `apt-get install mosquitto-clients`");
        let lines = std::sync::Arc::new(parking_lot::Mutex::new(Vec::new()));
        let sink = std::sync::Arc::clone(&lines);
        let out = child.stdout.take().expect("piped");
        std::thread::spawn(move || {
            use std::io::BufRead as _;
            for line in std::io::BufReader::new(out).lines().map_while(Result::ok) {
                sink.lock().push(line);
            }
        });
        let listener = Self { child, lines };
        until("the listener hears", || {
            publish(port, "test/listening", "1", &[]);
            if listener.lines.lock().is_empty() { Err("silence") } else { Ok(()) }
        });
        listener
    }

    /// Payloads seen so far on `topic`, as JSON.
    pub(crate) fn on(&self, topic: &str) -> Vec<serde_json::Value> {
        let lines = self.lines.lock();
        let payloads = lines.iter().filter_map(|line| line.strip_prefix(topic)?.strip_prefix(' '));
        payloads.filter_map(|payload| serde_json::from_str(payload).ok()).collect()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended with its broker; then there is nothing to kill.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

//! A real mosquitto, started for one test, and its clients.

use crate::wait::{free_port, until};
use parking_lot::Mutex;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// The broker and its directory; killed when dropped.
pub(crate) struct Mosquitto {
    child: Option<Child>,
    dir: TempDir,
    pub(crate) port: u16,
}

impl Mosquitto {
    /// A broker that lets everybody in.
    pub(crate) fn start() -> Self {
        Self::with("", &[])
    }

    /// A broker with further lines of configuration, in which `DIR` stands for its directory, and files in
    /// that directory.
    pub(crate) fn with(lines: &str, files: &[(&str, &str)]) -> Self {
        let mut broker = Self::prepared(lines, files);
        broker.launch();
        broker
    }

    /// The same, not started yet.
    pub(crate) fn prepared(lines: &str, files: &[(&str, &str)]) -> Self {
        let (dir, port) = (tempfile::tempdir().expect("a directory"), free_port());
        let place = dir.path().display().to_string();
        let listener = if lines.contains("listener") { "" } else { "listener PORT 127.0.0.1\n" };
        let config =
            format!("{listener}{lines}\nallow_anonymous true\nmax_queued_messages 10000\nuser root\n");
        let config = config.replace("DIR", &place).replace("PORT", &port.to_string());
        for (name, content) in files.iter().chain([&("mosquitto.conf", config.as_str())]) {
            std::fs::write(dir.path().join(name), content).expect("written");
        }
        Self { child: None, dir, port }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the process, again on the same port and directory.
    pub(crate) fn launch(&mut self) {
        let child = Command::new(program())
            .arg("-c")
            .arg(self.path("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto starts: install it with `apt-get install mosquitto`");
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

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let child = self.child.as_ref().expect("it runs");
        let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
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

fn client(name: &str, port: u16) -> Command {
    let mut command = Command::new(name);
    command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    command
}

const MISSING: &str = "mosquitto's clients run: install them with `apt-get install mosquitto-clients`";

/// Publishes one message with mosquitto_pub; fails unless the broker took it.
#[track_caller]
pub(crate) fn publish(port: u16, topic: &str, payload: &str, extra: &[&str]) {
    assert!(try_publish(port, topic, payload, extra), "mosquitto_pub to {topic}");
}

/// Publishes one message with mosquitto_pub at QoS 1; gives whether the broker took it.
pub(crate) fn try_publish(port: u16, topic: &str, payload: &str, extra: &[&str]) -> bool {
    let mut command = client("mosquitto_pub", port);
    // The words given stand last, so that they win.
    let source = if payload.is_empty() { "-n" } else { "-s" };
    command.args(["-q", "1", "-t", topic, source]).args(extra).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect(MISSING);
    // A client that was refused reads nothing.
    child.stdin.take().expect("piped").write_all(payload.as_bytes()).ok();
    child.wait().expect("reaped").success()
}

/// Publishes each line as a message at QoS 1, over one connection.
#[track_caller]
pub(crate) fn publish_lines(port: u16, topic: &str, lines: impl Iterator<Item = String>) {
    let mut command = client("mosquitto_pub", port);
    let mut child =
        command.args(["-q", "1", "-t", topic, "-l"]).stdin(Stdio::piped()).spawn().expect(MISSING);
    let mut input = child.stdin.take().expect("piped");
    for line in lines {
        writeln!(input, "{line}").expect("mosquitto_pub reads");
    }
    drop(input);
    assert!(child.wait().expect("reaped").success());
}

/// A mosquitto_sub that collects messages until dropped.
pub(crate) struct Listener {
    child: Child,
    messages: Arc<Mutex<Vec<(String, String)>>>,
}

impl Listener {
    /// Listens to `filter`. Returns when the subscription is granted.
    pub(crate) fn start(port: u16, filter: &str, extra: &[&str]) -> Self {
        const KNOCK: &str = "test/listening";
        let mut command = client("mosquitto_sub", port);
        command.args(["-q", "1", "-t", filter, "-t", KNOCK, "-F", "%t %p"]).args(extra);
        let mut child = command.stdout(Stdio::piped()).spawn().expect(MISSING);
        let messages = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&messages);
        let out = child.stdout.take().expect("piped");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if let Some((topic, payload)) = line.split_once(' ') {
                    sink.lock().push((topic.to_owned(), payload.to_owned()));
                }
            }
        });
        let listener = Self { child, messages };
        until("the listener hears", || {
            publish(port, KNOCK, "1", &[]);
            if listener.messages.lock().is_empty() { Err("silence") } else { Ok(()) }
        });
        listener
    }

    /// Messages seen so far on `topic`, as JSON.
    pub(crate) fn on(&self, topic: &str) -> Vec<Value> {
        let messages = self.messages.lock();
        let payloads = messages.iter().filter(|(t, _)| t == topic);
        payloads.filter_map(|(_, payload)| serde_json::from_str(payload).ok()).collect()
    }

    /// Waits for at least `count` messages on `topic` and gives them.
    #[track_caller]
    pub(crate) fn wait_for(&self, topic: &str, count: usize) -> Vec<Value> {
        until(topic, || {
            let seen = self.on(topic);
            if seen.len() >= count { Ok(seen) } else { Err(seen) }
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended with its broker; then there is nothing to kill.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

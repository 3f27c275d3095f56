//! The built program, started for one test.

use crate::http_client::{Answer, request};
use crate::wait::{free_port, until};
use serde_json::Value;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use tempfile::TempDir;

/// The program under test.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alicia-metrics"));
    // The machine's own settings must not reach a test.
    for (name, _) in std::env::vars() {
        if name.starts_with("ALICIA_METRICS_") || name.starts_with("MQTT_") {
            command.env_remove(name);
        }
    }
    command
}

/// How a collector is started.
pub(crate) struct Setup {
    flags: Vec<String>,
    data_dir: Option<PathBuf>,
    variables: Vec<(String, OsString)>,
}

impl Setup {
    /// Against the broker on `port`. Samples of any age are kept, so that recordings do not grow too old.
    pub(crate) fn broker(port: u16) -> Self {
        Self::keeping(port, 36_500)
    }

    /// Against the broker on `port`, keeping samples for so many days.
    pub(crate) fn keeping(port: u16, days: u32) -> Self {
        Self::bare(port).with(&["--retention-days", &days.to_string()])
    }

    /// Against the broker on `port`, and no more said.
    pub(crate) fn bare(port: u16) -> Self {
        let flags = ["--mqtt-broker", "127.0.0.1", "--mqtt-port", &port.to_string()];
        Self { flags: flags.map(str::to_owned).to_vec(), data_dir: None, variables: Vec::new() }
    }

    /// With its own broker.
    pub(crate) fn embedded(port: u16) -> Self {
        let flags = ["--mqtt-broker", "embedded", "--mqtt-port", &port.to_string()];
        Self { flags: flags.map(str::to_owned).to_vec(), data_dir: None, variables: Vec::new() }
    }

    /// Without any bus.
    pub(crate) fn none() -> Self {
        Self {
            flags: vec!["--mqtt-broker".to_owned(), "none".to_owned()],
            data_dir: None,
            variables: Vec::new(),
        }
    }

    /// With more flags.
    pub(crate) fn with(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
        self
    }

    /// With a variable of the environment.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// With a data directory that outlives the collector.
    pub(crate) fn data_dir(mut self, dir: &Path) -> Self {
        self.data_dir = Some(dir.to_path_buf());
        self
    }

    /// Starts it and waits until it is ready.
    pub(crate) fn start(self) -> Collector {
        let own_dir = tempfile::tempdir().expect("a directory");
        let data_dir = self.data_dir.unwrap_or_else(|| own_dir.path().join("data"));
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(own_dir.path().join("log"))
            .expect("a log file");
        let child = program()
            .arg("serve")
            .args(&self.flags)
            .args(["--http-listen", &http.to_string(), "--log-level", "info"])
            .arg("--data-dir")
            .arg(&data_dir)
            // What else the machine has to do is no alert of a test.
            .envs(["ALERT_THRESHOLD_CPU", "ALERT_THRESHOLD_MEMORY"].map(|name| (name, "100")))
            .envs(self.variables)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let collector = Collector { child, http, own_dir };
        until("the collector is ready", || match request(http, "GET", "/-/ready", &[], "") {
            Ok(answer) if answer.status == 200 => Ok(()),
            Ok(answer) => Err(answer.body),
            Err(error) => Err(format!("{error}\n{}", collector.log())),
        });
        collector
    }

    /// Starts it and waits until it hears the bus.
    pub(crate) fn connect(self) -> Collector {
        let collector = self.start();
        collector.wait_connected();
        collector
    }
}

/// A running collector; killed when dropped.
pub(crate) struct Collector {
    child: Child,
    pub(crate) http: SocketAddr,
    own_dir: TempDir,
}

impl Collector {
    /// `GET path`.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// `GET path`, which must answer 200 with JSON.
    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.json()
    }

    /// Any request.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        request(self.http, method, path, &[], body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", self.log()))
    }

    /// Waits until the bus is connected and subscribed.
    #[track_caller]
    pub(crate) fn wait_connected(&self) {
        until("the bus is connected", || {
            let health = self.json("/health");
            if health["mqtt_connected"] == true { Ok(()) } else { Err(health) }
        });
    }

    /// One of the collector's own metrics.
    #[track_caller]
    pub(crate) fn own_metric(&self, name: &str) -> f64 {
        let answer = request(self.http, "GET", "/metrics", &[("Accept", "text/plain")], "").expect("metrics");
        let line = answer
            .body
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in {}", answer.body))
    }

    /// How often input was refused for `reason`.
    #[track_caller]
    pub(crate) fn refused(&self, reason: &str) -> u64 {
        let report = self.json("/refusals");
        let all = report["refusals"].as_array().expect("a list").clone();
        all.iter().find(|one| one["reason"] == reason).and_then(|one| one["count"].as_u64()).unwrap_or(0)
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it lives");
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        kib.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.own_dir.path().join("log")).unwrap_or_default()
    }

    /// Sends a signal by name, e.g. `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it is reaped")
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was alive");
        self.child.wait().expect("it is reaped");
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // A test may have waited for its end already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

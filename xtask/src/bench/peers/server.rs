//! Who is measured: each with a directory of its own, on one processor that it has for itself.

use super::conversation::Conversation;
use crate::bench::child::Running;
use crate::machine::{TempDir, cpu_seconds, free_port, peak_mib, rest, wait_for};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a start may take, or coming to rest.
const PATIENCE: Duration = Duration::from_secs(150);

/// CPU seconds in four seconds that are no work.
const QUIET: f64 = 0.15;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The program.
    Ours,
    /// Debian's VictoriaMetrics.
    Victoria,
    /// Debian's Prometheus.
    Prometheus,
}

impl Kind {
    /// All, in the order in which they are measured.
    pub const ALL: [Self; 3] = [Self::Ours, Self::Victoria, Self::Prometheus];

    /// What tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "alicia-metrics",
            Self::Victoria => "VictoriaMetrics",
            Self::Prometheus => "Prometheus",
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Which one.
    pub kind: Kind,
    /// Its HTTP port on 127.0.0.1.
    pub port: u16,
    running: Running,
    _data: TempDir,
}

impl Server {
    /// Starts it, ours from `program`, and waits until it answers.
    ///
    /// # Errors
    /// When it is not installed or does not answer.
    pub fn start(kind: Kind, program: &Path) -> Result<Self, String> {
        let (dir, port) = (TempDir::new("peer")?, free_port()?);
        let (at, data) = (format!("127.0.0.1:{port}"), dir.path().display().to_string());
        // The generator keeps the first processor.
        let mut command = Command::new("taskset");
        command.args(["-c", "1"]);
        match kind {
            Kind::Ours => {
                command.arg(program).args(["serve", "--mqtt-broker", "none", "--retention", "forever"]);
                command.args(["--log-level", "error", "--http-listen", &at, "--data-dir", &data]);
            }
            Kind::Victoria => {
                command.args(["victoria-metrics", "-retentionPeriod=1y", "-loggerLevel=ERROR"]);
                command.args([format!("-httpListenAddr={at}"), format!("-storageDataPath={data}")]);
            }
            Kind::Prometheus => {
                let settings = dir.write("prometheus.yml", "")?;
                command.args(["prometheus", "--web.enable-remote-write-receiver", "--log.level=error"]);
                command.arg(format!("--config.file={}", settings.display()));
                command
                    .args([format!("--web.listen-address={at}"), format!("--storage.tsdb.path={data}/tsdb")]);
                command.arg("--storage.tsdb.retention.time=1y");
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let running = Running::start(kind.name(), &mut command)?;
        let answers = wait_for(PATIENCE, Duration::from_millis(20), || {
            let answer = Conversation::with(port).ok()?.get("/api/v1/query?query=1").ok()?;
            (answer.status == 200).then_some(())
        });
        answers.ok_or_else(|| format!("{} does not answer", kind.name()))?;
        Ok(Self { kind, port, running, _data: dir })
    }

    /// Waits until it is done with what it got: until it has used next to no processor time for some seconds.
    ///
    /// # Errors
    /// When it is gone.
    pub fn come_to_rest(&self) -> Result<(), String> {
        if self.kind == Kind::Victoria {
            Conversation::with(self.port)?.get("/internal/force_flush")?;
        }
        if self.kind == Kind::Ours {
            // What came late is made blocks of once a minute.
            rest(Duration::from_secs(65));
        }
        let mut before = self.cpu_seconds()?;
        // A server that never rests is measured as it is.
        let _rests = wait_for(PATIENCE, Duration::from_secs(4), || {
            let now = self.cpu_seconds().ok()?;
            let used = now - std::mem::replace(&mut before, now);
            (used < QUIET).then_some(())
        });
        Ok(())
    }

    /// CPU seconds it has used.
    ///
    /// # Errors
    /// When it is gone.
    pub fn cpu_seconds(&self) -> Result<f64, String> {
        cpu_seconds(self.running.pid()).ok_or_else(|| format!("{} is gone", self.kind.name()))
    }

    /// The most memory it has held, in MiB.
    ///
    /// # Errors
    /// When it is gone.
    pub fn peak_mib(&self) -> Result<f64, String> {
        peak_mib(self.running.pid()).ok_or_else(|| format!("{} is gone", self.kind.name()))
    }
}

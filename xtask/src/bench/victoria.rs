//! VictoriaMetrics with the same samples, to hold the program's bytes against.

use super::child::Running;
use super::web;
use crate::machine::{TempDir, bytes_below, free_port, rest, wait_for};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The program; Debian's name for it.
const PROGRAM: &str = "victoria-metrics";
/// How long a start, a merge or a stop may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What its files come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Values and times.
    pub data: u64,
    /// Labels.
    pub index: u64,
}

/// A running VictoriaMetrics that has samples.
#[derive(Debug)]
pub struct Peer {
    dir: TempDir,
    port: u16,
    running: Running,
}

impl Peer {
    /// Starts it, imports `lines` (JSON, as `/api/v1/import` takes them) and merges what can be merged.
    ///
    /// # Errors
    /// When it is not installed, or refuses something.
    pub fn with(lines: &str) -> Result<Self, String> {
        let dir = TempDir::new("victoria")?;
        let port = free_port()?;
        let mut command = Command::new(PROGRAM);
        command.arg(format!("-storageDataPath={}", dir.path().display()));
        command.arg(format!("-httpListenAddr=127.0.0.1:{port}"));
        command.args(["-retentionPeriod=100y", "-loggerLevel=ERROR", "-memory.allowedBytes=1GiB"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let running = Running::start(PROGRAM, &mut command)
            .map_err(|error| format!("{error}; Debian has it in the package victoria-metrics"))?;
        wait_for(PATIENCE, Duration::from_millis(50), || ok(port, "/health"))
            .ok_or_else(|| format!("{PROGRAM} does not answer"))?;
        import(port, lines)?;
        for path in ["/internal/force_flush", "/internal/force_merge"] {
            ok(port, path).ok_or_else(|| format!("{PROGRAM} refuses {path}"))?;
            rest(Duration::from_secs(1));
        }
        wait_for(PATIENCE, Duration::from_millis(200), || is_calm(port).then_some(()))
            .ok_or_else(|| format!("{PROGRAM} merges for too long"))?;
        Ok(Self { dir, port, running })
    }

    /// All samples, as `/api/v1/export` answers them.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn export(&self) -> Result<String, String> {
        // The selector is {__name__!=""}, and the default start lies some minutes back.
        let path = "/api/v1/export?start=0&match%5B%5D=%7B__name__%21%3D%22%22%7D";
        let answer = web::get(self.port, path, "*/*")?;
        if answer.status == 200 { Ok(answer.body) } else { Err(format!("no export: {}", answer.body)) }
    }

    /// Stops it and weighs its files.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn weigh(mut self) -> Result<Bytes, String> {
        stop(&mut self.running)?;
        Ok(Bytes {
            data: bytes_below(&self.dir.path().join("data")),
            index: bytes_below(&self.dir.path().join("indexdb")),
        })
    }
}

fn ok(port: u16, path: &str) -> Option<()> {
    let answer = web::get(port, path, "*/*").ok()?;
    (answer.status / 100 == 2).then_some(())
}

/// In pieces of whole lines, each small enough for one request.
fn import(port: u16, lines: &str) -> Result<(), String> {
    const PIECE: usize = 4 << 20;
    let mut piece = String::new();
    for line in lines.split_inclusive('\n') {
        piece.push_str(line);
        if piece.len() >= PIECE {
            post(port, &std::mem::take(&mut piece))?;
        }
    }
    post(port, &piece)
}

fn post(port: u16, lines: &str) -> Result<(), String> {
    let answer = web::post(port, "/api/v1/import", lines)?;
    if answer.status == 204 { Ok(()) } else { Err(format!("the import is refused: {}", answer.body)) }
}

/// Whether nothing is merged just now.
fn is_calm(port: u16) -> bool {
    let text = web::get(port, "/metrics", "text/plain").map(|answer| answer.body).unwrap_or_default();
    let value = |name| super::collector::value(&text, name);
    value("vm_active_force_merges") == Some(0.0)
        && value("vm_active_merges").is_none_or(|merges| merges == 0.0)
}

fn stop(running: &mut Running) -> Result<(), String> {
    let status = Command::new("kill").args(["-INT", &running.pid().to_string()]).status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(format!("{PROGRAM} ended too early"));
    }
    let ended = wait_for(PATIENCE, Duration::from_millis(50), || running.has_ended().then_some(()));
    ended.ok_or_else(|| format!("{PROGRAM} does not stop"))
}

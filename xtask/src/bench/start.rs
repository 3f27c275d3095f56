//! `cargo xtask bench start`: how long the program takes from nothing to ready, and what it holds when it has nothing to do.

use super::child::Running;
use super::peers::conversation::Conversation;
use super::table::quantile;
use crate::machine::{TempDir, description, free_port, now, rest, status_mib, wait_for};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often it is started.
const RUNS: usize = 9;
/// How long a start may take, and how often it is asked whether it is ready.
const PATIENCE: Duration = Duration::from_secs(20);
const PACE: Duration = Duration::from_micros(300);
/// How long it has nothing to do before its memory is looked at.
const IDLE: Duration = Duration::from_secs(3);

/// Starts `program` on an empty directory again and again.
///
/// # Errors
/// When it does not become ready.
pub fn run(out: &mut dyn Write, program: &Path) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    writeln!(out, "Machine: {}", description()).map_err(explain)?;
    let all = (0..RUNS).map(|_| start(program)).collect::<Result<Vec<_>, _>>()?;
    let middle = |of: fn(&Started) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        quantile(&values, 0.5).unwrap_or(f64::NAN)
    };
    let (ready, resident, own) = (middle(|one| one.ready), middle(|one| one.resident), middle(|one| one.own));
    writeln!(out, "ready {ready:.1} ms after its start on an empty directory (median of {RUNS})")
        .map_err(explain)?;
    writeln!(out, "{resident:.1} MiB resident at rest, of which {own:.1} MiB are not the program's file")
        .map_err(explain)
}

/// What was seen of a start: milliseconds, and MiB.
struct Started {
    ready: f64,
    resident: f64,
    own: f64,
}

fn start(program: &Path) -> Result<Started, String> {
    let (dir, port) = (TempDir::new("start")?, free_port()?);
    let mut command = Command::new(program);
    command.args(["serve", "--mqtt-broker", "none", "--log-level", "error"]);
    command.args(["--http-listen", &format!("127.0.0.1:{port}"), "--data-dir"]).arg(dir.path());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let begin = now();
    let running = Running::start("the collector", &mut command)?;
    let ready = wait_for(PATIENCE, PACE, || {
        let answer = Conversation::with(port).ok()?.get("/-/ready").ok()?;
        (answer.status == 200).then(|| begin.elapsed().as_secs_f64() * 1e3)
    });
    let ready = ready.ok_or("the collector does not become ready")?;
    rest(IDLE);
    let mib = |name| status_mib(running.pid(), name).ok_or_else(|| "the collector is gone".to_owned());
    Ok(Started { ready, resident: mib("VmRSS:")?, own: mib("RssAnon:")? })
}

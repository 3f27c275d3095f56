//! A real node_exporter, scraped once a second into a capture.

use super::capture::Writer;
use super::child::Running;
use super::progress::Progress;
use super::web;
use crate::machine::{self, free_port, now, rest, unix_micros, wait_for};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The program; Debian's name for it.
const PROGRAM: &str = "prometheus-node-exporter";
/// The labels that a scraper adds.
const SCRAPER: [(&str, &str); 2] = [("job", "node"), ("instance", "localhost:9100")];
/// Between two scrapes.
const INTERVAL: Duration = Duration::from_secs(1);
/// A scrape that is no later than this gets the time at which it was due, as Prometheus does it by default.
const TOLERANCE: u64 = 2;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Scrapes `minutes` long into the file at `path`, which appears when all is there; says what it is doing.
///
/// # Errors
/// When there is no exporter, it gives no answer that is understood, or the file cannot be written.
pub fn capture(path: &Path, minutes: u32) -> Result<(), String> {
    let port = free_port()?;
    let mut command = Command::new(PROGRAM);
    command.arg(format!("--web.listen-address=127.0.0.1:{port}")).arg("--log.level=error");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _exporter = Running::start(PROGRAM, &mut command)
        .map_err(|error| format!("{error}; Debian has it in the package prometheus-node-exporter"))?;
    wait_for(PATIENCE, Duration::from_millis(50), || scrape(port).ok())
        .ok_or_else(|| format!("{PROGRAM} does not answer"))?;
    let partial = path.with_extension("partial");
    let mut writer = Writer::new(machine::create(&partial)?)?;
    let scrapes = u64::from(minutes) * 60;
    let mut progress = Progress::new("scrapes", scrapes);
    let (begun, first) = (now(), unix_micros() / 1_000);
    let mut failures = 0;
    for count in 0..scrapes {
        let offset = INTERVAL * u32::try_from(count).unwrap_or(u32::MAX);
        rest((begun + offset).saturating_duration_since(now()));
        let (due, actual) = (first + count * 1_000, unix_micros() / 1_000);
        let t = if actual.abs_diff(due) <= TOLERANCE { due } else { actual };
        match scrape(port) {
            Ok(text) => drop(writer.scrape(t, &text, &SCRAPER)?),
            Err(_) => failures += 1,
        }
        progress.set(count + 1);
    }
    progress.end();
    if failures * 100 > scrapes {
        return Err(format!("{failures} of {scrapes} scrapes failed"));
    }
    machine::rename(&partial, path)
}

fn scrape(port: u16) -> Result<String, String> {
    let answer = web::get(port, "/metrics", "text/plain")?;
    if answer.status == 200 { Ok(answer.body) } else { Err(format!("status {}", answer.status)) }
}

//! The one room of the tools that touches the machine: its clock, its files, its processes' accounts.
//!
//! A benchmark measures real time on a real machine, so the bans that keep the product testable do not fit
//! here; they are lifted for this file alone.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time and makes real files")]

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Clock ticks a second in `/proc/PID/stat`: fixed at 100 for user space on every Linux of today.
const TICKS: f64 = 100.0;

/// The monotonic clock.
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock, in microseconds since the epoch.
pub fn unix_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Lets time pass, to keep a pace.
pub fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// Asks `question` every `pace` until it answers, for at most `patience`.
pub fn wait_for<T>(patience: Duration, pace: Duration, mut question: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = now() + patience;
    loop {
        let answer = question();
        if answer.is_some() || now() >= deadline {
            return answer;
        }
        rest(pace);
    }
}

/// A TCP port on which nobody listens just now.
///
/// # Errors
/// When the machine has none.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    Ok(listener.local_addr().map_err(|error| error.to_string())?.port())
}

/// CPU seconds that a process has used so far, all its threads together, in user and kernel mode.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    cpu_of_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// [`cpu_seconds`] from the text of `/proc/PID/stat`.
pub fn cpu_of_stat(stat: &str) -> Option<f64> {
    // The command's name may hold spaces and brackets; the fields after it do not.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let kernel: f64 = fields.next()?.parse().ok()?;
    Some((user + kernel) / TICKS)
}

/// The most memory a process has held so far, in MiB.
pub fn peak_mib(pid: u32) -> Option<f64> {
    status_mib(pid, "VmHWM:")
}

/// What `/proc/PID/status` says of a process' memory under a name, in MiB.
pub fn status_mib(pid: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Processors, processor name and load, for the head of a report: figures without a machine mean nothing.
pub fn description() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let name = name.map_or("unknown processor", |(_, name)| name.trim());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    format!("{processors} x {name}, load average {load} at the start")
}

/// Makes the file at `path`, and its directory.
///
/// # Errors
/// When it cannot be made.
pub fn create(path: &Path) -> Result<File, String> {
    let explain = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(explain)?;
    File::create(path).map_err(explain)
}

/// The text of the file at `path`.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Puts `text` into the file at `path`, in the place of what is there.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Gives a file another name.
///
/// # Errors
/// When that is not possible.
pub fn rename(from: &Path, to: &Path) -> Result<(), String> {
    fs::rename(from, to).map_err(|error| format!("{}: {error}", to.display()))
}

/// Bytes of all files below `path`.
pub fn bytes_below(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(bytes).sum()
}

/// A directory that goes away with the value.
#[derive(Debug)]
pub struct TempDir {
    path: PathBuf,
}

impl TempDir {
    /// Makes a directory of its own for `purpose`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(purpose: &str) -> Result<TempDir, String> {
        let name = format!("xtask-{purpose}-{}-{}", std::process::id(), unix_micros());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(TempDir { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a file into it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // What cannot be removed is left to the machine's own cleaning.
        let _ = fs::remove_dir_all(&self.path);
    }
}

//! The words of the command line, and what they start.

use crate::battery::run;
use crate::battery::trials::Tier;
use crate::bench::{alerts, collector, exporter, flood, node, peers, start};
use crate::tidy;
use crate::tree::Tree;
use std::io::Write;
use std::path::{Path, PathBuf};

const HELP: &str = "\
The house's own tools.

cargo xtask tidy                 checks the habits of the house
cargo xtask bench bus            messages and samples taken from a real broker
    --messages N                 messages of each run (default 200000)
cargo xtask bench alerts         time from a published sample to the published alert
    --seconds N                  length of the run (default 20)
cargo xtask bench node           bytes per sample of a real node_exporter, beside VictoriaMetrics
    --minutes N                  length of the capture, a scrape a second (default 30)
    --capture FILE               take this capture; the last one is in target/node-capture
    --details                    also say what each kind of data and each series costs alone
cargo xtask bench peers          remote write and queries beside VictoriaMetrics and Prometheus
    --hosts N                    hosts, of 23 series each (default 100)
    --hours N                    how long, a sample every ten seconds (default 12)
cargo xtask bench start          how soon the program is ready, and what it holds at rest

cargo xtask battery              what is promised about faults, tried; a line a trial
    --tier ci|long               as with every commit (minutes), or about two hours (default ci)
    --only NAME                  one trial
    --publish                    put the figures into docs/RELIABILITY.md

The benchmarks build the release binary first; with --binary PATH they take that one. The first two need mosquitto
and mosquitto_sub, the third prometheus-node-exporter and victoria-metrics, the last victoria-metrics and prometheus: Debian's packages
have these names.
";
/// Messages of one run of the flood.
const MESSAGES: u32 = 200_000;
/// Seconds of probing for alerts.
const SECONDS: u32 = 20;
/// Hosts and hours beside the peers.
const HOSTS: u32 = 100;
const HOURS: u32 = 12;
/// Minutes of scraping.
const MINUTES: u32 = 30;

/// Does what `words` ask for and writes to `out`.
///
/// # Errors
/// The sentence to end with: breaches found, a benchmark that could not run, words not understood.
pub fn run(words: &[String], out: &mut dyn Write) -> Result<(), String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["tidy"] => check(out),
        ["bench", "bus", ref options @ ..] => {
            let (binary, messages) = read_options(options, "--messages", MESSAGES)?;
            flood::run(out, &program(binary)?, messages)
        }
        ["bench", "alerts", ref options @ ..] => {
            let (binary, seconds) = read_options(options, "--seconds", SECONDS)?;
            alerts::run(out, &program(binary)?, seconds)
        }
        ["bench", "node", ref options @ ..] => {
            let options = NodeOptions::read(options)?;
            let program = program(options.binary)?;
            let capture = match options.capture {
                Some(path) => path,
                None => captured(options.minutes)?,
            };
            node::run(out, &program, &capture, options.detailed)
        }
        ["bench", "peers", ref options @ ..] => {
            let PeersOptions { binary, hosts, hours } = PeersOptions::read(options)?;
            peers::run::run(out, &program(binary)?, hosts, hours)
        }
        ["bench", "start"] => start::run(out, &program(None)?),
        ["bench", "start", "--binary", path] => start::run(out, Path::new(path)),
        ["battery", ref options @ ..] => {
            let options = BatteryOptions::read(options)?;
            run::run(out, root(), options.tier, options.only, options.publishes)
        }
        [] | ["help" | "--help" | "-h"] => out.write_all(HELP.as_bytes()).map_err(|error| error.to_string()),
        _ => Err(format!("`{}` is not understood.\n\n{HELP}", words.join(" "))),
    }
}

/// The repository that these tools belong to.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

fn check(out: &mut dyn Write) -> Result<(), String> {
    let tree = Tree::read(root()).map_err(|error| format!("the repository cannot be read: {error}"))?;
    let mut found = tidy::check(&tree);
    found.extend(tidy::budget::check(root())?);
    for violation in &found {
        writeln!(out, "{violation}").map_err(|error| error.to_string())?;
    }
    if found.is_empty() { Ok(()) } else { Err(format!("{} to put in order", found.len())) }
}

fn program(binary: Option<PathBuf>) -> Result<PathBuf, String> {
    binary.map_or_else(|| collector::build(root()), Ok)
}

/// `--binary PATH` and the one number that a benchmark takes.
fn read_options(words: &[&str], name: &str, default: u32) -> Result<(Option<PathBuf>, u32), String> {
    let (mut binary, mut number) = (None, default);
    for pair in words.chunks(2) {
        match *pair {
            ["--binary", path] => binary = Some(PathBuf::from(path)),
            [option, value] if option == name => {
                number = value.parse().map_err(|_| format!("{name} {value} is not a number"))?;
            }
            _ => return Err(format!("`{}` is not understood.\n\n{HELP}", pair.join(" "))),
        }
    }
    Ok((binary, number))
}

/// What `battery` is told.
struct BatteryOptions<'a> {
    tier: Tier,
    only: Option<&'a str>,
    publishes: bool,
}

impl<'a> BatteryOptions<'a> {
    fn read(words: &[&'a str]) -> Result<Self, String> {
        let mut options = Self { tier: Tier::Ci, only: None, publishes: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match (*word, words.as_slice().first()) {
                ("--publish", _) => options.publishes = true,
                ("--only", Some(name)) => options.only = Some(name),
                ("--tier", Some(&"ci")) => options.tier = Tier::Ci,
                ("--tier", Some(&"long")) => options.tier = Tier::Long,
                _ => return Err(format!("`{word}` is not understood.\n\n{HELP}")),
            }
            if *word != "--publish" {
                words.next();
            }
        }
        Ok(options)
    }
}

/// What `bench peers` is told.
struct PeersOptions {
    binary: Option<PathBuf>,
    hosts: u32,
    hours: u32,
}

impl PeersOptions {
    fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self { binary: None, hosts: HOSTS, hours: HOURS };
        let number = |value: &str| value.parse().map_err(|_| format!("{value} is not a number"));
        for pair in words.chunks(2) {
            match *pair {
                ["--binary", path] => options.binary = Some(PathBuf::from(path)),
                ["--hosts", value] => options.hosts = number(value)?,
                ["--hours", value] => options.hours = number(value)?,
                _ => return Err(format!("`{}` is not understood.\n\n{HELP}", pair.join(" "))),
            }
        }
        Ok(options)
    }
}

/// What `bench node` is told.
struct NodeOptions {
    binary: Option<PathBuf>,
    capture: Option<PathBuf>,
    minutes: u32,
    detailed: bool,
}

impl NodeOptions {
    fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self { binary: None, capture: None, minutes: MINUTES, detailed: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match *word {
                "--binary" => options.binary = Some(PathBuf::from(value()?)),
                "--capture" => options.capture = Some(PathBuf::from(value()?)),
                "--minutes" => {
                    let value = value()?;
                    options.minutes =
                        value.parse().map_err(|_| format!("--minutes {value} is not a number"))?;
                }
                "--details" => options.detailed = true,
                _ => return Err(format!("`{word}` is not understood.\n\n{HELP}")),
            }
        }
        Ok(options)
    }
}

/// Captures for `minutes`, into the place of the last capture.
fn captured(minutes: u32) -> Result<PathBuf, String> {
    let path = root().join("target/node-capture");
    exporter::capture(&path, minutes)?;
    Ok(path)
}

//! The measurement itself: everybody gets the same samples and answers the same questions.

use super::conversation::Conversation;
use super::fleet::{self, Host, Shape};
use super::questions::{QUESTIONS, Question};
use super::server::{Kind, Server};
use super::wire::{self, Request};
use crate::bench::table::{Table, float, quantile, thousands, whole};
use crate::machine::{description, now, unix_micros};
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// How often a question is asked, and one that is heavy.
const TURNS: u32 = 60;
const HEAVY_TURNS: u32 = 20;
/// Milliseconds between two samples.
const INTERVAL: i64 = 10_000;

/// What a server needed.
struct Measured {
    kind: Kind,
    /// CPU seconds a million samples, until it was at rest.
    write: f64,
    /// Samples a second, as they were taken.
    taken: f64,
    peak: f64,
    /// Of each question the middle and the slowest but one in a hundred, in milliseconds, and CPU milliseconds.
    questions: Vec<[f64; 3]>,
}

/// Measures `hosts` hosts over `hours` hours, a sample every ten seconds.
///
/// # Errors
/// When a server is missing, or refuses something.
pub fn run(out: &mut dyn Write, program: &Path, hosts: u32, hours: u32) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let end = i64::try_from(unix_micros() / 1_000).map_err(|error| error.to_string())? - 30_000;
    let shape = Shape { hosts, steps: hours * 360, interval: INTERVAL, end: end / INTERVAL * INTERVAL };
    writeln!(out, "Machine: {}", description()).map_err(explain)?;
    let (series, samples) = (u64::from(hosts) * fleet::SERIES as u64, shape.samples());
    writeln!(
        out,
        "{} hosts, {} series, {hours} h: {} samples",
        whole(hosts.into()),
        whole(series),
        whole(samples)
    )
    .map_err(explain)?;
    keep_to_first_processor();
    let mut all = Vec::new();
    for kind in Kind::ALL {
        writeln!(out, "measuring {}…", kind.name()).map_err(explain)?;
        all.push(measure(kind, program, &shape)?);
    }
    write_table(out, &all).map_err(explain)?;
    question_table(out, &all).map_err(explain)
}

/// The generator and the servers do not share a processor. Where there is but one, they do.
fn keep_to_first_processor() {
    let own = std::process::id().to_string();
    drop(Command::new("taskset").args(["-cp", "0", &own]).output());
}

fn measure(kind: Kind, program: &Path, shape: &Shape) -> Result<Measured, String> {
    let server = Server::start(kind, program)?;
    let cpu = server.cpu_seconds()?;
    let waited = send(&server, shape)?;
    server.come_to_rest()?;
    let samples = float(shape.samples());
    let write = (server.cpu_seconds()? - cpu) / samples * 1e6;
    let peak = server.peak_mib()?;
    let mut connection = Conversation::with(server.port)?;
    let questions = QUESTIONS.iter().map(|question| ask(&server, &mut connection, question, shape));
    let questions = questions.collect::<Result<_, _>>()?;
    Ok(Measured { kind, write, taken: samples / waited, peak, questions })
}

/// Sends everything, the oldest first; gives how many seconds were spent waiting for answers.
fn send(server: &Server, shape: &Shape) -> Result<f64, String> {
    let mut connection = Conversation::with(server.port)?;
    let labels: Vec<Vec<Vec<u8>>> = (0..shape.hosts)
        .map(|host| fleet::labels(host).iter().map(|pairs| wire::labels(pairs)).collect())
        .collect();
    let mut hosts: Vec<Host> = (0..shape.hosts).map(Host::new).collect();
    let (mut request, mut waited) = (Request::default(), 0.0);
    for step in 0..shape.steps {
        for ((number, host), labels) in (0..).zip(&mut hosts).zip(&labels) {
            let time = shape.time(number, step);
            for (labels, value) in labels.iter().zip(host.advance()) {
                request.push(labels, time, *value);
            }
            if request.is_full() {
                waited += post(&mut connection, &request.take()?)?;
            }
        }
    }
    if !request.is_empty() {
        waited += post(&mut connection, &request.take()?)?;
    }
    Ok(waited)
}

fn post(connection: &mut Conversation, body: &[u8]) -> Result<f64, String> {
    let begin = now();
    let answer = connection.write("/api/v1/write", body)?;
    if answer.status / 100 != 2 {
        return Err(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
    }
    Ok(begin.elapsed().as_secs_f64())
}

fn ask(
    server: &Server,
    connection: &mut Conversation,
    question: &Question,
    shape: &Shape,
) -> Result<[f64; 3], String> {
    let turns = if question.is_heavy() { HEAVY_TURNS } else { TURNS };
    let mut times = Vec::new();
    let mut cpu = 0.0;
    // The first three are not counted.
    for turn in 0..turns + 3 {
        if turn == 3 {
            (times, cpu) = (Vec::new(), server.cpu_seconds()?);
        }
        let begin = now();
        let answer = connection.get(&question.path(shape, turn))?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        if answer.status != 200 {
            return Err(format!("{}: {}", question.name, String::from_utf8_lossy(&answer.body)));
        }
    }
    let cpu = (server.cpu_seconds()? - cpu) / f64::from(turns) * 1e3;
    times.sort_by(f64::total_cmp);
    Ok([quantile(&times, 0.5).unwrap_or(0.0), quantile(&times, 0.99).unwrap_or(0.0), cpu])
}

fn write_table(out: &mut dyn Write, all: &[Measured]) -> std::io::Result<()> {
    writeln!(out, "\nRemote write\n")?;
    let headings = ["         server", "CPU-s per M samples", "samples/s", "peak MiB"];
    let table = Table::begin(out, &headings)?;
    for one in all {
        let cells = [
            one.kind.name().to_owned(),
            format!("{:.2}", one.write),
            thousands(one.taken),
            format!("{:.0}", one.peak),
        ];
        table.row(out, &cells)?;
    }
    Ok(())
}

fn question_table(out: &mut dyn Write, all: &[Measured]) -> std::io::Result<()> {
    writeln!(out, "\nQueries: p50 / p99 ms (CPU ms); p50 of ours over theirs\n")?;
    let headings = [
        "               query",
        "        alicia-metrics",
        "       VictoriaMetrics",
        "            Prometheus",
        "of Victoria's",
        "of Prometheus'",
    ];
    let table = Table::begin(out, &headings)?;
    for (at, question) in QUESTIONS.iter().enumerate() {
        let found: Vec<[f64; 3]> = all.iter().filter_map(|one| one.questions.get(at).copied()).collect();
        let mut cells = vec![question.name.to_owned()];
        cells.extend(found.iter().map(|[middle, late, cpu]| format!("{middle:.2} / {late:.2} ({cpu:.1})")));
        let ours = found.first().map_or(f64::NAN, |[middle, ..]| *middle);
        cells.extend(found.iter().skip(1).map(|[middle, ..]| format!("{:.2}", ours / middle)));
        table.row(out, &cells)?;
    }
    Ok(())
}

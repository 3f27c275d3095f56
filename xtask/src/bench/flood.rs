//! `cargo xtask bench bus`: how many messages and samples the program takes from a real broker, and what it
//! costs, with a null consumer on the same broker in the same run.
//!
//! What the figures mean, and do not mean:
//! * Each run has a fresh broker, a fresh collector and a fresh `mosquitto_sub` that throws everything away.
//!   All of them and the publisher share the machine's processors, so rates are lower than each could reach
//!   alone; CPU seconds per million samples are the steadier figure.
//! * The publisher writes as fast as the broker reads. The broker queues what a consumer has not yet taken
//!   (its limit is lifted), so the rate is: messages divided by the time from the first byte published to the
//!   moment the consumer has the last.
//! * "Taken" is what the program says of itself (its own metrics); what is missing there at the end is in the
//!   column `lost`.

use super::broker::Broker;
use super::child::Running;
use super::client::Client;
use super::collector::{Collector, Taken};
use super::publisher::{Flood, Shape};
use super::table::{Table, thousands};
use crate::machine::{description, now, rest, unix_micros};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The null consumer's client id.
const NULL: &str = "null-consumer";
/// Service instances that publish.
const SENDERS: u32 = 100;
/// Metrics in a message, one run each.
const METRICS: [usize; 3] = [1, 10, 50];
/// Messages unacknowledged at quality of service 1.
const WINDOW: usize = 800;
/// Bytes of packets prepared for one run; the broker may queue them twice.
const FLOOD_BYTES: usize = 256 << 20;
/// After this long without progress the program has got all it will get.
const QUIET: Duration = Duration::from_secs(5);
/// The null consumer does not tell its progress: it is waited for this long after the program has all.
const NULL_QUIET: Duration = Duration::from_secs(60);
/// How often the program is asked how far it is: seldom enough to cost it nothing.
const ASK: Duration = Duration::from_millis(20);

/// The columns.
const HEADINGS: [&str; 11] = [
    "QoS",
    "metrics/msg",
    "bytes/msg",
    "messages",
    "taken msg/s",
    "samples/s",
    "CPU-s/M samples",
    "peak MiB",
    "null msg/s",
    "ours/null",
    "lost samples",
];

/// What one run measured.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    seconds: f64,
    null_seconds: Option<f64>,
    messages: f64,
    samples: f64,
    cpu_seconds: f64,
    peak_mib: f64,
}

/// Runs all shapes with `program`, `messages` messages each (fewer where they would not fit into memory).
///
/// # Errors
/// When the broker, the null consumer or the program does not run.
pub fn run(out: &mut dyn Write, program: &Path, messages: u32) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    writeln!(out, "Machine: {}\n", description()).map_err(explain)?;
    let table = Table::begin(out, &HEADINGS).map_err(explain)?;
    for qos in [0, 1] {
        for metrics in METRICS {
            let flood = prepare(messages, metrics, qos);
            let outcome = measure(program, &flood, metrics, qos)?;
            table.row(out, &cells(&flood, metrics, qos, &outcome)).map_err(explain)?;
        }
    }
    Ok(())
}

fn prepare(messages: u32, metrics: usize, qos: u8) -> Flood {
    let shape = |messages| Shape { messages, senders: SENDERS, metrics, qos };
    let bytes = Flood::prepare(shape(1), unix_micros()).body_bytes;
    let fit = u32::try_from(FLOOD_BYTES / bytes).unwrap_or(u32::MAX);
    Flood::prepare(shape(messages.min(fit)), unix_micros())
}

fn measure(program: &Path, flood: &Flood, metrics: usize, qos: u8) -> Result<Outcome, String> {
    let mut broker = Broker::start()?;
    let collector = Collector::start(program, broker.port)?;
    broker.wait_for_subscription("alicia/metrics/", |client| client != NULL)?;
    let mut null = null_consumer(broker.port, qos, flood.messages())?;
    broker.wait_for_subscription("alicia/metrics/", |client| client == NULL)?;
    let mut publisher = Client::connect(broker.port, "bench-publisher")?;
    let before = collector.taken()?;
    let counted = collector.messages().ok_or("/health has no messages_processed")?;
    let cpu = collector.cpu_seconds()?;
    let goal =
        Taken { messages: counted + count(flood), samples: before.samples + count(flood) * number(metrics) };
    let start = now();
    let (sent, times) = thread::scope(|scope| {
        let sending = scope.spawn(|| flood.send(&mut publisher, WINDOW));
        let times = watch(&collector, goal, &mut null);
        (sending.join(), times)
    });
    sent.map_err(|_| "the publisher panicked")??;
    let cpu_seconds = collector.cpu_seconds()? - cpu;
    let after = collector.taken()?;
    Ok(Outcome {
        seconds: (times.0 - start).as_secs_f64(),
        null_seconds: times.1.map(|end| (end - start).as_secs_f64()),
        messages: after.messages - before.messages,
        samples: after.samples - before.samples,
        cpu_seconds,
        peak_mib: collector.peak_mib()?,
    })
}

/// `mosquitto_sub > /dev/null`; it ends by itself with the last message. What the collector itself publishes
/// is left out of its count.
fn null_consumer(port: u16, qos: u8, messages: usize) -> Result<Running, String> {
    let mut command = Command::new("mosquitto_sub");
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-i", NULL, "-t", "alicia/metrics/+"]);
    command.args([
        "-T",
        "alicia/metrics/summary",
        "-T",
        "alicia/metrics/system",
        "-T",
        "alicia/metrics/events",
    ]);
    command.args(["-q", &qos.to_string(), "-C", &messages.to_string()]);
    Running::start("mosquitto_sub", command.stdin(Stdio::null()).stdout(Stdio::null()))
}

/// When the collector had the last sample it got, and when the null consumer had all, if it did.
///
/// How far the collector is, its messages tell, which cost it nothing to count up; but its own words come back
/// to it and are among them. So once they are enough, the samples decide.
fn watch(collector: &Collector, goal: Taken, null: &mut Running) -> (Instant, Option<Instant>) {
    let (mut taken, mut changed, mut asked) = (NOTHING, now(), now());
    let mut null_end = None;
    loop {
        if null_end.is_none() && null.has_ended() {
            null_end = Some(now());
        }
        let is_done = taken.samples >= goal.samples;
        if !is_done && asked.elapsed() >= ASK {
            asked = now();
            let seen = progress(collector, taken, goal);
            if seen != taken {
                (taken, changed) = (seen, now());
            }
        }
        let quiet = if is_done { NULL_QUIET } else { QUIET };
        let last = null_end.map_or(changed, |end| end.max(changed));
        if (is_done && null_end.is_some()) || last.elapsed() > quiet {
            return (changed, null_end);
        }
        rest(Duration::from_millis(1));
    }
}

const NOTHING: Taken = Taken { messages: 0.0, samples: 0.0 };

/// How far the collector is by now; its samples are looked at only when its messages are enough.
fn progress(collector: &Collector, before: Taken, goal: Taken) -> Taken {
    if before.messages >= goal.messages {
        return collector.taken().map_or(before, |taken| Taken { samples: taken.samples, ..before });
    }
    collector.messages().map_or(before, |messages| Taken { messages, ..before })
}

fn count(flood: &Flood) -> f64 {
    number(flood.messages())
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn cells(flood: &Flood, metrics: usize, qos: u8, outcome: &Outcome) -> Vec<String> {
    let samples = count(flood) * number(metrics);
    let rate = outcome.messages.min(count(flood)) / outcome.seconds;
    let null_rate = outcome.null_seconds.map(|seconds| count(flood) / seconds);
    vec![
        qos.to_string(),
        metrics.to_string(),
        flood.body_bytes.to_string(),
        thousands(count(flood)),
        thousands(rate),
        thousands(outcome.samples.min(samples) / outcome.seconds),
        format!("{:.2}", outcome.cpu_seconds * 1e6 / outcome.samples.max(1.0)),
        thousands(outcome.peak_mib),
        null_rate.map_or("not all".to_owned(), thousands),
        null_rate.map_or("-".to_owned(), |null_rate| format!("{:.2}", rate / null_rate)),
        thousands((samples - outcome.samples).max(0.0)),
    ]
}

//! `cargo xtask bench alerts`: from a published sample to the published alert, through a real broker, while
//! the bus carries a thousand other messages a second, of ten samples each, and a rule file has a thousand rules.
//!
//! Every probe is an instance of its own that reports a value below the rules' threshold and then one above:
//! each starts exactly one alert of a rule of Alicia's, and one of a rule of the file; no cooldown plays a part. The clock starts before the PUBLISH is written
//! and stops when a subscriber of `alicia/alerts/new` has read the alert; the way through the broker, there
//! and back, is part of it. A second subscriber takes the probes themselves, so that the broker's own share
//! can be seen beside it.
//!
//! At the same time Prometheus and Alertmanager, where they are installed, do what they do by default with the same rules
//! and probes of their own ([`super::chain`]).

use super::broker::Broker;
use super::chain::Chain;
use super::client::{Client, Writer};
use super::collector::Collector;
use super::message::Sender;
use super::packet::{self, Incoming};
use super::table::{Table, quantile, thousands};
use super::web;
use crate::machine::{TempDir, description, now, rest, unix_micros};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Alicia's rule; its name is also how its alerts are told from others.
const RULE: &str = "bench_value_high";
/// The rule of the file.
const OF_FILE: &str = "BenchValueHigh";
/// Rules of the file, that one among them; its group has a round each minute.
const RULES: usize = 1_000;
/// The service of the probes.
const SERVICE: &str = "bench_probe";
/// Messages a second of other services.
const BACKGROUND: u32 = 1_000;
/// Other services, and metrics in each of their messages.
const SENDERS: u32 = 100;
const METRICS: usize = 10;
/// Probes a second.
const PROBES: u32 = 50;
/// Values below and above the threshold of 90, in thousandths.
const BELOW: u64 = 10_000;
const ABOVE: u64 = 95_000;
/// How long the last alert may take before it counts as lost.
const GRACE: Duration = Duration::from_secs(3);

/// When each probe, by its number, was seen.
type Seen = BTreeMap<usize, Instant>;

/// Measures for `seconds` with `program`.
///
/// # Errors
/// When the broker or the program does not run, or the rule is refused.
pub fn run(out: &mut dyn Write, program: &Path, seconds: u32) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    writeln!(out, "Machine: {}", description()).map_err(explain)?;
    let mut broker = Broker::start()?;
    let files = TempDir::new("rules")?;
    let file = files.path().join("rules.yml");
    write_rules(&file)?;
    let collector = Collector::start_with(program, broker.port, &["--rule-file", &file.to_string_lossy()])?;
    broker.wait_for_subscription("alicia/metrics/", |_| true)?;
    post_rule(collector.http)?;
    let chain = Chain::start(&file, OF_FILE);
    let cpu = collector.cpu_seconds()?;
    let probes = (seconds * PROBES).max(1);
    let (measured, told) = thread::scope(|scope| {
        let told = chain.as_ref().ok().map(|chain| scope.spawn(|| chain.measure()));
        let measured = measure(broker.port, probes);
        (measured, told.map(ended))
    });
    let ((sent, [direct, alerts, of_file]), told) = (measured?, told.transpose()?);
    let cpu = collector.cpu_seconds()? - cpu;
    let mut ways = vec![
        ("to alert", &sent, &alerts),
        ("to alert of the file", &sent, &of_file),
        ("broker alone", &sent, &direct),
    ];
    ways.extend(told.as_ref().map(|(risen, heard)| ("Prometheus, Alertmanager", risen, heard)));
    report(out, &ways, cpu).map_err(explain)?;
    match chain {
        Ok(_) => Ok(()),
        Err(error) => writeln!(out, "\nWithout Prometheus and Alertmanager: {error}").map_err(explain),
    }
}

#[expect(clippy::disallowed_methods, reason = "a file of a benchmark, whose directory goes with it")]
fn write_rules(file: &Path) -> Result<(), String> {
    std::fs::write(file, rule_file()).map_err(|error| error.to_string())
}

/// A group of rules on what the other services say, a third of each of three kinds; and the one on the probes.
fn rule_file() -> String {
    let mut text = String::from("groups:\n- name: bench\n  rules:\n");
    for number in 1..RULES {
        let series = format!("load_{:02}{{service=\"bench_{:02}\"}}", number % METRICS, number / METRICS);
        let expr = match number % 3 {
            0 => format!("{series} > 1e9"),
            1 => format!("rate({series}[1m]) > 1e9"),
            _ => format!("sum by (service) (avg_over_time({series}[1m])) > 1e9"),
        };
        text.push_str(&format!("  - {{alert: Other{number}, expr: '{expr}'}}\n"));
    }
    text.push_str(&format!("  - {{alert: {OF_FILE}, expr: 'bench_value > 90'}}\n"));
    text
}

fn post_rule(http: u16) -> Result<(), String> {
    let rule = format!(
        r#"{{"name": "{RULE}", "metric_name": "bench_value", "condition": "value > 90", "severity": "warning", "description": "A probe is above 90"}}"#
    );
    let answer = web::post(http, "/alerts/rules", &rule)?;
    if answer.status == 200 { Ok(()) } else { Err(format!("the rule was refused: {}", answer.body)) }
}

/// When the probes were sent; when they themselves came through the broker, when their alerts did, and when those of the
/// rule file did.
fn measure(port: u16, probes: u32) -> Result<(Vec<Instant>, [Seen; 3]), String> {
    let mut on_alerts = Client::connect(port, "bench-on-alerts")?;
    on_alerts.subscribe("alicia/alerts/new", 0)?;
    let mut on_file = Client::connect(port, "bench-on-file")?;
    on_file.subscribe("alicia/alerts/new", 0)?;
    let mut on_probes = Client::connect(port, "bench-on-probes")?;
    on_probes.subscribe(&format!("alicia/metrics/{SERVICE}"), 0)?;
    let closers = [on_alerts.writer()?, on_file.writer()?, on_probes.writer()?];
    let mut prober = Client::connect(port, "bench-prober")?;
    let mut others = Client::connect(port, "bench-others")?;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let alerts = scope.spawn(move || listen(&mut on_alerts, |alert| alert_of(RULE, alert)));
        let of_file = scope.spawn(move || listen(&mut on_file, |alert| alert_of(OF_FILE, alert)));
        let direct = scope.spawn(move || listen(&mut on_probes, probe_of));
        let background = scope.spawn(|| talk(&mut others, &done));
        let sent = probe(&mut prober, probes);
        rest(GRACE);
        done.store(true, Ordering::Relaxed);
        closers.into_iter().for_each(Writer::close);
        ended(background)??;
        Ok((sent?, [ended(direct)?, ended(alerts)?, ended(of_file)?]))
    })
}

fn ended<T>(thread: ScopedJoinHandle<'_, T>) -> Result<T, String> {
    thread.join().map_err(|_| "a thread of the benchmark panicked".to_owned())
}

/// Publishes the probes, each below and half a step later above, and says when the latter went out.
fn probe(client: &mut Client, probes: u32) -> Result<Vec<Instant>, String> {
    let step = Duration::from_secs(1) / PROBES;
    let start = now();
    let mut sent = Vec::new();
    for number in 0..probes {
        let instance = format!("probe-{number}");
        let mut sender = Sender::reporting(SERVICE, &instance, &[("bench_value".to_owned(), "gauge")]);
        for (half, value) in [(0, BELOW), (1, ABOVE)] {
            rest((step * number + step / 2 * half).saturating_sub(start.elapsed()));
            let id = u64::from(2 * number + half) + 1;
            let mut bytes = Vec::new();
            let body = sender.fill_values(id, unix_micros(), [value]);
            packet::publish(&mut bytes, &format!("alicia/metrics/{SERVICE}"), Some(1), body);
            let at = now();
            client.write(&bytes).and_then(|()| client.read()).map_err(|error| error.to_string())?;
            if value == ABOVE {
                sent.push(at);
            }
        }
    }
    Ok(sent)
}

/// Publishes what other services say, a thousand messages a second, until `done`.
fn talk(client: &mut Client, done: &AtomicBool) -> Result<(), String> {
    let mut senders: Vec<Sender> = (0..SENDERS)
        .map(|n| Sender::new(&format!("bench_{n:02}"), &format!("bench_{n:02}-1"), METRICS))
        .collect();
    let step = Duration::from_secs(1) / BACKGROUND;
    let (start, mut due) = (now(), Duration::ZERO);
    // Ids far from those of the probes.
    for number in 1_u64 << 40.. {
        let Ok(turn) = usize::try_from(number % u64::from(SENDERS)) else { continue };
        if done.load(Ordering::Relaxed) {
            break;
        }
        rest(due.saturating_sub(start.elapsed()));
        due += step;
        let mut bytes = Vec::new();
        let topic = senders[turn].topic().to_owned();
        packet::publish(&mut bytes, &topic, Some(1), senders[turn].fill(number, unix_micros()));
        client.write(&bytes).and_then(|()| client.read()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Notes when each probe is first heard of, until the connection is closed.
fn listen(client: &mut Client, number_of: impl Fn(&Value) -> Option<usize>) -> Seen {
    let mut seen = Seen::new();
    while let Ok(incoming) = client.read() {
        let at = now();
        if let Incoming::Message { payload, .. } = incoming
            && let Ok(message) = serde_json::from_slice::<Value>(&payload)
            && let Some(number) = number_of(message.get("payload").unwrap_or(&message))
        {
            seen.entry(number).or_insert(at);
        }
    }
    seen
}

/// The probe that an alert of a rule is about.
fn alert_of(rule: &str, alert: &Value) -> Option<usize> {
    let ours = alert.get("rule_name")?.as_str()? == rule;
    ours.then(|| instance_number(alert))?
}

/// The probe that a measurement above the threshold is of.
fn probe_of(report: &Value) -> Option<usize> {
    let value = report.get("metrics")?.get(0)?.get("value")?.as_f64()?;
    (value > 90.0).then(|| instance_number(report))?
}

fn instance_number(payload: &Value) -> Option<usize> {
    payload.get("instance_id")?.as_str()?.strip_prefix("probe-")?.parse().ok()
}

/// A row for each way: its name, when the probes set out, and when they were seen.
fn report(out: &mut dyn Write, ways: &[(&str, &Vec<Instant>, &Seen)], cpu: f64) -> std::io::Result<()> {
    writeln!(
        out,
        "Beside {BACKGROUND} messages/s of {METRICS} metrics and {RULES} rules of a file; the collector used {cpu:.2} CPU seconds.\n"
    )?;
    let headings = [
        "publish to receipt      ",
        "probes",
        "lost",
        "median ms",
        "  p90 ms",
        "  p99 ms",
        "p99.9 ms",
        "  max ms",
    ];
    let table = Table::begin(out, &headings)?;
    for (way, sent, seen) in ways {
        let mut times: Vec<f64> = sent
            .iter()
            .enumerate()
            .filter_map(|(number, at)| {
                Some(seen.get(&number)?.saturating_duration_since(*at).as_secs_f64() * 1e3)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let number = |count: usize| thousands(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        let mut cells = vec![(*way).to_owned(), number(sent.len()), number(sent.len() - times.len())];
        for share in [0.5, 0.9, 0.99, 0.999, 1.0] {
            cells.push(quantile(&times, share).map_or("-".to_owned(), |time| format!("{time:.3}")));
        }
        table.row(out, &cells)?;
    }
    Ok(())
}

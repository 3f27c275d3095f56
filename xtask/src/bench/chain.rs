//! The same kind of alerts by Prometheus and Alertmanager as they come: a scrape and a round of rules each minute, and half
//! a minute in which a group waits for company. The clock starts when the scraped page says the value that is too high, and
//! stops when a webhook has the alert.
//!
//! Alertmanager groups by all labels here, so that no alert waits five minutes for its group's next message; all else is
//! its default.

use super::child::Running;
use super::listener::Listener;
use super::web;
use crate::machine::{TempDir, free_port, now, rest, wait_for};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Probes, one each second: two of Prometheus' minutes.
const PROBES: u32 = 120;
/// Between two of them.
const STEP: Duration = Duration::from_secs(1);
/// A scrape, a round of rules, the wait of a group, and some more.
const GRACE: Duration = Duration::from_secs(160);
/// How long a start may take: until the first scrape, which Prometheus puts somewhere in its minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// When each probe rose, by its number, and when the webhook heard of it.
pub type Told = (Vec<Instant>, BTreeMap<usize, Instant>);

/// The programs, and what they talk to; they end with the value.
#[derive(Debug)]
pub struct Chain {
    page: Page,
    heard: Arc<Mutex<BTreeMap<usize, Instant>>>,
    _programs: [Running; 2],
    _listeners: [Listener; 2],
    _files: TempDir,
}

/// The values of the probes, as they are scraped.
type Page = Arc<Mutex<Vec<u32>>>;

impl Chain {
    /// Starts both with the rules at `rules`, and waits until the probes are scraped.
    ///
    /// # Errors
    /// When one of them is not installed, or they do not start.
    pub fn start(rules: &Path, alert: &'static str) -> Result<Self, String> {
        let page = Page::new(Mutex::new(vec![10; usize::try_from(PROBES).unwrap_or(0)]));
        let heard = Arc::default();
        let (scraped, hears) = (Arc::clone(&page), Arc::clone(&heard));
        let exporter = Listener::start(move |_| text(&scraped))?;
        let webhook = Listener::start(move |body| hear(&hears, alert, body))?;
        let files = TempDir::new("chain")?;
        let (manager, port) = (free_port()?, free_port()?);
        let programs = [
            alertmanager(&files, manager, webhook.port)?,
            prometheus(&files, rules, port, exporter.port, manager)?,
        ];
        let chain = Self { page, heard, _programs: programs, _listeners: [exporter, webhook], _files: files };
        wait_for(PATIENCE, Duration::from_millis(500), || is_scraped(port).then_some(()))
            .ok_or("Prometheus does not scrape the probes")?;
        Ok(chain)
    }

    /// Lets one probe after the other rise, and says when the webhook heard of it.
    pub fn measure(&self) -> Told {
        let start = now();
        let mut risen = Vec::new();
        for number in 0..PROBES {
            rest((STEP * number).saturating_sub(start.elapsed()));
            risen.push(now());
            if let Some(value) = self.page.lock().get_mut(risen.len() - 1) {
                *value = 95;
            }
        }
        let all = risen.len();
        let _ =
            wait_for(GRACE, Duration::from_millis(200), || (self.heard.lock().len() == all).then_some(()));
        (risen, self.heard.lock().clone())
    }
}

fn text(page: &Page) -> String {
    let lines = page
        .lock()
        .iter()
        .enumerate()
        .map(|(n, value)| format!("bench_value{{instance_id=\"probe-{n}\"}} {value}\n"))
        .collect::<String>();
    format!("# TYPE bench_value gauge\n{lines}")
}

/// Notes the alerts of a webhook's message.
fn hear(heard: &Mutex<BTreeMap<usize, Instant>>, alert: &str, body: &str) -> String {
    let at = now();
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    for one in message.get("alerts").and_then(Value::as_array).into_iter().flatten() {
        let label = |name: &str| one.get("labels")?.get(name)?.as_str();
        if label("alertname") == Some(alert)
            && let Some(number) = label("instance_id").and_then(|id| id.strip_prefix("probe-")?.parse().ok())
        {
            heard.lock().entry(number).or_insert(at);
        }
    }
    String::new()
}

fn alertmanager(files: &TempDir, port: u16, webhook: u16) -> Result<Running, String> {
    let settings = files.write(
        "alertmanager.yml",
        &format!(
            "route: {{receiver: bench, group_by: ['...']}}\n\
             receivers: [{{name: bench, webhook_configs: [{{url: 'http://127.0.0.1:{webhook}/'}}]}}]\n"
        ),
    )?;
    let mut command = Command::new("prometheus-alertmanager");
    command.arg(format!("--config.file={}", settings.display()));
    command.arg(format!("--storage.path={}", files.path().join("alertmanager").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    command.args(["--cluster.listen-address=", "--log.level=error"]);
    begin("prometheus-alertmanager", command)
}

fn prometheus(
    files: &TempDir,
    rules: &Path,
    port: u16,
    exporter: u16,
    manager: u16,
) -> Result<Running, String> {
    let settings = files.write(
        "prometheus.yml",
        &format!(
            "rule_files: ['{}']\n\
             alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{manager}']}}]}}]}}\n\
             scrape_configs: [{{job_name: bench, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}]\n",
            rules.display()
        ),
    )?;
    let mut command = Command::new("prometheus");
    command.arg(format!("--config.file={}", settings.display()));
    command.arg(format!("--storage.tsdb.path={}", files.path().join("tsdb").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}")).arg("--log.level=error");
    begin("prometheus", command)
}

fn begin(name: &str, mut command: Command) -> Result<Running, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Running::start(name, &mut command)
        .map_err(|error| format!("{error}; Debian has it in the package {name}"))
}

/// Whether Prometheus has scraped the probes once.
fn is_scraped(port: u16) -> bool {
    let answer = web::get(port, "/api/v1/query?query=count(bench_value)", "application/json");
    answer.is_ok_and(|answer| answer.body.contains(&format!("\"{PROBES}\"")))
}

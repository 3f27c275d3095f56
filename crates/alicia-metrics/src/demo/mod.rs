//! `alicia-metrics demo`: the collector as it is, with its own broker, and a dozen simulated services that
//! talk to it over real MQTT connections. Within two minutes one leaks, one crashes, one slows down, one
//! fails, one is too busy.

mod script;

mod house;

mod fleet;

use crate::assemble::{self, Running, ServeError};
use crate::cli::{DemoArgs, ServeArgs};
use crate::http_args::HttpArgs;
use crate::logging;
use crate::settings::{self, Settings};
use model::{Insight, TimeRange, limits};
use std::collections::HashSet;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How long the embedded broker may take to listen.
const BROKER_START: Duration = Duration::from_secs(5);
/// How often the demo looks for news to print.
const LOOK: Duration = Duration::from_millis(500);

/// Runs the demo until Ctrl-C or the asked number of seconds.
pub(crate) async fn run(args: &DemoArgs) -> Result<(), ServeError> {
    let data_dir = DemoDir::new();
    let serve = serve_args(args, &data_dir.0);
    let settings: Settings = settings::load(&serve).map_err(|error| ServeError::Demo(error.to_string()))?;
    logging::start(&settings.log_level, settings.log_format);
    let running = assemble::start(settings, serve).await?;
    let broker = broker_address(&running).await?;
    tell(&format!(
        "A fleet of {} instances now reports to the broker at {broker}. Look at\n  \
         http://{http}/                 everything at a glance\n  \
         http://{http}/alerts           what is wrong\n  \
         http://{http}/services         who is there\n  \
         http://{http}/insights/voice_router\n  \
         mosquitto_sub -p {port} -t 'alicia/#' -v\n\
         Memory leaks from 15 s, latency rises from 20 s, a crash comes at 40 s, errors from 60 s. Ctrl-C ends it.",
        script::FLEET.len(),
        http = running.http,
        port = broker.port(),
    ));
    let mut services = fleet::start(&script::FLEET, broker, &running.house.clock);
    let end = async {
        if args.seconds == 0 {
            std::future::pending::<()>().await;
        } else {
            tokio::time::sleep(Duration::from_secs(args.seconds)).await;
        }
    };
    let waited = tokio::select! {
        waited = assemble::wait_for_signal(&running) => waited,
        () = end => Ok(()),
        () = tell_news(&running) => Ok(()),
    };
    services.shutdown().await;
    running.stop().await;
    waited
}

fn serve_args(args: &DemoArgs, data_dir: &std::path::Path) -> ServeArgs {
    ServeArgs {
        mqtt_broker: Some("embedded".to_owned()),
        mqtt_port: Some(args.mqtt_port),
        http: HttpArgs { listen: Some(args.http_listen), ..HttpArgs::default() },
        data_dir: Some(data_dir.to_path_buf()),
        collection_interval: Some(10),
        host_interval: Some(10),
        log_level: Some("warn".to_owned()),
        ..ServeArgs::default()
    }
}

/// A directory of its own, so that a demo leaves neither rules nor alerts behind.
struct DemoDir(PathBuf);

impl DemoDir {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("alicia-metrics-demo-{}", std::process::id())))
    }
}

impl Drop for DemoDir {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("the demo's directory {} stays: {error}", self.0.display());
        }
    }
}

async fn broker_address(running: &Running) -> Result<SocketAddr, ServeError> {
    let wait = async {
        loop {
            let status = running.house.bus.status();
            if status.connected
                && let Ok(address) = status.address.parse()
            {
                return address;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BROKER_START, wait)
        .await
        .map_err(|_| ServeError::Demo("the embedded broker does not answer".to_owned()))
}

/// Prints alerts, their ends and insights as they come.
async fn tell_news(running: &Running) {
    let mut told: HashSet<String> = HashSet::new();
    loop {
        tokio::time::sleep(LOOK).await;
        for line in news(running) {
            if told.insert(line.clone()) {
                tell(&line);
            }
        }
    }
}

fn news(running: &Running) -> Vec<String> {
    let house = &running.house;
    let mut lines = Vec::new();
    for alert in house.book.alerts(false).iter().rev() {
        lines.push(format!(
            "ALERT    {:<8} {} on {}: {} (value {:.1}, threshold {})",
            alert.severity, alert.rule_name, alert.instance_id, alert.message, alert.value, alert.threshold
        ));
        if alert.resolved {
            lines.push(format!(
                "RESOLVED          {} on {} (value was {:.1})",
                alert.rule_name, alert.instance_id, alert.value
            ));
        }
    }
    let now = house.clock.now();
    for service in house.gate.registry().services() {
        if service.stale {
            lines.push(format!("SILENT            {} since {}", service.name, service.last_seen));
        }
        let range = TimeRange::last(limits::HOUR, now);
        if let Ok(found) = rules::insights::find(&*house.store, &service.name, range, now) {
            lines.extend(found.insights.iter().map(|insight| insight_line(&service.name, insight)));
        }
    }
    lines
}

/// Without the number in it, so that one insight is told once.
fn insight_line(service: &str, insight: &Insight) -> String {
    format!("INSIGHT  {:<8} {service}: {} ({})", insight.severity, insight.kind, insight.metric)
}

fn tell(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        tracing::debug!("nobody reads the demo's output");
    }
}

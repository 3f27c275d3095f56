//! Handing samples on: opens the queue of each destination, and brings what its courier has to the other store.

use crate::data_dir;
use crate::settings::{Destination, Settings};
use forward::{Courier, Next, Queue, Reply, Request};
use http::{Outgoing, Reach};
use model::{Describe, Labels, NAME};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;
use world::{Clock, RealDisk};

/// How long a request under way may take after the signal to stop: its answer spares sending it again.
const GRACE: Duration = Duration::from_secs(3);

/// Why samples cannot be handed on.
#[derive(Debug, thiserror::Error)]
#[error("cannot hand samples on to {name}: {why}")]
pub(crate) struct ForwardError {
    name: String,
    why: String,
}

/// A destination's queue.
pub(crate) struct Forward {
    name: String,
    /// What the gate hands samples to.
    pub(crate) queue: Arc<Queue>,
}

/// Who empties a queue, and where to.
pub(crate) struct Delivery {
    name: String,
    courier: Courier,
    client: Outgoing,
    to: Destination,
}

/// Opens the queue of each destination. Queues that nobody asks for any more are told.
pub(crate) fn open(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    store: &Arc<Store>,
) -> Result<(Vec<Forward>, Vec<Delivery>), ForwardError> {
    let dir = settings.data_dir.join(data_dir::FORWARD);
    tell_forgotten(&dir, &settings.destinations);
    let (mut forwards, mut deliveries) = (Vec::new(), Vec::new());
    for to in &settings.destinations {
        let failed = |why: String| ForwardError { name: to.name.clone(), why };
        let client =
            Outgoing::new(to.ca.as_deref(), Reach::anywhere()).map_err(|error| failed(error.to_string()))?;
        let disk = RealDisk::open(&dir.join(&to.name)).map_err(|error| failed(error.to_string()))?;
        let describe: Arc<dyn Describe> = store.clone();
        let (queue, courier) = Courier::open(Arc::new(disk), Arc::clone(clock), to.forward(), Some(describe))
            .map_err(|error| failed(error.to_string()))?;
        let waiting = queue.stats().queue_samples;
        tracing::info!(destination = to.name, waiting, "handing samples on to {}", to.shown_url());
        forwards.push(Forward { name: to.name.clone(), queue });
        deliveries.push(Delivery { name: to.name.clone(), courier, client, to: to.clone() });
    }
    Ok((forwards, deliveries))
}

/// What stands in the queue of a destination that is not in the settings any more stays: nothing vanishes without a word.
fn tell_forgotten(dir: &Path, destinations: &[Destination]) {
    let Ok(found) = std::fs::read_dir(dir) else { return };
    for entry in found.flatten() {
        let name = entry.file_name();
        if !destinations.iter().any(|one| *one.name == *name) {
            tracing::warn!(
                "{} is the queue of a destination that is not in the settings; it is kept, and sent when there is one of \
                 its name again",
                entry.path().display()
            );
        }
    }
}

impl Forward {
    /// Brings the queue to the disk, and says what is to be said.
    pub(crate) fn maintain(&self) {
        self.queue.maintain();
        self.say();
    }

    /// Ends the queue. What is not sent stays in it.
    pub(crate) fn stop(&self) {
        self.queue.stop();
        self.say();
        let waiting = self.queue.stats().queue_samples;
        tracing::info!(destination = self.name, waiting, "stopped handing samples on");
    }

    fn say(&self) {
        for line in self.queue.take_told() {
            tracing::warn!(destination = self.name, "{line}");
        }
    }

    /// How it is, for the Prometheus text.
    #[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
    pub(crate) fn own_metrics(&self) -> Vec<(Labels, f64)> {
        let stats = self.queue.stats();
        [
            ("alicia_metrics_forward_samples_total", stats.sent as f64),
            ("alicia_metrics_forward_failed_samples_total", stats.failed as f64),
            ("alicia_metrics_forward_dropped_samples_total", stats.dropped as f64),
            ("alicia_metrics_forward_left_out_samples_total", stats.left_out as f64),
            ("alicia_metrics_forward_retries_total", stats.retries as f64),
            ("alicia_metrics_forward_queue_bytes", stats.queue_bytes as f64),
            ("alicia_metrics_forward_queue_samples", stats.queue_samples as f64),
            ("alicia_metrics_forward_lag_seconds", model::to_seconds(stats.lag)),
        ]
        .into_iter()
        .map(|(name, value)| (Labels::new([(NAME, name), ("destination", &self.name)]), value))
        .collect()
    }
}

/// All deliveries under way.
pub(crate) struct Deliveries {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Deliveries {
    /// Starts all.
    pub(crate) fn start(all: Vec<Delivery>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for delivery in all {
            tasks.spawn(deliver(delivery, stopped.clone()));
        }
        Self { tasks, stop }
    }

    /// Waits for the requests under way, but not long, and ends all.
    pub(crate) async fn stop(&mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            tracing::info!("requests of remote write were under way; they are sent again at the next start");
        }
        self.tasks.shutdown().await;
    }
}

/// Empties one queue, until it is told to stop.
async fn deliver(delivery: Delivery, mut stopped: watch::Receiver<bool>) {
    let Delivery { name, mut courier, client, to } = delivery;
    while !*stopped.borrow() {
        // The disk is read, and much is encoded: the runtime's threads are not for that.
        let asked = tokio::task::spawn_blocking(move || {
            let next = courier.next_step();
            (courier, next)
        });
        let Ok((back, next)) = asked.await else { return tracing::error!("handing on to {name} failed") };
        courier = back;
        let request = match next {
            Next::Post(request) => request,
            Next::Wait(time) => {
                // Either is good: the loop looks which.
                let _ = tokio::time::timeout(time, stopped.changed()).await;
                continue;
            }
        };
        let reply = post(&client, &to, request).await;
        let told = tokio::task::spawn_blocking(move || {
            courier.answered(&reply);
            courier
        });
        let Ok(back) = told.await else { return tracing::error!("handing on to {name} failed") };
        courier = back;
    }
}

async fn post(client: &Outgoing, to: &Destination, request: Request) -> Reply {
    let answer = match to.call(request.body) {
        Ok(call) => client.call(call).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(reply) => Reply::Status {
            status: reply.status,
            says_written: reply.header("x-prometheus-remote-write-samples-written").is_some(),
            retry_after: reply.header("retry-after").and_then(seconds),
            text: String::from_utf8_lossy(&reply.body).into_owned(),
        },
        Err(error) => Reply::Failed(error.to_string()),
    }
}

/// `Retry-After` in seconds; who names a day and an hour is asked again as everybody.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

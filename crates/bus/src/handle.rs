//! Starting and stopping the bus, and asking how it is.

use crate::broker::EmbeddedBroker;
use crate::client::{Client, Command};
use crate::encode::Encoder;
use crate::error::BusError;
use crate::link::Link;
use crate::outbox::Inbox;
use crate::reception::Reception;
use crate::settings::{Broker, BusSettings};
use model::{BrokerKind, BusStatus, Intake, SelfHealth};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use world::Clock;

/// Commands under way to the connection.
const COMMANDS: usize = 16;

/// The bus, running.
pub struct Bus {
    link: Arc<Link>,
    commands: mpsc::Sender<Command>,
    /// Taken by the stop.
    parts: Mutex<Option<Parts>>,
}

/// What runs.
struct Parts {
    client: JoinHandle<()>,
    broker: Option<EmbeddedBroker>,
}

/// Starts the bus: the embedded broker if that is asked for, and the connection, which comes when the broker
/// does. Returns without waiting for it.
///
/// # Errors
/// [`BusError::Listen`] when the embedded broker finds no port.
pub async fn start(
    settings: BusSettings,
    clock: Arc<dyn Clock>,
    intake: Arc<dyn Intake>,
    inbox: Inbox,
    self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
) -> Result<Bus, BusError> {
    let started = clock.now();
    let (commands, orders) = mpsc::channel(COMMANDS);
    let (kind, host, port, broker) = match &settings.broker {
        Broker::None => return Ok(silent(inbox, commands, orders, started)),
        Broker::External { host, port } => (BrokerKind::External, host.clone(), *port, None),
        Broker::Embedded { host, port } => {
            let broker = EmbeddedBroker::start(host, *port).await?;
            (BrokerKind::Embedded, broker.address.ip().to_string(), broker.address.port(), Some(broker))
        }
    };
    let notes = broker.iter().filter_map(|broker| broker.note.clone()).collect();
    let link = Arc::new(Link::new(kind, format!("{host}:{port}"), notes, started));
    let own_name = settings.service_name.clone();
    let client = Client {
        encoder: Encoder { source: own_name.clone(), version: settings.version.clone() },
        reception: Arc::new(Reception::new(own_name, Arc::clone(&clock), intake, Arc::clone(&link))),
        link: Arc::clone(&link),
        commands: orders,
        waiting: VecDeque::new(),
        settings,
        host,
        port,
        clock,
        inbox,
        self_health,
        started,
    };
    let parts = Parts { client: tokio::spawn(client.run()), broker };
    Ok(Bus { link, commands, parts: Mutex::new(Some(parts)) })
}

/// A bus without a broker: what is announced goes nowhere.
fn silent(
    mut inbox: Inbox,
    commands: mpsc::Sender<Command>,
    mut orders: mpsc::Receiver<Command>,
    now: i64,
) -> Bus {
    let client = tokio::spawn(async move {
        loop {
            tokio::select! {
                event = inbox.queue.recv() => if event.is_none() { return },
                order = orders.recv() => if !matches!(order, Some(Command::AskHealth)) { return },
            }
        }
    });
    let link = Arc::new(Link::new(BrokerKind::None, String::new(), Vec::new(), now));
    Bus { link, commands, parts: Mutex::new(Some(Parts { client, broker: None })) }
}

impl Bus {
    /// How the connection is.
    pub fn status(&self) -> BusStatus {
        self.link.status()
    }

    /// The same, for who must not hold the bus.
    pub fn status_fn(&self) -> Arc<dyn Fn() -> BusStatus + Send + Sync> {
        let link = Arc::clone(&self.link);
        Arc::new(move || link.status())
    }

    /// Asks all services for their health, if the bus is connected.
    pub fn ask_health(&self) {
        // A full queue means that asking is under way already.
        if self.commands.try_send(Command::AskHealth).is_err() {
            tracing::debug!("services are being asked already");
        }
    }

    /// Publishes what is left, says goodbye and ends; the second call does nothing.
    pub async fn stop(&self) {
        let Some(parts) = self.parts.lock().take() else { return };
        if self.commands.send(Command::Stop).await.is_err() {
            tracing::debug!("the connection ended before it was asked to");
        }
        if parts.client.await.is_err() {
            tracing::error!("the connection to the bus ended in a fault");
        }
        if let Some(broker) = parts.broker {
            broker.stop().await;
        }
    }
}

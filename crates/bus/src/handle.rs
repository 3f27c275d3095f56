//! Starting and stopping the bus, and asking how it is.

use crate::announcing::{Announcer, Announcing, Presence, Running};
use crate::broker::EmbeddedBroker;
use crate::client::{Client, Command, Queues};
use crate::commands::{Commands, OnCommand};
use crate::connector::{Connector, Role};
use crate::discovery_topics::DiscoveryTopics;
use crate::encode::Encoder;
use crate::error::BusError;
use crate::link::Link;
use crate::listener::{Hearing, Listener};
use crate::outbox::Inbox;
use crate::questions::Questions;
use crate::reception::Reception;
use crate::settings::{Broker, BusSettings};
use crate::transport::{Way, authority};
use model::{Answer, BrokerKind, BusStatus, Intake, Secret, SelfHealth, Watch};
use parking_lot::Mutex;
use std::sync::Arc;
use std::thread;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use world::Clock;

/// Commands under way to the connection.
const COMMANDS: usize = 16;

/// The bus, running.
pub struct Bus {
    link: Arc<Link>,
    hearing: Option<Arc<Hearing>>,
    commands: mpsc::Sender<Command>,
    /// How other connections come to the broker, if there is one.
    connector: Option<Connector>,
    /// Taken by the stop.
    parts: Mutex<Option<Parts>>,
}

/// What runs.
struct Parts {
    /// Tells when the client has ended.
    client: oneshot::Receiver<()>,
    ears: Option<Ears>,
    broker: Option<EmbeddedBroker>,
}

/// Starts the bus: the embedded broker if that is asked for, and the connection, which comes when the broker
/// does. Returns without waiting for it. A bus that is dropped without [`Bus::stop`] ends without a goodbye.
///
/// # Errors
/// [`BusError::Listen`] when the embedded broker finds no port, [`BusError::Unprotected`] when it should listen
/// beyond this machine without a password, [`BusError::Thread`] when the system gives no thread.
pub async fn start(
    settings: BusSettings,
    clock: Arc<dyn Clock>,
    intake: Arc<dyn Intake>,
    inbox: Inbox,
    self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    answer: Arc<dyn Answer>,
    watch: Arc<dyn Watch>,
) -> Result<Bus, BusError> {
    let now = clock.now();
    let (commands, orders) = mpsc::channel(COMMANDS);
    let (kind, shown, host, port, broker) = match &settings.broker {
        Broker::None => return silent(inbox, commands, orders, now),
        Broker::External { host, port } => {
            (BrokerKind::External, authority(host, *port), host.clone(), *port, None)
        }
        Broker::Embedded { host, port } => {
            let credentials =
                settings.username.as_deref().zip(settings.password.as_ref().map(Secret::reveal));
            let broker = EmbeddedBroker::start(host, *port, credentials).await?;
            let (shown, door) = (broker.address.to_string(), broker.door());
            (BrokerKind::Embedded, shown, door.ip().to_string(), door.port(), Some(broker))
        }
    };
    let notes = broker.iter().filter_map(|broker| broker.note.clone()).collect();
    let link = Arc::new(Link::new(kind, shown, notes, Arc::clone(&inbox.dropped), now));
    let name = settings.service_name.clone();
    let (questions, answers) = Questions::new(name.clone(), Arc::clone(&clock), answer, Arc::clone(&link));
    let seen = Arc::clone(&watch);
    let reception =
        Reception::new(name.clone(), Arc::clone(&clock), intake, Arc::clone(&link), questions, seen);
    let connector = Connector {
        way: Way { host, port, tls: settings.tls, websocket_path: settings.websocket_path },
        client_id: settings.client_id,
        username: settings.username,
        password: settings.password,
        encoder: Encoder { source: name, version: settings.version },
        role: Role::Collector,
    };
    let ears = Ears::grow(&connector, settings.listen, watch, &clock)?;
    let queues = Queues { inbox, commands: orders, answers };
    let others = Some(connector.clone());
    let client = Client::new(connector, Arc::new(reception), Arc::clone(&link), clock, queues, self_health);
    let hearing = ears.as_ref().map(|ears| Arc::clone(&ears.hearing));
    let parts = Parts { client: on_its_own_thread("bus", client.run())?, ears, broker };
    Ok(Bus { link, hearing, commands, connector: others, parts: Mutex::new(Some(parts)) })
}

/// A bus without a broker: what is announced goes nowhere.
fn silent(
    mut inbox: Inbox,
    commands: mpsc::Sender<Command>,
    mut orders: mpsc::Receiver<Command>,
    now: i64,
) -> Result<Bus, BusError> {
    let dropped = Arc::clone(&inbox.dropped);
    let client = on_its_own_thread("bus", async move {
        loop {
            tokio::select! {
                event = inbox.queue.recv() => if event.is_none() { return },
                order = orders.recv() => if !matches!(order, Some(Command::AskHealth)) { return },
            }
        }
    })?;
    let link = Arc::new(Link::new(BrokerKind::None, String::new(), Vec::new(), dropped, now));
    let parts = Parts { client, ears: None, broker: None };
    Ok(Bus { link, hearing: None, commands, connector: None, parts: Mutex::new(Some(parts)) })
}

/// Runs `work` on a thread of its own, so that a flood on the bus and a question over HTTP do not wait for each
/// other. Gives what tells of its end.
fn on_its_own_thread(
    name: &str,
    work: impl Future<Output = ()> + Send + 'static,
) -> Result<oneshot::Receiver<()>, BusError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(BusError::Thread)?;
    let (tell, end) = oneshot::channel();
    let run = move || {
        runtime.block_on(work);
        // Nobody waits for it where the bus was dropped.
        tell.send(()).unwrap_or_default();
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map_err(BusError::Thread)?;
    Ok(end)
}

impl Bus {
    /// How the connection is.
    pub fn status(&self) -> BusStatus {
        status(&self.link, self.hearing.as_deref())
    }

    /// The same, for who must not hold the bus.
    pub fn status_fn(&self) -> Arc<dyn Fn() -> BusStatus + Send + Sync> {
        let (link, hearing) = (Arc::clone(&self.link), self.hearing.clone());
        Arc::new(move || status(&link, hearing.as_deref()))
    }

    /// Whether somebody is to listen to all that passes.
    pub fn listens(&self) -> bool {
        self.hearing.is_some()
    }

    /// Whether all that is to be listened to can be heard now.
    pub fn is_listening(&self) -> bool {
        self.hearing.as_ref().is_some_and(|hearing| hearing.status().connected)
    }

    /// Starts to announce what is put up to Home Assistant, on a connection of its own, which comes when the broker does.
    /// `presence` is what stands on the topic of availability while the collector is there, and when it is gone; without it,
    /// things are only taken down. Commands that are refused are counted by `intake`. Gives nothing where there is no broker.
    ///
    /// # Errors
    /// [`BusError::Thread`] when the system gives no thread.
    pub fn announce(
        &self,
        topics: DiscoveryTopics,
        presence: Option<[Vec<u8>; 2]>,
        (intake, clock): (Arc<dyn Intake>, Arc<dyn Clock>),
        on_command: Arc<OnCommand>,
    ) -> Result<Option<Announcing>, BusError> {
        let Some(own) = &self.connector else { return Ok(None) };
        let presence = presence.map(|[here, gone]| Presence { here, gone });
        let commands = Arc::new(Commands::new(intake, Arc::clone(&clock), on_command));
        let announcer = Announcer::new(own, topics, presence, Arc::clone(&commands), clock);
        let shared = announcer.shared();
        let (stop, stopped) = oneshot::channel();
        let end = on_its_own_thread("home-assistant", announcer.run(stopped))?;
        Ok(Some(Announcing::new(shared, commands, Running { stop, end })))
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
        if let Some(ears) = parts.ears {
            ears.stop().await;
        }
        if let Some(broker) = parts.broker {
            broker.stop().await;
        }
    }
}

fn status(link: &Link, hearing: Option<&Hearing>) -> BusStatus {
    BusStatus { listening: hearing.map(Hearing::status), ..link.status() }
}

/// The connection that only listens, running.
struct Ears {
    hearing: Arc<Hearing>,
    stop: oneshot::Sender<()>,
    end: oneshot::Receiver<()>,
}

impl Ears {
    /// Starts listening to `filters`, if there are any, at the broker of `connector`.
    fn grow(
        connector: &Connector,
        filters: Vec<String>,
        watch: Arc<dyn Watch>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Self>, BusError> {
        if filters.is_empty() {
            return Ok(None);
        }
        let hearing = Arc::new(Hearing::new(filters.clone()));
        let listener = Listener::new(connector, filters, watch, Arc::clone(clock), Arc::clone(&hearing));
        let (stop, stopped) = oneshot::channel();
        let end = on_its_own_thread("ears", listener.run(stopped))?;
        Ok(Some(Self { hearing, stop, end }))
    }

    async fn stop(self) {
        // It may have ended in a fault, which the next line tells.
        self.stop.send(()).unwrap_or_default();
        if self.end.await.is_err() {
            tracing::error!("listening to the bus ended in a fault");
        }
    }
}

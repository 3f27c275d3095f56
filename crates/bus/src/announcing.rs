//! A connection for Home Assistant: puts up what is to stand on the broker, and hears commands.
//!
//! It is apart from the collector's own connection: it has a will of its own, which says that the collector is gone, a broker
//! that does not allow it takes nothing else away, and alerts never wait for what is put up here.

use crate::commands::Commands;
use crate::connection::{Connection, Loss};
use crate::connector::{Connector, KEEP_ALIVE, Role, unexpected};
use crate::discovery_topics::DiscoveryTopics;
use crate::encode::Outgoing;
use crate::inbound::Publish;
use crate::retained::Retained;
use model::limits;
use mqtt5::Packet;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};
use world::{Chance, Clock};

/// The first wait before a new attempt; it doubles up to [`LAST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait.
const LAST_WAIT: Duration = Duration::from_secs(30);
/// Share by which a wait is longer or shorter.
const JITTER: f64 = 0.2;
/// How often the broker is asked whether it is there.
const ASK: Duration = Duration::from_secs(KEEP_ALIVE.as_secs() / 2);
/// What the client id of the collector's own connection ends in here.
const SUFFIX: &str = "-home-assistant";
/// How long a stop may wait until the broker has heard that the collector leaves.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// What goes before all documents.
const PRESENCE: u8 = 0;
/// What Home Assistant says when it is there.
const BORN: &[u8] = b"online";

/// How announcing goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnounceStatus {
    /// Whether the broker is there, and lets us.
    pub connected: bool,
    /// Why not, or what it does not let us.
    pub last_error: Option<String>,
    /// Topics on which something is to stand, or nothing any more.
    pub topics: usize,
    /// Of these, what is not published yet.
    pub waiting: usize,
    /// Messages that the broker has acknowledged.
    pub messages: u64,
    /// Messages that it refused.
    pub failures: u64,
    /// Commands that were taken.
    pub commands: u64,
    /// Commands that were refused.
    pub commands_refused: u64,
}

/// What is shared with whoever shows it.
pub(crate) struct Shared {
    retained: Retained,
    is_connected: AtomicBool,
    last_error: Mutex<Option<String>>,
    messages: AtomicU64,
    failures: AtomicU64,
}

/// What the collector says of its presence, while it is there and when it is gone.
pub(crate) struct Presence {
    pub(crate) here: Vec<u8>,
    pub(crate) gone: Vec<u8>,
}

/// The connection, and all that outlives it.
pub(crate) struct Announcer {
    connector: Connector,
    topics: DiscoveryTopics,
    presence: Option<Presence>,
    shared: Arc<Shared>,
    commands: Arc<Commands>,
    clock: Arc<dyn Clock>,
    /// Home Assistant has started.
    born: Notify,
}

impl Announcer {
    /// Will announce where `own` is connected. Without a presence it only takes down.
    pub(crate) fn new(
        own: &Connector,
        topics: DiscoveryTopics,
        presence: Option<Presence>,
        commands: Arc<Commands>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let will = presence
            .as_ref()
            .map(|presence| Outgoing { topic: topics.availability(), payload: presence.gone.clone() });
        let filters = vec![topics.commands(), topics.birth()];
        let shared = Shared {
            retained: Retained::new(topics.clone()),
            is_connected: AtomicBool::new(false),
            last_error: Mutex::default(),
            messages: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        };
        Self {
            connector: own.beside(SUFFIX, Role::Announcer { filters, will }),
            topics,
            presence,
            shared: Arc::new(shared),
            commands,
            clock,
            born: Notify::new(),
        }
    }

    /// What is put up, for whoever holds it while this runs.
    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Connects, and again whenever the connection is lost, until told to stop.
    pub(crate) async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut chance = Chance::from_entropy();
        let mut wait = FIRST_WAIT;
        loop {
            let opened = Instant::now();
            let mut connection = tokio::select! {
                connection = self.connector.open(self.clock.now()) => connection,
                _ = &mut stopped => return,
            };
            let why = match &mut connection {
                Err(error) => error.to_string(),
                Ok(connection) => {
                    let lost = tokio::select! {
                        lost = self.serve(connection, &mut chance) => lost,
                        asked = &mut stopped => {
                            // Where nobody asked, whoever holds this died: that is what the will is for.
                            if asked.is_ok() {
                                self.leave(connection).await;
                            }
                            return;
                        }
                    };
                    match lost {
                        Ok(never) => match never {},
                        Err(loss) => self.part(connection, loss).await,
                    }
                }
            };
            self.shared.is_connected.store(false, Ordering::Relaxed);
            self.shared.tell(&why);
            if opened.elapsed() > LAST_WAIT {
                wait = FIRST_WAIT;
            }
            tokio::select! {
                () = tokio::time::sleep(chance.jitter(wait, JITTER)) => {}
                _ = &mut stopped => return,
            }
            wait = (wait * 2).min(LAST_WAIT);
        }
    }

    /// Publishes what is due and takes what arrives.
    async fn serve(
        &self,
        connection: &mut Connection,
        chance: &mut Chance,
    ) -> Result<std::convert::Infallible, Loss> {
        if let Some(presence) = &self.presence {
            self.shared.retained.put_up(PRESENCE, &self.topics.availability(), presence.here.clone());
        }
        // The broker may have lost what stood there.
        self.shared.retained.again();
        let mut alive = tokio::time::interval_at(Instant::now() + ASK, ASK);
        let mut again_at = None;
        loop {
            self.take(connection)?;
            self.say(connection)?;
            connection.flush().await?;
            connection.rest();
            let is_free = connection.has_room();
            let again = async move {
                match again_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = alive.tick() => connection.ask()?,
                read = connection.read() => read?,
                () = self.shared.retained.changed.notified(), if is_free => {}
                () = self.born.notified() => {
                    let (least, most) = limits::HOME_ASSISTANT_BIRTH;
                    again_at = Some(Instant::now() + least + (most - least).mul_f64(chance.unit()));
                }
                () = again => {
                    self.shared.retained.again();
                    again_at = None;
                }
            }
        }
    }

    /// Publishes what is due, as far as the broker keeps up.
    fn say(&self, connection: &mut Connection) -> Result<(), Loss> {
        while connection.has_room()
            && let Some(message) = self.shared.retained.next()
        {
            let topic = message.topic.clone();
            if !connection.publish_retained(message)? {
                self.shared.failed(&format!("a message to {topic} is longer than the broker takes"));
            }
        }
        Ok(())
    }

    /// Takes all that was read.
    fn take(&self, connection: &mut Connection) -> Result<(), Loss> {
        while let Some(packet) = connection.hear(&mut |publish| self.hear(publish))? {
            match packet {
                Packet::SubAck(granted) => {
                    for refusal in self.connector.refusals(&granted)? {
                        self.shared.tell(&refusal);
                    }
                    self.shared.is_connected.store(true, Ordering::Relaxed);
                }
                Packet::PubAck(ack) => {
                    let Some(message) = connection.settle(&ack) else { continue };
                    if ack.reason_code.is_error() {
                        let (topic, code) = (&message.topic, ack.reason_code);
                        self.shared.failed(&format!("the broker refuses messages to {topic}: {code:?}"));
                    } else {
                        self.shared.messages.fetch_add(1, Ordering::Relaxed);
                        self.shared.retained.acknowledged(&message);
                    }
                }
                other => return Err(unexpected(&other)),
            }
        }
        Ok(())
    }

    /// A command, or Home Assistant's first word.
    fn hear(&self, publish: &Publish<'_>) {
        if publish.topic == self.topics.birth() {
            // Whoever connects publishes everything: a word of another time is no news.
            if publish.payload == BORN && !publish.retained {
                self.born.notify_one();
            }
            return;
        }
        self.commands.take(publish, self.topics.commanded(&publish.topic));
    }

    /// Why a connection was lost; where it lives still, it is left in good manners.
    async fn part(&self, connection: &mut Connection, loss: Loss) -> String {
        if loss.is_polite {
            self.leave(connection).await;
        }
        loss.why
    }

    /// Says that the collector is gone, and goodbye: no will is needed.
    async fn leave(&self, connection: &mut Connection) {
        let said = timeout(LAST_WORDS, self.say_the_rest(connection)).await;
        if !matches!(said, Ok(Ok(()))) {
            tracing::debug!("the broker did not hear that the collector leaves; its will says so");
            return;
        }
        if let Err(gone) = connection.disconnect().await {
            tracing::debug!("the connection was gone: {}", gone.why);
        }
    }

    async fn say_the_rest(&self, connection: &mut Connection) -> Result<(), Loss> {
        if let Some(presence) = &self.presence {
            let topic = self.topics.availability();
            connection.publish_retained(Outgoing { topic, payload: presence.gone.clone() })?;
        }
        loop {
            connection.flush().await?;
            if connection.is_heard() {
                return Ok(());
            }
            connection.read().await?;
            self.take(connection)?;
        }
    }
}

impl Shared {
    /// Says once what is wrong.
    fn tell(&self, why: &str) {
        let mut last = self.last_error.lock();
        if last.as_deref() != Some(why) {
            tracing::warn!("Home Assistant: {why}");
            *last = Some(why.to_owned());
        }
    }

    fn failed(&self, why: &str) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.tell(why);
    }
}

/// What is put up for Home Assistant, and the connection for it, running.
pub struct Announcing {
    shared: Arc<Shared>,
    commands: Arc<Commands>,
    running: Mutex<Option<Running>>,
}

/// Until it is stopped.
pub(crate) struct Running {
    pub(crate) stop: oneshot::Sender<()>,
    /// Tells of its end.
    pub(crate) end: oneshot::Receiver<()>,
}

impl Announcing {
    pub(crate) fn new(shared: Arc<Shared>, commands: Arc<Commands>, running: Running) -> Self {
        Self { shared, commands, running: Mutex::new(Some(running)) }
    }

    /// Puts something up, in the place of what stood there; what has a lower `rank` goes first. Gives false, and does nothing,
    /// where nothing of the collector's may stand, or there is no room for more.
    pub fn put_up(&self, rank: u8, topic: &str, payload: Vec<u8>) -> bool {
        // Nothing goes before the word that the collector is there.
        self.shared.retained.put_up(rank.saturating_add(PRESENCE + 1), topic, payload)
    }

    /// Takes down what stands on a topic. Gives false, and does nothing, where nothing of any collector's may stand, or there
    /// is no room to remember it.
    pub fn take_down(&self, topic: &str) -> bool {
        self.shared.retained.take_down(topic)
    }

    /// Topics of which the broker has acknowledged since the last time that nothing stands there.
    pub fn taken_down(&self) -> Vec<String> {
        self.shared.retained.taken_down()
    }

    /// How it goes.
    pub fn status(&self) -> AnnounceStatus {
        let shared = &self.shared;
        let (topics, waiting) = shared.retained.counts();
        let (commands, commands_refused) = self.commands.counts();
        AnnounceStatus {
            connected: shared.is_connected.load(Ordering::Relaxed),
            last_error: shared.last_error.lock().clone(),
            topics,
            waiting,
            messages: shared.messages.load(Ordering::Relaxed),
            failures: shared.failures.load(Ordering::Relaxed),
            commands,
            commands_refused,
        }
    }

    /// Says that the collector is gone, and ends; the second call does nothing.
    pub async fn stop(&self) {
        let Some(running) = self.running.lock().take() else { return };
        // It may have ended in a fault, which the next line tells.
        running.stop.send(()).unwrap_or_default();
        if running.end.await.is_err() {
            tracing::error!("announcing to Home Assistant ended in a fault");
        }
        self.shared.is_connected.store(false, Ordering::Relaxed);
    }
}

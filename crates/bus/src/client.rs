//! The connection to the broker: comes up, stays up, comes back.
//!
//! Every connection is made by a new client on the session that the broker kept, exactly as after a restart of
//! the process: there is one way back, and it is the one that was tried hardest.

use crate::connection::{Connection, Connector, Loss};
use crate::encode::Outgoing;
use crate::error::BusError;
use crate::link::Link;
use crate::outbox::Inbox;
use crate::reception::Reception;
use model::{Event, Millis, SelfHealth, limits};
use mqtt5::{MqttClient, PublishOptions, PublishResult, QoS};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use world::{Chance, Clock};

/// The first wait before a new attempt; it doubles up to [`LAST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait before a new attempt.
const LAST_WAIT: Duration = Duration::from_secs(30);
/// A connection that lived so long was a good one: the next wait is the first again.
const GOOD_LIFE: Duration = Duration::from_secs(5);
/// So many connections one after the other that did not get so old are no accident.
const SHORT_LIVES: u32 = 4;
/// Share by which a wait is longer or shorter, so that a house does not reconnect in one instant.
const JITTER: f64 = 0.2;
/// How long our own first message may take to come back before the access list is suspected.
const ECHO: Duration = Duration::from_secs(10);
/// Age at which a summary that waited for the bus is no news any more.
const STALE_NEWS: Millis = limits::MINUTE;
/// How long a stop may wait for messages on their way out, and then for the goodbye.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What the rest of the crate asks of the connection.
#[derive(Debug)]
pub(crate) enum Command {
    AskHealth,
    Stop,
}

/// Everything that lives longer than one connection.
pub(crate) struct Client {
    connector: Connector,
    clock: Arc<dyn Clock>,
    link: Arc<Link>,
    reception: Arc<Reception>,
    self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    inbox: Inbox,
    is_inbox_open: bool,
    commands: mpsc::Receiver<Command>,
    /// When the process started, for the register message.
    started: Millis,
    /// Events that came while the bus was away.
    waiting: VecDeque<Event>,
    /// The messages of the event that is being published.
    outgoing: VecDeque<Outgoing>,
    /// Why the last connection was lost, if that will happen again.
    lasting: Option<String>,
    /// Connections that were lost soon, since the last that was not.
    short_lives: u32,
}

/// How a connection ended.
enum End {
    Lost(String),
    Stopped,
}

impl Client {
    /// A client that is not connected yet.
    pub(crate) fn new(
        connector: Connector,
        clock: Arc<dyn Clock>,
        link: Arc<Link>,
        inbox: Inbox,
        commands: mpsc::Receiver<Command>,
        self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    ) -> Self {
        Self {
            reception: Arc::clone(&connector.reception),
            connector,
            started: clock.now(),
            clock,
            link,
            self_health,
            inbox,
            is_inbox_open: true,
            commands,
            waiting: VecDeque::new(),
            outgoing: VecDeque::new(),
            lasting: None,
            short_lives: 0,
        }
    }

    /// Connects, and again whenever the connection is lost, until told to stop.
    pub(crate) async fn run(mut self) {
        let mut chance = Chance::from_entropy();
        let mut wait = FIRST_WAIT;
        loop {
            let mut opened = None;
            let End::Lost(why) = self.connection(&mut opened).await else { break };
            if self.link.down(why.clone(), self.clock.now()) {
                tracing::warn!("no connection to the bus: {why}");
            }
            // One that is lost again at once is no reason to hurry: a name used twice, a store that is full.
            if opened.is_some_and(|opened: Instant| opened.elapsed() > GOOD_LIFE) {
                wait = FIRST_WAIT;
                self.short_lives = 0;
            }
            if self.rest(chance.jitter(wait, JITTER)).await {
                break;
            }
            wait = (wait * 2).min(LAST_WAIT);
        }
        self.link.down("stopped".to_owned(), self.clock.now());
    }

    /// Waits; true if told to stop meanwhile.
    async fn rest(&mut self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        loop {
            let has_room = self.is_inbox_open && self.waiting.len() < limits::OUTBOX;
            tokio::select! {
                () = tokio::time::sleep_until(until) => return false,
                command = self.commands.recv() => match command {
                    // Nobody can be asked while the bus is away.
                    Some(Command::AskHealth) => {}
                    Some(Command::Stop) | None => return true,
                },
                event = self.inbox.queue.recv(), if has_room => match event {
                    // The next one is better news than one that waited.
                    Some(Event::Summary(_) | Event::Host(_)) => {}
                    Some(event) => self.waiting.push_back(event),
                    None => self.is_inbox_open = false,
                },
            }
        }
    }

    /// One connection, from its connect to its end; `opened` is set when it is open.
    async fn connection(&mut self, opened: &mut Option<Instant>) -> End {
        self.link.begin();
        let mut connection = tokio::select! {
            connection = self.connector.open(self.clock.now()) => match connection {
                Ok(connection) => connection,
                Err(error) => return End::Lost(error.to_string()),
            },
            () = stop(&mut self.commands) => return End::Stopped,
        };
        *opened = Some(Instant::now());
        let mut warnings = std::mem::take(&mut connection.warnings);
        warnings.extend(self.lasting.take());
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        self.link.up(warnings, self.clock.now());
        tracing::info!("connected to the bus at {}", self.connector.authority());
        let end = match self.serve(&mut connection).await {
            Ok(end) => end,
            Err(error) => End::Lost(error.to_string()),
        };
        self.part(&connection, &end).await;
        connection.delivery.end();
        end
    }

    /// Publishes what there is to say until the connection ends.
    async fn serve(&mut self, connection: &mut Connection) -> Result<End, BusError> {
        let Connection { client, delivery, lost, .. } = connection;
        let now = self.clock.now();
        for greeting in
            [self.connector.encoder.register(self.started, now)?, self.connector.encoder.connected(now)?]
        {
            self.publish(client, &greeting).await?;
        }
        let echo = tokio::time::sleep(ECHO);
        tokio::pin!(echo);
        let mut is_echo_due = true;
        loop {
            let has_news = self.stage()?;
            tokio::select! {
                biased;
                loss = lost.recv() => return Ok(self.lose(loss)),
                () = delivery.refused.notified() => {
                    return Ok(End::Lost(delivery.refusal().unwrap_or_default()));
                }
                command = self.commands.recv() => match command {
                    Some(Command::AskHealth) => {
                        let question = self.connector.encoder.health_check(self.clock.now())?;
                        self.publish(client, &question).await?;
                    }
                    Some(Command::Stop) | None => return Ok(End::Stopped),
                },
                () = self.reception.asked.notified() => {
                    let answer = self.connector.encoder.health(&(self.self_health)(), self.clock.now())?;
                    self.publish(client, &answer).await?;
                }
                () = &mut echo, if is_echo_due => {
                    is_echo_due = false;
                    self.link.check_heard();
                }
                () = std::future::ready(()), if has_news => self.publish_next(client).await?,
                event = self.inbox.queue.recv(), if self.is_inbox_open => match event {
                    Some(event) => self.waiting.push_back(event),
                    None => self.is_inbox_open = false,
                },
            }
        }
    }

    fn lose(&mut self, loss: Option<Loss>) -> End {
        let Loss { why, is_lasting } = loss.unwrap_or_default();
        self.short_lives += 1;
        self.lasting = if is_lasting {
            Some(why.clone())
        } else if self.short_lives >= SHORT_LIVES {
            // Mosquitto 2.0 does not say why it prefers another client of the same name.
            let client_id = &self.connector.settings.client_id;
            Some(format!(
                "the broker soon closes every connection: perhaps another client connects as {client_id}"
            ))
        } else {
            None
        };
        End::Lost(why)
    }

    /// Makes the messages of the next event, unless those of the last are still under way. Gives whether
    /// there is something to publish.
    fn stage(&mut self) -> Result<bool, BusError> {
        while self.outgoing.is_empty() {
            let Some(event) = self.waiting.pop_front() else { return Ok(false) };
            let now = self.clock.now();
            if !matches!(&event, Event::Summary(summary) if now - summary.timestamp > STALE_NEWS) {
                self.outgoing.extend(self.connector.encoder.event(&event, now)?);
            }
        }
        Ok(true)
    }

    /// Publishes the next message. One that was not acknowledged goes out again on the next connection, so
    /// each is delivered at least once.
    async fn publish_next(&mut self, client: &MqttClient) -> Result<(), BusError> {
        if let Some(message) = self.outgoing.front() {
            self.publish(client, message).await?;
            self.outgoing.pop_front();
        }
        Ok(())
    }

    /// Publishes one message and waits for its acknowledgement. A message that the broker refuses is counted
    /// and told of once; the next may be welcome.
    async fn publish(&self, client: &MqttClient, message: &Outgoing) -> Result<(), BusError> {
        let options = PublishOptions { qos: QoS::AtLeastOnce, ..PublishOptions::default() };
        let sent = client.publish_with_options(message.topic.clone(), message.payload.clone(), options).await;
        let reason = match sent {
            Ok(PublishResult::Sent(_)) => {
                self.link.message_published();
                return Ok(());
            }
            Ok(PublishResult::Queued(_)) => "the broker did not acknowledge it".to_owned(),
            Err(error) => {
                self.link.publish_failed();
                if client.is_connected().await {
                    self.link.warn(format!("the broker refuses messages to {}: {error}", message.topic));
                    return Ok(());
                }
                error.to_string()
            }
        };
        Err(BusError::Publish { topic: message.topic.clone(), reason })
    }

    /// Leaves a connection in the way that its end asks for.
    async fn part(&mut self, connection: &Connection, end: &End) {
        let client = &connection.client;
        let is_polite = match end {
            End::Stopped => self.say_goodbye(client).await,
            // The broker lives and we do: the will must not say otherwise.
            End::Lost(_) => connection.delivery.refusal().is_some(),
        };
        let parted = if is_polite { client.disconnect().await } else { client.disconnect_abnormally().await };
        if let Err(error) = parted {
            tracing::debug!("the connection was gone: {error}");
        }
    }

    /// Says what is left to say, and goodbye. Gives whether the goodbye was heard; otherwise the will has to
    /// say it.
    async fn say_goodbye(&mut self, client: &MqttClient) -> bool {
        match timeout(LAST_WORDS, self.say_the_rest(client)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("the last words are lost: {error}"),
            Err(_) => tracing::warn!("the bus did not take our last words in time"),
        }
        let goodbye = async {
            let goodbye = self.connector.encoder.unregister(self.clock.now())?;
            self.publish(client, &goodbye).await
        };
        matches!(timeout(LAST_WORDS, goodbye).await, Ok(Ok(())))
    }

    async fn say_the_rest(&mut self, client: &MqttClient) -> Result<(), BusError> {
        loop {
            while self.stage()? {
                self.publish_next(client).await?;
            }
            match self.inbox.queue.try_recv() {
                Ok(event) => self.waiting.push_back(event),
                Err(_) => return Ok(()),
            }
        }
    }
}

/// Returns when told to stop.
async fn stop(commands: &mut mpsc::Receiver<Command>) {
    while let Some(Command::AskHealth) = commands.recv().await {}
}

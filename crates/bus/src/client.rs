//! The connection to the broker: comes up, stays up, comes back.
//!
//! One task on a thread of its own does it all: it reads, hands each message to the reception where it stands in the buffer, and
//! acknowledges it behind it. So nothing can pile up between the socket and the intake, and a broker that is
//! faster than we are is held back by TCP alone.

use crate::connection::{Connection, Loss};
use crate::connector::{Connector, KEEP_ALIVE, unexpected};
use crate::encode::Outgoing;
use crate::error::BusError;
use crate::link::Link;
use crate::outbox::Inbox;
use crate::questions::Answered;
use crate::reception::Reception;
use model::{Event, Millis, SelfHealth, limits};
use mqtt5::Packet;
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
/// The longest wait where it was we who could not take a message. It lies with no broker, and a disk has room again
/// from one moment to the next.
const UNTAKEN_WAIT: Duration = Duration::from_secs(2);
/// A connection that lived so long was a good one: the next wait is the first again.
const GOOD_LIFE: Duration = Duration::from_secs(5);
/// So many connections one after the other that did not get so old are no accident.
const SHORT_LIVES: u32 = 4;
/// Share by which a wait is longer or shorter, so that a house does not reconnect in one instant.
const JITTER: f64 = 0.2;
/// How often the broker is asked whether it is there.
const ASK: Duration = Duration::from_secs(KEEP_ALIVE.as_secs() / 2);
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

/// What the connection is given to do.
pub(crate) struct Queues {
    pub(crate) inbox: Inbox,
    pub(crate) commands: mpsc::Receiver<Command>,
    /// Answers to questions over the bus.
    pub(crate) answers: mpsc::Receiver<Answered>,
}

/// Everything that lives longer than one connection.
pub(crate) struct Client {
    connector: Connector,
    clock: Arc<dyn Clock>,
    reception: Arc<Reception>,
    link: Arc<Link>,
    self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    inbox: Inbox,
    is_inbox_open: bool,
    commands: mpsc::Receiver<Command>,
    answers: mpsc::Receiver<Answered>,
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
    Lost {
        why: String,
        /// The longest wait before the next.
        longest_wait: Duration,
    },
    Stopped,
}

impl Client {
    /// A client that is not connected yet.
    pub(crate) fn new(
        connector: Connector,
        reception: Arc<Reception>,
        link: Arc<Link>,
        clock: Arc<dyn Clock>,
        queues: Queues,
        self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    ) -> Self {
        let Queues { inbox, commands, answers } = queues;
        Self {
            connector,
            started: clock.now(),
            clock,
            reception,
            link,
            self_health,
            inbox,
            is_inbox_open: true,
            commands,
            answers,
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
            let End::Lost { why, longest_wait } = self.connection(&mut opened).await else { break };
            if self.link.down(why.clone(), self.clock.now()) {
                tracing::warn!("no connection to the bus: {why}");
            }
            // One that is lost again at once is no reason to hurry: a name used twice, a store that is full.
            if opened.is_some_and(|opened: Instant| opened.elapsed() > GOOD_LIFE) {
                wait = FIRST_WAIT;
                self.short_lives = 0;
            }
            wait = wait.min(longest_wait);
            if self.rest(chance.jitter(wait, JITTER)).await {
                break;
            }
            wait *= 2;
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
            opened = self.connector.open(self.clock.now()) => match opened {
                Ok(connection) => connection,
                Err(error) => return End::Lost { why: error.to_string(), longest_wait: LAST_WAIT },
            },
            () = stop(&mut self.commands) => return End::Stopped,
        };
        *opened = Some(Instant::now());
        self.link.opened();
        let served = self.serve(&mut connection).await;
        let end = self.part(&mut connection, served).await;
        // Nobody knows whether the broker has them: they go out again, before all others.
        for message in connection.unheard().rev() {
            self.outgoing.push_front(message);
        }
        end
    }

    /// Takes what arrives and says what there is to say, until told to stop.
    async fn serve(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        self.greet(connection)?;
        let echo = tokio::time::sleep(ECHO);
        tokio::pin!(echo);
        let mut is_echo_due = true;
        let mut alive = tokio::time::interval_at(Instant::now() + ASK, ASK);
        loop {
            self.take(connection)?;
            self.say(connection)?;
            self.give_answer(connection)?;
            connection.flush().await?;
            connection.rest();
            let is_free = connection.has_room();
            let has_room = self.is_inbox_open && is_free;
            tokio::select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::AskHealth) => {
                        let question = self.connector.encoder.health_check(self.clock.now());
                        self.publish(connection, question)?;
                    }
                    Some(Command::Stop) => return Ok(()),
                    None => return Err(Loss::broken("nobody holds the bus any more")),
                },
                () = self.reception.asked.notified() => {
                    let answer = self.connector.encoder.health(&(self.self_health)(), self.clock.now());
                    self.publish(connection, answer)?;
                }
                () = &mut echo, if is_echo_due => {
                    is_echo_due = false;
                    if !self.link.is_up() {
                        return Err(Loss::broken("the broker does not answer to the subscriptions"));
                    }
                    self.link.check_heard();
                }
                _ = alive.tick() => connection.ask()?,
                read = connection.read() => read?,
                event = self.inbox.queue.recv(), if has_room => match event {
                    Some(event) => self.waiting.push_back(event),
                    None => self.is_inbox_open = false,
                },
                answered = self.answers.recv(), if is_free => {
                    // The queue stays open: its sender is with our own reception.
                    if let Some(answered) = answered {
                        connection.publish_answer(answered, &self.link)?;
                    }
                }
            }
        }
    }

    /// Puts one answer on its way, if there is one. One at a time: a long one is written before the next, and alerts do
    /// not wait for all of them.
    fn give_answer(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        if connection.has_room()
            && let Ok(answered) = self.answers.try_recv()
        {
            connection.publish_answer(answered, &self.link)?;
        }
        Ok(())
    }

    /// The first words on every connection.
    fn greet(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        let now = self.clock.now();
        let encoder = &self.connector.encoder;
        for greeting in [encoder.register(self.started, now), encoder.connected(now)] {
            self.publish(connection, greeting)?;
        }
        Ok(())
    }

    /// Puts what there is to say on its way, as far as the broker keeps up.
    fn say(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        while connection.has_room() && self.stage() {
            if let Some(message) = self.outgoing.pop_front() {
                connection.publish(message, true, &self.link)?;
            }
        }
        Ok(())
    }

    /// Makes the messages of the next event, unless those of the last are not all under way. Gives whether
    /// there is something to say.
    fn stage(&mut self) -> bool {
        while self.outgoing.is_empty() {
            let next = self.waiting.pop_front().or_else(|| self.inbox.queue.try_recv().ok());
            let Some(event) = next else { return false };
            let now = self.clock.now();
            if !matches!(&event, Event::Summary(summary) if now - summary.timestamp > STALE_NEWS) {
                match self.connector.encoder.event(&event, now) {
                    Ok(messages) => self.outgoing.extend(messages),
                    Err(error) => self.unsayable(&error),
                }
            }
        }
        true
    }

    /// Publishes what is worth nothing on a later connection.
    fn publish(&self, connection: &mut Connection, message: Result<Outgoing, BusError>) -> Result<(), Loss> {
        match message {
            Ok(message) => connection.publish(message, false, &self.link)?,
            Err(error) => self.unsayable(&error),
        }
        Ok(())
    }

    fn unsayable(&self, error: &BusError) {
        tracing::error!("{error}");
        self.link.publish_failed();
    }

    /// Takes all that was read.
    fn take(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        while let Some(packet) = connection.take(&self.reception, &self.link)? {
            match packet {
                Packet::SubAck(granted) => self.subscribed(self.connector.refusals(&granted)?),
                other => return Err(self.closed(&other)),
            }
        }
        Ok(())
    }

    /// The subscriptions stand, but for what the warnings say.
    fn subscribed(&mut self, mut warnings: Vec<String>) {
        warnings.extend(self.lasting.take());
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        self.link.up(warnings, self.clock.now());
        tracing::info!("connected to the bus at {}", self.connector.way.authority());
    }

    /// Why a packet ends the connection that has no other business here.
    fn closed(&self, packet: &Packet) -> Loss {
        let loss = unexpected(packet);
        if !loss.is_lasting {
            return loss;
        }
        let client_id = &self.connector.client_id;
        let why =
            format!("another client connected as {client_id}: every collector needs a client id of its own");
        Loss { why, ..loss }
    }

    /// Leaves a connection in the way that its end asks for.
    async fn part(&mut self, connection: &mut Connection, served: Result<(), Loss>) -> End {
        let (end, is_polite) = match served {
            Ok(()) => (End::Stopped, self.say_goodbye(connection).await),
            Err(loss) => {
                self.note_loss(&loss);
                let longest_wait = if loss.is_untaken { UNTAKEN_WAIT } else { LAST_WAIT };
                (End::Lost { why: loss.why, longest_wait }, loss.is_polite)
            }
        };
        if is_polite && let Err(loss) = connection.disconnect().await {
            tracing::debug!("the connection was gone: {}", loss.why);
        }
        end
    }

    /// Remembers what to say on the next connection about the end of this one.
    fn note_loss(&mut self, loss: &Loss) {
        self.short_lives += 1;
        self.lasting = if loss.is_lasting {
            Some(loss.why.clone())
        } else if self.short_lives >= SHORT_LIVES && !loss.is_polite {
            // Mosquitto 2.0 does not say why it prefers another client of the same name.
            let client_id = &self.connector.client_id;
            Some(format!(
                "the broker soon closes every connection: perhaps another client connects as {client_id}"
            ))
        } else {
            None
        };
    }

    /// Says what is left to say, and goodbye. Gives whether the goodbye was heard; otherwise the will has to
    /// say it.
    async fn say_goodbye(&mut self, connection: &mut Connection) -> bool {
        match timeout(LAST_WORDS, self.say_the_rest(connection)).await {
            Ok(Ok(())) => {}
            Ok(Err(loss)) => tracing::warn!("the last words are lost: {}", loss.why),
            Err(_) => tracing::warn!("the bus did not take our last words in time"),
        }
        let goodbye = self.connector.encoder.unregister(self.clock.now());
        let said = async {
            self.publish(connection, goodbye)?;
            self.say_the_rest(connection).await
        };
        matches!(timeout(LAST_WORDS, said).await, Ok(Ok(())))
    }

    /// Until the broker has acknowledged everything.
    async fn say_the_rest(&mut self, connection: &mut Connection) -> Result<(), Loss> {
        loop {
            self.say(connection)?;
            connection.flush().await?;
            if connection.is_heard() {
                return Ok(());
            }
            connection.read().await?;
            self.take(connection)?;
        }
    }
}

/// Returns when told to stop.
async fn stop(commands: &mut mpsc::Receiver<Command>) {
    while let Some(Command::AskHealth) = commands.recv().await {}
}

//! The connection to the broker: comes up, stays up, comes back.
//!
//! Every connection is made by a new client on the session that the broker kept, exactly as after a restart of
//! the process: there is one way back, and it is the one that was tried hardest.

use crate::encode::{Encoder, Outgoing};
use crate::error::BusError;
use crate::link::Link;
use crate::outbox::Inbox;
use crate::reception::Reception;
use crate::settings::{BusSettings, TlsSettings};
use crate::topics;
use model::{Event, Millis, SelfHealth, limits};
use mqtt5::{
    ConnectOptions, ConnectionEvent, MqttClient, PublishOptions, PublishResult, QoS, SubscribeOptions,
    WillMessage,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use world::{Chance, Clock};

/// How long a connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Keep-alive: a broker that hangs is noticed within one and a half times this.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Seconds that the broker keeps our session while we are away: longer than any restart.
const SESSION_SECONDS: u32 = 3_600;
/// The first wait before a new attempt; it doubles up to [`LAST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait before a new attempt.
const LAST_WAIT: Duration = Duration::from_secs(30);
/// Share by which a wait is longer or shorter, so that a house does not reconnect in one instant.
const JITTER: f64 = 0.2;
/// How long our own first message may take to come back before the access list is suspected.
const ECHO: Duration = Duration::from_secs(10);
/// Age at which a summary or a reading of the host that waited for the bus is no news any more.
const STALE_NEWS: Millis = limits::MINUTE;
/// How long a stop may wait for messages on their way out.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What the rest of the crate asks of the connection.
#[derive(Debug)]
pub(crate) enum Command {
    AskHealth,
    Stop,
}

/// Everything that lives longer than one connection.
pub(crate) struct Client {
    pub(crate) settings: BusSettings,
    /// Where to connect: of the embedded broker, the port that it got.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) link: Arc<Link>,
    pub(crate) reception: Arc<Reception>,
    pub(crate) encoder: Encoder,
    pub(crate) inbox: Inbox,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) self_health: Arc<dyn Fn() -> SelfHealth + Send + Sync>,
    /// When the process started, for the register message.
    pub(crate) started: Millis,
    /// Messages that wait for a connection.
    pub(crate) waiting: VecDeque<Outgoing>,
}

/// How a connection ended.
enum End {
    Lost(String),
    Stopped,
}

impl Client {
    /// Connects, and again whenever the connection is lost, until told to stop.
    pub(crate) async fn run(mut self) {
        let mut chance = Chance::from_entropy();
        let mut wait = FIRST_WAIT;
        loop {
            let connects = self.link.status().connects;
            let end = match self.connection().await {
                Ok(end) => end,
                Err(error) => End::Lost(error.to_string()),
            };
            self.reception.release();
            let End::Lost(why) = end else { break };
            if self.link.down(why.clone(), self.clock.now()) {
                tracing::warn!("no connection to the bus: {why}");
            }
            if self.link.status().connects > connects {
                wait = FIRST_WAIT;
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
        let until = tokio::time::Instant::now() + wait;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return false,
                command = self.commands.recv() => match command {
                    // Nobody can be asked while the bus is away.
                    Some(Command::AskHealth) => {}
                    Some(Command::Stop) | None => return true,
                },
            }
        }
    }

    /// One connection, from its connect to its end.
    async fn connection(&mut self) -> Result<End, BusError> {
        let lost = Arc::new(Notify::new());
        let client = self.connect(&lost).await?;
        let warnings = self.subscribe(&client).await?;
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        let now = self.clock.now();
        self.link.up(warnings, now);
        tracing::info!("connected to the bus at {}:{}", self.host, self.port);
        self.waiting.push_front(self.encoder.connected(now)?);
        self.waiting.push_front(self.encoder.register(self.started, now)?);
        let end = self.serve(&client, &lost).await;
        if let Ok(End::Stopped) = &end {
            if tokio::time::timeout(LAST_WORDS, self.goodbye(&client)).await.is_err() {
                tracing::warn!("the bus did not take our goodbye in time");
            }
        } else if let Err(error) = client.disconnect_abnormally().await {
            tracing::debug!("the connection was gone: {error}");
        }
        end
    }

    async fn connect(&self, lost: &Arc<Notify>) -> Result<MqttClient, BusError> {
        let address = self.address();
        let failed = |reason: String| BusError::Connect { address: address.clone(), reason };
        let client = MqttClient::with_options(self.options()?);
        if let Some(tls) = &self.settings.tls {
            let Pem { cert, key, ca } = read_pem(tls)?;
            client.set_tls_config(cert, key, ca).await;
        }
        // Before the connect: what the broker kept for us arrives right behind its CONNACK.
        for filter in topics::SUBSCRIPTIONS {
            let reception = Arc::clone(&self.reception);
            client
                .register_ack_callback(filter, move |packet, token| reception.take(&packet, token))
                .await
                .map_err(|error| failed(error.to_string()))?;
        }
        let lost = Arc::clone(lost);
        let event = move |event: ConnectionEvent| {
            if matches!(event, ConnectionEvent::Disconnected { .. }) {
                lost.notify_one();
            }
        };
        client.on_connection_event(event).await.map_err(|error| failed(error.to_string()))?;
        self.link.begin();
        match tokio::time::timeout(CONNECT_TIMEOUT, client.connect(&address)).await {
            Ok(Ok(())) => Ok(client),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    fn address(&self) -> String {
        let is_tls = self.settings.tls.is_some();
        let (scheme, path) = match &self.settings.websocket_path {
            Some(path) => (if is_tls { "wss" } else { "ws" }, format!("/{}", path.trim_start_matches('/'))),
            None => (if is_tls { "mqtts" } else { "mqtt" }, String::new()),
        };
        format!("{scheme}://{}:{}{path}", self.host, self.port)
    }

    fn options(&self) -> Result<ConnectOptions, BusError> {
        let will = self.encoder.unregister(self.clock.now())?;
        let mut options = ConnectOptions::new(self.settings.client_id.clone())
            .with_clean_start(false)
            .with_resume_existing_session(true)
            .with_session_expiry_interval(SESSION_SECONDS)
            .with_receive_maximum(limits::RECEIVE_MAXIMUM)
            .with_deferred_ack(true)
            .with_automatic_reconnect(false)
            .with_keep_alive(KEEP_ALIVE)
            .with_will(WillMessage::new(will.topic, will.payload).with_qos(QoS::AtLeastOnce));
        options.protocol_options.properties.maximum_packet_size = Some(limits::PACKET_BYTES);
        if let Some(username) = &self.settings.username {
            options = options
                .with_credentials(username.clone(), self.settings.password.clone().unwrap_or_default());
        }
        Ok(options)
    }

    /// Subscribes to everything, each time anew: the session that the broker kept may be of another program.
    /// Gives what the broker refused.
    async fn subscribe(&self, client: &MqttClient) -> Result<Vec<String>, BusError> {
        let mut refused = Vec::new();
        for filter in topics::SUBSCRIPTIONS {
            let reception = Arc::clone(&self.reception);
            let options = SubscribeOptions { qos: QoS::AtLeastOnce, ..SubscribeOptions::default() };
            let granted = client
                .subscribe_with_ack(filter, options, move |packet, token| reception.take(&packet, token));
            if let Err(error) = granted.await {
                refused.push(format!("the broker refuses the subscription to {filter}: {error}"));
            }
        }
        if refused.len() == topics::SUBSCRIPTIONS.len() {
            return Err(BusError::Subscribe {
                filter: "all topics".to_owned(),
                reason: refused.swap_remove(0),
            });
        }
        Ok(refused)
    }

    /// Publishes what there is to say until the connection ends.
    async fn serve(&mut self, client: &MqttClient, lost: &Notify) -> Result<End, BusError> {
        let echo = tokio::time::sleep(ECHO);
        tokio::pin!(echo);
        let mut is_echo_due = true;
        loop {
            if let Err(error) = self.flush(client).await {
                return Ok(End::Lost(error.to_string()));
            }
            let reception = Arc::clone(&self.reception);
            tokio::select! {
                () = lost.notified() => return Ok(End::Lost("the broker closed the connection".to_owned())),
                () = reception.unavailable.notified() => return Ok(End::Lost("storage does not accept samples".to_owned())),
                () = reception.asked.notified() => {
                    let health = (self.self_health)();
                    self.waiting.push_back(self.encoder.health(&health, self.clock.now())?);
                }
                event = self.inbox.queue.recv() => match event {
                    Some(event) => self.queue(&event)?,
                    None => return Ok(End::Stopped),
                },
                command = self.commands.recv() => match command {
                    Some(Command::AskHealth) => self.waiting.push_back(self.encoder.health_check(self.clock.now())?),
                    Some(Command::Stop) | None => return Ok(End::Stopped),
                },
                () = &mut echo, if is_echo_due => {
                    is_echo_due = false;
                    self.link.check_heard();
                }
            }
        }
    }

    fn queue(&mut self, event: &Event) -> Result<(), BusError> {
        let now = self.clock.now();
        if !matches!(event, Event::Summary(summary) if now - summary.timestamp > STALE_NEWS) {
            self.waiting.extend(self.encoder.event(event, now)?);
        }
        Ok(())
    }

    /// Publishes what waits. A message that was not acknowledged waits on: it goes out again on the next
    /// connection, so each is delivered at least once.
    async fn flush(&mut self, client: &MqttClient) -> Result<(), BusError> {
        while let Some(message) = self.waiting.front() {
            let options = PublishOptions { qos: QoS::AtLeastOnce, ..PublishOptions::default() };
            let sent =
                client.publish_with_options(message.topic.clone(), message.payload.clone(), options).await;
            match sent {
                Ok(PublishResult::Sent(_)) => self.link.message_published(),
                Ok(PublishResult::Queued(_)) => {
                    return Err(undelivered(message, "the connection ended meanwhile"));
                }
                Err(error) => {
                    self.link.publish_failed();
                    if client.is_connected().await {
                        // The broker refuses this very message; the next may be welcome.
                        tracing::warn!(topic = message.topic, "the broker refuses a message: {error}");
                    } else {
                        return Err(undelivered(message, &error.to_string()));
                    }
                }
            }
            self.waiting.pop_front();
        }
        Ok(())
    }

    /// Says what is left to say, and goodbye.
    async fn goodbye(&mut self, client: &MqttClient) {
        while let Ok(event) = self.inbox.queue.try_recv() {
            if let Err(error) = self.queue(&event) {
                tracing::error!("an event is lost: {error}");
            }
        }
        match self.encoder.unregister(self.clock.now()) {
            Ok(goodbye) => self.waiting.push_back(goodbye),
            Err(error) => tracing::error!("no goodbye: {error}"),
        }
        if let Err(error) = self.flush(client).await {
            tracing::warn!("the last words are lost: {error}");
        }
        if let Err(error) = client.disconnect().await {
            tracing::debug!("the connection was gone before the goodbye: {error}");
        }
    }
}

fn undelivered(message: &Outgoing, reason: &str) -> BusError {
    BusError::Publish { topic: message.topic.clone(), reason: reason.to_owned() }
}

/// Certificates as they stand in their files.
struct Pem {
    cert: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    ca: Option<Vec<u8>>,
}

/// Read at every connect, so that a renewed certificate is used without a restart.
fn read_pem(tls: &TlsSettings) -> Result<Pem, BusError> {
    let read = |path: &Option<std::path::PathBuf>| match path {
        Some(path) => std::fs::read(path)
            .map(Some)
            .map_err(|source| BusError::Certificate { path: path.display().to_string(), source }),
        None => Ok(None),
    };
    Ok(Pem { cert: read(&tls.cert)?, key: read(&tls.key)?, ca: read(&tls.ca)? })
}

//! A second connection, that only listens: all that passes on the bus is shown to a [`Watch`], whoever it is for.
//!
//! It is apart from the collector's own connection, at quality of service 0 and without a session: what it misses costs counts
//! and never a sample, a flood on topics that are nobody's business here holds up no measurement, and a broker that does not
//! allow it takes nothing else away.

use crate::connection::{Connection, Loss};
use crate::connector::{Connector, KEEP_ALIVE, Role, unexpected};
use crate::discovery_topics::DiscoveryTopics;
use crate::inbound::Publish;
use crate::sight::sight;
use crate::topics;
use model::{ListenStatus, Millis, Passage, Sighting, Watch};
use mqtt5::Packet;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;
use world::{Chance, Clock};

/// The first wait before a new attempt; it doubles up to [`LAST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait: who refused us may have been told better.
const LAST_WAIT: Duration = Duration::from_secs(60);
/// Share by which a wait is longer or shorter.
const JITTER: f64 = 0.2;
/// How often the broker is asked whether it is there.
const ASK: Duration = Duration::from_secs(KEEP_ALIVE.as_secs() / 2);
/// What the client id of the collector's own connection ends in here.
const SUFFIX: &str = "-listens";

/// How listening goes, written by the listener and read by whoever shows it.
#[derive(Debug)]
pub(crate) struct Hearing {
    filters: Vec<String>,
    state: Mutex<State>,
    messages: AtomicU64,
    bytes: AtomicU64,
    without_envelope: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    connected: bool,
    last_error: Option<String>,
}

impl Hearing {
    pub(crate) fn new(filters: Vec<String>) -> Self {
        Self {
            filters,
            state: Mutex::default(),
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            without_envelope: AtomicU64::new(0),
        }
    }

    pub(crate) fn status(&self) -> ListenStatus {
        let state = self.state.lock();
        ListenStatus {
            connected: state.connected,
            filters: self.filters.clone(),
            messages: self.messages.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            without_envelope: self.without_envelope.load(Ordering::Relaxed),
            last_error: state.last_error.clone(),
        }
    }

    /// Gives whether that is news.
    fn set(&self, connected: bool, last_error: Option<String>) -> bool {
        let mut state = self.state.lock();
        let is_news = state.connected != connected || state.last_error != last_error;
        *state = State { connected, last_error };
        is_news
    }
}

/// Listens, and again whenever the connection is lost.
pub(crate) struct Listener {
    connector: Connector,
    /// The client id of the collector's own connection.
    own_id: String,
    watch: Arc<dyn Watch>,
    clock: Arc<dyn Clock>,
    hearing: Arc<Hearing>,
}

impl Listener {
    /// Will listen to `filters` where `own` is connected.
    pub(crate) fn new(
        own: &Connector,
        filters: Vec<String>,
        watch: Arc<dyn Watch>,
        clock: Arc<dyn Clock>,
        hearing: Arc<Hearing>,
    ) -> Self {
        let connector = own.beside(SUFFIX, Role::Listener(filters));
        Self { connector, own_id: own.client_id.clone(), watch, clock, hearing }
    }

    /// Listens until told to stop.
    pub(crate) async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let mut chance = Chance::from_entropy();
        let mut wait = FIRST_WAIT;
        loop {
            let opened = Instant::now();
            let why = tokio::select! {
                loss = self.connection() => loss.why,
                _ = &mut stopped => break,
            };
            if self.hearing.set(false, Some(why.clone())) {
                tracing::warn!("nobody listens to the bus: {why}");
            }
            if opened.elapsed() > LAST_WAIT {
                wait = FIRST_WAIT;
            }
            tokio::select! {
                () = tokio::time::sleep(chance.jitter(wait, JITTER)) => {}
                _ = &mut stopped => break,
            }
            wait = (wait * 2).min(LAST_WAIT);
        }
        self.hearing.set(false, Some("stopped".to_owned()));
    }

    /// One connection, from its connect to its end.
    async fn connection(&self) -> Loss {
        let mut connection = match self.connector.open(self.clock.now()).await {
            Ok(connection) => connection,
            Err(error) => return Loss::broken(error.to_string()),
        };
        let loss = match self.listen(&mut connection).await {
            Ok(never) => match never {},
            Err(loss) => loss,
        };
        if loss.is_polite
            && let Err(gone) = connection.disconnect().await
        {
            tracing::debug!("the connection was gone: {}", gone.why);
        }
        loss
    }

    async fn listen(&self, connection: &mut Connection) -> Result<std::convert::Infallible, Loss> {
        let mut alive = tokio::time::interval_at(Instant::now() + ASK, ASK);
        loop {
            self.hear(connection)?;
            connection.flush().await?;
            connection.rest();
            tokio::select! {
                biased;
                _ = alive.tick() => connection.ask()?,
                read = connection.read() => read?,
            }
        }
    }

    /// Shows all that was read.
    fn hear(&self, connection: &mut Connection) -> Result<(), Loss> {
        let now = self.clock.now();
        while let Some(packet) = connection.hear(&mut |publish| self.show(publish, now))? {
            match packet {
                Packet::SubAck(granted) => {
                    let refused = self.connector.refusals(&granted)?;
                    refused.iter().for_each(|refusal| tracing::warn!("{refusal}"));
                    self.hearing.set(true, refused.into_iter().next());
                    tracing::info!("listening to {}", self.hearing.filters.join(", "));
                }
                other => return Err(unexpected(&other)),
            }
        }
        Ok(())
    }

    fn show(&self, publish: &Publish<'_>, now: Millis) {
        let passage = Passage {
            topic: &publish.topic,
            received_at: now,
            bytes: publish.bytes,
            payload: publish.payload,
            qos: publish.qos,
            retained: publish.retained,
            properties: publish.properties,
            is_taken: false,
        };
        if !topics::is_subscribed(&publish.topic) {
            self.watch.pass(&passage);
        }
        let mut patch = String::new();
        let sighting = sight(&passage, &self.connector.encoder.source, &mut patch);
        self.hearing.messages.fetch_add(1, Ordering::Relaxed);
        self.hearing.bytes.fetch_add(publish.bytes as u64, Ordering::Relaxed);
        self.hearing.without_envelope.fetch_add(u64::from(sighting.envelope.is_none()), Ordering::Relaxed);
        // What Home Assistant is told was said by the collector itself.
        let is_taken = sighting.is_taken || DiscoveryTopics::is_between(sighting.topic, &self.own_id);
        self.watch.see(&Sighting { is_taken, ..sighting });
    }
}

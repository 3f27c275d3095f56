//! The state of the connection, written by the client and read by whoever shows it.

use model::{BrokerKind, BusStatus, Millis};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is known of the connection.
#[derive(Debug, Default)]
pub(crate) struct Link {
    state: Mutex<State>,
    received: AtomicU64,
    published: AtomicU64,
    questions: AtomicU64,
    questions_refused: AtomicU64,
    failures: AtomicU64,
    /// Events that found the outbox full.
    dropped: Arc<AtomicU64>,
    /// Whether anything at all came in on this connection.
    heard: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    connected: bool,
    broker: BrokerKind,
    address: String,
    since: Millis,
    connects: u64,
    last_error: Option<String>,
    /// What stays true while the process runs.
    notes: Vec<String>,
    /// What is wrong with this connection.
    warnings: Vec<String>,
}

impl Link {
    pub(crate) fn new(
        broker: BrokerKind,
        address: String,
        notes: Vec<String>,
        dropped: Arc<AtomicU64>,
        now: Millis,
    ) -> Self {
        let state = State { broker, address, notes, since: now, ..State::default() };
        Self { state: Mutex::new(state), dropped, ..Self::default() }
    }

    pub(crate) fn status(&self) -> BusStatus {
        let state = self.state.lock();
        BusStatus {
            connected: state.connected,
            broker: state.broker,
            address: state.address.clone(),
            since: state.since,
            messages_received: self.received.load(Ordering::Relaxed),
            messages_published: self.published.load(Ordering::Relaxed),
            publish_failures: self.failures.load(Ordering::Relaxed) + self.dropped.load(Ordering::Relaxed),
            questions: self.questions.load(Ordering::Relaxed),
            questions_refused: self.questions_refused.load(Ordering::Relaxed),
            connects: state.connects,
            last_error: state.last_error.clone(),
            listening: None,
            warnings: state.notes.iter().chain(&state.warnings).cloned().collect(),
        }
    }

    /// The broker let us in; the subscriptions are asked for.
    pub(crate) fn opened(&self) {
        self.state.lock().connects += 1;
    }

    /// Whether the connection is up.
    pub(crate) fn is_up(&self) -> bool {
        self.state.lock().connected
    }

    /// The connection is up and the subscriptions stand.
    pub(crate) fn up(&self, warnings: Vec<String>, now: Millis) {
        let mut state = self.state.lock();
        state.connected = true;
        state.since = now;
        state.last_error = None;
        state.warnings = warnings;
    }

    /// The connection is away. Gives whether that is news.
    pub(crate) fn down(&self, error: String, now: Millis) -> bool {
        let mut state = self.state.lock();
        let is_news = state.connected || state.last_error.as_ref() != Some(&error);
        if state.connected {
            state.since = now;
        }
        state.connected = false;
        state.last_error = Some(error);
        state.warnings.clear();
        is_news
    }

    /// A new connection begins: nothing was heard on it yet.
    pub(crate) fn begin(&self) {
        self.heard.store(false, Ordering::Relaxed);
    }

    pub(crate) fn message_received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
        // Read first: the flag is set once and read a million times.
        if !self.heard.load(Ordering::Relaxed) {
            self.heard.store(true, Ordering::Relaxed);
            self.state.lock().warnings.retain(|warning| warning != DEAF);
        }
    }

    /// Somebody asked something.
    pub(crate) fn asked(&self, is_refused: bool) {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.questions_refused.fetch_add(u64::from(is_refused), Ordering::Relaxed);
    }

    pub(crate) fn message_published(&self) {
        self.published.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn publish_failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Says so if nothing came in on this connection, not even what we sent ourselves.
    pub(crate) fn check_heard(&self) {
        if !self.heard.load(Ordering::Relaxed) {
            self.warn(DEAF.to_owned());
        }
    }

    /// Says once for this connection what the operator should know of it.
    pub(crate) fn warn(&self, warning: String) {
        let mut state = self.state.lock();
        if state.connected && state.warnings.len() < WARNINGS && !state.warnings.contains(&warning) {
            tracing::warn!("{warning}");
            state.warnings.push(warning);
        }
    }
}

/// Warnings kept of one connection.
const WARNINGS: usize = 20;

/// The trap of an access list that grants everything and delivers nothing.
const DEAF: &str = "the broker granted the subscriptions, but not even our own messages come back: its access \
                    list probably has no entry for our user (see docs/migration.md)";

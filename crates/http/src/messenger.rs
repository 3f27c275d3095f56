//! Brings notifications to their receivers: a task for each asks the notifier what is to be sent, sends it, and tells what
//! came back. What is sent, to whom and when is `notify`'s.

use crate::mail;
use crate::outgoing::{Call, CallError, Outgoing, Reach, TrustError};
use axum::body::Bytes;
use axum::http::Method;
use model::{Announce, Event, limits};
use notify::{Errand, Next, Notifier, Receiver, Reply, Request, Tested};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tests that may be under way at a time: each holds a connection for as long as a receiver may take.
const TESTS: usize = 4;

/// Sends notifications.
pub struct Messenger {
    notifier: Arc<Notifier>,
    /// Connections, for each file of authorities its own.
    clients: Mutex<BTreeMap<Option<PathBuf>, Outgoing>>,
    /// Rings when something was announced, or the settings are others.
    bell: watch::Sender<u64>,
    tests: tokio::sync::Semaphore,
}

impl Messenger {
    /// Sends what `notifier` has.
    #[must_use]
    pub fn new(notifier: Arc<Notifier>) -> Self {
        let (bell, _) = watch::channel(0);
        let tests = tokio::sync::Semaphore::new(TESTS);
        Self { notifier, clients: Mutex::default(), bell, tests }
    }

    /// Who says what is sent.
    #[must_use]
    pub fn notifier(&self) -> &Arc<Notifier> {
        &self.notifier
    }

    /// Looks at once whether there is something to do.
    pub fn ring(&self) {
        self.bell.send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    /// Sends until it is dropped. A request that is under way then is sent again at the next start.
    pub async fn run(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        let mut served: BTreeSet<String> = BTreeSet::new();
        let mut bell = self.bell.subscribe();
        loop {
            for receiver in self.notifier.receivers() {
                if served.insert(receiver.name.clone()) {
                    tasks.spawn(Arc::clone(&self).serve(receiver.name));
                }
            }
            tokio::select! {
                ended = tasks.join_next(), if !tasks.is_empty() => match ended {
                    Some(Ok(name)) => { served.remove(&name); }
                    Some(Err(error)) => tracing::error!("sending notifications failed: {error}"),
                    None => {}
                },
                rung = bell.changed() => if rung.is_err() { return },
            }
        }
    }

    /// Sends what there is for one receiver, until it is gone; gives its name.
    async fn serve(self: Arc<Self>, name: String) -> String {
        let mut bell = self.bell.subscribe();
        loop {
            bell.mark_unchanged();
            // The ledger is written: the runtime's threads are not for that.
            let (notifier, asked) = (Arc::clone(&self.notifier), name.clone());
            let next = tokio::task::spawn_blocking(move || notifier.next_step(&asked)).await;
            let errand = match next {
                Ok(Next::Send(errand)) => errand,
                Ok(Next::Gone) => return name,
                Ok(Next::Wait(time)) => {
                    // Either is good: the loop looks which.
                    let _ = tokio::time::timeout(time, bell.changed()).await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(receiver = name, "looking for notifications failed: {error}");
                    tokio::time::sleep(limits::NOTIFY_LOOK).await;
                    continue;
                }
            };
            let reply = self.send(&name, errand).await;
            let (notifier, answered) = (Arc::clone(&self.notifier), name.clone());
            let told = tokio::task::spawn_blocking(move || notifier.answered(&answered, &reply)).await;
            if let Err(error) = told {
                tracing::error!(receiver = name, "an answer was lost: {error}");
            }
        }
    }

    /// Sends a message that only tries whether the receiver can be reached; `None` if there is no such receiver.
    ///
    /// # Errors
    /// As many tests are under way as may be.
    pub(crate) async fn test(&self, name: &str) -> Result<Option<Tested>, TooMany> {
        let _place = self.tests.try_acquire().map_err(|_| TooMany)?;
        let Some(errand) = self.notifier.test(name) else { return Ok(None) };
        let reply = self.send(name, errand).await;
        Ok(Some(self.notifier.tested(name, &reply)))
    }

    async fn send(&self, name: &str, errand: Errand) -> Reply {
        let Some(receiver) = self.notifier.receiver(name) else {
            return Reply::Failed("it is not in the settings any more".to_owned());
        };
        let request = match errand {
            Errand::Call(request) => request,
            Errand::Letter(letter) => return mail::send(&letter, &receiver).await,
        };
        let client = match self.client(&receiver) {
            Ok(client) => client,
            Err(error) => return Reply::Failed(error.to_string()),
        };
        let answer = match call(&receiver, request) {
            Ok(call) => client.call(call).await,
            // The text may have the address in it, which may be a secret.
            Err(CallError::BadUrl { why, .. }) => return Reply::Failed(format!("a bad address: {why}")),
            Err(error) => Err(error),
        };
        match answer {
            Ok(reply) => Reply::Status {
                status: reply.status,
                retry_after: reply.header("retry-after").and_then(seconds),
                text: String::from_utf8_lossy(&reply.body).into_owned(),
            },
            Err(error) => Reply::Failed(error.to_string()),
        }
    }

    fn client(&self, receiver: &Receiver) -> Result<Outgoing, TrustError> {
        let mut clients = self.clients.lock();
        if let Some(client) = clients.get(&receiver.ca) {
            return Ok(client.clone());
        }
        // Receivers stand in the settings, which are trusted to name any address.
        let client = Outgoing::new(receiver.ca.as_deref(), Reach::anywhere())?;
        // Reloads may name ever other files.
        if clients.len() >= limits::RECEIVERS {
            clients.clear();
        }
        clients.insert(receiver.ca.clone(), client.clone());
        Ok(client)
    }
}

/// Events are heard by the notifier, and sent at once.
impl Announce for Messenger {
    fn announce(&self, event: Event) {
        let is_news = matches!(
            event,
            Event::AlertStarted(_)
                | Event::AlertChanged(_)
                | Event::AlertResolved(_)
                | Event::AlertStanding(..)
        );
        self.notifier.announce(event);
        if is_news {
            self.ring();
        }
    }
}

/// As many tests are under way as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

fn call(receiver: &Receiver, request: Request) -> Result<Call, CallError> {
    let method = match request.method {
        notify::Method::Get => Method::GET,
        notify::Method::Post => Method::POST,
        notify::Method::Put => Method::PUT,
        notify::Method::Patch => Method::PATCH,
    };
    let mut call = Call::new(method, request.url.reveal(), Bytes::from(request.body))?;
    for (name, value) in &request.headers {
        call = call.header(name, value.reveal())?;
    }
    let call = call.login(&receiver.login)?;
    Ok(call.within(receiver.time).at_most(limits::NOTIFY_ANSWER_BYTES))
}

/// `Retry-After` in seconds; who names a day and an hour is asked again as everybody.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

//! What happens while somebody looks: keys, news of the collector, answers. Each has a thread that waits for it.

use super::courses::{self, Courses, Wanted};
use crate::questions::{AskError, Client, Event, Events};
use crossterm::event::{self, KeyEvent};
use model::limits;
use parking_lot::{Condvar, Mutex};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use world::{Clock, SystemClock};

/// What happened.
pub(super) enum Happening {
    Key(KeyEvent),
    /// The terminal has another size now.
    Resized,
    /// The collector said something.
    Heard(Event),
    /// The collector is not heard any more, and why.
    Lost(String),
    Answered(Wanted, Result<Courses, String>),
    /// It is to end.
    Ended,
}

/// The one service whose metrics are wanted.
#[derive(Default)]
pub(super) struct Wishes {
    /// What is wanted, and whether nobody has asked for it yet.
    newest: Mutex<(Option<Wanted>, bool)>,
    changed: Condvar,
}

impl Wishes {
    pub(super) fn put(&self, wanted: Option<Wanted>) {
        *self.newest.lock() = (wanted, true);
        self.changed.notify_one();
    }

    /// Waits for something that is wanted and new, or was asked for a while ago.
    fn next(&self) -> Wanted {
        let mut newest = self.newest.lock();
        loop {
            let is_due = newest.1 || self.changed.wait_for(&mut newest, limits::TOP_REFRESH).timed_out();
            match &*newest {
                (Some(wanted), is_new) if is_due || *is_new => {
                    let wanted = wanted.clone();
                    newest.1 = false;
                    return wanted;
                }
                _ => newest.1 = false,
            }
        }
    }
}

/// Starts all that wait.
///
/// # Errors
/// When the machine gives no further threads.
pub(super) fn begin(
    client: &Arc<Client>,
    path: String,
    events: Events,
    wishes: &Arc<Wishes>,
) -> io::Result<Receiver<Happening>> {
    let (sender, receiver) = sync_channel(limits::TOP_QUEUE);
    let (keys, signals, answers) = (sender.clone(), sender.clone(), sender.clone());
    let (asker, follower, wishes) = (Arc::clone(client), Arc::clone(client), Arc::clone(wishes));
    let start = |name: &str, work: Box<dyn FnOnce() + Send>| {
        thread::Builder::new().name(name.to_owned()).spawn(work).map(|_| ())
    };
    start("keys", Box::new(move || read_keys(&keys)))?;
    start("signals", Box::new(move || wait_for_signals(&signals)))?;
    start("answers", Box::new(move || ask(&asker, &wishes, &answers)))?;
    start("news", Box::new(move || follow(&follower, &path, events, &sender)))?;
    Ok(receiver)
}

/// Until nobody listens. A terminal that is gone ends it.
fn read_keys(to: &SyncSender<Happening>) {
    loop {
        let happened = match event::read() {
            Ok(event::Event::Key(key)) => Happening::Key(key),
            Ok(event::Event::Resize(..)) => Happening::Resized,
            Ok(_) => continue,
            Err(_) => Happening::Ended,
        };
        let is_end = matches!(happened, Happening::Ended);
        if to.send(happened).is_err() || is_end {
            return;
        }
    }
}

/// The terminal has to be put in order before the program ends.
fn wait_for_signals(to: &SyncSender<Happening>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    let waited: io::Result<()> = runtime.block_on(async {
        let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        Ok(())
    });
    if waited.is_ok() {
        // Nobody listens any more only if it ends already.
        to.send(Happening::Ended).ok();
    }
}

/// Asks for the metrics that are wanted, again and again.
fn ask(client: &Client, wishes: &Wishes, to: &SyncSender<Happening>) {
    let clock = SystemClock::default();
    loop {
        let wanted = wishes.next();
        let answer = courses::ask(client, &wanted, clock.now()).map_err(|error| told(&error));
        if to.send(Happening::Answered(wanted, answer)).is_err() {
            return;
        }
    }
}

/// Tells what the collector says, and connects again when it is lost.
fn follow(client: &Client, path: &str, events: Events, to: &SyncSender<Happening>) {
    let mut events = Some(events);
    let mut pause = limits::TOP_PAUSE.0;
    loop {
        let why = match events.take().map_or_else(|| client.follow(path, limits::TOP_SILENCE), Ok) {
            Ok(mut events) => loop {
                match events.next() {
                    Ok(Some(event)) => {
                        pause = limits::TOP_PAUSE.0;
                        if to.send(Happening::Heard(event)).is_err() {
                            return;
                        }
                    }
                    Ok(None) => break "the connection ended".to_owned(),
                    Err(error) => break silence(&error),
                }
            },
            // Which one it is stands beside it.
            Err(AskError::NotReached { source, .. }) => silence(&source),
            Err(error) => told(&error),
        };
        if to.send(Happening::Lost(why)).is_err() {
            return;
        }
        rest(pause);
        pause = pause.saturating_mul(2).min(limits::TOP_PAUSE.1);
    }
}

fn silence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "it says nothing".to_owned(),
        _ => error.to_string(),
    }
}

/// Waits on what never happens.
fn rest(length: Duration) {
    let (_sender, receiver) = sync_channel::<()>(1);
    receiver.recv_timeout(length).ok();
}

/// An error in a line. What else is to be said of it is for those who can still choose another command.
pub(super) fn told(error: &AskError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

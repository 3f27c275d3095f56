//! A bus of which everything is known: who says what when, how wrong clocks are, what is lost, doubled, late.

use fastrand::Rng;
use model::{Envelope, Millis, Sighting, Watch};
use traffic::{Change, TrafficView, Watcher};

/// When it begins.
pub(crate) const BEGIN: Millis = 1_795_000_000_000;

/// A message under way.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// When it comes by.
    pub(crate) at: Millis,
    pub(crate) topic: String,
    pub(crate) source: &'static str,
    pub(crate) destination: Option<&'static str>,
    pub(crate) id: u64,
    /// By the sender's clock.
    pub(crate) sent: Millis,
    pub(crate) ttl: f64,
    pub(crate) thread: Option<String>,
}

impl Made {
    /// A message that takes `delay`, of a sender whose clock is `ahead`.
    pub(crate) fn new(source: &'static str, topic: &str, sent: Millis, delay: Millis, ahead: Millis) -> Self {
        Self {
            at: sent + delay,
            topic: topic.to_owned(),
            source,
            destination: None,
            id: 0,
            sent: sent + ahead,
            ttl: 300.0,
            thread: None,
        }
    }
}

/// Lets the messages pass in the order of their coming, with a look at the clock each second.
pub(crate) fn play(watcher: &Watcher, mut messages: Vec<Made>, until: Millis) -> Vec<Change> {
    messages.sort_by_key(|message| message.at);
    let (mut changes, mut next) = (Vec::new(), messages.iter().peekable());
    let mut second = BEGIN;
    while second <= until {
        while let Some(message) = next.next_if(|message| message.at <= second) {
            pass(watcher, message);
        }
        changes.extend(watcher.tick(second, false));
        watcher.tell(second, false);
        second += 1_000;
    }
    changes
}

pub(crate) fn pass(watcher: &Watcher, message: &Made) {
    let id = message.id.to_string();
    #[expect(clippy::cast_precision_loss, reason = "a time of today")]
    let sent = message.sent as f64 / 1e3;
    watcher.see(&Sighting {
        topic: &message.topic,
        received_at: message.at,
        bytes: 100,
        payload: b"",
        is_taken: false,
        retained: false,
        envelope: Some(Envelope {
            source: message.source.into(),
            destination: message.destination.map(Into::into),
            message_id: (message.id > 0).then(|| id.as_str().into()),
            sent_at: Some(sent),
            ttl: Some(message.ttl),
            hops: Some((0.0, 10.0)),
            threads: message.thread.iter().map(|thread| thread.as_str().into()).collect(),
            body: message.id,
            ..Envelope::default()
        }),
    });
}

/// A time with a long tail, as ways over a network take.
pub(crate) fn delay(rng: &mut Rng, usual: f64) -> Millis {
    #[expect(clippy::cast_possible_truncation, reason = "some milliseconds")]
    let delay = (usual * 0.3 - usual * 0.7 / std::f64::consts::LN_2 * rng.f64().max(1e-9).ln()) as Millis;
    delay
}

pub(crate) fn median(mut values: Vec<Millis>) -> f64 {
    values.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "some milliseconds")]
    values.get(values.len() / 2).map_or(f64::NAN, |value| *value as f64 / 1e3)
}

pub(crate) fn sender<'a>(view: &'a TrafficView, name: &str) -> &'a traffic::SenderView {
    view.senders.iter().find(|sender| sender.service == name).unwrap_or_else(|| panic!("no {name}"))
}

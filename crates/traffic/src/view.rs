//! The tables as people look at them.

use crate::pair::Pair;
use crate::sender::Sender;
use crate::stream::Stream;
use crate::tables::Tables;
use model::{Millis, seconds, to_seconds};
use serde::Serialize;

/// All that is known of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TrafficView {
    /// Messages seen since the start.
    pub messages: u64,
    /// Copies among them that the broker had kept; nobody sends those now, and they are not counted further.
    pub retained: u64,
    /// Messages that are in `messages` alone, because there are too many senders, streams or pairs.
    pub left_out: u64,
    /// Who speaks, the loudest first.
    pub senders: Vec<SenderView>,
    /// Who asks whom, by name.
    pub pairs: Vec<PairView>,
}

/// One who speaks.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SenderView {
    /// Its name; empty for all those who name nobody.
    pub service: String,
    /// When it was heard first, since the start.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub first_seen: Millis,
    /// When it was heard last.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
    /// `alive`, `overdue` where something regular is, `gone` after a goodbye.
    pub state: &'static str,
    /// Messages, and how many a second in about the last minute.
    pub messages: u64,
    /// The same.
    pub messages_per_second: f64,
    /// Bytes of their payloads a second.
    pub bytes_per_second: f64,
    /// From sending to receiving, median of the last five minutes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delay: Option<f64>,
    /// The same, 99 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delay_p99: Option<f64>,
    /// How far its clock is ahead of ours, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub clock_offset: Option<f64>,
    /// Messages that came a second time.
    pub duplicates: u64,
    /// Messages that came when they were of no use any more, by their `ttl`.
    pub expired: u64,
    /// Messages that were handed on more often than they may be.
    pub strays: u64,
    /// Messages that say that something failed.
    pub errors: u64,
    /// How much of what it answered in the last five minutes failed, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error_rate: Option<f64>,
    /// How long its answers took, median of the last five minutes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub response_time: Option<f64>,
    /// What it says, the loudest first.
    pub streams: Vec<StreamView>,
}

/// What one says on one kind of topic.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StreamView {
    /// The kind of topic; `+` stands for a name.
    pub topic: String,
    /// The type of the messages, as the sender calls it.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// How many.
    pub messages: u64,
    /// How many a second in about the last minute.
    pub messages_per_second: f64,
    /// Bytes of all payloads.
    pub bytes: u64,
    /// When the newest came.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
    /// The usual pause in seconds, where it is regular.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub every: Option<f64>,
    /// Since when the next is overdue.
    #[serde(with = "seconds::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub overdue_since: Option<Millis>,
}

/// Who asks whom.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PairView {
    /// Who asks.
    pub asker: String,
    /// Who answers.
    pub responder: String,
    /// The kind of topic of the questions.
    pub topic: String,
    /// How many answers there were.
    pub answers: u64,
    /// How many of them say that something failed.
    pub errors: u64,
    /// How long they took, median of the last five minutes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub response_time: Option<f64>,
    /// The same, 99 % quantile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub response_time_p99: Option<f64>,
}

impl Tables {
    pub(crate) fn view(&mut self, now: Millis) -> TrafficView {
        let mut senders: Vec<SenderView> =
            self.senders.values_mut().map(|sender| view_sender(sender, now)).collect();
        senders.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.service.cmp(&b.service)));
        let mut pairs: Vec<PairView> = self.pairs.values().map(|pair| view_pair(pair, now)).collect();
        pairs.sort_by(|a, b| (&a.responder, &a.topic, &a.asker).cmp(&(&b.responder, &b.topic, &b.asker)));
        TrafficView {
            messages: self.messages,
            retained: self.retained,
            left_out: self.left_out,
            senders,
            pairs,
        }
    }
}

fn view_sender(sender: &mut Sender, now: Millis) -> SenderView {
    let error_rate = sender.outcomes.error_rate(now);
    let mut streams: Vec<StreamView> = sender.streams.values().map(view_stream).collect();
    streams.sort_by(|a, b| {
        b.messages.cmp(&a.messages).then_with(|| (&a.topic, &a.kind).cmp(&(&b.topic, &b.kind)))
    });
    let delay = sender.delay(now);
    SenderView {
        service: sender.name.to_string(),
        first_seen: sender.first,
        last_seen: sender.last,
        state: sender.state(),
        messages: sender.messages.total(),
        messages_per_second: sender.messages.per_second(),
        bytes_per_second: sender.bytes.per_second(),
        delay: delay.map(|[median, _]| median),
        delay_p99: delay.map(|[_, p99]| p99),
        clock_offset: sender.skew.ahead().map(to_seconds),
        duplicates: sender.duplicates,
        expired: sender.expired,
        strays: sender.strays,
        errors: sender.errors,
        error_rate,
        response_time: sender.responses.quantiles(now, 0, [0.5]).map(|[median]| median),
        streams,
    }
}

fn view_stream(stream: &Stream) -> StreamView {
    StreamView {
        topic: stream.topic.to_string(),
        kind: stream.kind.to_string(),
        messages: stream.messages.total(),
        messages_per_second: stream.messages.per_second(),
        bytes: stream.bytes,
        last_seen: stream.last,
        every: stream.every().map(to_seconds),
        overdue_since: stream.overdue,
    }
}

fn view_pair(pair: &Pair, now: Millis) -> PairView {
    let times = pair.times.quantiles(now, 0, [0.5, 0.99]);
    PairView {
        asker: pair.asker.to_string(),
        responder: pair.responder.to_string(),
        topic: pair.topic.to_string(),
        answers: pair.answers,
        errors: pair.errors,
        response_time: times.map(|[median, _]| median),
        response_time_p99: times.map(|[_, p99]| p99),
    }
}

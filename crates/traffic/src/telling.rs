//! What was counted, as samples. All have `job="bus"`, for they are nobody's own word, and `service`, whom they speak of.

use crate::pair::{Asked, Pair};
use crate::sender::Sender;
use crate::stream::Stream;
use crate::tables::Tables;
use model::{Labels, Millis, NAME, SERVICE, limits, to_seconds};

/// Labels and a value.
pub type Told = (Labels, f64);

/// The label and the value by which these samples are known.
pub(crate) const JOB: (&str, &str) = ("job", "bus");
/// What did not change is told so seldom, which is often enough for a query to see it.
pub(crate) const UNCHANGED: Millis = limits::MINUTE;

impl Tables {
    /// The samples of now. With `all` those too that did not change since they were told last.
    pub(crate) fn tell(&mut self, now: Millis, all: bool) -> Vec<Told> {
        let mut told = Vec::new();
        for sender in self.senders.values_mut() {
            if all || !std::mem::replace(&mut sender.is_told, true) {
                tell_sender(sender, now, &mut told);
            }
            let name = std::sync::Arc::clone(&sender.name);
            for stream in sender.streams.values_mut() {
                if all || !std::mem::replace(&mut stream.is_told, true) {
                    tell_stream(&name, stream, now, &mut told);
                }
            }
        }
        for pair in self.pairs.values_mut() {
            if all || !std::mem::replace(&mut pair.is_told, true) {
                tell_pair(pair, now, &mut told);
            }
        }
        if all {
            self.asked
                .values()
                .filter(|asked| asked.is_question)
                .for_each(|asked| tell_asked(asked, &mut told));
        }
        told
    }
}

fn tell_sender(sender: &mut Sender, now: Millis, told: &mut Vec<Told>) {
    let name = std::sync::Arc::clone(&sender.name);
    let mut say = |metric: &str, value: f64| told.push(one(metric, &name, &[], value));
    say("bus_sender_messages_total", float(sender.messages.total()));
    say("bus_sender_bytes_total", float(sender.bytes.total()));
    say("bus_duplicates_total", float(sender.duplicates));
    say("bus_expired_total", float(sender.expired));
    say("bus_strays_total", float(sender.strays));
    say("bus_errors_total", float(sender.errors));
    if let Some(ahead) = sender.skew.ahead() {
        say("bus_clock_offset_seconds", to_seconds(ahead));
    }
    if let Some(percent) = sender.outcomes.error_rate(now) {
        say("error_rate", percent);
    }
    if let Some([median]) = sender.responses.quantiles(now, 0, [0.5]) {
        // The protocol's unit of this name.
        say("response_time", median * 1e3);
    }
    for (quantile, value) in ["0.5", "0.99"].iter().zip(sender.delay(now).into_iter().flatten()) {
        told.push(one("bus_delay_seconds", &name, &[("quantile", quantile)], value));
    }
}

fn tell_stream(sender: &str, stream: &Stream, now: Millis, told: &mut Vec<Told>) {
    let labels = [("topic", &*stream.topic), ("type", &*stream.kind)];
    told.push(one("bus_messages_total", sender, &labels, float(stream.messages.total())));
    told.push(one("bus_bytes_total", sender, &labels, float(stream.bytes)));
    if let Some(every) = stream.every() {
        told.push(one("bus_interval_seconds", sender, &labels, to_seconds(every)));
        told.push(one("bus_overdue", sender, &labels, f64::from(u8::from(stream.overdue.is_some()))));
        told.push(one("bus_silence_seconds", sender, &labels, to_seconds((now - stream.last).max(0))));
    }
}

fn tell_pair(pair: &Pair, now: Millis, told: &mut Vec<Told>) {
    let labels = [("asker", &*pair.asker), ("topic", &*pair.topic)];
    let say = |metric: &str, value: f64| one(metric, &pair.responder, &labels, value);
    told.push(say("bus_answers_total", float(pair.answers)));
    told.push(say("bus_answer_errors_total", float(pair.errors)));
    told.push(say("bus_response_seconds_sum", to_seconds(pair.sum)));
    told.push(say("bus_response_seconds_count", float(pair.answers)));
    let quantiles = pair.times.quantiles(now, 0, [0.5, 0.99]);
    for (quantile, value) in ["0.5", "0.99"].iter().zip(quantiles.into_iter().flatten()) {
        let labels = [labels[0], ("quantile", *quantile), labels[1]];
        told.push(one("bus_response_seconds", &pair.responder, &labels, value));
    }
}

fn tell_asked(asked: &Asked, told: &mut Vec<Told>) {
    let labels = [("topic", &*asked.topic)];
    told.push(one("bus_questions_total", &asked.asker, &labels, float(asked.questions)));
    told.push(one("bus_unanswered_total", &asked.asker, &labels, float(asked.unanswered)));
}

fn one(metric: &str, service: &str, labels: &[(&str, &str)], value: f64) -> Told {
    let own = [(NAME, metric), JOB, (SERVICE, service)];
    (Labels::new(own.into_iter().chain(labels.iter().copied())), value)
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

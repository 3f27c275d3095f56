//! `cargo bench -p fields --bench recording`: what listening costs on a real bus, beside taking its measurements.
//!
//! The messages are those of a recording (`RECORDING`, or the recorded home beside the repository): lines of JSON with `t`, `topic`
//! and `payload`. They are read for what they mean, as the collector's own connection does with those that it takes; and they are looked
//! at as its listening connection does with all: the envelope, the traffic, the numbers. `ns` is a message's share of the processor, the
//! median of nine runs over twenty times the recording, each with ids of its own, in the thread's own time.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use bus::decode::glance;
use bus::topics::is_taken;
use fields::Fields;
use model::{Millis, Sighting, Watch};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use traffic::Watcher;

/// So many times the recording is heard.
const ROUNDS: usize = 20;

#[derive(Deserialize)]
struct Line {
    t: f64,
    topic: String,
    payload: String,
}

struct Message {
    at: Millis,
    topic: String,
    payload: String,
}

fn main() {
    let place = std::env::var_os("RECORDING").map(PathBuf::from).unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/capture/alicia-first-minutes.jsonl")
    });
    let Ok(text) = std::fs::read_to_string(&place) else {
        println!("NOT RUN: there is no recording at {}; RECORDING names another", place.display());
        return;
    };
    let once: Vec<Message> = text.lines().map(read).collect();
    let bytes: usize = once.iter().map(|message| message.payload.len()).sum();
    let taken = once.iter().filter(|message| is_taken(&message.topic)).count();
    println!(
        "{} messages of {} bytes on average; {taken} of them are measurements",
        once.len(),
        bytes / once.len()
    );
    let span = once.last().map_or(0, |last| last.at) - once.first().map_or(0, |first| first.at) + 1_000;
    let messages: Vec<Message> =
        (0..ROUNDS).flat_map(|round| once.iter().map(move |message| again(message, round, span))).collect();
    let envelopes = median(&messages, || Box::new(|_, _| ()));
    let traffic = median(&messages, || {
        let watcher = Watcher::default();
        Box::new(move |sighting, _| watcher.see(sighting))
    });
    let numbers = median(&messages, || {
        let fields = Fields::default();
        Box::new(move |sighting, is_over| {
            fields.see(sighting);
            if is_over {
                std::hint::black_box(fields.tell(sighting.received_at));
            }
        })
    });
    println!("{:<24} {:>6.0} ns", "envelope", share(envelopes, messages.len()));
    println!("{:<24} {:>6.0} ns", "traffic", share(traffic.saturating_sub(envelopes), messages.len()));
    println!("{:<24} {:>6.0} ns", "numbers", share(numbers.saturating_sub(envelopes), messages.len()));
    let all = traffic + numbers - envelopes.min(numbers);
    println!("{:<24} {:>6.0} ns", "all of it", share(all, messages.len()));
}

fn read(line: &str) -> Message {
    let line: Line = serde_json::from_str(line).expect("a line of a recording");
    let at = model::from_seconds(line.t).expect("a time");
    Message { at, topic: line.topic, payload: line.payload }
}

/// The message in a later round, with an id of its own.
fn again(message: &Message, round: usize, span: Millis) -> Message {
    let id = format!("\"message_id\": \"{round:02}");
    let payload = message.payload.replacen("\"message_id\": \"", &id, 1);
    let at = message.at + span * Millis::try_from(round).expect("few");
    Message { at, topic: message.topic.clone(), payload }
}

/// Nanoseconds of the processor for each message.
fn share(nanoseconds: u64, messages: usize) -> f64 {
    nanoseconds as f64 / messages as f64
}

/// What this thread has had of the processor, in nanoseconds: others may have the rest.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux with it");
    text.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// `look` is told of each message, and whether a second is over.
fn median(messages: &[Message], mut fresh: impl FnMut() -> Box<dyn FnMut(&Sighting<'_>, bool)>) -> u64 {
    let mut runs: Vec<u64> = (0..9)
        .map(|_| {
            let mut look = fresh();
            let begun = processor();
            let mut second = 0;
            for message in messages {
                let mut patch = String::new();
                let payload = message.payload.as_bytes();
                let envelope = glance(payload, &mut patch);
                let sighting = Sighting {
                    topic: &message.topic,
                    received_at: message.at,
                    bytes: payload.len(),
                    payload,
                    is_taken: is_taken(&message.topic),
                    retained: false,
                    envelope,
                };
                let is_over = message.at / 1_000 != std::mem::replace(&mut second, message.at / 1_000);
                look(std::hint::black_box(&sighting), is_over);
            }
            processor() - begun
        })
        .collect();
    runs.sort_unstable();
    *runs.get(4).expect("nine runs")
}

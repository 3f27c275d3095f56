//! What the simulated services say to each other: a question for the voice every few seconds, its answers, and how the lamps are.

use super::script::{Character, Part};
use bus::{BusError, Sender, envelope, topics};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use world::{Chance, Clock};

/// How often somebody speaks to the house, and how often the lamps say how they are.
const PERIOD: Duration = Duration::from_secs(3);
/// Questions that wait for one service.
const WAITING: usize = 8;
/// The parts of the voice, in the order in which they are asked.
const VOICE: [&str; 4] = ["stt", "ai", "grok", "tts"];
const LAMPS: [&str; 3] = ["lamp_hall", "lamp_kitchen", "lamp_attic"];

/// A service's part in the house, for as long as its process lives.
pub(super) struct Talk {
    character: Character,
    questions: mpsc::Receiver<Value>,
    next: Instant,
    said: u64,
}

impl Talk {
    /// Begins to listen, if that is its part.
    pub(super) async fn begin(character: &Character, sender: &Sender) -> Result<Self, BusError> {
        let (heard, questions) = mpsc::channel(WAITING);
        if let Part::Answers(part) = character.part {
            let hear = move |_: &str, payload: &[u8]| {
                let message: Value = serde_json::from_slice(payload).unwrap_or_default();
                // Who is asked more than it can answer leaves questions unanswered.
                let _ = heard.try_send(message["payload"].clone());
            };
            sender.on_message(&topics::voice(part, "request"), hear).await?;
        }
        Ok(Self { character: *character, questions, next: Instant::now() + PERIOD, said: 0 })
    }

    /// Says what is due; to be called all the time.
    pub(super) async fn go_on(
        &mut self,
        sender: &Sender,
        clock: &dyn Clock,
        (t, chance): (f64, &mut Chance),
    ) -> Result<(), BusError> {
        match self.character.part {
            Part::Quiet => Ok(()),
            Part::Answers(part) => {
                let Ok(question) = self.questions.try_recv() else { return Ok(()) };
                let vitals = self.character.vitals(t, chance.unit());
                let took = vitals.response_ms / 1e3;
                tokio::time::sleep(Duration::from_secs_f64(took)).await;
                let (word, body) = if 100.0 * chance.unit() < vitals.error_percent {
                    ("error", json!({"error": "it takes too long", "original_request": question}))
                } else {
                    ("response", answer(&question, took, chance))
                };
                self.say(sender, clock, &topics::voice(part, word), &body).await
            }
            _ if Instant::now() < self.next => Ok(()),
            Part::Asks => {
                let (part, session) = (turn(&VOICE, self.said), self.said / VOICE.len() as u64);
                let body =
                    json!({"text": "turn on the light", "session_id": format!("session-{session}-{part}")});
                self.next += PERIOD / 4;
                self.say(sender, clock, &topics::voice(part, "request"), &body).await
            }
            Part::Lamps => {
                let device = turn(&LAMPS, self.said);
                self.next += PERIOD;
                self.say(sender, clock, &topics::device_status(device), &lamp(device, t)).await
            }
        }
    }

    async fn say(
        &mut self,
        sender: &Sender,
        clock: &dyn Clock,
        topic: &str,
        body: &Value,
    ) -> Result<(), BusError> {
        self.said += 1;
        sender.publish(topic, envelope(self.character.name, clock.now(), body)?, 1, false).await
    }
}

/// Whose turn it is.
fn turn(all: &[&'static str], round: u64) -> &'static str {
    let at = round % (all.len() as u64).max(1);
    all.get(usize::try_from(at).unwrap_or_default()).copied().unwrap_or_default()
}

fn answer(question: &Value, took: f64, chance: &mut Chance) -> Value {
    json!({"session_id": question["session_id"], "text": "the light is on", "processing_time": took,
        "confidence": 0.9 + 0.1 * chance.unit()})
}

fn lamp(device: &str, t: f64) -> Value {
    let is_on = (t / 20.0).fract() < 0.5;
    json!({"device_id": device, "state": if is_on { "on" } else { "off" }, "power": if is_on { 8.5 } else { 0.3 },
        "battery": 100.0 - (t / 600.0).min(99.0), "temperature": 21.0 + 2.0 * (t / 60.0).sin()})
}

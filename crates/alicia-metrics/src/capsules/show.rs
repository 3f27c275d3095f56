//! `capsule show` and `verify`: what is in a capsule, and what cannot be read of it.

use super::CapsulesError;
use super::files::Source;
use crate::questions::{Shown, Table};
use capsule::{Capsule, Count, Piece, Preface};
use http::rfc3339;
use model::{Millis, Passage, limits, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

/// Topics that are shown; the others are counted.
const SHOWN: usize = 30;

/// What is in a capsule.
#[derive(Debug, Default, Serialize)]
struct Contents {
    preface: Preface,
    file_bytes: u64,
    messages: u64,
    bytes: u64,
    /// Of the collector's own connection.
    taken: u64,
    retained: u64,
    without_payload: u64,
    /// Unix seconds of the earliest and the latest message.
    from: Option<f64>,
    until: Option<f64>,
    topics: BTreeMap<String, Topic>,
    /// Messages on topics that are not counted one by one.
    other_topics: Topic,
    damage: Vec<String>,
    #[serde(skip)]
    span: Option<(Millis, Millis)>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Topic {
    messages: u64,
    bytes: u64,
}

/// Says what is in a capsule.
pub(super) fn show(path: &Path, is_json: bool) -> Result<Shown, CapsulesError> {
    let contents = read(path)?;
    let text = if is_json {
        let json = serde_json::to_string(&contents);
        json.map_err(|error| CapsulesError::Damaged(error.to_string()))? + "\n"
    } else {
        contents.text()
    };
    Ok(Shown { text, said: Vec::new() })
}

/// Says whether all of a capsule can be read.
pub(super) fn verify(path: &Path) -> Result<Shown, CapsulesError> {
    let contents = read(path)?;
    let counted = format!("{}: {} messages", path.display(), contents.messages);
    if contents.damage.is_empty() {
        return Ok(Shown { text: format!("{counted}, sound\n"), said: Vec::new() });
    }
    Err(CapsulesError::Damaged(format!("{counted} can be read\n{}", contents.damage.join("\n"))))
}

fn read(path: &Path) -> Result<Contents, CapsulesError> {
    let source = Source::open(path)?;
    let capsule =
        Capsule::open(&source, source.length).map_err(|error| CapsulesError::capsule(path, error))?;
    let mut contents =
        Contents { preface: capsule.preface().clone(), file_bytes: capsule.length(), ..Contents::default() };
    let read = capsule.each(&mut |piece| {
        match piece {
            Piece::Message(message) => contents.count(&message),
            Piece::Gap(gap) => contents.damage.push(gap.to_string()),
        }
        ControlFlow::Continue(())
    });
    read.map_err(|source| CapsulesError::read(path, source))?;
    contents.from = contents.span.map(|(from, _)| to_seconds(from));
    contents.until = contents.span.map(|(_, until)| to_seconds(until));
    Ok(contents)
}

impl Contents {
    fn count(&mut self, message: &Passage<'_>) {
        let (at, bytes) = (message.received_at, message.bytes as u64);
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.taken += u64::from(message.is_taken);
        self.retained += u64::from(message.retained);
        self.without_payload += u64::from(message.payload.len() != message.bytes);
        self.span = Some(self.span.map_or((at, at), |(from, until)| (from.min(at), until.max(at))));
        let has_room = self.topics.len() < limits::CAPSULE_TOPICS || self.topics.contains_key(message.topic);
        let topic = if has_room {
            self.topics.entry(message.topic.to_owned()).or_default()
        } else {
            &mut self.other_topics
        };
        topic.messages += 1;
        topic.bytes = topic.bytes.saturating_add(bytes);
    }

    fn text(&self) -> String {
        let mut text = self.head();
        let mut topics: Vec<(&String, &Topic)> = self.topics.iter().collect();
        topics.sort_by(|a, b| b.1.messages.cmp(&a.1.messages).then(a.0.cmp(b.0)));
        let mut table = Table::new(&["messages>", "bytes>", "topic"]);
        let row = |topic: &Topic, name: &str| {
            vec![topic.messages.to_string(), topic.bytes.to_string(), name.escape_debug().to_string()]
        };
        topics.iter().take(SHOWN).for_each(|(name, topic)| table.push(row(topic, name)));
        let others = topics.iter().skip(SHOWN).fold(self.other_topics, |sum, (_, topic)| Topic {
            messages: sum.messages + topic.messages,
            bytes: sum.bytes.saturating_add(topic.bytes),
        });
        if others.messages > 0 {
            table.push(row(&others, "(other topics)"));
        }
        if self.messages > 0 {
            text.push('\n');
            text.push_str(&table.text());
        }
        text
    }

    fn head(&self) -> String {
        let preface = &self.preface;
        let mut text = String::new();
        // Writing to a text does not fail.
        let mut line = |name: &str, what: String| {
            let _fits = writeln!(text, "{name:<10} {what}");
        };
        let made = match preface.collector.as_str() {
            "" => "made of a recording in text".to_owned(),
            version => {
                let (version, made) = (version.escape_debug(), rfc3339(preface.made_at));
                format!("made by alicia-metrics {version} at {made}")
            }
        };
        line("capsule", format!("{made}, {} bytes", self.file_bytes));
        if let Some(alert) = &preface.alert {
            let (id, began) = (alert.alert_id.escape_debug(), rfc3339(alert.timestamp));
            line("alert", format!("{id} ({}), which began at {began}", alert.severity.escape_debug()));
        }
        line("messages", self.counted());
        if let Some((from, until)) = self.span {
            line("span", format!("{} to {}", rfc3339(from), rfc3339(until)));
        }
        if let Some(since) = preface.since {
            line("complete", format!("from {} on", rfc3339(since)));
        }
        let count = |what: &str, count: Count| format!("{} {what} ({} bytes)", count.messages, count.bytes);
        let left = preface.left_out;
        let left = [
            count("messages on excluded topics", left.excluded),
            count("payloads too long", left.too_long),
            count("properties too long", left.properties),
        ];
        line("left out", left.join(", "));
        match self.damage.as_slice() {
            [] => line("damage", "none".to_owned()),
            some => some.iter().for_each(|one| line("damage", one.clone())),
        }
        text
    }

    fn counted(&self) -> String {
        format!(
            "{} of {} bytes: {} that the collector takes, {} that it only hears; {} retained, {} without payload",
            self.messages,
            self.bytes,
            self.taken,
            self.messages - self.taken,
            self.retained,
            self.without_payload
        )
    }
}

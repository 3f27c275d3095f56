//! Messages that were not understood: of each kind the newest example, why, how many, and a mapping that might help.

use crate::left::Left;
use crate::mapping::Mapping;
use crate::units;
use crate::words::{leading_number, snake};
use hashbrown::HashMap;
use model::{Millis, limits, seconds};
use serde::Serialize;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Messages of one kind that were not understood.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct InboxEntry {
    /// The kind of topic, with `+` for names.
    pub kind: String,
    /// The topic of the example.
    pub topic: String,
    /// Why: `binary`, `broken_json`, `free_text`, `too_large` or `announcement`.
    pub reason: &'static str,
    /// The beginning of the newest such message.
    pub example: String,
    /// How many there were.
    pub count: u64,
    /// When the first came.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub first_seen: Millis,
    /// When the newest came.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
    /// A mapping that would make something of them, or let them pass in silence: what `POST /bus/mappings` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mapping: Option<Mapping>,
    /// The same as a table for the settings file.
    pub suggestion: String,
}

/// The inbox.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    entries: HashMap<u64, InboxEntry>,
    /// Messages of kinds for which there is no room.
    pub(crate) left_out: u64,
}

fn word(reason: Left) -> &'static str {
    match reason {
        Left::Binary => "binary",
        Left::BrokenJson => "broken_json",
        Left::TooLarge => "too_large",
        Left::Announcement => "announcement",
        _ => "free_text",
    }
}

impl Inbox {
    /// Keeps a message that was not understood.
    pub(crate) fn put(&mut self, kind: &Arc<str>, topic: &str, payload: &[u8], reason: Left, now: Millis) {
        let key = xxh3_64_with_seed(kind.as_bytes(), reason.place() as u64);
        if !self.entries.contains_key(&key) && self.entries.len() >= limits::INBOX_ENTRIES {
            self.left_out += 1;
            return;
        }
        let entry = self.entries.entry(key).or_insert_with(|| InboxEntry {
            kind: kind.to_string(),
            topic: String::new(),
            reason: word(reason),
            example: String::new(),
            count: 0,
            first_seen: now,
            last_seen: now,
            mapping: None,
            suggestion: String::new(),
        });
        entry.count += 1;
        // Of a flood one example a second is enough.
        if entry.count > 1 && (0..limits::SECOND).contains(&(now - entry.last_seen)) {
            return;
        }
        entry.last_seen = now;
        topic_start(topic).clone_into(&mut entry.topic);
        entry.example = example(payload);
        entry.mapping = suggestion(kind, &entry.example, reason).ok();
        entry.suggestion = entry.mapping.as_ref().map(table).unwrap_or_default();
    }

    /// All entries, the most frequent first.
    pub(crate) fn entries(&self) -> Vec<InboxEntry> {
        let mut all: Vec<InboxEntry> = self.entries.values().cloned().collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.kind, a.reason).cmp(&(&b.kind, b.reason))));
        all
    }

    /// Forgets the messages of which `mappings` speak by now.
    pub(crate) fn settle(&mut self, mappings: &[Mapping]) {
        self.entries.retain(|_, entry| !mappings.iter().any(|mapping| mapping.has_topic(&entry.topic)));
    }

    /// Forgets what was not seen for long.
    pub(crate) fn forget(&mut self, now: Millis) {
        self.entries.retain(|_, entry| (now - entry.last_seen).abs() < limits::FIELDS_KEPT);
    }
}

fn topic_start(topic: &str) -> &str {
    let mut end = topic.len().min(limits::TRAFFIC_NAME_BYTES);
    while !topic.is_char_boundary(end) {
        end -= 1;
    }
    topic.get(..end).unwrap_or_default()
}

/// The beginning of a payload as a text; what is none is shown as the replacement character.
fn example(payload: &[u8]) -> String {
    let start = payload.get(..limits::INBOX_EXAMPLE_BYTES).unwrap_or(payload);
    let mut text = String::from_utf8_lossy(start).into_owned();
    let mut end = text.len().min(limits::INBOX_EXAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

fn suggestion(kind: &str, example: &str, reason: Left) -> Result<Mapping, String> {
    let levels = kind.split('/').enumerate().map(|(place, level)| match level {
        "+" => format!("{{level_{}}}", place + 1),
        level => level.to_owned(),
    });
    let topic = levels.collect::<Vec<_>>().join("/");
    let number = leading_number(example.trim()).filter(|_| reason == Left::FreeText);
    let name = kind.rsplit('/').map(snake).find(|name| !name.is_empty());
    let (Some(_), Some(name)) = (number, name) else { return Mapping::suggested(&topic, None, "") };
    let rest =
        example.trim().trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    // Several words are no unit.
    let symbol = Some(rest.trim()).filter(|rest| !rest.contains(char::is_whitespace)).unwrap_or_default();
    let unit = units::of_symbol(symbol);
    Mapping::suggested(&topic, Some(&name), &unit).or_else(|_| Mapping::suggested(&topic, Some(&name), ""))
}

/// A suggested mapping as a table of the settings file.
fn table(mapping: &Mapping) -> String {
    let mut text = format!("[[mapping]]\ntopic = {}\n", toml_text(mapping.topic()));
    if mapping.drop {
        text.push_str("drop = true\n");
    }
    let (name, unit) = (mapping.name.as_ref().map(|name| &name.0), mapping.unit.as_ref().map(|unit| &unit.0));
    for (key, value) in [("name", name), ("unit", unit)] {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {}\n", toml_text(value)));
        }
    }
    text
}

/// A text as TOML has it; its escapes are those of JSON.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

//! Short messages to a phone: ntfy, Gotify, Telegram.

use crate::message::Message;
use model::Secret;
use serde_json::{Value, json};

/// Letters that ntfy and Telegram take (4,096 bytes, and 4,096 letters).
const LETTERS: usize = 3_500;

/// ntfy's body; priorities go from 1 to 5.
pub(super) fn ntfy(message: &Message, topic: &Secret) -> Value {
    let tag = if message.is_bad_news() { "rotating_light" } else { "white_check_mark" };
    json!({
        "topic": topic.reveal(),
        "title": message.title(),
        "message": message.text(LETTERS),
        "priority": urgency(message, [3, 4, 5]),
        "tags": [tag],
    })
}

/// Gotify's body; priorities go from 0 to 10.
pub(super) fn gotify(message: &Message) -> Value {
    json!({
        "title": message.title(),
        "message": message.text(LETTERS),
        "priority": urgency(message, [4, 6, 8]),
    })
}

/// Telegram's body, as plain text: nothing in an alert is markup.
pub(super) fn telegram(message: &Message, chat: &str) -> Value {
    json!({
        "chat_id": chat,
        "text": format!("{}\n{}", message.title(), message.text(LETTERS)),
        "disable_web_page_preview": true,
    })
}

/// Of the three, that for the severity; for what is over, the first.
fn urgency(message: &Message, [low, high, highest]: [u8; 3]) -> u8 {
    match message.severity() {
        _ if !message.is_bad_news() => low,
        "critical" => highest,
        "error" => high,
        _ => low,
    }
}

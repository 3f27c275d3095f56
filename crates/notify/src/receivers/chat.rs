//! Messages to a room: Slack, Discord.

use crate::message::Message;
use serde_json::{Value, json};

/// Letters that Slack shows at once.
const SLACK_LETTERS: usize = 2_800;
/// Letters of an embedded text of Discord.
const DISCORD_LETTERS: usize = 4_000;
/// Letters of an embedded title of Discord.
const DISCORD_TITLE: usize = 250;

/// The body of Slack's incoming webhooks. What an alert says mentions nobody and links nowhere.
pub(super) fn slack(message: &Message) -> Value {
    let text = escaped(&message.text(SLACK_LETTERS));
    json!({
        "text": escaped(&message.title()),
        "attachments": [{"color": format!("#{:06x}", colour(message)), "text": text, "fallback": text}],
    })
}

/// The body of Discord's webhooks. What an alert says mentions nobody.
pub(super) fn discord(message: &Message) -> Value {
    let title: String = message.title().chars().take(DISCORD_TITLE).collect();
    json!({
        "embeds": [{"title": title, "description": message.text(DISCORD_LETTERS), "color": colour(message)}],
        "allowed_mentions": {"parse": []},
    })
}

fn colour(message: &Message) -> u32 {
    match message.severity() {
        _ if !message.is_bad_news() => 0x2e_a0_43,
        "critical" | "error" => 0xd1_24_2f,
        "warning" => 0xdb_ab_09,
        _ => 0x08_6d_dd,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

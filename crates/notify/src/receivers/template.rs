//! A body of one's own, with placeholders such as `{{summary}}`.

use super::webhook;
use crate::message::Message;
use crate::moment::rfc3339;
use crate::notice::Notice;
use model::Secret;
use serde_json::Value;

/// What may stand between the braces.
const NAMES: [&str; 11] = [
    "title",
    "summary",
    "status",
    "severity",
    "receiver",
    "count",
    "rule",
    "service",
    "instance",
    "value",
    "starts_at",
];
/// JSON as it is: the list of alerts as in the payload of webhooks.
const ALERTS: &str = "alerts";
/// Letters of a summary.
const LETTERS: usize = 3_500;

/// Whether every placeholder is one.
pub(super) fn check(body: &str) -> Result<(), String> {
    for piece in pieces(body) {
        if let Piece::Name(name) = piece
            && name != ALERTS
            && !NAMES.contains(&name)
        {
            let all = NAMES.join(", ");
            return Err(format!("there is no placeholder {{{{{name}}}}}; expected one of {all}, {ALERTS}"));
        }
    }
    Ok(())
}

/// Whether what is put into the body must be fit for a text in JSON: unless the headers say that it is something else.
pub(super) fn is_json(headers: &[(String, Secret)]) -> bool {
    let said = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    said.is_none_or(|(_, value)| value.reveal().contains("json"))
}

/// The body with everything put in.
pub(super) fn filled(body: &str, message: &Message, is_json: bool) -> String {
    let mut text = String::with_capacity(body.len());
    for piece in pieces(body) {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Name(ALERTS) => {
                let alerts = message.alerts().map(webhook::alert).collect();
                text.push_str(&Value::Array(alerts).to_string());
            }
            Piece::Name(name) if is_json => {
                let quoted = Value::String(value(name, message)).to_string();
                text.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
            }
            Piece::Name(name) => text.push_str(&value(name, message)),
        }
    }
    text
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        found.extend([Piece::Text(before), Piece::Name(name.trim())]);
        rest = behind;
    }
    found.push(Piece::Text(rest));
    found
}

fn value(name: &str, message: &Message) -> String {
    let of_first = |read: fn(&Notice) -> String| message.news().first().map(read).unwrap_or_default();
    match name {
        "title" => message.title(),
        "summary" => message.text(LETTERS),
        "status" => (if message.is_bad_news() { "firing" } else { "resolved" }).to_owned(),
        "severity" => message.severity().to_owned(),
        "receiver" => message.receiver.clone(),
        "count" => message.news().len().to_string(),
        "value" => of_first(|notice| notice.value.to_string()),
        "starts_at" => of_first(|notice| rfc3339(notice.starts_at)),
        label => message.news().first().map(|notice| notice.label(label).to_owned()).unwrap_or_default(),
    }
}

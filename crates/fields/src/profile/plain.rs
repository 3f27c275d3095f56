//! Messages of nobody that is known: Alicia's services, and everybody else's JSON, numbers and words.

use super::naming::{as_written, words};
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::value::Value;
use crate::words::{snake, truth};

/// Steps that only hold the rest.
const WRAPPERS: [&str; 5] = ["data", "payload", "params", "result", "body"];
/// Last levels of topics that say what kind of message it is, and nothing of what.
const KINDS: &[&str] = &[
    "state",
    "status",
    "stat",
    "response",
    "request",
    "reply",
    "result",
    "update",
    "updates",
    "event",
    "events",
    "telemetry",
    "data",
    "report",
    "info",
    "json",
    "value",
    "values",
    "get",
    "set",
    "out",
    "in",
    "tele",
    "raw",
];
/// Names that say nothing by themselves: what is measured stands in the topic.
const VALUES: [&str; 7] = ["value", "val", "v", "reading", "measurement", "values", "current_value"];
/// Names that want another word before them.
const VAGUE: [&str; 8] = ["state", "status", "level", "total", "count", "number", "mode", "size"];
/// Topics on which somebody says whether it is there.
const THERE: [&str; 6] = ["availability", "available", "online", "lwt", "connected", "status"];

pub(super) fn place(label: &str) -> Place {
    let words = label.rsplit('/').map(snake).filter(|word| !word.is_empty());
    let stem = words.clone().find(|word| !KINDS.contains(&word.as_str()) && !word.starts_with('_'));
    Place::new(Profile::Plain, Vec::new(), stem.or_else(|| words.clone().next()).unwrap_or_default())
}

/// Whether a word says that somebody is there or not.
fn is_presence(word: &str) -> bool {
    word.eq_ignore_ascii_case("online") || word.eq_ignore_ascii_case("offline")
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    if asked.path.is_empty() {
        let is_presence = asked.value.text().is_some_and(is_presence) || place.stem == "lwt";
        let is_there =
            asked.value.text().is_some_and(|word| truth(word).is_some()) && THERE.contains(&&*place.stem);
        return if is_presence || is_there {
            Ok(Named::new("available", ""))
        } else {
            as_written(asked, &place.stem)
        };
    }
    let (mut words, labels) = words(asked.path);
    while words.len() > 1 && words.first().is_some_and(|word| WRAPPERS.contains(&&**word)) {
        words.remove(0);
    }
    let written = words.join("_");
    if VALUES.contains(&&*written) && !place.stem.is_empty() {
        return as_written(asked, &place.stem).map(|named| labelled(named, labels));
    }
    let is_vague = VAGUE.contains(&&*written) && !place.stem.is_empty() && place.stem != written;
    let stem = if is_vague { format!("{}_{written}", singular(&place.stem)) } else { written };
    let is_number = matches!(asked.value, Value::Number(_));
    let named = as_written(asked, &stem)?;
    // What is measured at a place is told in words only where they are not the message itself.
    if !is_number && words.last().is_some_and(|word| word == "language" || word == "locale") {
        return Err(Left::Text);
    }
    Ok(labelled(named, labels))
}

fn labelled(mut named: Named, labels: Vec<(&'static str, String)>) -> Named {
    named.labels.extend(labels.into_iter().map(|(name, value)| (name.into(), value)));
    named
}

/// `lights` is `light`, `status` stays.
fn singular(word: &str) -> &str {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']));
    stem.unwrap_or(word)
}

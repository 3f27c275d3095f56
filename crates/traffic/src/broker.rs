//! What the broker says of itself: the numbers below `$SYS/broker/`, which most brokers tell. Texts are left out.

use crate::telling::{JOB, Told};
use model::{Labels, Millis, NAME, Sighting, limits};
use std::collections::BTreeMap;

/// Where brokers speak of themselves.
const PLACE: &str = "$SYS/";
/// Below which the numbers stand.
const BROKER: &str = "$SYS/broker/";
/// What the names of the metrics begin with.
const PREFIX: &str = "mqtt";
/// How long a number holds without being said again: brokers say them every ten seconds to every minute.
const HOLDS: Millis = 5 * limits::MINUTE;
/// Last levels of topics whose numbers only grow.
const COUNTERS: [&str; 3] = ["received", "sent", "dropped"];

/// The newest numbers, by the names of their metrics.
#[derive(Debug, Default)]
pub(crate) struct Broker(BTreeMap<Box<str>, (f64, Millis)>);

/// Whether a broker speaks of itself there: that is nobody's message.
pub(crate) fn is_own(topic: &str) -> bool {
    topic.starts_with(PLACE)
}

impl Broker {
    /// Takes a number, if it is one.
    pub(crate) fn see(&mut self, sighting: &Sighting<'_>) {
        let Some(path) = sighting.topic.strip_prefix(BROKER) else { return };
        let Some(value) = number(sighting.payload) else { return };
        let name = name(path);
        if self.0.len() < limits::BROKER_NUMBERS || self.0.contains_key(name.as_str()) {
            self.0.insert(name.into(), (value, sighting.received_at));
        }
    }

    /// The numbers that hold.
    pub(crate) fn tell(&mut self, now: Millis, told: &mut Vec<Told>) {
        self.0.retain(|_, (_, at)| now - *at < HOLDS);
        told.extend(self.0.iter().map(|(name, (value, _))| (Labels::new([(NAME, &**name), JOB]), *value)));
    }
}

/// The number at the beginning of a payload: mosquitto says `4711 seconds`.
fn number(payload: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(payload).ok()?;
    let value: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// `mqtt_messages_received_total` of `messages/received`; means (`load/…/1min`) have no ending.
fn name(path: &str) -> String {
    let levels: Vec<&str> = path.split('/').collect();
    let mut name = PREFIX.to_owned();
    // What is counted is in the name, that it is a count is not.
    for level in levels.iter().filter(|level| **level != "count") {
        name.push('_');
        name.extend(level.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
    }
    let ending = match levels.as_slice() {
        ["load", ..] => "",
        ["uptime"] => "_seconds",
        ["heap", ..] => "_bytes",
        [.., last] if COUNTERS.contains(last) => "_total",
        _ => "",
    };
    name.push_str(ending);
    name
}

#[cfg(test)]
mod tests {
    use super::{name, number};

    #[test]
    fn names_say_what_the_numbers_are() {
        for (path, expected) in [
            ("messages/received", "mqtt_messages_received_total"),
            ("publish/bytes/sent", "mqtt_publish_bytes_sent_total"),
            ("load/messages/received/1min", "mqtt_load_messages_received_1min"),
            ("clients/connected", "mqtt_clients_connected"),
            ("retained messages/count", "mqtt_retained_messages"),
            ("heap/current", "mqtt_heap_current_bytes"),
            ("uptime", "mqtt_uptime_seconds"),
        ] {
            assert_eq!(name(path), expected, "{path}");
        }
    }

    #[test]
    fn numbers_may_have_a_unit_behind_them_and_texts_are_none() {
        for (payload, expected) in [
            (&b"4711 seconds"[..], Some(4711.0)),
            (b"-0.5", Some(-0.5)),
            (b"mosquitto version 2.0.11", None),
            (b"NaN", None),
            (b"", None),
            (b"\xff", None),
        ] {
            assert_eq!(number(payload), expected, "{payload:?}");
        }
    }
}

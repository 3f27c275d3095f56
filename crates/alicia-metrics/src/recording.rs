//! A recording of the bus as text: a JSON object a line, one for each message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bus::topics;
use model::{Millis, Passage, from_seconds, to_seconds};
use serde::{Deserialize, Serialize};

/// One message of a recording.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recorded {
    /// When it was seen, Unix seconds.
    pub(crate) t: f64,
    pub(crate) topic: String,
    pub(crate) qos: u8,
    pub(crate) retain: bool,
    pub(crate) payload: Vec<u8>,
    /// Bytes of the payload as it was sent, if it is left out.
    left_out: Option<usize>,
    properties: Vec<u8>,
    is_taken: bool,
}

/// The same as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    t: f64,
    topic: String,
    #[serde(default)]
    qos: u8,
    #[serde(default)]
    retain: bool,
    /// Empty if it is no text.
    payload: String,
    /// The payload, if it is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<usize>,
    /// MQTT 5's, as they were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    properties_base64: Option<String>,
    /// Whether the collector's own connection brought it; by the topic, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken: Option<bool>,
}

impl Recorded {
    /// Reads a line.
    pub(crate) fn read(line: &str) -> Result<Self, String> {
        let line: Line =
            serde_json::from_str(line).map_err(|error| format!("not a recorded message: {error}"))?;
        if line.qos > 2 {
            return Err(format!("qos {} is none of 0, 1 and 2", line.qos));
        }
        let bytes = |name: &str, text: &str| {
            STANDARD.decode(text).map_err(|error| format!("{name} cannot be read: {error}"))
        };
        let payload = match &line.payload_base64 {
            Some(text) => bytes("payload_base64", text)?,
            None => line.payload.into_bytes(),
        };
        let properties =
            line.properties_base64.map_or(Ok(Vec::new()), |text| bytes("properties_base64", &text))?;
        let is_taken = line.taken.unwrap_or_else(|| topics::is_subscribed(&line.topic));
        let (t, topic, qos, retain, left_out) = (line.t, line.topic, line.qos, line.retain, line.left_out);
        Ok(Self { t, topic, qos, retain, payload, left_out, properties, is_taken })
    }

    /// The line of a message, without its end.
    pub(crate) fn line(passage: &Passage<'_>) -> String {
        let (payload, payload_base64) = match std::str::from_utf8(passage.payload) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => (String::new(), Some(STANDARD.encode(passage.payload))),
        };
        let is_whole = passage.payload.len() == passage.bytes;
        let by_topic = topics::is_subscribed(passage.topic);
        let line = Line {
            t: to_seconds(passage.received_at),
            topic: passage.topic.to_owned(),
            qos: passage.qos,
            retain: passage.retained,
            payload,
            payload_base64,
            left_out: (!is_whole).then_some(passage.bytes),
            properties_base64: (!passage.properties.is_empty()).then(|| STANDARD.encode(passage.properties)),
            taken: (by_topic != passage.is_taken).then_some(passage.is_taken),
        };
        // Nothing in it has no shape in JSON.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Whether it can be sent to a broker: what brokers say of themselves nobody else may say, and a payload that is left out is not there.
    pub(crate) fn is_for_brokers(&self) -> bool {
        !self.topic.starts_with('$') && self.left_out.is_none()
    }

    /// The message; none if its time is none.
    pub(crate) fn passage(&self) -> Option<Passage<'_>> {
        let received_at: Millis = from_seconds(self.t)?;
        Some(Passage {
            topic: &self.topic,
            received_at,
            bytes: self.left_out.unwrap_or(self.payload.len()),
            payload: &self.payload,
            qos: self.qos,
            retained: self.retain,
            properties: &self.properties,
            is_taken: self.is_taken,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Recorded;
    use model::Passage;

    #[test]
    fn every_message_comes_back() {
        let plain = Passage {
            topic: "home/door",
            received_at: 1_795_394_400_123,
            bytes: 4,
            payload: b"open",
            qos: 0,
            retained: false,
            properties: &[],
            is_taken: false,
        };
        let metrics = bus::topics::metrics("a");
        for passage in [
            plain,
            Passage { payload: b"\xff\0", bytes: 2, qos: 2, retained: true, ..plain },
            Passage { payload: b"", bytes: 7_000_000, ..plain },
            Passage { properties: b"\x01\x01", is_taken: true, ..plain },
            Passage { topic: &metrics, is_taken: true, ..plain },
            Passage { topic: &metrics, is_taken: false, payload: b"", bytes: 0, ..plain },
        ] {
            let line = Recorded::line(&passage);
            let read = Recorded::read(&line).expect("it was just written");
            assert_eq!(read.passage(), Some(passage), "{line}");
        }
        let line = Recorded::line(&plain);
        let expected = r#"{"t":1795394400.123,"topic":"home/door","qos":0,"retain":false,"payload":"open"}"#;
        assert_eq!(line, expected);
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (line, why) in [
            ("{", "not a recorded message"),
            (r#"{"t":1,"topic":"a"}"#, "missing field `payload`"),
            (r#"{"t":1,"topic":"a","payload":"","qos":3}"#, "qos 3"),
            (r#"{"t":1,"topic":"a","payload":"","payload_base64":"?"}"#, "payload_base64"),
            (r#"{"t":1,"topic":"a","payload":"","properties_base64":"?"}"#, "properties_base64"),
        ] {
            assert!(Recorded::read(line).is_err_and(|told| told.contains(why)), "{line}");
        }
        let far = Recorded::read(r#"{"t":1e300,"topic":"a","payload":""}"#).expect("a message");
        assert_eq!(far.passage(), None);
    }
}

//! The properties of a PUBLISH of MQTT 5 that say where an answer goes; the others are passed over.
//!
//! Messages are many and questions few, so that this is read only of a message on the topic of questions.

use crate::inbound::{number, take, variable_length};
use mqtt5::MqttError;

/// Where an answer goes, and what it comes back with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Properties<'a> {
    pub(crate) response_topic: Option<&'a str>,
    pub(crate) correlation_data: Option<&'a [u8]>,
}

impl<'a> Properties<'a> {
    /// Reads the properties, without their length.
    ///
    /// # Errors
    /// They are none: a length that is not there, a property that a message does not have, one that is there twice.
    pub(crate) fn read(mut rest: &'a [u8]) -> mqtt5::Result<Self> {
        let mut found = Self::default();
        while let Some((kind, behind)) = rest.split_first() {
            rest = behind;
            match kind {
                // Payload format.
                0x01 => drop(take(&mut rest, 1)?),
                // Message expiry.
                0x02 => drop(take(&mut rest, 4)?),
                // Content type.
                0x03 => drop(counted(&mut rest)?),
                0x08 if found.response_topic.is_none() => {
                    let topic = std::str::from_utf8(counted(&mut rest)?);
                    found.response_topic = Some(topic.map_err(|_| bad("a response topic that is no text"))?);
                }
                0x09 if found.correlation_data.is_none() => {
                    found.correlation_data = Some(counted(&mut rest)?);
                }
                // Subscription identifier.
                0x0b => drop(variable_length(&mut rest)?),
                // Topic alias.
                0x23 => drop(number(&mut rest)?),
                // User property.
                0x26 => {
                    counted(&mut rest)?;
                    counted(&mut rest)?;
                }
                _ => return Err(bad("a property that a message does not have, or has once")),
            }
        }
        Ok(found)
    }
}

/// Bytes with their length before them.
fn counted<'a>(rest: &mut &'a [u8]) -> mqtt5::Result<&'a [u8]> {
    let length = usize::from(number(rest)?);
    take(rest, length)
}

fn bad(what: &str) -> MqttError {
    MqttError::MalformedPacket(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Properties;

    fn read(bytes: &[u8]) -> Option<(Option<&str>, Option<&[u8]>)> {
        let read = Properties::read(bytes).ok()?;
        Some((read.response_topic, read.correlation_data))
    }

    #[test]
    fn the_two_are_found_among_all_others() {
        let all = b"\x01\x01\x02\0\0\0\x09\x03\0\x04text\x26\0\x01k\0\x01v\x0b\xff\x7f\x23\0\x07\x09\0\x02\0\xff\x08\0\x03a/b";
        assert_eq!(read(all), Some((Some("a/b"), Some(&b"\0\xff"[..]))));
        assert_eq!(read(b""), Some((None, None)));
        assert_eq!(read(b"\x09\0\0"), Some((None, Some(&b""[..]))));
    }

    #[test]
    fn lengths_that_lie_doubles_and_strangers_are_refused() {
        let whole = b"\x01\x01\x02\0\0\0\x09\x03\0\x04text\x26\0\x01k\0\x01v\x0b\xff\x7f\x23\0\x07\x09\0\x02\0\xff\x08\0\x03a/b";
        // Cut anywhere but between two properties.
        let between = [0, 2, 7, 14, 21, 24, 27, 32];
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]).is_some(), between.contains(&end), "{end}");
        }
        for bytes in [
            &b"\x08\xff\xffa"[..],
            b"\x09\xff\xff",
            b"\x08\0\x01a\x08\0\x01a",
            b"\x09\0\0\x09\0\0",
            b"\x08\0\x01\xff",
            b"\x0b\xff\xff\xff\xff\x01",
            b"\x11\0\0\0\0",
            b"\xff",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}

//! A message of the bus as it came, before anybody looked into it: what a recording of the bus is made of.

use crate::time::Millis;

/// A message as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage<'a> {
    /// Where it was said.
    pub topic: &'a str,
    /// When it came.
    pub received_at: Millis,
    /// Length of the payload as it was sent.
    pub bytes: usize,
    /// The payload; shorter than `bytes`, and then empty, if it was too long to be kept.
    pub payload: &'a [u8],
    /// Quality of service with which it was delivered: 0, 1 or 2.
    pub qos: u8,
    /// A copy that the broker kept.
    pub retained: bool,
    /// The properties of MQTT 5 as they were sent, without their length; none in MQTT 3.1.1.
    pub properties: &'a [u8],
    /// It came on the collector's own connection, which takes what it means; otherwise on the one that only listens.
    pub is_taken: bool,
}

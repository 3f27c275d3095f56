//! A flood that is ready before the clock starts: all packets one behind the other in memory, so that while
//! the clock runs the publisher does nothing but write.

use super::client::Client;
use super::message::Sender;
use super::packet::{self, Incoming};

/// Bytes handed to the socket at a time.
const CHUNK: usize = 64 << 10;
/// Time between two messages of one sender, in microseconds. The flood's times lie in the past, evenly:
/// with the sender's clock every message of a flood would carry the same millisecond.
const STEP: u64 = 100_000;

/// What to publish.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Messages in all.
    pub messages: u32,
    /// Service instances that they come from, in turn.
    pub senders: u32,
    /// Metrics in each message.
    pub metrics: usize,
    /// Quality of service, 0 or 1.
    pub qos: u8,
}

/// Packets, ready to be written.
#[derive(Debug)]
pub struct Flood {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    qos: u8,
    /// Bytes of one message's body.
    pub body_bytes: usize,
}

impl Flood {
    /// Makes the packets of `shape`; the last message of each sender is timed at `until`, in microseconds
    /// since the epoch.
    pub fn prepare(shape: Shape, until: u64) -> Flood {
        let senders = shape.senders.max(1);
        let service = |n| format!("bench_{n:02}");
        let mut all: Vec<Sender> = (0..senders)
            .map(|n| Sender::new(&service(n), &format!("{}-1", service(n)), shape.metrics))
            .collect();
        let rounds = u64::from(shape.messages.div_ceil(senders));
        let mut flood = Flood { bytes: Vec::new(), ends: Vec::new(), qos: shape.qos, body_bytes: 0 };
        let numbers = 0..u64::from(shape.messages);
        for (number, id) in numbers.zip((1..=u16::MAX).cycle()) {
            let round = number / u64::from(senders);
            let Ok(sender) = usize::try_from(number % u64::from(senders)) else { continue };
            let topic = all[sender].topic().to_owned();
            let body = all[sender].fill(number + 1, until - (rounds - 1 - round) * STEP);
            flood.body_bytes = body.len();
            packet::publish(&mut flood.bytes, &topic, (shape.qos > 0).then_some(id), body);
            flood.ends.push(flood.bytes.len());
        }
        flood
    }

    /// The packets, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Messages in it.
    pub fn messages(&self) -> usize {
        self.ends.len()
    }

    /// Sends everything. At quality of service 1 at most `window` messages are unacknowledged at a time, and
    /// the call returns when the last is acknowledged.
    ///
    /// # Errors
    /// When the connection ends or the broker stops acknowledging.
    pub fn send(&self, client: &mut Client, window: usize) -> Result<(), String> {
        let sent = if self.qos == 0 { self.send_all(client) } else { self.send_acknowledged(client, window) };
        sent.map_err(|error| format!("the flood broke off: {error}"))
    }

    fn send_all(&self, client: &mut Client) -> std::io::Result<()> {
        self.bytes.chunks(CHUNK).try_for_each(|chunk| client.write(chunk))
    }

    fn send_acknowledged(&self, client: &mut Client, window: usize) -> std::io::Result<()> {
        let (mut sent, mut acknowledged) = (0, 0);
        while acknowledged < self.ends.len() {
            let until = self.ends.len().min(acknowledged + window.max(1));
            if until > sent {
                let from = if sent == 0 { 0 } else { self.ends[sent - 1] };
                client.write(&self.bytes[from..self.ends[until - 1]])?;
                sent = until;
            }
            // One to wait for, then all that have come meanwhile.
            loop {
                if client.read()? == Incoming::Acknowledged {
                    acknowledged += 1;
                }
                if !client.has_more() {
                    break;
                }
            }
        }
        Ok(())
    }
}

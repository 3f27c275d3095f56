//! One connection to the broker: what arrives on it is handed on, what is to be said is written, both counted.

use crate::encode::Outgoing;
use crate::inbound::{Inbound, Incoming, Publish};
use crate::link::Link;
use crate::pace::Pace;
use crate::questions::Answered;
use crate::reception::Reception;
use mqtt5::packet::MqttPacket;
use mqtt5::packet::disconnect::DisconnectPacket;
use mqtt5::packet::puback::PubAckPacket;
use mqtt5::packet::pubcomp::PubCompPacket;
use mqtt5::packet::publish::PublishPacket;
use mqtt5::packet::pubrec::PubRecPacket;
use mqtt5::transport::TransportType;
use mqtt5::types::ReasonCode;
use mqtt5::{MqttError, Packet, ProtocolVersion, QoS, Transport};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::timeout;

/// How long the broker may take to read what we write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Messages of ours that the broker has not acknowledged; it may ask for fewer.
pub(crate) const WINDOW: usize = 64;

/// An open connection.
pub(crate) struct Connection {
    pub(crate) version: ProtocolVersion,
    transport: TransportType,
    inbound: Inbound,
    pace: Pace,
    /// Packets on their way out.
    outbound: Vec<u8>,
    /// Ours that the broker has not acknowledged, oldest first.
    under_way: VecDeque<UnderWay>,
    last_id: u16,
    /// How many may be under way.
    pub(crate) window: usize,
    /// The longest packet that the broker takes.
    pub(crate) longest: usize,
    /// It was asked whether it is there, and has said nothing since.
    is_asked: bool,
}

/// A message of ours that the broker has not acknowledged.
struct UnderWay {
    packet_id: u16,
    message: Outgoing,
    /// It goes out again on the next connection, if this one does not last.
    is_lasting: bool,
}

/// Why a connection ended, or must.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    pub(crate) why: String,
    /// It will happen again until somebody does something about it.
    pub(crate) is_lasting: bool,
    /// The broker lives and we do: it is told that we leave.
    pub(crate) is_polite: bool,
    /// A message came that we could not take just now.
    pub(crate) is_untaken: bool,
}

impl Loss {
    /// The connection does not work any more.
    pub(crate) fn broken(why: impl Into<String>) -> Self {
        Self { why: why.into(), ..Self::default() }
    }

    /// A message could not be taken: the broker keeps it for the next connection.
    fn untaken(why: String) -> Self {
        Self { why, is_polite: true, is_untaken: true, ..Self::default() }
    }
}

impl From<MqttError> for Loss {
    fn from(error: MqttError) -> Self {
        Self::broken(match error {
            MqttError::ConnectionClosedByPeer | MqttError::ClientClosed => {
                "the broker closed the connection".to_owned()
            }
            MqttError::MalformedPacket(_) | MqttError::InvalidPacketType(_) | MqttError::ProtocolError(_) => {
                format!("the broker breaks the protocol: {error}")
            }
            error => format!("the connection broke: {error}"),
        })
    }
}

impl Connection {
    pub(crate) fn new(transport: TransportType, version: ProtocolVersion) -> Self {
        Self {
            version,
            transport,
            inbound: Inbound::new(version),
            pace: Pace::new(),
            outbound: Vec::new(),
            under_way: VecDeque::new(),
            last_id: 0,
            window: WINDOW,
            longest: usize::MAX,
            is_asked: false,
        }
    }

    /// Puts a packet on its way.
    pub(crate) fn write(&mut self, packet: &impl MqttPacket) -> Result<(), Loss> {
        Ok(packet.encode(&mut self.outbound)?)
    }

    /// Sends what is on its way.
    pub(crate) async fn flush(&mut self) -> Result<(), Loss> {
        if !self.outbound.is_empty() {
            match timeout(WRITE_TIMEOUT, self.transport.write(&self.outbound)).await {
                Ok(written) => written?,
                Err(_) => return Err(Loss::broken("the broker does not read any more")),
            }
            self.outbound.clear();
        }
        Ok(())
    }

    /// Reads what is there, or waits for it. Nothing is lost when this is dropped half-way.
    pub(crate) async fn read(&mut self) -> Result<(), Loss> {
        let count = self.inbound.fill(&mut self.transport).await?;
        self.pace.read(count);
        self.is_asked = false;
        Ok(())
    }

    /// Rests for a moment if messages come in a flood.
    pub(crate) fn rest(&self) {
        self.pace.rest();
    }

    /// The next packet of what was read.
    pub(crate) fn next(&mut self) -> Result<Option<Incoming<'_>>, Loss> {
        Ok(self.inbound.next()?)
    }

    /// Takes all packets of what was read: messages that the reception took and made durable are acknowledged,
    /// and one that it could not take ends the connection, so that the broker sends it again on the next. Gives
    /// the packet that is left to the caller, if there is one: take the others after it.
    pub(crate) fn take(&mut self, reception: &Reception, link: &Link) -> Result<Option<Packet>, Loss> {
        let begin = self.outbound.len();
        let taken = self.take_all(reception, link);
        if let Err(why) = reception.commit() {
            // None of the acknowledgements may leave.
            self.outbound.truncate(begin);
            return Err(Loss::untaken(why));
        }
        taken
    }

    fn take_all(&mut self, reception: &Reception, link: &Link) -> Result<Option<Packet>, Loss> {
        while let Some(incoming) = self.inbound.next()? {
            match incoming {
                Incoming::Publish(publish) => {
                    if let Err(why) = reception.take(&publish) {
                        return Err(Loss::untaken(why));
                    }
                    acknowledge(&publish, &mut self.outbound)?;
                }
                Incoming::Other(Packet::PubAck(ack)) => self.acknowledged(&ack, link),
                Incoming::Other(Packet::PubRel(release)) => {
                    self.write(&PubCompPacket::new(release.packet_id))?;
                }
                Incoming::Other(Packet::PingResp) => {}
                Incoming::Other(packet) => return Ok(Some(packet)),
            }
        }
        Ok(None)
    }

    /// Gives all messages of what was read to `see`, who keeps none. Gives the packet that is left to the caller, if there is
    /// one: hear the others after it.
    pub(crate) fn hear(&mut self, see: &mut dyn FnMut(&Publish<'_>)) -> Result<Option<Packet>, Loss> {
        while let Some(incoming) = self.inbound.next()? {
            match incoming {
                Incoming::Publish(publish) => {
                    see(&publish);
                    acknowledge(&publish, &mut self.outbound)?;
                }
                Incoming::Other(Packet::PingResp) => {}
                Incoming::Other(packet) => return Ok(Some(packet)),
            }
        }
        Ok(None)
    }

    /// Whether one more message of ours may be under way.
    pub(crate) fn has_room(&self) -> bool {
        self.under_way.len() < self.window
    }

    /// Whether the broker has acknowledged all of ours.
    pub(crate) fn is_heard(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Puts a message of ours on its way. A lasting one goes out again if this connection does not last.
    pub(crate) fn publish(&mut self, message: Outgoing, is_lasting: bool, link: &Link) -> Result<(), Loss> {
        let begin = self.outbound.len();
        let packet_id = self.new_id();
        let mut packet = PublishPacket::new(message.topic.clone(), message.payload.clone(), QoS::AtLeastOnce)
            .with_packet_id(packet_id);
        packet.protocol_version = self.version.as_u8();
        packet.encode(&mut self.outbound)?;
        if self.outbound.len() - begin > self.longest {
            self.outbound.truncate(begin);
            link.publish_failed();
            link.warn(format!("a message to {} is longer than the broker takes", message.topic));
        } else {
            self.under_way.push_back(UnderWay { packet_id, message, is_lasting });
        }
        Ok(())
    }

    /// Puts an answer on its way, or that it is too long. Nobody waits for it on a later connection.
    pub(crate) fn publish_answer(&mut self, answered: Answered, link: &Link) -> Result<(), Loss> {
        let Some(answered) = self.try_answer(answered, link)? else { return Ok(()) };
        let shorter = answered.too_long(self.longest);
        if self.try_answer(shorter, link)?.is_some() {
            link.publish_failed();
        }
        Ok(())
    }

    /// Puts an answer on its way; gives it back if it is longer than the broker takes.
    fn try_answer(&mut self, answered: Answered, link: &Link) -> Result<Option<Answered>, Loss> {
        let begin = self.outbound.len();
        let packet_id = self.new_id();
        let Answered { message, qos, correlation_data, .. } = &answered;
        let service = if *qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let mut packet = PublishPacket::new(message.topic.clone(), message.payload.clone(), service);
        packet.protocol_version = self.version.as_u8();
        if *qos > 0 {
            packet = packet.with_packet_id(packet_id);
        }
        if let (ProtocolVersion::V5, Some(data)) = (self.version, correlation_data) {
            packet = packet.with_correlation_data(data.clone());
        }
        packet.encode(&mut self.outbound)?;
        if self.outbound.len() - begin > self.longest {
            self.outbound.truncate(begin);
            return Ok(Some(answered));
        }
        if *qos == 0 {
            link.message_published();
        } else {
            self.under_way.push_back(UnderWay { packet_id, message: answered.message, is_lasting: false });
        }
        Ok(None)
    }

    /// A packet id that no packet under way has.
    pub(crate) fn new_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            if self.last_id != 0 && self.under_way.iter().all(|one| one.packet_id != self.last_id) {
                return self.last_id;
            }
        }
    }

    /// Puts a message on its way that is to stay with the broker. Gives whether the broker takes one so long.
    pub(crate) fn publish_retained(&mut self, message: Outgoing) -> Result<bool, Loss> {
        let begin = self.outbound.len();
        let packet_id = self.new_id();
        let mut packet = PublishPacket::new(message.topic.clone(), message.payload.clone(), QoS::AtLeastOnce)
            .with_packet_id(packet_id)
            .with_retain(true);
        packet.protocol_version = self.version.as_u8();
        packet.encode(&mut self.outbound)?;
        let is_short = self.outbound.len() - begin <= self.longest;
        if is_short {
            self.under_way.push_back(UnderWay { packet_id, message, is_lasting: false });
        } else {
            self.outbound.truncate(begin);
        }
        Ok(is_short)
    }

    /// Our message is with the broker, or is refused: the next may be welcome.
    fn acknowledged(&mut self, ack: &PubAckPacket, link: &Link) {
        let Some(message) = self.settle(ack) else { return };
        if ack.reason_code.is_error() {
            link.publish_failed();
            link.warn(format!("the broker refuses messages to {}: {:?}", message.topic, ack.reason_code));
        } else {
            link.message_published();
        }
    }

    /// The message of ours that an acknowledgement is of; it is under way no more.
    pub(crate) fn settle(&mut self, ack: &PubAckPacket) -> Option<Outgoing> {
        let at = self.under_way.iter().position(|one| one.packet_id == ack.packet_id)?;
        self.under_way.remove(at).map(|one| one.message)
    }

    /// Asks whether the broker is there; it must have said something since the last time.
    pub(crate) fn ask(&mut self) -> Result<(), Loss> {
        if self.is_asked {
            return Err(Loss::broken("the broker does not answer any more"));
        }
        self.is_asked = true;
        self.outbound.extend_from_slice(&PINGREQ);
        Ok(())
    }

    /// Leaves with a goodbye, so that the will is not published.
    pub(crate) async fn disconnect(&mut self) -> Result<(), Loss> {
        self.write(&DisconnectPacket::new(ReasonCode::Success))?;
        self.flush().await?;
        Ok(timeout(WRITE_TIMEOUT, self.transport.close()).await.unwrap_or(Ok(()))?)
    }

    /// The messages of ours that must go out again on the next connection.
    pub(crate) fn unheard(self) -> impl DoubleEndedIterator<Item = Outgoing> {
        self.under_way.into_iter().filter(|one| one.is_lasting).map(|one| one.message)
    }
}

/// A PINGREQ is always these two bytes.
const PINGREQ: [u8; 2] = [0xC0, 0];

fn acknowledge(publish: &Publish<'_>, out: &mut Vec<u8>) -> Result<(), MqttError> {
    match publish.qos {
        0 => Ok(()),
        1 => PubAckPacket::new(publish.packet_id).encode(out),
        _ => PubRecPacket::new(publish.packet_id).encode(out),
    }
}

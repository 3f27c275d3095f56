//! From no connection to one on which all subscriptions are asked for.

use crate::connection::{Connection, Loss, WINDOW};
use crate::encode::{Encoder, Outgoing};
use crate::error::BusError;
use crate::inbound::Incoming;
use crate::topics;
use crate::transport::Way;
use model::{Millis, Secret, limits};
use mqtt5::packet::connack::ConnAckPacket;
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::packet::suback::SubAckPacket;
use mqtt5::packet::subscribe::SubscribePacket;
use mqtt5::types::ReasonCode;
use mqtt5::{ConnectOptions, Packet, ProtocolVersion, QoS, WillMessage};
use std::fmt::Display;
use std::time::Duration;
use tokio::time::timeout;

/// How long a connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A broker that hears nothing of us for one and a half times this gives us up.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Seconds that the broker keeps our session while we are away: longer than any restart.
const SESSION_SECONDS: u32 = 3_600;

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) way: Way,
    pub(crate) client_id: String,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) encoder: Encoder,
    pub(crate) role: Role,
}

/// What a connection is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Role {
    /// It is the collector's own: measurements come on it, in a session that outlives it.
    Collector,
    /// It only listens to this.
    Listener(Vec<String>),
    /// It puts up what is to stay with the broker, and hears commands.
    Announcer {
        /// What it hears.
        filters: Vec<String>,
        /// What stays with the broker when it is lost.
        will: Option<Outgoing>,
    },
}

/// What a broker answered to a CONNECT.
enum Answer {
    Welcome(Box<Connection>),
    /// It does not speak that version, or hung up as brokers do that never heard of it.
    OtherVersion(String),
}

impl Connector {
    /// Another connection to the same broker, whose client id ends in `suffix`.
    pub(crate) fn beside(&self, suffix: &str, role: Role) -> Self {
        Self { client_id: format!("{}{suffix}", self.client_id), role, ..self.clone() }
    }

    /// Connects and asks for all subscriptions, with MQTT 5, or 3.1.1 where the broker knows no other.
    pub(crate) async fn open(&self, now: Millis) -> Result<Connection, BusError> {
        match timeout(CONNECT_TIMEOUT, self.open_whenever(now)).await {
            Ok(opened) => opened,
            Err(_) => Err(self.failed(&format_args!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    async fn open_whenever(&self, now: Millis) -> Result<Connection, BusError> {
        let mut answer = self.connect(ProtocolVersion::V5, now).await?;
        if let Answer::OtherVersion(_) = answer {
            answer = self.connect(ProtocolVersion::V311, now).await?;
        }
        match answer {
            Answer::Welcome(mut connection) => {
                self.subscribe(&mut connection).map_err(|loss| self.failed(&loss.why))?;
                Ok(*connection)
            }
            Answer::OtherVersion(why) => Err(self.failed(&why)),
        }
    }

    /// Why there is no connection.
    fn failed(&self, reason: &dyn Display) -> BusError {
        BusError::Connect { address: self.way.address(), reason: reason.to_string() }
    }

    async fn connect(&self, version: ProtocolVersion, now: Millis) -> Result<Answer, BusError> {
        let transport = self.way.open().await.map_err(|error| self.failed(&error))?;
        let mut connection = Connection::new(transport, version);
        let lost = |loss: Loss| self.failed(&loss.why);
        let options = self.options(version, now)?;
        let packet = match version {
            ProtocolVersion::V5 => ConnectPacket::new(options.protocol_options),
            ProtocolVersion::V311 => ConnectPacket::new_v311(options.protocol_options),
        };
        connection.write(&packet).map_err(lost)?;
        connection.flush().await.map_err(lost)?;
        let answer = loop {
            match connection.next().map_err(lost)? {
                Some(Incoming::Other(Packet::ConnAck(answer))) => break answer,
                Some(_) => return Err(self.failed(&"the broker speaks before it answers")),
                None => {}
            }
            if let Err(loss) = connection.read().await {
                return Ok(Answer::OtherVersion(loss.why));
            }
        };
        match answer.reason_code {
            ReasonCode::Success => {}
            ReasonCode::UnsupportedProtocolVersion => {
                let why = "the broker speaks neither MQTT 5 nor MQTT 3.1.1";
                return Ok(Answer::OtherVersion(why.to_owned()));
            }
            refused => return Err(self.failed(&format_args!("the broker refuses us: {refused:?}"))),
        }
        obey(&answer, &mut connection);
        Ok(Answer::Welcome(Box::new(connection)))
    }

    fn options(&self, version: ProtocolVersion, now: Millis) -> Result<ConnectOptions, BusError> {
        let mut options = ConnectOptions::new(self.client_id.clone())
            .with_protocol_version(version)
            .with_clean_start(self.role != Role::Collector)
            .with_keep_alive(KEEP_ALIVE)
            .with_receive_maximum(limits::RECEIVE_MAXIMUM);
        let mut longest = limits::LISTEN_PACKET_BYTES;
        match &self.role {
            Role::Collector => {
                let will = self.encoder.unregister(now)?;
                options = options
                    .with_session_expiry_interval(SESSION_SECONDS)
                    .with_will(WillMessage::new(will.topic, will.payload).with_qos(QoS::AtLeastOnce));
                longest = limits::PACKET_BYTES;
            }
            Role::Announcer { will: Some(will), .. } => {
                let will = WillMessage::new(will.topic.clone(), will.payload.clone());
                options = options.with_will(will.with_qos(QoS::AtLeastOnce).with_retain(true));
            }
            Role::Listener(_) | Role::Announcer { will: None, .. } => {}
        }
        options.protocol_options.properties.maximum_packet_size = Some(longest);
        if let Some(username) = &self.username {
            options = options.with_credentials(
                username.clone(),
                self.password.as_ref().map(Secret::reveal).unwrap_or_default(),
            );
        }
        Ok(options)
    }

    /// Asks for everything, each time anew: the session that the broker kept may be of another program. What it
    /// kept for us may arrive before its answer.
    fn subscribe(&self, connection: &mut Connection) -> Result<(), Loss> {
        let packet_id = connection.new_id();
        let mut packet = SubscribePacket::new(packet_id);
        packet.protocol_version = connection.version.as_u8();
        let is_listener = matches!(self.role, Role::Listener(_));
        let qos = if is_listener { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        for filter in self.filters() {
            packet = packet.add_filter(filter, qos);
        }
        connection.write(&packet)
    }

    /// What it subscribes to.
    fn filters(&self) -> Vec<&str> {
        match &self.role {
            Role::Listener(filters) | Role::Announcer { filters, .. } => {
                filters.iter().map(String::as_str).collect()
            }
            Role::Collector => topics::SUBSCRIPTIONS.to_vec(),
        }
    }

    /// What is said of the filters that the broker did not grant.
    ///
    /// # Errors
    /// It granted none: we leave in good manners, since the will is for who dies.
    pub(crate) fn refusals(&self, granted: &SubAckPacket) -> Result<Vec<String>, Loss> {
        let filters = self.filters();
        let answers = filters.iter().zip(&granted.reason_codes);
        let words = |(filter, code)| format!("the broker refuses the subscription to {filter}: {code:?}");
        let mut refused: Vec<String> = answers.filter(|(_, code)| !code.is_success()).map(words).collect();
        if refused.len() == filters.len() {
            return Err(Loss { why: refused.swap_remove(0), is_polite: true, ..Loss::default() });
        }
        Ok(refused)
    }
}

/// Heeds what the broker asks of us.
fn obey(answer: &ConnAckPacket, connection: &mut Connection) {
    if let Some(window) = answer.receive_maximum() {
        connection.window = usize::from(window).clamp(1, WINDOW);
    }
    if let Some(longest) = answer.maximum_packet_size() {
        connection.longest = longest as usize;
    }
}

/// What a packet means that nobody waits for: the broker closes the connection, or errs.
pub(crate) fn unexpected(packet: &Packet) -> Loss {
    match packet {
        Packet::Disconnect(packet) => Loss {
            why: format!("the broker closed the connection: {:?}", packet.reason_code),
            is_lasting: packet.reason_code == ReasonCode::SessionTakenOver,
            ..Loss::default()
        },
        other => Loss::broken(format!("the broker breaks the protocol: {}", other.packet_type_name())),
    }
}

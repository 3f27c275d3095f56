//! One connection: opened as the settings say, with everything subscribed to.

use crate::encode::Encoder;
use crate::error::BusError;
use crate::reception::{Delivery, Message, Reception};
use crate::settings::{BusSettings, TlsSettings};
use crate::topics;
use model::{Millis, limits};
use mqtt5::transport::tls::TlsConfig;
use mqtt5::types::ReasonCode;
use mqtt5::{
    ConnectOptions, ConnectionEvent, DisconnectReason, MqttClient, MqttError, ProtocolVersion, QoS,
    SubscribeOptions, WillMessage,
};
use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Keep-alive: a broker that hangs is noticed within one and a half times this.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Seconds that the broker keeps our session while we are away: longer than any restart.
const SESSION_SECONDS: u32 = 3_600;

/// Said while the broker speaks MQTT 3.1.1 only.
const OLD_BROKER: &str = "the broker speaks MQTT 3.1.1 only: messages are acknowledged on arrival, before they \
                          are kept, and what is published while the collector is away is lost";

/// Opens connections.
pub(crate) struct Connector {
    pub(crate) settings: BusSettings,
    /// Where to connect: of the embedded broker, the port that it got.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encoder: Encoder,
    pub(crate) reception: Arc<Reception>,
}

/// An open connection.
pub(crate) struct Connection {
    pub(crate) client: MqttClient,
    pub(crate) delivery: Arc<Delivery>,
    /// Gives why the connection was lost.
    pub(crate) lost: mpsc::Receiver<Loss>,
    /// What the operator should know of it.
    pub(crate) warnings: Vec<String>,
}

impl Connector {
    /// Connects and subscribes, with MQTT 5, or 3.1.1 where the broker knows no other.
    pub(crate) async fn open(&self, now: Millis) -> Result<Connection, BusError> {
        match self.connect(ProtocolVersion::V5, now).await? {
            Some(connection) => self.subscribe(connection, ProtocolVersion::V5).await,
            None => match self.connect(ProtocolVersion::V311, now).await? {
                Some(mut connection) => {
                    connection.warnings.push(OLD_BROKER.to_owned());
                    self.subscribe(connection, ProtocolVersion::V311).await
                }
                None => Err(self.refused(&"the broker speaks neither MQTT 5 nor MQTT 3.1.1")),
            },
        }
    }

    /// `host:port`, as it stands in an address.
    pub(crate) fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Connects; `None` if the broker does not speak that version.
    async fn connect(&self, version: ProtocolVersion, now: Millis) -> Result<Option<Connection>, BusError> {
        let client = MqttClient::with_options(self.options(version, now)?);
        if let Some(tls) = &self.settings.tls {
            let Pem { cert, key, ca } = read_pem(tls)?;
            client.set_tls_config(cert, key, ca).await;
        }
        let delivery = Arc::new(Delivery::new(Arc::clone(&self.reception)));
        if version == ProtocolVersion::V5 {
            // Before the connect: what the broker kept for us arrives right behind its CONNACK.
            for filter in topics::SUBSCRIPTIONS {
                let registered = client.register_ack_callback(filter, taking(&delivery)).await;
                registered.map_err(|error| self.refused(&error))?;
            }
        }
        let (tell, lost) = mpsc::channel(1);
        let client_id = self.settings.client_id.clone();
        let event = move |event: ConnectionEvent| {
            if let ConnectionEvent::Disconnected { reason } = event
                && tell.try_send(Loss::new(&reason, &client_id)).is_err()
            {
                tracing::debug!("the loss of the connection is known already");
            }
        };
        client.on_connection_event(event).await.map_err(|error| self.refused(&error))?;
        match timeout(CONNECT_TIMEOUT, client.connect(&self.address())).await {
            Ok(Ok(())) => Ok(Some(Connection { client, delivery, lost, warnings: Vec::new() })),
            Ok(Err(MqttError::ConnectionRefused(ReasonCode::UnsupportedProtocolVersion))) => Ok(None),
            Ok(Err(error)) => Err(self.refused(&error)),
            Err(_) => Err(self.refused(&format_args!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    fn refused(&self, reason: &dyn Display) -> BusError {
        BusError::Connect { address: self.address(), reason: reason.to_string() }
    }

    fn address(&self) -> String {
        let is_tls = self.settings.tls.is_some();
        let (scheme, path) = match &self.settings.websocket_path {
            Some(path) => (if is_tls { "wss" } else { "ws" }, format!("/{}", path.trim_start_matches('/'))),
            None => (if is_tls { "mqtts" } else { "mqtt" }, String::new()),
        };
        format!("{scheme}://{}{path}", self.authority())
    }

    fn options(&self, version: ProtocolVersion, now: Millis) -> Result<ConnectOptions, BusError> {
        let will = self.encoder.unregister(now)?;
        let mut options = ConnectOptions::new(self.settings.client_id.clone())
            .with_protocol_version(version)
            .with_automatic_reconnect(false)
            .with_keep_alive(KEEP_ALIVE)
            .with_will(WillMessage::new(will.topic, will.payload).with_qos(QoS::AtLeastOnce));
        if version == ProtocolVersion::V5 {
            options = options
                .with_clean_start(false)
                .with_resume_existing_session(true)
                .with_session_expiry_interval(SESSION_SECONDS)
                .with_receive_maximum(limits::RECEIVE_MAXIMUM)
                .with_deferred_ack(true);
            options.protocol_options.properties.maximum_packet_size = Some(limits::PACKET_BYTES);
        } else {
            // Acknowledgements cannot wait in this version, so a kept session would only seem to keep.
            options = options.with_clean_start(true);
        }
        if let Some(username) = &self.settings.username {
            options = options
                .with_credentials(username.clone(), self.settings.password.clone().unwrap_or_default());
        }
        Ok(options)
    }

    /// Subscribes to everything, each time anew: the session that the broker kept may be of another program.
    async fn subscribe(
        &self,
        mut connection: Connection,
        version: ProtocolVersion,
    ) -> Result<Connection, BusError> {
        let mut refused = Vec::new();
        for filter in topics::SUBSCRIPTIONS {
            let options = SubscribeOptions { qos: QoS::AtLeastOnce, ..SubscribeOptions::default() };
            let delivery = &connection.delivery;
            let granted = if version == ProtocolVersion::V5 {
                connection.client.subscribe_with_ack(filter, options, taking(delivery)).await
            } else {
                let delivery = Arc::clone(delivery);
                let take = move |message: mqtt5::Message| {
                    let (topic, payload, retained) = (&message.topic, &message.payload, message.retain);
                    delivery.take(&Message { topic, payload, retained }, None);
                };
                connection.client.subscribe_with_options(filter, options, take).await
            };
            if let Err(error) = granted {
                refused.push(format!("the broker refuses the subscription to {filter}: {error}"));
            }
        }
        if refused.len() == topics::SUBSCRIPTIONS.len() {
            // Politely: the will is for who dies.
            if let Err(error) = connection.client.disconnect().await {
                tracing::debug!("the connection was gone: {error}");
            }
            let reason = refused.swap_remove(0);
            return Err(BusError::Subscribe { filter: "all topics".to_owned(), reason });
        }
        connection.warnings.extend(refused);
        Ok(connection)
    }
}

/// `host:port`; an IPv6 address stands in brackets.
pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn taking(
    delivery: &Arc<Delivery>,
) -> impl Fn(mqtt5::packet::publish::PublishPacket, mqtt5::AckToken) + use<> {
    let delivery = Arc::clone(delivery);
    move |packet, token| {
        let message =
            Message { topic: &packet.topic_name, payload: &packet.payload, retained: packet.retain };
        delivery.take(&message, Some(token));
    }
}

/// Why a connection was lost.
#[derive(Default)]
pub(crate) struct Loss {
    pub(crate) why: String,
    /// It will happen again until somebody does something about it.
    pub(crate) is_lasting: bool,
}

impl Loss {
    fn new(reason: &DisconnectReason, client_id: &str) -> Self {
        let is_lasting = matches!(reason, DisconnectReason::ServerDisconnect(ReasonCode::SessionTakenOver));
        let why = match reason {
            _ if is_lasting => {
                format!(
                    "another client connected as {client_id}: every collector needs a client id of its own"
                )
            }
            DisconnectReason::ServerDisconnect(code) => format!("the broker closed the connection: {code:?}"),
            DisconnectReason::NetworkError(error) if *error == MqttError::ClientClosed.to_string() => {
                "the broker closed the connection".to_owned()
            }
            DisconnectReason::NetworkError(error) => format!("the connection broke: {error}"),
            DisconnectReason::ProtocolError(error) => format!("the broker breaks the protocol: {error}"),
            DisconnectReason::KeepAliveTimeout => "the broker does not answer any more".to_owned(),
            other => format!("the connection ended: {other:?}"),
        };
        Self { why, is_lasting }
    }
}

/// Certificates as they stand in their files.
struct Pem {
    cert: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    ca: Option<Vec<u8>>,
}

/// Read at every connect, so that a renewed certificate is used without a restart; and tried here, because the
/// client takes what it cannot read for nothing given.
fn read_pem(tls: &TlsSettings) -> Result<Pem, BusError> {
    let mut trial = TlsConfig::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), "trial");
    let mut read = |path: &Option<PathBuf>, load: fn(&mut TlsConfig, &[u8]) -> mqtt5::Result<()>| {
        let Some(path) = path else { return Ok::<_, BusError>(None) };
        let unusable = |source| BusError::Certificate { path: path.display().to_string(), source };
        let pem = std::fs::read(path).map_err(unusable)?;
        load(&mut trial, &pem).map_err(|error| unusable(std::io::Error::other(error.to_string())))?;
        Ok(Some(pem))
    };
    Ok(Pem {
        ca: read(&tls.ca, TlsConfig::load_ca_cert_pem_bytes)?,
        cert: read(&tls.cert, TlsConfig::load_client_cert_pem_bytes)?,
        key: read(&tls.key, TlsConfig::load_client_key_pem_bytes)?,
    })
}

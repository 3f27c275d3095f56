//! The embedded broker: for a first start, for the edge, for tests.

use crate::error::BusError;
use mqtt5::broker::auth::{AuthProvider, PasswordAuthProvider, RateLimitedAuthProvider};
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerShutdownHandle, MqttBroker};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::lookup_host;
use tokio::task::JoinHandle;

/// Ports that are tried, from the one asked for.
const PORTS_TRIED: u16 = 20;
/// Longest packet that clients may send: above what is read ([`model::limits::PAYLOAD_BYTES`]), so that
/// somewhat too large messages are counted rather than cut off. The crate's default breaks paho with MQTT 5.
const PACKET_BYTES: usize = 8 << 20;
/// Retained messages kept; a home has a few hundred.
const RETAINED_MESSAGES: usize = 10_000;
/// Bytes of one retained message.
const RETAINED_BYTES: usize = 1 << 20;
/// Clients at once.
const CLIENTS: usize = 1_000;
/// Seconds that the session of a client that is away is kept.
const SESSION_SECONDS: u64 = 3_600;

/// A running broker.
pub(crate) struct EmbeddedBroker {
    pub(crate) address: SocketAddr,
    /// Set if another port than the one asked for was taken.
    pub(crate) note: Option<String>,
    shutdown: BrokerShutdownHandle,
    task: JoinHandle<()>,
}

impl EmbeddedBroker {
    /// Starts on `host`, on `port` or the next free one (0 means any). On an address of this machine alone it
    /// lets everybody in; elsewhere only who knows the `credentials`.
    pub(crate) async fn start(
        host: &str,
        port: u16,
        credentials: Option<(&str, &str)>,
    ) -> Result<Self, BusError> {
        let last = if port == 0 { 0 } else { port.saturating_add(PORTS_TRIED - 1) };
        let (mut reasons, mut guard) = (Vec::new(), None);
        for candidate in port..=last {
            let address = match lookup_host((host, candidate)).await.map(|mut all| all.next()) {
                Ok(Some(address)) => address,
                Ok(None) => break,
                Err(error) => {
                    reasons.push(error.to_string());
                    break;
                }
            };
            if !address.ip().is_loopback() && guard.is_none() {
                let Some(credentials) = credentials else {
                    return Err(BusError::Unprotected { host: host.to_owned() });
                };
                guard = Some(lock(credentials)?);
            }
            match MqttBroker::with_config(config(address)).await {
                Ok(broker) => return Ok(Self::run(broker, guard, address, port, reasons.first())),
                Err(error) => reasons.push(error.to_string()),
            }
        }
        let reason = reasons.pop().unwrap_or_else(|| "no such address".to_owned());
        Err(BusError::Listen { host: host.to_owned(), first: port, last, reason })
    }

    fn run(
        mut broker: MqttBroker,
        lock: Option<Arc<dyn AuthProvider>>,
        address: SocketAddr,
        asked: u16,
        reason: Option<&String>,
    ) -> Self {
        if let Some(lock) = lock {
            broker = broker.with_auth_provider(lock);
        }
        let address = broker.local_addr().unwrap_or(address);
        let shutdown = broker.shutdown_handle();
        let task = tokio::spawn(async move {
            if let Err(error) = broker.run().await {
                tracing::error!("the embedded broker ended: {error}");
            }
        });
        let note = reason.map(|reason| {
            format!("port {asked} cannot be had ({reason}); the embedded broker listens on {address}")
        });
        if let Some(note) = &note {
            tracing::warn!("{note}");
        }
        tracing::info!("the embedded broker listens on {address}");
        Self { address, note, shutdown, task }
    }

    /// Where a client on this machine finds it.
    pub(crate) fn door(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(self) {
        self.shutdown.shutdown();
        if self.task.await.is_err() {
            tracing::debug!("the embedded broker ended before it was asked to");
        }
    }
}

/// Lets in who knows the password, and who guesses only a few times.
fn lock((username, password): (&str, &str)) -> Result<Arc<dyn AuthProvider>, BusError> {
    let users = PasswordAuthProvider::new();
    users.add_user(username, password).map_err(|error| BusError::Password(error.to_string()))?;
    Ok(Arc::new(RateLimitedAuthProvider::with_default_limits(Arc::new(users))))
}

fn config(address: SocketAddr) -> BrokerConfig {
    let mut storage = StorageConfig::new();
    // Sessions outlive connections, in memory; they do not outlive the process.
    storage.backend = StorageBackend::Memory;
    storage.enable_persistence = true;
    let mut config = BrokerConfig::new().with_bind_addresses(vec![address]);
    config.storage_config = storage;
    config.max_packet_size = PACKET_BYTES;
    config.max_clients = CLIENTS;
    config.max_retained_messages = RETAINED_MESSAGES;
    config.max_retained_message_size = RETAINED_BYTES;
    config.session_expiry_interval = std::time::Duration::from_secs(SESSION_SECONDS);
    config
}

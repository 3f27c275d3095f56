//! The way to the broker: TCP, TLS or WebSocket.

use crate::settings::TlsSettings;
use mqtt5::transport::{
    TcpConfig, TcpTransport, TlsConfig, TlsTransport, TransportType, WebSocketConfig, WebSocketTransport,
};
use mqtt5::{MqttError, Transport};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use tokio::net::lookup_host;

/// Where the broker is, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) websocket_path: Option<String>,
}

/// Why there is no way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoWay {
    #[error("cannot read {path}: {reason}")]
    Certificate { path: String, reason: String },
    #[error("{0}")]
    Transport(#[from] MqttError),
    #[error("{0}")]
    Lookup(#[from] std::io::Error),
}

impl Way {
    /// The address for people: scheme, host, port and path.
    pub(crate) fn address(&self) -> String {
        let is_tls = self.tls.is_some();
        let (scheme, path) = match &self.websocket_path {
            Some(path) => (if is_tls { "wss" } else { "ws" }, format!("/{}", path.trim_start_matches('/'))),
            None => (if is_tls { "mqtts" } else { "mqtt" }, String::new()),
        };
        format!("{scheme}://{}{path}", self.authority())
    }

    /// `host:port`; an IPv6 address stands in brackets.
    pub(crate) fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Goes it. Certificates are read each time, so that a renewed one is used without a restart.
    pub(crate) async fn open(&self) -> Result<TransportType, NoWay> {
        let tls = self.tls.as_ref().map(|tls| self.trust(tls)).transpose()?;
        if self.websocket_path.is_some() {
            return Ok(web_socket(&self.address(), tls).await?);
        }
        let mut last = NoWay::Transport(MqttError::ConnectionError("the host has no address".to_owned()));
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            let opened = match &tls {
                Some(tls) => over_tls(TlsConfig { addr: address, ..tls.clone() }).await,
                None => plain(address).await,
            };
            match opened {
                Ok(transport) => return Ok(transport),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    fn trust(&self, settings: &TlsSettings) -> Result<TlsConfig, NoWay> {
        // The address is filled in when it is known.
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut config = TlsConfig::new(nowhere, self.host.as_str());
        type Load = fn(&mut TlsConfig, &[u8]) -> mqtt5::Result<()>;
        let files: [(_, Load); 3] = [
            (&settings.ca, TlsConfig::load_ca_cert_pem_bytes),
            (&settings.cert, TlsConfig::load_client_cert_pem_bytes),
            (&settings.key, TlsConfig::load_client_key_pem_bytes),
        ];
        for (path, load) in files {
            if let Some(path) = path {
                let pem = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
                load(&mut config, &pem).map_err(|error| unreadable(path, &error))?;
            }
        }
        // Who names an authority trusts no other.
        Ok(config.with_system_roots(settings.ca.is_none()))
    }
}

/// `host:port`; an IPv6 address stands in brackets.
pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> NoWay {
    NoWay::Certificate { path: path.display().to_string(), reason: error.to_string() }
}

async fn plain(address: SocketAddr) -> mqtt5::Result<TransportType> {
    let mut transport = TcpTransport::new(TcpConfig::new(address));
    transport.connect().await?;
    Ok(TransportType::Tcp(transport))
}

async fn over_tls(config: TlsConfig) -> mqtt5::Result<TransportType> {
    let mut transport = TlsTransport::new(config);
    transport.connect().await?;
    Ok(TransportType::Tls(Box::new(transport)))
}

async fn web_socket(url: &str, tls: Option<TlsConfig>) -> mqtt5::Result<TransportType> {
    let mut config = WebSocketConfig::new(url)?;
    if let Some(tls) = tls {
        config = config.with_tls_config(tls);
    }
    let mut transport = WebSocketTransport::new(config);
    transport.connect().await?;
    Ok(TransportType::WebSocket(Box::new(transport)))
}

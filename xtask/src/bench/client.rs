//! One blocking MQTT connection.

use super::packet::{self, Incoming};
use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::Duration;

/// How long a broker on the same machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that stands.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Client {
    /// Connects to the broker on `port` of this machine.
    ///
    /// # Errors
    /// When there is no broker or it refuses.
    pub fn connect(port: u16, client_id: &str) -> Result<Client, String> {
        let explain = |error: io::Error| format!("no MQTT broker on port {port}: {error}");
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(explain)?;
        stream.set_nodelay(true).map_err(explain)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(explain)?;
        let reader = BufReader::with_capacity(1 << 16, stream.try_clone().map_err(explain)?);
        let mut client = Client { stream, reader };
        client.write(&packet::connect(client_id)).map_err(explain)?;
        match client.read().map_err(explain)? {
            Incoming::Connected(0) => Ok(client),
            other => Err(format!("the broker refused {client_id}: {other:?}")),
        }
    }

    /// Subscribes, and returns once the broker has granted it.
    ///
    /// # Errors
    /// When the broker refuses or does not answer.
    pub fn subscribe(&mut self, filter: &str, qos: u8) -> Result<(), String> {
        self.write(&packet::subscribe(filter, qos)).map_err(|error| error.to_string())?;
        match self.read().map_err(|error| error.to_string())? {
            Incoming::Subscribed(granted) if granted == qos => Ok(()),
            other => Err(format!("the broker refused the subscription {filter}: {other:?}")),
        }
    }

    /// Sends bytes that are whole packets.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn write(&mut self, packets: &[u8]) -> io::Result<()> {
        self.stream.write_all(packets)
    }

    /// Waits for the next packet, for ten seconds at most.
    ///
    /// # Errors
    /// When the connection is gone or silent.
    pub fn read(&mut self) -> io::Result<Incoming> {
        packet::read(&mut self.reader)
    }

    /// Whether more bytes have come than have been read.
    pub fn has_more(&self) -> bool {
        !self.reader.buffer().is_empty()
    }

    /// A handle for another thread that sends over the same connection or shuts it.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub fn writer(&self) -> Result<Writer, String> {
        self.stream.try_clone().map(Writer).map_err(|error| error.to_string())
    }
}

/// The sending half of a [`Client`].
#[derive(Debug)]
pub struct Writer(TcpStream);

impl Writer {
    /// Sends bytes that are whole packets.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn write(&mut self, packets: &[u8]) -> io::Result<()> {
        self.0.write_all(packets)
    }

    /// Ends the connection in order, so that its reader ends too.
    pub fn close(mut self) {
        // The broker may have gone first; then there is nothing to close.
        let _ = self.0.write_all(&packet::disconnect());
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

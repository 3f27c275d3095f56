//! A plain publishing client: what `demo`, `replay` and the tests of other crates put messages on a bus with.

use crate::error::BusError;
use model::Secret;
use mqtt5::{ConnectOptions, MqttClient, PublishOptions, QoS};
use std::time::Duration;

/// How long a connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect and as whom.
#[derive(Debug, Clone)]
pub struct SenderSettings {
    /// The broker's host.
    pub host: String,
    /// The broker's port.
    pub port: u16,
    /// Must differ from that of every other client of the broker.
    pub client_id: String,
    /// User name, if the broker asks for one.
    pub username: Option<String>,
    /// Password, if the broker asks for one.
    pub password: Option<Secret>,
}

/// A connected client. Messages leave in the order of the calls.
pub struct Sender {
    client: MqttClient,
}

impl Sender {
    /// Connects with a clean session.
    ///
    /// # Errors
    /// [`BusError::Connect`] when the broker does not answer in time or refuses.
    pub async fn connect(settings: &SenderSettings) -> Result<Self, BusError> {
        let mut options = ConnectOptions::new(settings.client_id.clone())
            .with_clean_start(true)
            .with_keep_alive(Duration::from_secs(60))
            .with_automatic_reconnect(false);
        if let Some(username) = &settings.username {
            options = options.with_credentials(
                username.clone(),
                settings.password.as_ref().map(Secret::reveal).unwrap_or_default(),
            );
        }
        let client = MqttClient::with_options(options);
        let address = format!("mqtt://{}:{}", settings.host, settings.port);
        let failed = |reason: String| BusError::Connect { address: address.clone(), reason };
        match tokio::time::timeout(CONNECT_TIMEOUT, client.connect(&address)).await {
            Ok(Ok(())) => Ok(Self { client }),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    /// Calls `handler` with topic and payload of each message that matches `filter`.
    ///
    /// # Errors
    /// [`BusError::Subscribe`] when the broker refuses.
    pub async fn on_message(
        &self,
        filter: &str,
        handler: impl Fn(&str, &[u8]) + Send + Sync + 'static,
    ) -> Result<(), BusError> {
        self.client
            .subscribe(filter, move |message| handler(&message.topic, &message.payload))
            .await
            .map(|_| ())
            .map_err(|error| BusError::Subscribe { filter: filter.to_owned(), reason: error.to_string() })
    }

    /// Publishes; at QoS 1 and 2 returns when the broker has acknowledged.
    ///
    /// # Errors
    /// [`BusError::Publish`] when the message was not delivered.
    pub async fn publish(
        &self,
        topic: &str,
        payload: Vec<u8>,
        qos: u8,
        retain: bool,
    ) -> Result<(), BusError> {
        let qos = match qos {
            0 => QoS::AtMostOnce,
            1 => QoS::AtLeastOnce,
            _ => QoS::ExactlyOnce,
        };
        let options = PublishOptions { qos, retain, ..PublishOptions::default() };
        self.client
            .publish_with_options(topic, payload, options)
            .await
            .map(|_| ())
            .map_err(|error| BusError::Publish { topic: topic.to_owned(), reason: error.to_string() })
    }

    /// Says goodbye.
    pub async fn close(self) {
        if let Err(error) = self.client.disconnect().await {
            tracing::debug!("the connection was gone before the goodbye: {error}");
        }
    }

    /// Cuts the connection without a goodbye, as a killed process does.
    pub async fn abandon(self) {
        if let Err(error) = self.client.disconnect_abnormally().await {
            tracing::debug!("the connection was gone already: {error}");
        }
    }
}

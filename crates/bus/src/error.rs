//! What can go wrong with the bus in a way that somebody has to hear of.

/// A fault of the bus.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BusError {
    /// The embedded broker found no port.
    #[error("the embedded broker cannot listen on {host}, ports {first} to {last}: {reason}")]
    Listen {
        /// Where it tried.
        host: String,
        /// The port asked for.
        first: u16,
        /// The last one tried.
        last: u16,
        /// What the system said of the last.
        reason: String,
    },
    /// The embedded broker would be open to everybody on the network.
    #[error("the embedded broker listens beyond this machine ({host}) only with a user name and a password")]
    Unprotected {
        /// Where it should listen.
        host: String,
    },
    /// The password of the embedded broker cannot be used.
    #[error("the password of the embedded broker cannot be used: {0}")]
    Password(String),
    /// The broker cannot be reached or does not let us in.
    #[error("cannot connect to {address}: {reason}")]
    Connect {
        /// The broker.
        address: String,
        /// Why.
        reason: String,
    },
    /// The broker refuses a subscription.
    #[error("cannot subscribe to {filter}: {reason}")]
    Subscribe {
        /// The filter.
        filter: String,
        /// Why.
        reason: String,
    },
    /// A message was not delivered.
    #[error("cannot publish to {topic}: {reason}")]
    Publish {
        /// The topic.
        topic: String,
        /// Why.
        reason: String,
    },
    /// The system gives no thread.
    #[error("cannot start the thread of the bus: {0}")]
    Thread(std::io::Error),
    /// A payload cannot be written as JSON.
    #[error("cannot write a message: {0}")]
    Encode(#[from] serde_json::Error),
}

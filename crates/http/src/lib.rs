//! The only crate that knows HTTP and JSON answers: Alicia's REST API, Prometheus text, health, OpenAPI.
//!
//! [`router`] has every route; the OpenAPI document is made from the same list, so it cannot leave one out.
//! Answers have the shapes of the original service's framework, errors among them.

mod role;

mod problem;

mod access;

mod queries;

mod outgoing;

mod scrape;

pub mod mail;

mod messenger;

mod events;

mod tail;

mod capsules;

mod parts;

mod prom;

mod params;

mod body;

mod written;

mod packed;

mod accept;

mod shapes;

mod statistics;

mod newest;

mod exposition;

mod overview;

mod routes;

mod connection;

mod server;

pub use access::Access;
pub use capsules::{CapsuleAlert, CapsuleEntry, CapsuleFault, CapsuleFile, CapsuleSource, Capsules};
pub use messenger::Messenger;
pub use outgoing::{Call, CallError, Outgoing, Reach, Reply, TrustError};
pub use parts::{Erase, EraseError, EraseRequest, Parts, StorageLimits, StorageStatus, TryMessage};
pub use prom::{Desk, answer_json, rfc3339};
pub use queries::Queries;
pub use role::Role;
pub use routes::router;
pub use scrape::{ScrapeFromBus, ScrapeJob, ScrapeSecret, Scraper};
pub use server::serve;
pub use tail::Tail;

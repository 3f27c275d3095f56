//! All parts of a running collector, for the timers and the faces.

use crate::desk::DeskLedger;
use crate::flight::Flight;
use crate::forwarding::Forward;
use crate::kept_insights::KeptInsights;
use crate::ledger::DiskLedger;
use crate::mappings::MappingLedger;
use crate::notices::NoticeLedger;
use crate::rule_groups::RuleGroups;
use crate::settings::Settings;
use crate::smart_home::SmartHome;
use crate::unexplained::Listener;
use alerts::Desk;
use bus::{Bus, Outbox};
use fields::Fields;
use http::{Messenger, Queries, Scraper, Tail};
use ingest::Gate;
use model::HostSummary;
use parking_lot::Mutex;
use rules::{InsightWatch, RuleBook};
use std::sync::Arc;
use store::Store;
use tokio::sync::watch;
use traffic::Watcher;
use world::Clock;

/// All parts, connected.
pub(crate) struct House {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) book: Arc<RuleBook>,
    pub(crate) ledger: Arc<DiskLedger>,
    /// All alerts, and what people said about them.
    pub(crate) desk: Arc<Desk>,
    pub(crate) desk_ledger: Arc<DeskLedger>,
    /// Who is told of alerts, and what must not be forgotten of that.
    pub(crate) messenger: Arc<Messenger>,
    pub(crate) notices: Arc<NoticeLedger>,
    pub(crate) outbox: Outbox,
    pub(crate) bus: Bus,
    /// Home Assistant, where it is told of the house.
    pub(crate) smart_home: SmartHome,
    pub(crate) forwards: Vec<Forward>,
    /// The places of queries, over HTTP and over the bus.
    pub(crate) queries: Arc<Queries>,
    pub(crate) scraper: Arc<Scraper>,
    /// The groups of rule files.
    pub(crate) rule_groups: Arc<RuleGroups>,
    pub(crate) settings: watch::Receiver<Settings>,
    pub(crate) host: Arc<Mutex<Option<HostSummary>>>,
    /// What was said about each service in the seed's words.
    pub(crate) insight_watch: Mutex<InsightWatch>,
    /// Hears which alerts are to be explained.
    pub(crate) curious: Arc<Listener>,
    /// Sees what passes on the bus.
    pub(crate) watcher: Arc<Watcher>,
    /// Takes the numbers out of it.
    pub(crate) fields: Arc<Fields>,
    pub(crate) mapping_ledger: Arc<MappingLedger>,
    /// Shows it to those who look on.
    pub(crate) tail: Arc<Tail>,
    /// Records the last minutes of it.
    pub(crate) flight: Arc<Flight>,
    /// The insights that lasted, and what is remembered of them.
    pub(crate) insights: KeptInsights,
}

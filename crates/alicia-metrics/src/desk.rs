//! The desk of alerts and its ledger on disk (`alerts.journal`), and what it is told of the bus.

use crate::entries::Entries;
use alerts::{Desk, Entry, Ledger, LedgerError, Settings};
use ingest::Gate;
use model::{Announce, BrokerKind, BusStatus, Labels, Millis, NAME, limits};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::JournalError;
use world::{Chance, Clock, Disk};

/// The journal's file in the data directory.
pub(crate) const FILE: &str = "alerts.journal";
/// Two records per alert, so a noisy day fits.
const COMPACT_AFTER: usize = 4 * limits::ALERT_HISTORY;
/// How long the bus must be away before its services count as unheard, and back before they do not: senders come back
/// within seconds.
const SETTLING: Millis = 15 * limits::SECOND;
/// The service of the host's own gauges.
const HOST: &str = "system";

/// The ledger of the desk, kept in a journal.
pub(crate) struct DeskLedger(Entries);

impl Ledger for DeskLedger {
    fn record(&self, entry: &Entry) -> Result<(), LedgerError> {
        // What a person said is on the platter before the answer. Alerts follow within a second.
        let is_said =
            matches!(entry, Entry::Silence(_) | Entry::Acknowledged { .. } | Entry::Unacknowledged { .. });
        self.0.record(entry, is_said).map_err(LedgerError)
    }
}

impl DeskLedger {
    /// Opens the journal on `disk`, and gives what it holds.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<(Arc<Self>, Vec<Entry>), JournalError> {
        let (entries, restored) = Entries::open(disk, FILE, COMPACT_AFTER)?;
        Ok((Arc::new(Self(entries)), restored))
    }

    /// To be called each second.
    pub(crate) fn maintain(&self, desk: &Desk) -> Result<(), String> {
        self.0.maintain(|write| desk.freeze(write))
    }

    /// Copies the journal to another directory, durably.
    pub(crate) fn copy(&self, to: &dyn Disk) -> std::io::Result<()> {
        self.0.copy(to)
    }
}

/// A desk that goes on where the ledger ends, and tells `announce`.
pub(crate) fn desk(
    ledger: &Arc<DeskLedger>,
    restored: Vec<Entry>,
    clock: &Arc<dyn Clock>,
    announce: Arc<dyn Announce>,
    settings: &Settings,
) -> Arc<Desk> {
    let (ledger, chance): (Arc<dyn Ledger>, _) = (ledger.clone(), Chance::from_entropy());
    Arc::new(Desk::new(ledger, Arc::clone(clock), chance, announce, settings.clone(), restored))
}

/// Whether the bus is away, so long that it means something; `was_away` is what was said of it before.
pub(crate) fn is_away(bus: &BusStatus, was_away: bool, now: Millis) -> bool {
    let is_settled = now.saturating_sub(bus.since) >= SETTLING;
    bus.broker != BrokerKind::None && if is_settled { !bus.connected } else { was_away }
}

/// The services that are known by what they say on the bus; not the host, nor the collector itself.
pub(crate) fn services_of_the_bus(gate: &Gate) -> BTreeSet<String> {
    let services = gate.registry().services().into_iter().map(|service| service.name);
    services.filter(|name| name != HOST && name != crate::SERVICE_NAME).collect()
}

/// How alerts stand, for the Prometheus text.
#[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
pub(crate) fn own_metrics(desk: &Desk) -> Vec<(Labels, f64)> {
    let counts = [
        ("alicia_metrics_alerts_active", desk.active_count() as u64),
        ("alicia_metrics_alerts_suppressed", desk.suppressed_count() as u64),
        ("alicia_metrics_desk_changes_not_kept_total", desk.unkept()),
        ("alicia_metrics_desk_alerts_over_limit_total", desk.unlisted()),
    ];
    counts.map(|(name, value)| (Labels::new([(NAME, name)]), value as f64)).into()
}

#[cfg(test)]
mod tests {
    use super::is_away;
    use model::{BrokerKind, BusStatus};

    #[test]
    fn the_bus_is_away_once_it_has_been_for_a_while_and_back_likewise() {
        let bus = |connected| BusStatus { connected, broker: BrokerKind::External, ..BusStatus::default() };
        for (connected, was_away, since, away) in [
            (false, false, 14_999, false),
            (false, false, 15_000, true),
            (false, true, 1, true),
            (true, true, 14_999, true),
            (true, true, 15_000, false),
            (true, false, 1, false),
        ] {
            assert_eq!(is_away(&bus(connected), was_away, since), away, "{connected} {was_away} {since}");
        }
        let none = BusStatus { broker: BrokerKind::None, ..bus(false) };
        assert!(!is_away(&none, false, 99_999), "nobody is away where there is none");
    }
}

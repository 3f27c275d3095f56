//! Who is told of alerts besides the bus: the ledger of notifications on disk (`notices.journal`, a journal of JSON records),
//! the notifier that goes on where it ended, and those that hear of events.

use crate::entries::Entries;
use model::{Announce, Event, Labels, NAME, limits};
use notify::{Entry, Ledger, LedgerError, Notifier, Settings};
use std::sync::Arc;
use store::JournalError;
use world::{Clock, Disk};

/// The journal's file in the data directory.
const FILE: &str = "notices.journal";
/// Two records per change and receiver, so a noisy day fits.
const COMPACT_AFTER: usize = 4 * limits::ALERT_HISTORY;

/// The ledger of notifications, kept in a journal.
pub(crate) struct NoticeLedger(Entries);

/// A ledger and what it held.
pub(crate) struct OpenedNotices {
    pub(crate) ledger: Arc<NoticeLedger>,
    pub(crate) entries: Vec<Entry>,
}

impl NoticeLedger {
    /// Opens the journal on `disk` and reads what it holds. What cannot be read is left out and told.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<OpenedNotices, JournalError> {
        let (journal, entries) = Entries::open(disk, FILE, COMPACT_AFTER)?;
        Ok(OpenedNotices { ledger: Arc::new(Self(journal)), entries })
    }

    /// To be called each second.
    pub(crate) fn maintain(&self, notifier: &Notifier) -> Result<(), String> {
        self.0.maintain(|write| notifier.freeze(write))
    }
}

impl Ledger for NoticeLedger {
    fn record(&self, entry: &Entry) -> Result<(), LedgerError> {
        self.0.record(entry, false).map_err(LedgerError)
    }
}

/// A notifier that goes on where the ledger ends.
pub(crate) fn notifier(opened: &OpenedNotices, clock: &Arc<dyn Clock>, settings: &Settings) -> Arc<Notifier> {
    let ledger: Arc<dyn Ledger> = opened.ledger.clone();
    Arc::new(Notifier::new(ledger, Arc::clone(clock), settings.clone(), opened.entries.clone()))
}

/// Several that hear of events, each of all.
pub(crate) struct Everybody(pub(crate) Vec<Arc<dyn Announce>>);

impl Announce for Everybody {
    fn announce(&self, event: Event) {
        for one in &self.0 {
            one.announce(event.clone());
        }
    }
}

/// How notifications go, for the Prometheus text.
#[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
pub(crate) fn own_metrics(notifier: &Notifier) -> Vec<(Labels, f64)> {
    let counts = notifier.counts();
    let of_each = counts.iter().flat_map(|one| {
        [
            ("alicia_metrics_notifications_sent_total", one.sent),
            ("alicia_metrics_notifications_failed_total", one.failed),
            ("alicia_metrics_notifications_dropped_total", one.dropped),
            ("alicia_metrics_notifications_waiting", one.waiting as u64),
        ]
        .map(|(name, value)| (Labels::new([(NAME, name), ("receiver", &one.receiver)]), value as f64))
    });
    let of_all = [
        ("alicia_metrics_notifications_not_kept_total", notifier.unkept()),
        ("alicia_metrics_notifications_over_limit_total", notifier.unlisted()),
        ("alicia_metrics_notifications_muted_total", notifier.muted()),
    ];
    of_each.chain(of_all.map(|(name, value)| (Labels::new([(NAME, name)]), value as f64))).collect()
}

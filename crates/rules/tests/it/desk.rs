//! A rule book on a desk: its ledger and its voice can be watched, and made to fail.

use model::{
    Announce, Append, Event, INSTANCE, Labels, MetricKind, NAME, Point, Rule, SERVICE, STATUS, Sample,
    Series, Severity,
};
use parking_lot::Mutex;
use rules::{Change, Ledger, LedgerError, RuleBook};
use std::sync::Arc;

/// What was recorded and what was said.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) recorded: Mutex<Vec<Change>>,
    pub(crate) broken: Mutex<bool>,
    said: Mutex<Vec<String>>,
}

impl Ledger for Watch {
    fn record(&self, change: &Change) -> Result<(), LedgerError> {
        if *self.broken.lock() {
            return Err(LedgerError("the disk is full".to_owned()));
        }
        self.recorded.lock().push(change.clone());
        Ok(())
    }
}

impl Announce for Watch {
    fn announce(&self, event: Event) {
        self.said.lock().push(match event {
            Event::AlertStarted(alert) => {
                format!("start {} {} @{}", alert.alert_id, alert.value, alert.timestamp)
            }
            Event::AlertChanged(alert) => {
                format!("change {} {} {}", alert.alert_id, alert.severity, alert.value)
            }
            Event::AlertResolved(alert) => {
                format!("end {} @{}", alert.alert_id, alert.resolved_at.unwrap_or(-1))
            }
            other => format!("{other:?}"),
        });
    }
}

/// A book and its watch.
pub(crate) struct Desk {
    pub(crate) book: RuleBook,
    pub(crate) watch: Arc<Watch>,
}

impl Desk {
    /// A book of `rules`.
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self::restored(rules, Vec::new())
    }

    /// A book of `defaults` after `changes`.
    pub(crate) fn restored(defaults: Vec<Rule>, changes: Vec<Change>) -> Self {
        let watch = Arc::new(Watch::default());
        Self { book: RuleBook::new(watch.clone(), watch.clone(), defaults, changes), watch }
    }

    /// One sample of `metric` of `service`, instance and further labels by `labels`.
    pub(crate) fn sample(&self, metric: &str, service: &str, labels: &[(&str, &str)], t: i64, v: f64) {
        let pairs = [(NAME, metric), (SERVICE, service)].into_iter().chain(labels.iter().copied());
        let series = Arc::new(Series::new(Labels::new(pairs), MetricKind::Gauge));
        self.book
            .append(&[Sample { series: &series, point: Point { t, v } }])
            .expect("a book takes everything");
    }

    /// A sample of `m` of instance `i` of service `s`, at `t` seconds.
    pub(crate) fn at(&self, t: i64, v: f64) {
        self.sample("m", "s", &[(INSTANCE, "i")], t * 1_000, v);
    }

    /// A health word of an instance, at `t` seconds.
    pub(crate) fn word(&self, t: i64, instance: &str, word: &str) {
        let value = f64::from(u8::from(word == "healthy"));
        self.sample("health_status", "s", &[(INSTANCE, instance), (STATUS, word)], t * 1_000, value);
    }

    /// What was said since the last call.
    pub(crate) fn said(&self) -> Vec<String> {
        std::mem::take(&mut *self.watch.said.lock())
    }
}

/// A rule on `m` with a cooldown in seconds.
pub(crate) fn rule(name: &str, condition: &str, cooldown: u64) -> Rule {
    Rule {
        name: name.to_owned(),
        metric_name: "m".to_owned(),
        condition: condition.to_owned(),
        severity: Severity::Warning,
        description: format!("{name} is the case"),
        enabled: true,
        cooldown_period: cooldown,
        ..Rule::default()
    }
}

//! What there is in the house, in the words of what is announced.

use crate::house::House;
use crate::settings::{HomeAssistant, Settings};
use home_assistant::{Household, Rule, Service, Silences};
use ingest::ServiceView;
use model::{Alert, Matcher, Millis, NAME, SERVICE, Select, Selection, Severity, TimeRange, limits};
use rules::groups::{GroupRule, RuleKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// How often numbers are looked up: they are samples, which come each half a minute or so.
const NUMBERS: Millis = 15 * limits::SECOND;
/// How old a sample may be to count as how things are.
const RECENT: Millis = 5 * limits::MINUTE;
/// The metrics with the time that answers take, in milliseconds, and with failures, in percent.
const RESPONSE_TIME: &str = "response_time";
const ERROR_RATE: &str = "error_rate";
/// The label of a rule of a rule file that says how bad it is.
const SEVERITY: &str = "severity";

/// What is looked at less often than the rest.
#[derive(Default)]
pub(super) struct Look {
    /// Of the desk, when it was read.
    version: Option<u64>,
    alerts: Arc<Vec<Alert>>,
    silences: Silences,
    numbers_at: Option<Millis>,
    response_ms: BTreeMap<String, f64>,
    error_percent: BTreeMap<String, f64>,
}

impl Look {
    /// The house as it is now.
    pub(super) fn at(&mut self, house: &House) -> Household {
        let now = house.clock.now();
        let version = house.desk.version();
        if self.version != Some(version) {
            self.alerts = Arc::new(house.desk.alerts(true));
            self.silences = Silences::read(house.desk.silences().into_iter().map(|view| view.silence));
            self.version = Some(version);
        }
        if self.numbers_at.is_none_or(|at| (now - at).abs() >= NUMBERS) {
            self.response_ms = newest(house, RESPONSE_TIME, now);
            self.error_percent = newest(house, ERROR_RATE, now);
            self.numbers_at = Some(now);
        }
        let settings = house.settings.borrow();
        Household {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            url: url(&settings),
            services: self.services(house, &settings.home_assistant),
            rules: self.rules(house, &settings, now),
            alerts: Arc::clone(&self.alerts),
            now,
            written: http::rfc3339,
        }
    }

    fn services(&self, house: &House, settings: &HomeAssistant) -> Vec<Service> {
        let is_meant = |one: &ServiceView| {
            one.name != crate::SERVICE_NAME
                && settings.services.iter().all(|matcher| matcher.admits(&one.name))
        };
        let all = house.gate.registry().services().into_iter().filter(is_meant);
        let service = |one: ServiceView| Service {
            is_up: one.registered != Some(false) && !one.stale && one.up != Some(false),
            last_seen: one.last_seen,
            response_ms: self.response_ms.get(&one.name).copied().or(one.probe_ms),
            error_percent: self.error_percent.get(&one.name).copied(),
            version: one.version,
            name: one.name,
        };
        all.map(service).collect()
    }

    /// Rules of both kinds, each name once: a silence of a name is one of all rules that have it.
    fn rules(&self, house: &House, settings: &Settings, now: Millis) -> Vec<Rule> {
        let meant = &settings.home_assistant.severities;
        let of_book = house.book.rules().into_iter().filter(|rule| {
            let levels = rule.levels.iter().map(|level| level.severity);
            levels.chain([rule.severity]).any(|severity| meant.contains(&severity))
        });
        let of_files = settings.rule_groups.iter().flat_map(|group| &group.rules);
        let of_files =
            of_files.filter(|rule| matches!(rule.kind, RuleKind::Alerting(_)) && is_meant(rule, meant));
        let names = of_book.map(|rule| rule.name).chain(of_files.map(|rule| rule.name.clone()));
        let mut seen = BTreeSet::new();
        let names = names.filter(|name| seen.insert(name.clone()));
        names.map(|name| Rule { silences: self.silences.hushes(&name, now), name }).collect()
    }
}

/// Whether a rule of a file is of these severities; one that says none, or a template, may be of each.
fn is_meant(rule: &GroupRule, severities: &BTreeSet<Severity>) -> bool {
    let severity = rule.labels.get(SEVERITY).and_then(|word| word.parse().ok());
    severity.is_none_or(|severity| severities.contains(&severity))
}

/// The newest value of a metric of each service, the greatest of several.
fn newest(house: &House, metric: &str, now: Millis) -> BTreeMap<String, f64> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    let selection =
        Selection::all(vec![Matcher::equal(NAME, metric)]).within(TimeRange::last(RECENT, now)).newest(1);
    let read = house.store.each(&selection, &mut |series, points| {
        let service = series.labels().get(SERVICE).unwrap_or_default();
        // A marker of an end is no number.
        if let Some(value) = points.values.last().filter(|value| value.is_finite()) {
            let greatest = found.entry(service.to_owned()).or_insert(*value);
            *greatest = greatest.max(*value);
        }
        ControlFlow::Continue(())
    });
    if let Err(error) = read {
        tracing::warn!("Home Assistant is not told of {metric}: {error}");
    }
    found
}

/// Where the dashboard is, if another machine can come there.
fn url(settings: &Settings) -> Option<String> {
    let address = settings.http_listen.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| settings.external_url())
}

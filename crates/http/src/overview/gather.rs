//! Brings together what the rooms know.

use super::pace::Pace;
use super::shape::{
    AlertsNow, BriefAlert, BriefInsight, BusNow, HostNow, IngestNow, InsightsNow, InstanceNow, Overview,
    ServiceNow, Source, StorageNow, StripSpan,
};
use super::state::{of_instance, of_service, of_traffic};
use super::strip::{BUCKETS, Silences, Span, Strips};
use crate::parts::Parts;
use ingest::ServiceView;
use model::{Alert, BrokerKind, Matcher, Millis, NAME, Selection, Severity, TimeRange, limits, to_seconds};
use std::collections::HashMap;
use std::sync::Arc;
use traffic::{SenderView, TrafficView};

/// The collector is shown as a whole, not as a service among others.
const OWN: &str = "metrics_collector";
/// Failures in percent, as services say it themselves.
const ERROR_RATE: &str = "error_rate";
/// Bytes that are free on a disk.
const DISK_FREE: &str = "system_disk_free";

/// What is remembered from one snapshot to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    messages: Pace,
    samples: Pace,
    /// When the disk was looked at, and what came of it.
    disk: Option<(Millis, Option<f64>)>,
    /// Of the spans that somebody looks at, the newest first.
    silences: Vec<(Millis, Silences)>,
}

/// Spans of which it is remembered when services did not answer.
const SPANS: usize = 8;

/// How everything is now.
pub(super) fn overview(parts: &Parts, memory: &mut Memory, length: Millis, now: Millis) -> Overview {
    let traffic = parts.watcher.view(now);
    let services = parts.gate.registry().services();
    let alerts = parts.desk.alerts(true);
    let span = Span::last(length, now);
    let strips = match silences(parts, memory, length, span, now) {
        Some(silences) => strips(parts, silences, span, now, &services, &alerts),
        None => Strips::default(),
    };
    let status = (parts.bus)();
    let storage = (parts.storage)();
    let heard = status.messages_received.max(traffic.messages);
    Overview {
        time: to_seconds(now),
        version: parts.version.clone(),
        started: (to_seconds(now) - (parts.self_health)().uptime).round(),
        bus: BusNow {
            connected: status.connected,
            embedded: status.broker == BrokerKind::Embedded,
            broker: status.address,
            messages_per_second: shown(memory.messages.see(now, heard)),
        },
        ingest: IngestNow {
            samples_per_second: shown(memory.samples.see(now, parts.gate.tally().samples())),
            series: parts.select.series_count(),
            refused: parts
                .gate
                .tally()
                .report()
                .iter()
                .filter(|one| one.reason.is_error())
                .map(|one| one.count)
                .sum(),
        },
        storage: StorageNow {
            bytes: storage.block_bytes.saturating_add(storage.head_bytes as u64),
            disk_days_left: disk_days_left(parts, memory, now),
        },
        host: (parts.host)().map(|host| HostNow {
            cpu_percent: shown(host.cpu_percent),
            memory_percent: shown(host.memory_percent),
            disk_percent: shown(host.disk_percent),
        }),
        alerts: alerts_now(&alerts, parts.book.pending().len()),
        insights: insights_now(parts),
        strip: StripSpan { start: to_seconds(span.start), step: to_seconds(span.step), buckets: BUCKETS },
        services: rows(parts, services, &traffic, &alerts, &strips, now),
    }
}

/// A number as it is shown: further digits would make every second's answer another one.
fn shown(value: f64) -> f64 {
    let scale = if value.abs() >= 100.0 { 10.0 } else { 100.0 };
    (value * scale).round() / scale
}

/// Whether nobody is to hear of it now.
fn is_quiet(alert: &Alert) -> bool {
    !alert.standing.silenced_by.is_empty() || !alert.standing.inhibited_by.is_empty()
}

fn strips(
    parts: &Parts,
    silences: &Silences,
    span: Span,
    now: Millis,
    services: &[ServiceView],
    alerts: &[Alert],
) -> Strips {
    let mut all = parts.desk.history(limits::ALERT_HISTORY);
    all.extend_from_slice(alerts);
    Strips::of(span, now, services, &all, silences)
}

/// When services did not answer, in the span of this length; read again when that would show more.
fn silences<'a>(
    parts: &Parts,
    memory: &'a mut Memory,
    length: Millis,
    span: Span,
    now: Millis,
) -> Option<&'a Silences> {
    let place = memory.silences.iter().position(|(of, _)| *of == length);
    let known = place.map(|place| memory.silences.remove(place).1);
    let good = match known.filter(|known| known.are_good(span, now)) {
        Some(known) => known,
        None => match Silences::read(span, now, &*parts.select) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!("when services did not answer cannot be read: {error}");
                return None;
            }
        },
    };
    memory.silences.insert(0, (length, good));
    memory.silences.truncate(SPANS);
    memory.silences.first().map(|(_, silences)| silences)
}

fn alerts_now(alerts: &[Alert], pending: usize) -> AlertsNow {
    let silenced = alerts.iter().filter(|alert| is_quiet(alert)).count();
    let brief = |alert: &Alert| BriefAlert {
        id: alert.alert_id.clone(),
        rule: alert.rule_name.clone(),
        service: alert.service_name.clone(),
        instance: alert.instance_id.clone(),
        severity: alert.severity,
        message: alert.message.clone(),
        since: to_seconds(alert.timestamp),
        acknowledged: alert.standing.acknowledged.is_some(),
    };
    let mut loud: Vec<&Alert> = alerts.iter().filter(|alert| !is_quiet(alert)).collect();
    loud.sort_by_key(|alert| std::cmp::Reverse(alert.timestamp));
    AlertsNow {
        firing: loud.len(),
        pending,
        silenced,
        newest: loud.into_iter().take(limits::OVERVIEW_NEWEST).map(brief).collect(),
    }
}

fn insights_now(parts: &Parts) -> InsightsNow {
    let insights = parts.insights.lock().insights(false);
    let brief = |insight: &model::LastingInsight| BriefInsight {
        kind: insight.kind,
        service: insight.service_name.clone(),
        metric: insight.metric.clone(),
        severity: insight.severity,
        text: insight.message.clone(),
        since: to_seconds(insight.first_seen),
    };
    InsightsNow {
        lasting: insights.len(),
        newest: insights.iter().take(limits::OVERVIEW_NEWEST).map(brief).collect(),
    }
}

/// The services by name: those of the registry, and those of which only the traffic is known.
fn rows(
    parts: &Parts,
    services: Vec<ServiceView>,
    traffic: &TrafficView,
    alerts: &[Alert],
    strips: &Strips,
    now: Millis,
) -> Vec<Arc<ServiceNow>> {
    let senders: HashMap<&str, &SenderView> =
        traffic.senders.iter().map(|one| (one.service.as_str(), one)).collect();
    let failures = failures(parts, now);
    let firing = firing(alerts);
    let mut rows: Vec<ServiceNow> =
        services.into_iter().filter(|one| one.name != OWN).map(measured).collect();
    let known: std::collections::HashSet<String> = rows.iter().map(|row| row.name.clone()).collect();
    let others = traffic.senders.iter().filter(|one| !one.service.is_empty() && one.service != OWN);
    rows.extend(others.filter(|one| !known.contains(&one.service)).map(passing));
    for row in &mut rows {
        let sender = senders.get(row.name.as_str());
        row.messages_per_second = sender.map(|one| shown(one.messages_per_second));
        row.delay_ms = sender.and_then(|one| one.delay).map(|delay| shown(delay * 1_000.0));
        let failed = failures.get(row.name.as_str()).copied();
        row.error_percent = failed.or_else(|| sender.and_then(|one| one.error_rate)).map(shown);
        row.firing = firing.get(row.name.as_str()).cloned().unwrap_or_default();
        row.strip = strips.letters(&row.name);
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows.into_iter().map(Arc::new).collect()
}

fn measured(view: ServiceView) -> ServiceNow {
    let state = of_service(&view);
    let instances = view.instances.into_iter().map(|instance| InstanceNow {
        state: of_instance(&instance),
        last_seen: to_seconds(instance.last_seen).round(),
        name: instance.id,
    });
    ServiceNow { instances: instances.collect(), ..row(view.name, state, Source::Metrics, view.last_seen) }
}

fn passing(sender: &SenderView) -> ServiceNow {
    row(sender.service.clone(), of_traffic(sender.state), Source::Traffic, sender.last_seen)
}

fn row(name: String, state: super::shape::Condition, from: Source, last_seen: Millis) -> ServiceNow {
    ServiceNow {
        name,
        state,
        from,
        last_seen: to_seconds(last_seen).round(),
        messages_per_second: None,
        delay_ms: None,
        error_percent: None,
        firing: Vec::new(),
        strip: String::new(),
        instances: Vec::new(),
    }
}

/// The severities of what fires, by service, each once, the worst first.
fn firing(alerts: &[Alert]) -> HashMap<&str, Vec<Severity>> {
    let mut all: HashMap<&str, Vec<Severity>> = HashMap::new();
    for alert in alerts.iter().filter(|alert| !is_quiet(alert)) {
        all.entry(&alert.service_name).or_default().push(alert.severity);
    }
    for severities in all.values_mut() {
        severities.sort_by(|a, b| b.cmp(a));
        severities.dedup();
    }
    all
}

/// The newest `error_rate` of each service, the largest of its instances.
fn failures(parts: &Parts, now: Millis) -> HashMap<String, f64> {
    let range = TimeRange::last(limits::LOOKBACK, now);
    let selection = Selection::all(vec![Matcher::equal(NAME, ERROR_RATE)]).within(range).newest(1);
    let mut all: HashMap<String, f64> = HashMap::new();
    for series in parts.select.select(&selection).unwrap_or_default() {
        let Some(point) = series.points.last().filter(|point| point.v.is_finite()) else { continue };
        let service = series.series.service().to_owned();
        let most = all.entry(service).or_insert(point.v);
        *most = most.max(point.v);
    }
    all
}

/// Days until the first disk is full, if one fills; looked at once a minute.
fn disk_days_left(parts: &Parts, memory: &mut Memory, now: Millis) -> Option<f64> {
    if let Some((at, days)) = memory.disk.filter(|(at, _)| (0..limits::MINUTE).contains(&(now - at))) {
        memory.disk = Some((at, days));
        return days;
    }
    let range = TimeRange::last(limits::OVERVIEW_DISK, now);
    let selection = Selection::all(vec![Matcher::equal(NAME, DISK_FREE)]).within(range);
    let disks = parts.select.select(&selection).unwrap_or_default();
    let days = disks.iter().filter_map(|disk| {
        let free = disk.points.last()?.v;
        let test = query::trend(&disk.points).significance.filter(|test| test.significant)?;
        let per_day = test.slope_per_hour * 24.0;
        (per_day < 0.0).then(|| shown(free / -per_day))
    });
    let days = days.fold(None, |least: Option<f64>, one| Some(least.map_or(one, |least| least.min(one))));
    memory.disk = Some((now, days));
    days
}

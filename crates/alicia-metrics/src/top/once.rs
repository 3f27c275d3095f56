//! The overview as a text: for a terminal that is none, and for scripts.

use super::draw::instances;
use super::happenings::told;
use super::known::Known;
use super::shape::{BriefAlert, Head, Service, Source};
use super::view::View;
use super::words::{Unit, age, delay, digits, length, percent, plain, rate, show, span};
use super::{path_of, strip};
use crate::questions::{Client, Table};
use crate::questions_args::TopArgs;
use model::limits;

/// Letters of a strip in a text.
const STRIP: usize = 30;

/// Asks once, and tells what was answered.
pub(super) fn once(client: &Client, args: &TopArgs) -> Result<String, String> {
    settle(client, args);
    let path = path_of("/overview", args);
    let overview = client.alicia("GET", &path, "").map_err(|error| told(&error))?;
    if args.json {
        return Ok(format!("{overview}\n"));
    }
    let known = Known::whole(&overview.to_string()).map_err(|error| super::strange(&error))?;
    Ok(text(&View::new(known, client.address().to_owned())))
}

/// Looks for a second: rates are those between two looks, and nobody may have looked before. If that cannot be, it is asked
/// without.
fn settle(client: &Client, args: &TopArgs) {
    let Ok(mut events) = client.follow(&path_of("/overview/live", args), limits::TOP_SILENCE) else { return };
    while let Ok(Some(event)) = events.next() {
        if event.kind == "change" {
            return;
        }
    }
}

/// All of it: the figures, the services, the worst first, and what fires.
fn text(view: &View) -> String {
    let head = &view.known.head;
    let mut text = figures(view);
    let mut table = Table::new(&[
        "SERVICE",
        "STATE",
        "FIRES",
        "STRIP",
        "INSTANCES>",
        "MESSAGES/S>",
        "DELAY>",
        "ERRORS>",
        "SEEN>",
    ]);
    let shown = view.shown();
    for service in &shown {
        table.push(row(service, view.now));
    }
    text.push_str(&if shown.is_empty() {
        "\nnobody has spoken yet\n".to_owned()
    } else {
        format!("\n{}", table.text())
    });
    if !head.alerts.newest.is_empty() {
        text.push_str(&format!("\n{}", alerts(&head.alerts.newest, view.now)));
    }
    if head.alerts.firing > head.alerts.newest.len() {
        text.push_str(&format!("… and {} more\n", head.alerts.firing - head.alerts.newest.len()));
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "bytes are shown with three digits")]
fn figures(view: &View) -> String {
    let Head { bus, ingest, storage, host, alerts, .. } = &view.known.head;
    let broker = plain(&bus.broker);
    let is_on = if bus.connected { "connected to" } else { "not connected to" };
    let own = if bus.embedded { "its own broker on " } else { "" };
    let full = storage.disk_days_left.map(|days| format!(", full in {}", length(days * 86_400.0)));
    let mut lines = vec![
        format!(
            "alicia-metrics {} on {}, up {}; strips show {}",
            plain(&view.known.head.version),
            view.address,
            length((view.now - view.known.head.started).max(0.0).round()),
            span(view.known.head.strip.seconds()),
        ),
        format!(
            "alerts   {} firing, {} pending, {} silenced",
            alerts.firing, alerts.pending, alerts.silenced
        ),
        match broker.as_str() {
            "" => "bus      none".to_owned(),
            broker => {
                format!("bus      {is_on} {own}{broker}, {} messages/s", digits(bus.messages_per_second))
            }
        },
        format!(
            "samples  {}/s, {} series, {} refused",
            digits(ingest.samples_per_second),
            ingest.series,
            ingest.refused
        ),
        format!("disk     {} kept{}", show(storage.bytes as f64, Unit::Bytes), full.unwrap_or_default()),
    ];
    lines.extend(host.as_ref().map(|host| {
        let (processor, memory, disk) = (host.cpu_percent, host.memory_percent, host.disk_percent);
        format!("host     processor {processor:.0} %, memory {memory:.0} %, disk {disk:.0} %")
    }));
    lines.join("\n") + "\n"
}

fn row(service: &Service, now: f64) -> Vec<String> {
    let star = if service.from == Source::Traffic { "*" } else { "" };
    vec![
        format!("{}{star}", plain(&service.name)),
        service.state.word().to_owned(),
        service.firing.iter().max().map(|worst| worst.to_string()).unwrap_or_default(),
        strip::text(&service.strip, STRIP),
        instances(service),
        rate(service.messages_per_second),
        delay(service.delay_ms),
        percent(service.error_percent),
        age(service.last_seen, now),
    ]
}

fn alerts(newest: &[BriefAlert], now: f64) -> String {
    let mut table = Table::new(&["FIRING", "RULE", "SERVICE", "INSTANCE", "SINCE>", "MESSAGE"]);
    for alert in newest {
        table.push(vec![
            alert.severity.to_string(),
            plain(&alert.rule),
            plain(&alert.service),
            plain(&alert.instance),
            age(alert.since, now),
            plain(&alert.message),
        ]);
    }
    table.text()
}

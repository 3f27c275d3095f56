//! The figures above everything.

use super::flow::flow;
use super::look::Look;
use crate::top::shape::Head;
use crate::top::words::{Unit, digits, length, plain, show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Less than so many days until the disk is full are worth a colour.
const FEW_DAYS: f64 = 14.0;

/// A figure: its name, the figure itself, and what else is to be said.
type Tile = (&'static str, String, Style, String);

/// The figures, as lines of at most `width`.
pub(super) fn tiles(head: &Head, look: Look, width: u16) -> Vec<Line<'static>> {
    let group = |(name, figure, style, more): Tile| {
        let name = Span::styled(format!("{name} "), look.faint());
        vec![name, Span::styled(figure, style), Span::raw(more)]
    };
    flow(figures(head, look).into_iter().map(group).collect(), width, look)
}

fn figures(head: &Head, look: Look) -> Vec<Tile> {
    let Head { alerts, bus, ingest, storage, .. } = head;
    let firing = if alerts.firing > 0 { look.bad() } else { look.strong() };
    let refused = if ingest.refused > 0 { look.warning() } else { look.strong() };
    let mut all = vec![(
        "Alerts",
        format!("{} firing", alerts.firing),
        firing,
        format!(", {} pending, {} silenced", alerts.pending, alerts.silenced),
    )];
    all.push(match (bus.connected, bus.embedded) {
        (false, _) if bus.broker.is_empty() => ("Bus", "none".to_owned(), look.strong(), String::new()),
        (false, _) => ("Bus", "not connected".to_owned(), look.bad(), format!(" {}", plain(&bus.broker))),
        (true, embedded) => {
            let broker =
                if embedded { ", its own broker".to_owned() } else { format!(", {}", plain(&bus.broker)) };
            ("Bus", format!("{} messages/s", digits(bus.messages_per_second)), look.strong(), broker)
        }
    });
    all.push((
        "Samples",
        format!("{}/s", digits(ingest.samples_per_second)),
        look.strong(),
        format!(", {} series", ingest.series),
    ));
    all.push(("Refused", ingest.refused.to_string(), refused, String::new()));
    all.push(disk(storage.bytes, storage.disk_days_left, look));
    if let Some(host) = &head.host {
        let more = format!(", memory {:.0} %, disk {:.0} %", host.memory_percent, host.disk_percent);
        all.push(("Host", format!("processor {:.0} %", host.cpu_percent), look.strong(), more));
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
fn disk(bytes: u64, days_left: Option<f64>, look: Look) -> Tile {
    let kept = format!("{} kept", show(bytes as f64, Unit::Bytes));
    match days_left {
        None => ("Disk", kept, look.strong(), String::new()),
        Some(days) => {
            let style = if days < FEW_DAYS { look.warning() } else { look.strong() };
            ("Disk", format!("full in {}", length(days * 86_400.0)), style, format!(", {kept}"))
        }
    }
}

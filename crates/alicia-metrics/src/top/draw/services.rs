//! The services, a line for each.

use super::columns::{Column, SPACE, columns};
use super::look::Look;
use super::panel;
use crate::top::shape::{Condition, Service, Source};
use crate::top::view::View;
use crate::top::words::{age, delay, percent, plain, rate, span};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

/// Errors of more percent than this are worth a colour.
const MANY_ERRORS: f64 = 5.0;

/// Draws those that there is room for, so that the chosen one is among them.
pub(super) fn services(frame: &mut Frame<'_>, area: Rect, view: &mut View, look: Look) {
    let shown = view.shown();
    let (row, count) = (view.row(&shown), shown.len());
    let mut list = view.list;
    // The title and the head take a line each.
    list.room = usize::from(area.height.saturating_sub(2));
    list.follow(row, count);
    let block = panel(&title(view, count), look);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    if count == 0 {
        frame.render_widget(Paragraph::new(nobody(view)).style(look.faint()), inside);
    } else {
        let seen = shown.get(list.first..).unwrap_or_default();
        let seen = seen.get(..list.room.min(seen.len())).unwrap_or_default();
        let widest = seen.iter().map(|service| Span::raw(name(service)).width()).max().unwrap_or(0);
        let letters = seen.iter().map(|service| service.strip.len()).max().unwrap_or(0);
        let narrow = |width: usize| u16::try_from(width).unwrap_or(u16::MAX);
        let columns = columns(inside.width, narrow(widest), narrow(letters));
        let rows = seen.iter().enumerate().map(|(at, service)| {
            let cells = columns.iter().map(|(column, width)| cell(*column, *width, service, view.now, look));
            let style = if list.first + at == row { look.chosen() } else { ratatui::style::Style::new() };
            Row::new(cells.collect::<Vec<_>>()).style(style)
        });
        let strip = span(view.known.head.strip.seconds());
        let head = columns.iter().map(|(column, _)| heading(*column, &strip));
        let head = Row::new(head.collect::<Vec<_>>()).style(look.faint());
        let widths = columns.iter().map(|(_, width)| Constraint::Length(*width));
        let table = Table::new(rows, widths.collect::<Vec<_>>()).header(head).column_spacing(SPACE);
        frame.render_widget(table, inside);
    }
    view.list = list;
}

fn title(view: &View, shown: usize) -> String {
    let all = view.known.services.len();
    let count = if shown == all { all.to_string() } else { format!("{shown} of {all}") };
    let turned = if view.is_turned { ", turned round" } else { "" };
    let filter =
        if view.filter.is_empty() { String::new() } else { format!(", with {:?}", plain(&view.filter)) };
    format!("Services ({count}) by {}{turned}{filter}", view.order.word())
}

/// What to say where there is no row.
fn nobody(view: &View) -> Vec<Line<'static>> {
    if !view.known.services.is_empty() {
        return vec![Line::raw("No service is called so.")];
    }
    let broker = plain(&view.known.head.bus.broker);
    if broker.is_empty() {
        return vec![Line::raw("Nobody has spoken yet, and it listens to no bus.")];
    }
    let (host, port) = broker.rsplit_once(':').unwrap_or((&broker, "1883"));
    let payload = r#"{"metrics":[{"name":"temperature","value":21.5}]}"#;
    vec![
        Line::raw("Nobody has spoken yet. To say something:"),
        Line::raw(format!("mosquitto_pub -h {host} -p {port} -t alicia/metrics/hello -m '{payload}'")),
    ]
}

fn heading(column: Column, strip: &str) -> Line<'static> {
    match column {
        Column::Service => Line::raw("Service"),
        Column::State => Line::raw("State"),
        Column::Alerts => Line::raw("Fires"),
        Column::Strip => Line::raw(format!("Last {strip}")),
        Column::Instances => Line::raw("Instances").right_aligned(),
        Column::Rate => Line::raw("Msgs/s").right_aligned(),
        Column::Delay => Line::raw("Delay").right_aligned(),
        Column::Errors => Line::raw("Errors").right_aligned(),
        Column::Seen => Line::raw("Seen").right_aligned(),
    }
}

/// The name, with a star where only the traffic is known.
fn name(service: &Service) -> String {
    let star = if service.from == Source::Traffic { "*" } else { "" };
    format!("{}{star}", plain(&service.name))
}

fn cell(column: Column, width: u16, service: &Service, now: f64, look: Look) -> Line<'static> {
    match column {
        Column::Service => Line::raw(name(service)),
        Column::State => Line::styled(state(service.state), look.condition(service.state)),
        Column::Alerts => match service.firing.iter().max() {
            Some(worst) => Line::styled(worst.as_str(), look.severity(*worst)),
            None => Line::raw(""),
        },
        Column::Strip => Line::from(look.strip(&service.strip, usize::from(width))),
        Column::Instances => Line::raw(instances(service)).right_aligned(),
        Column::Rate => Line::raw(rate(service.messages_per_second)).right_aligned(),
        Column::Delay => Line::raw(delay(service.delay_ms)).right_aligned(),
        Column::Errors => {
            let is_much = service.error_percent.is_some_and(|percent| percent > MANY_ERRORS);
            let style = if is_much { look.bad() } else { ratatui::style::Style::new() };
            Line::styled(percent(service.error_percent), style).right_aligned()
        }
        Column::Seen => Line::raw(age(service.last_seen, now)).right_aligned(),
    }
}

/// A sign and a word.
pub(super) fn state(state: Condition) -> String {
    format!("{} {}", state.sign(), state.word())
}

/// How many instances there are, and how many of them are well if not all.
pub(in crate::top) fn instances(service: &Service) -> String {
    let all = service.instances.len();
    let well = service.instances.iter().filter(|instance| instance.1 <= Condition::Healthy).count();
    match all {
        0 => "–".to_owned(),
        _ if well == all => all.to_string(),
        _ => format!("{well}/{all} well"),
    }
}

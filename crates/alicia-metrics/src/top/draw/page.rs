//! One service: how it is, its instances, what fires of it, and every metric with its course.

use super::flow::flow;
use super::look::Look;
use super::panel;
use super::services::state;
use super::told::alert;
use crate::questions::course;
use crate::top::courses::{Course, Courses, VALUES};
use crate::top::shape::Service;
use crate::top::view::{Page, View};
use crate::top::words::{age, delay, percent, plain, rate, show, span};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

/// Instances that are named.
const INSTANCES: usize = 12;
/// Lines that those may take.
const INSTANCE_LINES: usize = 3;
/// Alerts that are shown.
const ALERTS: usize = 3;
/// The widest names and labels of metrics that are not cut off.
const LONGEST: u16 = 36;
/// Columns of the newest value: digits, a unit and "a second".
const VALUE: u16 = 13;
/// Without room for a course of so many characters, labels are left out.
const LEAST_COURSE: u16 = 16;

/// Draws the page that is open.
pub(super) fn page(frame: &mut Frame<'_>, area: Rect, view: &mut View, look: Look) {
    let Some(page) = &view.page else { return };
    let head = facts(view, page, look, area.width);
    let height = u16::try_from(head.len()).unwrap_or(u16::MAX);
    let [above, below] = Layout::vertical([Constraint::Length(height + 1), Constraint::Fill(1)]).areas(area);
    frame.render_widget(Paragraph::new(head).block(panel(&plain(&page.service), look)), above);
    if let Some(page) = &mut view.page {
        metrics(frame, below, page, look);
    }
}

fn facts(view: &View, page: &Page, look: Look, width: u16) -> Vec<Line<'static>> {
    let Some(service) = view.known.services.get(&page.service) else {
        return vec![Line::styled("It is not known any more.", look.faint())];
    };
    let fact =
        |name: &str, text: String| vec![Span::styled(format!("{name} "), look.faint()), Span::raw(text)];
    let mut groups = vec![
        vec![Span::styled(state(service.state), look.condition(service.state))],
        fact("seen", age(service.last_seen, view.now)),
        fact("messages/s", rate(service.messages_per_second)),
        fact("delay", delay(service.delay_ms)),
        fact("errors", percent(service.error_percent)),
    ];
    let mut strip = vec![Span::styled(format!("{} ", span(view.known.head.strip.seconds())), look.faint())];
    strip.extend(look.strip(&service.strip, usize::from(width.saturating_sub(6))));
    groups.push(strip);
    let mut lines = flow(groups, width, look);
    lines.extend(instances(service, view.now, look, width));
    let own = view.known.head.alerts.newest.iter().filter(|alert| alert.service == page.service);
    lines.extend(own.take(ALERTS).map(|one| alert(one, false, view.now, look)));
    lines
}

/// The worst instances, with names; how many more there are.
fn instances(service: &Service, now: f64, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut all: Vec<_> = service.instances.iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let group = |instance: &&crate::top::shape::Instance| {
        vec![
            Span::styled(format!("{} ", instance.1.sign()), look.condition(instance.1)),
            Span::raw(plain(&instance.0)),
            Span::styled(format!(" {}", age(instance.2, now)), look.faint()),
        ]
    };
    let mut groups: Vec<_> = all.iter().take(INSTANCES).map(group).collect();
    if all.len() > INSTANCES {
        groups.push(vec![Span::styled(format!("and {} more", all.len() - INSTANCES), look.faint())]);
    }
    let mut lines = flow(groups, width, look);
    lines.truncate(INSTANCE_LINES);
    lines
}

fn metrics(frame: &mut Frame<'_>, area: Rect, page: &mut Page, look: Look) {
    let range = span(f64::from(page.wanted().seconds));
    let titled = |text: &str| panel(&format!("Metrics, last {range}{text}"), look);
    let say = |frame: &mut Frame<'_>, text: String, style| {
        frame.render_widget(Paragraph::new(Line::styled(text, style)).block(titled("")), area);
    };
    let Courses { start, end, all, is_cut } = match &page.courses {
        None => return say(frame, "…".to_owned(), look.faint()),
        Some(Err(why)) => return say(frame, plain(why), look.bad()),
        Some(Ok(courses)) => courses,
    };
    let shown: Vec<&Course> = all.iter().filter(|course| course.fits(&page.filter)).collect();
    let count = if shown.len() == all.len() { String::new() } else { format!("{} of ", shown.len()) };
    let filter =
        if page.filter.is_empty() { String::new() } else { format!(", with {:?}", plain(&page.filter)) };
    let more = if *is_cut { ", and more" } else { "" };
    let block = titled(&format!(" ({count}{}{more}){filter}", all.len()));
    let inside = block.inner(area);
    frame.render_widget(block, area);
    page.list.room = usize::from(inside.height);
    page.list.limit(shown.len());
    if shown.is_empty() {
        let text = if all.is_empty() { "There are no values in this range." } else { "None is called so." };
        frame.render_widget(Paragraph::new(Line::styled(text, look.faint())), inside);
        return;
    }
    let seen = shown.get(page.list.first..).unwrap_or_default();
    let seen = seen.get(..page.list.room.min(seen.len())).unwrap_or_default();
    let widths = widths(seen, inside.width);
    let row = |course: &&Course| row(course, (*start, *end), &widths, look);
    let constraints = widths.iter().map(|width| Constraint::Length(*width));
    let table = Table::new(seen.iter().map(row), constraints).column_spacing(1);
    frame.render_widget(table, inside);
}

/// Columns of names, labels, courses and values; no labels where that would leave little for the courses.
fn widths(seen: &[&Course], width: u16) -> [u16; 4] {
    let widest = |text: fn(&Course) -> &str| {
        let most = seen.iter().map(|course| Span::raw(text(course)).width()).max().unwrap_or(0);
        u16::try_from(most).unwrap_or(u16::MAX).min(LONGEST)
    };
    let (name, labels) = (widest(|course| &course.metric), widest(|course| &course.labels));
    let rest = width.saturating_sub(name + VALUE + 3);
    let labels = if rest < labels + LEAST_COURSE { 0 } else { labels };
    [name, labels, rest.saturating_sub(labels).min(VALUES), VALUE]
}

fn row(one: &Course, (start, end): (f64, f64), widths: &[u16; 4], look: Look) -> Row<'static> {
    let a_second = if one.is_rate { "/s" } else { "" };
    let value = one.last().map_or_else(|| "–".to_owned(), |value| show(value, one.unit));
    Row::new([
        Line::raw(plain(&one.metric)),
        Line::raw(plain(&one.labels)),
        Line::styled(course(&one.points, start, end, usize::from(widths[2])), look.course()),
        Line::raw(format!("{value}{a_second}")).right_aligned(),
    ])
}

//! What fires and what was noticed, a line for each.

use super::look::Look;
use super::panel;
use crate::top::shape::{BriefAlert, BriefInsight, Head};
use crate::top::words::{age, plain};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on there is room for insights beside the alerts.
const WIDE: u16 = 130;

/// Draws the newest alerts, and where there is room the insights beside them.
pub(super) fn told(frame: &mut Frame<'_>, area: Rect, head: &Head, now: f64, look: Look) {
    if area.width < WIDE {
        return firing(frame, area, head, now, look);
    }
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).spacing(2).areas(area);
    firing(frame, left, head, now, look);
    let lines = head.insights.newest.iter().map(|one| insight(one, now, look)).collect();
    list(
        frame,
        right,
        &format!("Noticed ({})", head.insights.lasting),
        lines,
        "Nothing unusual has lasted.",
        look,
    );
}

fn firing(frame: &mut Frame<'_>, area: Rect, head: &Head, now: f64, look: Look) {
    let lines = head.alerts.newest.iter().map(|one| alert(one, true, now, look)).collect();
    list(frame, area, &format!("Firing ({})", head.alerts.firing), lines, "Nothing fires.", look);
}

/// An alert, with the name of its service or without.
pub(super) fn alert(alert: &BriefAlert, is_named: bool, now: f64, look: Look) -> Line<'static> {
    let instance = Some(&alert.instance).filter(|name| !name.is_empty() && **name != alert.service);
    let who = match (is_named, instance) {
        (true, Some(instance)) => format!("{}/{}", alert.service, instance),
        (true, None) => alert.service.clone(),
        (false, Some(instance)) => instance.clone(),
        (false, None) => String::new(),
    };
    let taken = if alert.acknowledged { ", taken care of" } else { "" };
    Line::from(vec![
        Span::styled(format!("{:<8} ", alert.severity.as_str()), look.severity(alert.severity)),
        Span::styled(format!("{} ", plain(&alert.rule)), look.strong()),
        Span::raw(format!("{} ", plain(&who))),
        Span::styled(format!("{}{taken}  ", age(alert.since, now)), look.faint()),
        Span::raw(plain(&alert.message)),
    ])
}

fn insight(insight: &BriefInsight, now: f64, look: Look) -> Line<'static> {
    let kind = insight.kind.replace('_', " ");
    Line::from(vec![
        Span::styled(format!("{} ", plain(&kind)), look.severity(insight.severity)),
        Span::styled(format!("{} ", plain(&insight.service)), look.strong()),
        Span::styled(format!("{}  ", age(insight.since, now)), look.faint()),
        Span::raw(plain(&insight.text)),
    ])
}

/// As many of the lines as there is room for, and how many there is none for.
pub(super) fn list(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    mut lines: Vec<Line<'static>>,
    nothing: &'static str,
    look: Look,
) {
    let block = panel(title, look);
    let room = usize::from(block.inner(area).height);
    if lines.is_empty() {
        lines.push(Line::styled(nothing, look.faint()));
    }
    if lines.len() > room && room > 1 {
        let more = lines.len() - (room - 1);
        lines.truncate(room - 1);
        lines.push(Line::styled(format!("… and {more} more"), look.faint()));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

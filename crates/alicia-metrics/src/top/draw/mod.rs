//! Draws the view.

mod look;

mod flow;

mod tiles;

mod columns;

mod services;

mod told;

mod page;

mod help;

pub(super) use look::Look;
pub(super) use services::instances;

use super::view::{Link, View};
use super::words::{length, plain};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

/// Alerts that there is room for at least, where anything fires.
const ALERTS: u16 = 6;
/// From this height on there is room for alerts below the services.
const TALL: u16 = 16;

/// Draws all of it.
pub(super) fn draw(frame: &mut Frame<'_>, view: &mut View, look: Look) {
    let area = frame.area();
    let tiles = tiles::tiles(&view.known.head, look, area.width);
    let height = u16::try_from(tiles.len()).unwrap_or(u16::MAX);
    let parts =
        [Constraint::Length(1), Constraint::Length(height), Constraint::Fill(1), Constraint::Length(1)];
    let [top, figures, middle, bottom] = Layout::vertical(parts).areas(area);
    frame.render_widget(headline(view, look), top);
    frame.render_widget(Paragraph::new(tiles), figures);
    if view.page.is_some() {
        page::page(frame, middle, view, look);
    } else {
        overview(frame, middle, view, look);
    }
    frame.render_widget(footer(view, look), bottom);
    if view.is_helping {
        help::help(frame, area, look);
    }
}

fn overview(frame: &mut Frame<'_>, area: Rect, view: &mut View, look: Look) {
    let head = &view.known.head;
    let lines = head.alerts.newest.len().max(head.insights.newest.len()).clamp(1, usize::from(ALERTS));
    let told = if area.height < TALL { 0 } else { u16::try_from(lines + 1).unwrap_or(ALERTS) };
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(told)]).areas(area);
    services::services(frame, above, view, look);
    if told > 0 {
        told::told(frame, below, &view.known.head, view.now, look);
    }
}

/// Whom it is of, and whether it is heard.
fn headline(view: &View, look: Look) -> Line<'static> {
    let head = &view.known.head;
    let name = Span::styled("alicia-metrics ", look.title());
    match &view.link {
        Link::Lost(why) => {
            let text = format!(
                "✗ {} is not heard, this is from {} ago: {}",
                view.address,
                length((view.now - head.time).max(0.0).round()),
                plain(why)
            );
            Line::from(vec![name, Span::styled(text, look.bad())])
        }
        Link::Heard => {
            let up = length((view.now - head.started).max(0.0).round());
            let text = format!("{} on {}, up {up}", plain(&head.version), view.address);
            Line::from(vec![name, Span::styled("● ", look.good()), Span::raw(text)])
        }
    }
}

/// The filter while it is typed, else the keys.
fn footer(view: &View, look: Look) -> Line<'static> {
    if view.is_typing {
        let filter = view.page.as_ref().map_or(&view.filter, |page| &page.filter);
        return Line::from(vec![
            Span::styled(format!("/{}", plain(filter)), look.strong()),
            Span::styled(" ", look.chosen()),
            Span::styled("  Enter keeps it, Esc drops it", look.faint()),
        ]);
    }
    let keys: &[(&str, &str)] = if view.page.is_some() {
        &[("q", "quit"), ("Esc", "back"), ("←→", "range"), ("↑↓", "scroll"), ("/", "filter"), ("?", "keys")]
    } else {
        &[
            ("q", "quit"),
            ("↑↓", "choose"),
            ("Enter", "open"),
            ("s", "order"),
            ("r", "turn"),
            ("/", "filter"),
            ("?", "keys"),
        ]
    };
    let shown = keys.iter().flat_map(|(key, what)| {
        [Span::styled(*key, look.strong()), Span::styled(format!(" {what}   "), look.faint())]
    });
    Line::from(shown.collect::<Vec<_>>())
}

/// A line with a title above what is inside.
fn panel(title: &str, look: Look) -> Block<'static> {
    Block::new()
        .borders(Borders::TOP)
        .border_style(look.faint())
        .title(Line::styled(format!(" {title} "), look.title()))
}

//! The keys and signs.

use super::look::Look;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Paragraph};

const TEXT: &str = "\
q, Ctrl-C     quit
↑ ↓  k j      choose a service, scroll
PgUp PgDn     by as many as there is room for
Home End      to the first, to the last
Enter         open the service
Esc           drop the filter, go back
← →           a shorter, a longer range of metrics
s             next order: worst, name, messages, delay,
              errors, longest unseen
r             turn the order round
/             filter by a part of the name

▃ fine  ▆ a warning fired  █ an error fired
▒ silent  · nothing known
* known by what passes on the bus alone";

/// Draws them over everything.
pub(super) fn help(frame: &mut Frame<'_>, area: Rect, look: Look) {
    let lines = u16::try_from(TEXT.lines().count()).unwrap_or(u16::MAX);
    let (width, height) = (58.min(area.width), (lines + 2).min(area.height));
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, place);
    let block = Block::bordered().title(" Keys and signs ").border_style(look.title());
    frame.render_widget(Paragraph::new(TEXT).block(block), place);
}

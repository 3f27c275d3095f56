//! What things look like. The sixteen colours of the terminal are used, so that they fit its theme; each goes with a sign or a word.

use crate::top::shape::Condition;
use crate::top::strip::{Mark, marks};
use model::Severity;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

/// With colours or without.
#[derive(Debug, Clone, Copy)]
pub(in crate::top) struct Look {
    pub(in crate::top) has_colours: bool,
}

impl Look {
    fn colour(self, colour: Color) -> Style {
        if self.has_colours { Style::new().fg(colour) } else { Style::new() }
    }

    pub(super) fn good(self) -> Style {
        self.colour(Color::Green)
    }

    pub(super) fn warning(self) -> Style {
        self.colour(Color::Yellow)
    }

    pub(super) fn bad(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub(super) fn silent(self) -> Style {
        self.colour(Color::Magenta)
    }

    pub(super) fn title(self) -> Style {
        self.colour(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// The course of a metric, which is neither good nor bad.
    pub(super) fn course(self) -> Style {
        self.colour(Color::Cyan)
    }

    /// What is of less weight.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(super) fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub(super) fn condition(self, state: Condition) -> Style {
        match state {
            Condition::Healthy => self.good(),
            Condition::Degraded => self.warning(),
            Condition::Unhealthy => self.bad(),
            Condition::Silent => self.silent(),
            Condition::Gone | Condition::Unknown => self.faint(),
        }
    }

    pub(super) fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Info => self.colour(Color::Cyan),
            Severity::Warning => self.warning(),
            Severity::Error | Severity::Critical => self.bad(),
        }
    }

    /// A strip of so many characters, as few pieces as it has stretches.
    pub(super) fn strip(self, letters: &str, width: usize) -> Vec<Span<'static>> {
        let style = |mark: Mark| match mark {
            Mark::Nothing => self.faint(),
            Mark::Fine => self.good(),
            Mark::Warned => self.warning(),
            Mark::Silent => self.silent(),
            Mark::Failed => self.colour(Color::Red),
        };
        let marks = marks(letters, width);
        let stretches = marks.chunk_by(|a, b| a == b);
        let piece = |stretch: &[Mark]| {
            let text: String = stretch.iter().map(|mark| mark.block()).collect();
            Span::styled(text, stretch.first().map(|mark| style(*mark)).unwrap_or_default())
        };
        stretches.map(piece).collect()
    }
}

//! The words of the language.

use crate::syntax::text::{part, quote};
use crate::syntax::{AggregateOp, BinaryOp, Span};

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing more comes.
    End,
    Comma,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Colon,
    /// `=`
    Assign,
    /// `=~`
    Matches,
    /// `!~`
    MatchesNot,
    /// `@`
    At,
    /// A name that may be one of a label, a metric or a function.
    Identifier,
    /// A name with a colon in it.
    MetricIdentifier,
    Number,
    Duration,
    /// A text in quotes.
    String,
    Operator(BinaryOp),
    Aggregate(AggregateOp),
    Keyword(Keyword),
}

/// Words with a meaning of their own at some places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Offset,
    Smoothed,
    Anchored,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Bool,
    Start,
    End,
    Step,
    Range,
}

/// A word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a word of letters is, whatever their case.
pub(super) fn word(text: &str) -> Kind {
    let low = text.to_ascii_lowercase();
    if let Some(op) = AggregateOp::named(&low) {
        return Kind::Aggregate(op);
    }
    match low.as_str() {
        "and" => Kind::Operator(BinaryOp::And),
        "or" => Kind::Operator(BinaryOp::Or),
        "unless" => Kind::Operator(BinaryOp::Unless),
        "atan2" => Kind::Operator(BinaryOp::Atan2),
        "inf" | "nan" => Kind::Number,
        other => match keyword(other) {
            Some(keyword) => Kind::Keyword(keyword),
            None if other.contains(':') => Kind::MetricIdentifier,
            None => Kind::Identifier,
        },
    }
}

fn keyword(low: &str) -> Option<Keyword> {
    Some(match low {
        "offset" => Keyword::Offset,
        "smoothed" => Keyword::Smoothed,
        "anchored" => Keyword::Anchored,
        "by" => Keyword::By,
        "without" => Keyword::Without,
        "on" => Keyword::On,
        "ignoring" => Keyword::Ignoring,
        "group_left" => Keyword::GroupLeft,
        "group_right" => Keyword::GroupRight,
        "fill" => Keyword::Fill,
        "fill_left" => Keyword::FillLeft,
        "fill_right" => Keyword::FillRight,
        "bool" => Keyword::Bool,
        "start" => Keyword::Start,
        "end" => Keyword::End,
        "step" => Keyword::Step,
        "range" => Keyword::Range,
        _ => return None,
    })
}

impl Token {
    /// Whether a metric may have this word for a name.
    pub(super) fn names_metric(self) -> bool {
        use Keyword::{Anchored, By, End, Offset, Range, Smoothed, Start, Step, Without};
        match self.kind {
            Kind::Identifier | Kind::MetricIdentifier | Kind::Aggregate(_) => true,
            Kind::Operator(op) => op.is_set(),
            Kind::Keyword(keyword) => {
                matches!(keyword, Anchored | By | End | Offset | Range | Smoothed | Start | Step | Without)
            }
            _ => false,
        }
    }

    /// Whether a label may have this word for a name.
    pub(super) fn names_label(self) -> bool {
        match self.kind {
            Kind::Identifier | Kind::MetricIdentifier | Kind::Aggregate(_) | Kind::Keyword(_) => true,
            Kind::Operator(op) => op.is_set() || op == BinaryOp::Atan2,
            _ => false,
        }
    }

    /// What an error says that it found.
    pub(super) fn describe(self, text: &str) -> String {
        let raw = part(text, self.span);
        match self.kind {
            Kind::End => "end of input".to_owned(),
            Kind::Identifier => format!("identifier {}", quote(raw)),
            Kind::MetricIdentifier => format!("metric identifier {}", quote(raw)),
            Kind::Number => format!("number {}", shortened(raw)),
            Kind::Duration => format!("duration {}", shortened(raw)),
            Kind::String => format!("string {}", shortened(raw)),
            Kind::Operator(_) | Kind::Matches | Kind::MatchesNot | Kind::At => format!("<op:{raw}>"),
            Kind::Aggregate(_) => format!("<aggr:{raw}>"),
            Kind::Keyword(Keyword::Start | Keyword::End | Keyword::Step | Keyword::Range) => quote(raw),
            Kind::Keyword(_) => format!("<{raw}>"),
            _ => quote(raw),
        }
    }
}

/// At most ten characters, in quotes.
fn shortened(raw: &str) -> String {
    if raw.len() <= 10 {
        return quote(raw);
    }
    let start: String = raw.chars().take(10).collect();
    format!("{}...", quote(&start))
}

//! The words of a template.

use crate::error::At;

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: At,
    /// Whether there is space before it: `.a .b` is two values, `.a.b` one.
    pub(crate) spaced: bool,
}

/// What a word is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// What is outside of actions, and stands in the output as it is.
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    Name(String),
    /// `.name`, without the dot.
    Field(String),
    /// `$name`, with the dollar.
    Variable(String),
    Dot,
    String(String),
    Int(i64),
    Float(f64),
    Pipe,
    LeftParen,
    RightParen,
    /// `:=`
    Declare,
    /// `=`
    Assign,
    Comma,
    /// Behind everything.
    End,
}

impl Kind {
    /// The word as messages show it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(_) => "text".to_owned(),
            Self::Open => "{{".to_owned(),
            Self::Close => "}}".to_owned(),
            Self::Name(name) => format!("<{name}>"),
            Self::Field(name) => format!("<.{name}>"),
            Self::Variable(name) => format!("<{name}>"),
            Self::Dot => "<.>".to_owned(),
            Self::String(text) => format!("{text:?}"),
            Self::Int(number) => format!("{number}"),
            Self::Float(number) => format!("{number}"),
            Self::Pipe => "\"|\"".to_owned(),
            Self::LeftParen => "\"(\"".to_owned(),
            Self::RightParen => "\")\"".to_owned(),
            Self::Declare => "\":=\"".to_owned(),
            Self::Assign => "\"=\"".to_owned(),
            Self::Comma => "\",\"".to_owned(),
            Self::End => "end of the template".to_owned(),
        }
    }
}

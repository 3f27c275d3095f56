//! A template as a tree.

use crate::error::At;
use crate::function::Function;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Text(Box<str>),
    /// `{{ pipe }}`
    Action(Pipe),
    Branch(Box<Branch>),
    Break,
    Continue,
    /// `{{ template "name" pipe }}`
    Include {
        at: At,
        name: Box<str>,
        pipe: Option<Pipe>,
    },
}

/// `if`, `with` or `range`, up to its `end`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Branch {
    pub(crate) kind: BranchKind,
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// What a branch does with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BranchKind {
    If,
    Range,
    With,
}

/// Commands, each of which is given what the one before came to; and the variables that the last sets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pipe {
    pub(crate) at: At,
    pub(crate) variables: Vec<Box<str>>,
    /// `=`, not `:=`.
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// A value, or a function and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    pub(crate) at: At,
    pub(crate) operands: Vec<Operand>,
}

/// One value of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Dot,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Box<str>),
    Function(Function),
    Variable(Box<str>),
    Pipe(Box<Pipe>),
    /// `.a.b` of something.
    Fields(Box<Operand>, Vec<Box<str>>),
}

impl Operand {
    /// Whether it may be given the value of the command before.
    pub(crate) fn is_executable(&self) -> bool {
        !matches!(self, Self::Dot | Self::Nil | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_))
    }
}

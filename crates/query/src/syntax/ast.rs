//! The tree of a PromQL expression, as it was written: types are checked, nothing is computed yet.
//!
//! Every node knows where in the text it stands ([`Span`]), since errors and annotations point there.

use crate::syntax::Function;
use model::{Matcher, Millis};

/// A stretch of the expression's text, in bytes, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

/// What an expression comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A number at each time.
    Scalar,
    /// Series with a value each.
    Vector,
    /// Series with values over a time.
    Matrix,
    /// A text.
    String,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `1.5`, `0x1f`, `5m`.
    Number(NumberLiteral),
    /// `"text"`.
    String(StringLiteral),
    /// `(expression)`.
    Paren(Paren),
    /// `-expression`.
    Unary(Unary),
    /// `left + right`.
    Binary(Box<Binary>),
    /// `sum by (label) (expression)`.
    Aggregate(Box<Aggregate>),
    /// `rate(expression)`.
    Call(Call),
    /// `name{label="value"}`.
    Vector(VectorSelector),
    /// `name{label="value"}[5m]`.
    Matrix(MatrixSelector),
    /// `expression[1h:1m]`.
    Subquery(Box<Subquery>),
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberLiteral {
    /// The number; of a duration its seconds.
    pub value: f64,
    /// Whether it was written as a duration.
    pub is_duration: bool,
    /// Where.
    pub span: Span,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// The text, without quotes and escapes.
    pub value: String,
    /// Where.
    pub span: Span,
}

/// An expression in parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Paren {
    /// What is in them.
    pub inner: Box<Expr>,
    /// With them.
    pub span: Span,
}

/// A sign before an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// Whether it is `-`; a `+` changes nothing.
    pub negative: bool,
    /// What it stands before.
    pub inner: Box<Expr>,
    /// With the sign.
    pub span: Span,
}

/// Operators between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the operators' names")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    And,
    Or,
    Unless,
    /// `</`: a histogram without what is above a number.
    TrimUpper,
    /// `>/`: a histogram without what is below a number.
    TrimLower,
}

impl BinaryOp {
    /// Whether it compares.
    #[must_use]
    pub fn is_comparison(self) -> bool {
        use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(self, Equal | NotEqual | Greater | Less | GreaterEqual | LessEqual)
    }

    /// Whether it joins sets of series.
    #[must_use]
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }
}

/// How many series of one side belong to one of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cardinality {
    /// One to one.
    OneToOne,
    /// `group_left`: many on the left.
    ManyToOne,
    /// `group_right`: many on the right.
    OneToMany,
    /// Of set operators.
    ManyToMany,
}

/// Which series of two vectors belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorMatching {
    /// How many to how many.
    pub cardinality: Cardinality,
    /// The labels of `on` or `ignoring`.
    pub labels: Vec<String>,
    /// Whether it is `on`; `ignoring` if not, also where nothing is written.
    pub on: bool,
    /// The labels that the one side gives to the result.
    pub include: Vec<String>,
    /// What stands for a missing partner on the left.
    pub fill_left: Option<f64>,
    /// What stands for a missing partner on the right.
    pub fill_right: Option<f64>,
}

/// Two expressions and what is between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The left side.
    pub lhs: Expr,
    /// The right side.
    pub rhs: Expr,
    /// Of two vectors, and only of those.
    pub matching: Option<VectorMatching>,
    /// `bool`: the comparison's answer instead of what it was true of.
    pub return_bool: bool,
    /// From the left side's start to the right side's end.
    pub span: Span,
}

/// How many series become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the aggregations' names")]
pub enum AggregateOp {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    Quantile,
    CountValues,
    LimitK,
    LimitRatio,
}

/// An aggregation.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// How.
    pub op: AggregateOp,
    /// Of what.
    pub inner: Expr,
    /// The first argument of those that have two.
    pub param: Option<Expr>,
    /// The labels of `by` or `without`.
    pub grouping: Vec<String>,
    /// Whether it is `without`.
    pub without: bool,
    /// From the name to the closing parenthesis.
    pub span: Span,
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub function: Function,
    /// What it is called with.
    pub args: Vec<Expr>,
    /// From the name to the closing parenthesis.
    pub span: Span,
}

/// `@`: the time at which something is looked at, whatever the time of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// At this time.
    Time(Millis),
    /// At the query's first.
    Start,
    /// At the query's last.
    End,
}

/// A duration where one is expected: after `offset`, within `[]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Length {
    /// Known.
    Fixed(Millis),
    /// To be computed when the query's times are known.
    Computed(Box<LengthExpr>),
}

/// An expression of durations. Numbers are seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum LengthExpr {
    /// A number of seconds.
    Number(f64, Span),
    /// `step()`: the query's resolution.
    Step(Span),
    /// `range()`: from the query's first time to its last.
    Range(Span),
    /// `-expression`.
    Negative(Box<LengthExpr>, Span),
    /// `(expression)`.
    Paren(Box<LengthExpr>, Span),
    /// Two of them, joined by `+ - * / % ^`.
    Binary(BinaryOp, Box<LengthExpr>, Box<LengthExpr>, Span),
    /// `min_of(a, b)`.
    MinOf(Box<LengthExpr>, Box<LengthExpr>, Span),
    /// `max_of(a, b)`.
    MaxOf(Box<LengthExpr>, Box<LengthExpr>, Span),
}

/// How a range is looked at beyond its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edges {
    /// Not at all.
    #[default]
    Plain,
    /// `anchored`: with the last sample before each edge standing at it.
    Anchored,
    /// `smoothed`: with the value at each edge interpolated.
    Smoothed,
}

/// Series, at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSelector {
    /// The metric's name where it stands before the braces, or alone in quotes within them.
    pub name: Option<String>,
    /// All conditions, that of the name among them.
    pub matchers: Vec<Matcher>,
    /// So much earlier than the time of evaluation.
    pub offset: Length,
    /// At this time instead of the time of evaluation.
    pub at: Option<At>,
    /// Beyond the edges.
    pub edges: Edges,
    /// With modifiers.
    pub span: Span,
}

/// Series, over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixSelector {
    /// Which; with the modifiers that stand behind the brackets.
    pub vector: VectorSelector,
    /// How long.
    pub range: Length,
    /// With brackets and modifiers.
    pub span: Span,
}

/// An expression, evaluated over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// What is evaluated.
    pub inner: Expr,
    /// How long.
    pub range: Length,
    /// How often; as often as is usual, if nothing is written.
    pub step: Option<Length>,
    /// So much earlier.
    pub offset: Length,
    /// At this time instead.
    pub at: Option<At>,
    /// With brackets and modifiers.
    pub span: Span,
}

impl Expr {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Number(it) => it.span,
            Self::String(it) => it.span,
            Self::Paren(it) => it.span,
            Self::Unary(it) => it.span,
            Self::Binary(it) => it.span,
            Self::Aggregate(it) => it.span,
            Self::Call(it) => it.span,
            Self::Vector(it) => it.span,
            Self::Matrix(it) => it.span,
            Self::Subquery(it) => it.span,
        }
    }

    /// Without the parentheses around it.
    #[must_use]
    pub fn bare(&self) -> &Self {
        match self {
            Self::Paren(paren) => paren.inner.bare(),
            other => other,
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Number(_) => ValueType::Scalar,
            Self::String(_) => ValueType::String,
            Self::Paren(paren) => paren.inner.value_type(),
            Self::Unary(unary) => unary.inner.value_type(),
            Self::Binary(binary) => binary.value_type(),
            Self::Call(call) => call.function.signature().returns,
            Self::Aggregate(_) | Self::Vector(_) => ValueType::Vector,
            Self::Matrix(_) | Self::Subquery(_) => ValueType::Matrix,
        }
    }
}

impl Binary {
    fn value_type(&self) -> ValueType {
        let both = [&self.lhs, &self.rhs].map(Expr::value_type);
        if both == [ValueType::Scalar; 2] { ValueType::Scalar } else { ValueType::Vector }
    }
}

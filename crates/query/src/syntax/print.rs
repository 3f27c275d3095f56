//! From a tree to one line of text, as Prometheus prints it. Read again, it is the same tree.

use crate::syntax::text::{is_label, is_metric, print_length, quote};
use crate::syntax::{
    Aggregate, At, Binary, Cardinality, Edges, Expr, Length, LengthExpr, MatrixSelector, NumberLiteral,
    Subquery, VectorMatching, VectorSelector,
};
use model::{MatchOp, Matcher, Millis, NAME, from_seconds};
use std::fmt::{self, Display, Formatter};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(it) => it.fmt(f),
            Self::String(it) => f.write_str(&quote(&it.value)),
            Self::Paren(it) => write!(f, "({})", it.inner),
            Self::Unary(it) => write!(f, "{}{}", if it.negative { '-' } else { '+' }, it.inner),
            Self::Binary(it) => write!(f, "{} {} {}", it.lhs, it.operator(), it.rhs),
            Self::Aggregate(it) => {
                write!(f, "{}(", it.operator())?;
                if let Some(param) = &it.param {
                    write!(f, "{param}, ")?;
                }
                write!(f, "{})", it.inner)
            }
            Self::Call(it) => {
                write!(f, "{}(", it.function.name())?;
                for (index, arg) in it.args.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{arg}")?;
                }
                f.write_str(")")
            }
            Self::Vector(it) => it.fmt(f),
            Self::Matrix(it) => it.fmt(f),
            Self::Subquery(it) => write!(f, "{}{}", it.inner, it.brackets()),
        }
    }
}

/// A number as Go prints it with all its digits and without an exponent.
pub(super) fn print_number(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    value.to_string()
}

impl Display for NumberLiteral {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match from_seconds(self.value) {
            Some(length) if self.is_duration => f.write_str(&print_length(length)),
            _ => f.write_str(&print_number(self.value)),
        }
    }
}

/// Names of labels, with commas.
fn print_labels(labels: &[String]) -> String {
    let quoted = |label: &String| if is_label(label) { label.clone() } else { quote(label) };
    labels.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

impl Aggregate {
    /// All but the arguments: `sum by (a) `.
    pub(super) fn operator(&self) -> String {
        let name = self.op.name();
        match (self.without, self.grouping.as_slice()) {
            (false, []) => name.to_owned(),
            (false, labels) => format!("{name} by ({}) ", print_labels(labels)),
            (true, labels) => format!("{name} without ({}) ", print_labels(labels)),
        }
    }
}

impl Binary {
    /// The operator with all that belongs to it: `== bool on (a) group_left (b)`.
    pub(super) fn operator(&self) -> String {
        let mut printed = self.op.symbol().to_owned();
        if self.return_bool {
            printed.push_str(" bool");
        }
        if let Some(matching) = &self.matching {
            printed.push_str(&matching.print());
        }
        printed
    }
}

impl VectorMatching {
    fn print(&self) -> String {
        let mut printed = String::new();
        let group = match self.cardinality {
            Cardinality::OneToOne | Cardinality::ManyToMany => None,
            Cardinality::ManyToOne => Some("group_left"),
            Cardinality::OneToMany => Some("group_right"),
        };
        if self.on || !self.labels.is_empty() || group.is_some() {
            let word = if self.on { "on" } else { "ignoring" };
            printed.push_str(&format!(" {word} ({})", print_labels(&self.labels)));
        }
        if let Some(group) = group {
            printed.push_str(&format!(" {group} ({})", print_labels(&self.include)));
        }
        match (self.fill_left, self.fill_right) {
            (Some(left), Some(right)) if left.to_bits() == right.to_bits() => {
                printed.push_str(&format!(" fill ({})", print_number(left)));
            }
            (left, right) => {
                for (word, value) in [("fill_left", left), ("fill_right", right)] {
                    if let Some(value) = value {
                        printed.push_str(&format!(" {word} ({})", print_number(value)));
                    }
                }
            }
        }
        printed
    }
}

/// A condition as Prometheus prints it: `label="value"`.
pub(super) fn print_matcher(matcher: &Matcher) -> String {
    let op = match matcher.op() {
        MatchOp::Equal => "=",
        MatchOp::NotEqual => "!=",
        MatchOp::Regex => "=~",
        MatchOp::NotRegex => "!~",
    };
    let label = matcher.label();
    let label = if is_label(label) { label.to_owned() } else { quote(label) };
    format!("{label}{op}{}", quote(matcher.value()))
}

impl VectorSelector {
    /// The name, if it stands before the braces, and what stands within them.
    pub(super) fn parts(&self) -> (&str, Vec<String>) {
        let name = self.name.as_deref().unwrap_or_default();
        // The first condition is that of the name.
        let rest = self.matchers.iter().skip(usize::from(self.name.is_some()));
        let plain = is_metric(name) && rest.clone().all(|matcher| matcher.label() != NAME);
        let quoted = (self.name.is_some() && !plain).then(|| quote(name));
        let parts = quoted.into_iter().chain(rest.map(print_matcher)).collect();
        (if plain { name } else { "" }, parts)
    }

    /// Without what stands behind it.
    fn print_bare(&self) -> String {
        match self.parts() {
            (name, parts) if !parts.is_empty() => format!("{name}{{{}}}", parts.join(",")),
            ("", _) => "{}".to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    pub(super) fn print_edges(&self) -> &'static str {
        match self.edges {
            Edges::Plain => "",
            Edges::Anchored => " anchored",
            Edges::Smoothed => " smoothed",
        }
    }

    /// What stands behind it.
    pub(super) fn print_modifiers(&self) -> String {
        format!("{}{}{}", print_at(self.at), self.print_edges(), print_offset(&self.offset))
    }
}

impl Display for VectorSelector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.print_bare(), self.print_modifiers())
    }
}

impl MatrixSelector {
    /// What stands behind the selector.
    pub(super) fn brackets(&self) -> String {
        let (at, offset) = (print_at(self.vector.at), print_offset(&self.vector.offset));
        format!("[{}]{}{at}{offset}", self.range, self.vector.print_edges())
    }
}

impl Display for MatrixSelector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.vector.print_bare(), self.brackets())
    }
}

impl Subquery {
    /// What stands behind the expression.
    pub(super) fn brackets(&self) -> String {
        let step = self.step.as_ref().map(Length::to_string).unwrap_or_default();
        format!("[{}:{step}]{}{}", self.range, print_at(self.at), print_offset(&self.offset))
    }
}

fn print_at(at: Option<At>) -> String {
    match at {
        None => String::new(),
        Some(At::Time(time)) => format!(" @ {}", print_seconds(time)),
        Some(At::Start) => " @ start()".to_owned(),
        Some(At::End) => " @ end()".to_owned(),
    }
}

/// Seconds with three places.
fn print_seconds(time: Millis) -> String {
    let (sign, time) = (if time < 0 { "-" } else { "" }, time.unsigned_abs());
    format!("{sign}{}.{:03}", time / 1000, time % 1000)
}

fn print_offset(offset: &Length) -> String {
    match offset {
        Length::Fixed(0) => String::new(),
        other => format!(" offset {other}"),
    }
}

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(length) => f.write_str(&print_length(*length)),
            Self::Computed(expr) => expr.fmt(f),
        }
    }
}

impl Display for LengthExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value, _) => f.write_str(&print_number(*value)),
            Self::Step(_) => f.write_str("step()"),
            Self::Range(_) => f.write_str("range()"),
            Self::Negative(inner, _) => write!(f, "-{inner}"),
            Self::Paren(inner, _) => write!(f, "({inner})"),
            Self::Binary(op, a, b, _) => write!(f, "{a} {} {b}", op.symbol()),
            Self::MinOf(a, b, _) => write!(f, "min_of({a}, {b})"),
            Self::MaxOf(a, b, _) => write!(f, "max_of({a}, {b})"),
        }
    }
}

//! A condition as text, which the parser reads back to the same tree.

use super::tree::{Operand, Test, Tree};
use crate::window::{Function, FunctionKind};
use query::syntax::print_length;
use std::fmt;

/// The condition as an expression of `PromQL`, where `selector` stands for the series; `None` if there is none that says the
/// same.
pub(super) fn promql(tree: &Tree, selector: &str) -> Option<String> {
    let joined = |parts: &[Tree], word: &str, own: u8| -> Option<String> {
        let parts: Option<Vec<String>> = parts
            .iter()
            .map(|part| {
                let text = promql(part, selector)?;
                Some(if part.tightness() <= own { format!("({text})") } else { text })
            })
            .collect();
        Some(parts?.join(word))
    };
    match tree {
        Tree::Any(parts) => joined(parts, " or ", 0),
        Tree::All(parts) => joined(parts, " and ", 1),
        Tree::Test(Test::Numbers(left, sign, right)) => {
            Some(format!("{} {} {}", asked(left, selector)?, sign.as_str(), asked(right, selector)?))
        }
        Tree::Not(_) | Tree::Test(_) => None,
    }
}

fn asked(operand: &Operand, selector: &str) -> Option<String> {
    Some(match operand {
        Operand::Value => selector.to_owned(),
        Operand::Number(number) => number.to_string(),
        Operand::Window(function) => over_time(*function, selector)?,
        Operand::Negated(inner) => format!("-({})", asked(inner, selector)?),
        Operand::Abs(inner) => format!("abs({})", asked(inner, selector)?),
        Operand::Operation(left, operation, right) => {
            let own = operand.tightness();
            let side = |side: &Operand, is_loose: bool| {
                let text = asked(side, selector)?;
                Some(if is_loose { format!("({text})") } else { text })
            };
            let left = side(left, left.tightness() < own)?;
            format!("{left} {} {}", operation.as_str(), side(right, right.tightness() <= own)?)
        }
    })
}

fn over_time(function: Function, selector: &str) -> Option<String> {
    let window = format!("{selector}[{}]", print_length(function.span));
    Some(match function.kind {
        FunctionKind::Avg => format!("avg_over_time({window})"),
        FunctionKind::Min => format!("min_over_time({window})"),
        FunctionKind::Max => format!("max_over_time({window})"),
        FunctionKind::Sum => format!("sum_over_time({window})"),
        FunctionKind::Count => format!("count_over_time({window})"),
        FunctionKind::Quantile(share) => format!("quantile_over_time({share}, {window})"),
        FunctionKind::Rate => format!("rate({window})"),
        FunctionKind::Increase => format!("increase({window})"),
        FunctionKind::Delta => format!("delta({window})"),
        FunctionKind::Stddev => format!("stddev_over_time({window})"),
        FunctionKind::Trend => format!("(deriv({window}) * 3600)"),
        FunctionKind::Forecast(ahead) => {
            format!("predict_linear({window}, {})", model::to_seconds(ahead))
        }
        FunctionKind::Changed => format!("changes({window})"),
        FunctionKind::Last => format!("last_over_time({window})"),
        FunctionKind::Anomaly => return None,
    })
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joined = |parts: &[Self], word: &str, own: u8| -> fmt::Result {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                if part.tightness() <= own { write!(f, "({part})")? } else { write!(f, "{part}")? }
            }
            Ok(())
        };
        match self {
            Self::Any(parts) => joined(parts, "or", 0),
            Self::All(parts) => joined(parts, "and", 1),
            // Without needless parentheses, which would nest deeper than what was parsed.
            Self::Not(inner) if inner.tightness() == 2 => write!(f, "not {inner}"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers(left, sign, right) => write!(f, "{left} {} {right}", sign.as_str()),
            Self::WordIs(word) => write!(f, "value == {}", quoted(word)),
            Self::WordIsNot(word) => write!(f, "value != {}", quoted(word)),
            Self::Absent(length) => write!(f, "absent({})", print_length(*length)),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => f.write_str("value"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Window(function) => function.fmt(f),
            Self::Negated(inner) if inner.tightness() == 2 => write!(f, "-{inner}"),
            Self::Negated(inner) => write!(f, "-({inner})"),
            Self::Abs(inner) => write!(f, "abs({inner})"),
            Self::Operation(left, operation, right) => {
                let own = self.tightness();
                let side = |f: &mut fmt::Formatter<'_>, side: &Self, is_loose: bool| {
                    if is_loose { write!(f, "({side})") } else { write!(f, "{side}") }
                };
                side(f, left, left.tightness() < own)?;
                write!(f, " {} ", operation.as_str())?;
                side(f, right, right.tightness() <= own)
            }
        }
    }
}

fn quoted(word: &str) -> String {
    let quote = if word.contains('\'') { '"' } else { '\'' };
    format!("{quote}{word}{quote}")
}

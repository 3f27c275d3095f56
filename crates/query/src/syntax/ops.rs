//! How operators and aggregations are written, and how tightly operators bind.

use crate::syntax::{AggregateOp, BinaryOp};

/// Every aggregation with its name.
const AGGREGATES: [(&str, AggregateOp); 14] = [
    ("sum", AggregateOp::Sum),
    ("avg", AggregateOp::Avg),
    ("min", AggregateOp::Min),
    ("max", AggregateOp::Max),
    ("count", AggregateOp::Count),
    ("group", AggregateOp::Group),
    ("stddev", AggregateOp::Stddev),
    ("stdvar", AggregateOp::Stdvar),
    ("topk", AggregateOp::TopK),
    ("bottomk", AggregateOp::BottomK),
    ("quantile", AggregateOp::Quantile),
    ("count_values", AggregateOp::CountValues),
    ("limitk", AggregateOp::LimitK),
    ("limit_ratio", AggregateOp::LimitRatio),
];

impl AggregateOp {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        AGGREGATES.iter().find(|(_, op)| *op == self).map_or("", |(name, _)| name)
    }

    /// The aggregation of this name, in small letters.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        AGGREGATES.iter().find(|(known, _)| *known == name).map(|(_, op)| *op)
    }

    /// Whether it takes two arguments.
    #[must_use]
    pub fn has_param(self) -> bool {
        use AggregateOp::{BottomK, CountValues, LimitK, LimitRatio, Quantile, TopK};
        matches!(self, TopK | BottomK | Quantile | CountValues | LimitK | LimitRatio)
    }
}

/// How tightly an operator binds its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Compare,
    Add,
    /// Also of a sign: `-a * b` is `(-a) * b`, and `-a ^ b` is `-(a ^ b)`.
    Multiply,
    Power,
}

impl BinaryOp {
    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterEqual => ">=",
            Self::LessEqual => "<=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
            Self::TrimUpper => "</",
            Self::TrimLower => ">/",
        }
    }

    pub(super) fn binding(self) -> Binding {
        match self {
            Self::Or => Binding::Or,
            Self::And | Self::Unless => Binding::And,
            Self::Add | Self::Sub => Binding::Add,
            Self::Mul | Self::Div | Self::Mod | Self::Atan2 => Binding::Multiply,
            Self::Pow => Binding::Power,
            _ => Binding::Compare,
        }
    }
}

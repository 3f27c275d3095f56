//! The tree of an expression as JSON, in Prometheus' words.

use model::{MatchOp, Matcher};
use query::Number;
use query::syntax::{
    At, Cardinality, Edges, Expr, Function, Length, ValueType, Variadic, VectorMatching, VectorSelector,
    evaluate_length,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The tree of an expression: a node with its `type`, and nodes as members.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ExpressionTree, value_type = Object)]
pub(crate) struct Tree(Value);

impl Tree {
    /// The tree of `expr`.
    pub(crate) fn of(expr: &Expr) -> Self {
        Self(tree(expr))
    }
}

/// The tree under `expr`.
fn tree(expr: &Expr) -> Value {
    match expr {
        Expr::Number(it) => json!({"type": "numberLiteral", "val": Number(it.value).to_string()}),
        Expr::String(it) => json!({"type": "stringLiteral", "val": it.value}),
        Expr::Paren(it) => json!({"type": "parenExpr", "expr": tree(&it.inner)}),
        Expr::Unary(it) => {
            json!({"type": "unaryExpr", "op": if it.negative { "-" } else { "+" }, "expr": tree(&it.inner)})
        }
        Expr::Binary(it) => json!({
            "type": "binaryExpr", "op": it.op.symbol(), "lhs": tree(&it.lhs), "rhs": tree(&it.rhs),
            "matching": it.matching.as_ref().map(matching), "bool": it.return_bool,
        }),
        Expr::Aggregate(it) => json!({
            "type": "aggregation", "op": it.op.name(), "expr": tree(&it.inner),
            "param": it.param.as_ref().map(tree), "grouping": it.grouping, "without": it.without,
        }),
        Expr::Call(it) => json!({
            "type": "call", "func": function(it.function),
            "args": it.args.iter().map(tree).collect::<Vec<_>>(),
        }),
        Expr::Vector(it) => selector("vectorSelector", it).into(),
        Expr::Matrix(it) => {
            let mut fields = selector("matrixSelector", &it.vector);
            fields.insert("range".to_owned(), length(&it.range).into());
            fields.into()
        }
        Expr::Subquery(it) => json!({
            "type": "subquery", "expr": tree(&it.inner), "range": length(&it.range),
            "offset": length(&it.offset), "step": it.step.as_ref().map_or(0, length),
            "timestamp": timestamp(it.at), "startOrEnd": start_or_end(it.at),
        }),
    }
}

fn matching(it: &VectorMatching) -> Value {
    let card = match it.cardinality {
        Cardinality::OneToOne => "one-to-one",
        Cardinality::ManyToOne => "many-to-one",
        Cardinality::OneToMany => "one-to-many",
        Cardinality::ManyToMany => "many-to-many",
    };
    json!({
        "card": card, "labels": it.labels, "on": it.on, "include": it.include,
        "fillValues": {"lhs": it.fill_left, "rhs": it.fill_right},
    })
}

fn function(function: Function) -> Value {
    let signature = function.signature();
    let variadic = match signature.variadic {
        Variadic::No => 0,
        Variadic::Many => -1,
        Variadic::Optional(count) | Variadic::UpTo(count) => i64::try_from(count).unwrap_or(-1),
    };
    let takes: Vec<&str> = signature.takes.iter().copied().map(type_name).collect();
    json!({
        "name": signature.name, "argTypes": takes, "variadic": variadic,
        "returnType": type_name(signature.returns),
    })
}

fn type_name(value: ValueType) -> &'static str {
    match value {
        ValueType::Scalar => "scalar",
        ValueType::Vector => "vector",
        ValueType::Matrix => "matrix",
        ValueType::String => "string",
    }
}

fn selector(kind: &str, it: &VectorSelector) -> Map<String, Value> {
    let fields = json!({
        "type": kind, "name": it.name.as_deref().unwrap_or(""), "offset": length(&it.offset),
        "matchers": it.matchers.iter().map(matcher).collect::<Vec<_>>(),
        "timestamp": timestamp(it.at), "startOrEnd": start_or_end(it.at),
        "anchored": it.edges == Edges::Anchored, "smoothed": it.edges == Edges::Smoothed,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn matcher(it: &Matcher) -> Value {
    let op = match it.op() {
        MatchOp::Equal => "=",
        MatchOp::NotEqual => "!=",
        MatchOp::Regex => "=~",
        MatchOp::NotRegex => "!~",
    };
    json!({"name": it.label(), "value": it.value(), "type": op})
}

/// Milliseconds; of what is computed from the query's times, what it is without any.
fn length(length: &Length) -> i64 {
    match length {
        Length::Fixed(length) => *length,
        Length::Computed(expr) => evaluate_length(expr, 0, 0).unwrap_or(0),
    }
}

fn timestamp(at: Option<At>) -> Option<i64> {
    match at {
        Some(At::Time(time)) => Some(time),
        _ => None,
    }
}

fn start_or_end(at: Option<At>) -> Option<&'static str> {
    match at {
        Some(At::Start) => Some("start"),
        Some(At::End) => Some("end"),
        _ => None,
    }
}

//! The language: from text to a checked tree and back.
//!
//! [`parse`] reads the PromQL of Prometheus 3.14 with all that is experimental there; `Display` prints it again.
//! `ast` has the tree, `parse` is the place to read on.

mod ast;
mod check;
mod duration;
mod error;
mod function;
mod length;
mod lex;
mod operand;
mod ops;
mod parse;
mod pretty;
mod print;
mod selector;
mod text;
mod token;
mod walk;

pub use ast::{
    Aggregate, AggregateOp, At, Binary, BinaryOp, Call, Cardinality, Edges, Expr, Length, LengthExpr,
    MatrixSelector, NumberLiteral, Paren, Span, StringLiteral, Subquery, Unary, ValueType, VectorMatching,
    VectorSelector,
};
pub use error::{ParseError, position};
pub use function::{FUNCTIONS, Function, Signature, Variadic};
pub use length::evaluate_length;
pub use model::limits::{QUERY_BYTES, QUERY_DEPTH, QUERY_HEIGHT};
pub use pretty::pretty;
pub use text::{parse_length, print_length};

use model::Matcher;
use parse::Parser;

/// Reads an expression and checks that its parts fit together.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    let mut parser = Parser::new(text)?;
    if parser.is_empty() {
        return Err(ParseError::new(text, Span::default(), "no expression found in input"));
    }
    let mut expr = parser.expr()?;
    parser.finish()?;
    check::check(text, &mut expr)?;
    Ok(expr)
}

/// Reads a selector alone, as the parameter `match[]` has it: `name{label="value"}`.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ParseError> {
    let mut parser = Parser::new(text)?;
    let mut expr = parser.lone_selector()?;
    parser.finish()?;
    check::check(text, &mut expr)?;
    match expr {
        Expr::Vector(vector) => Ok(vector.matchers),
        other => Err(ParseError::new(text, other.span(), "expected a selector")),
    }
}

//! The language: from text to a checked tree and back.

mod ast;
mod function;

pub use ast::{
    Aggregate, AggregateOp, At, Binary, BinaryOp, Call, Cardinality, Edges, Expr, Length, LengthExpr,
    MatrixSelector, NumberLiteral, Paren, Span, StringLiteral, Subquery, Unary, ValueType, VectorMatching,
    VectorSelector,
};
pub use function::{FUNCTIONS, Function, Signature, Variadic};

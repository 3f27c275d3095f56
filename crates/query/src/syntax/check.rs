//! Whether the parts of an expression fit together, and which series a binary operator matches.
//!
//! The first thing that does not fit is the error, in the order in which Prometheus looks.

use crate::syntax::text::{is_space_at, part, quote};
use crate::syntax::{
    Aggregate, AggregateOp, Binary, Call, Cardinality, Expr, Function, ParseError, Signature, Span, Subquery,
    Unary, ValueType, Variadic, VectorSelector,
};
use model::NAME;

type Checked = Result<(), ParseError>;

/// Checks an expression of this text and everything in it.
pub(super) fn check(text: &str, expr: &mut Expr) -> Checked {
    let checker = Checker { text };
    checker.expr(expr)
}

/// A type, as an error names it.
fn name(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Scalar => "scalar",
        ValueType::Vector => "instant vector",
        ValueType::Matrix => "range vector",
        ValueType::String => "string",
    }
}

struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn fail(&self, span: Span, message: impl Into<String>) -> Checked {
        Err(ParseError::new(self.text, span, message))
    }

    fn expr(&self, expr: &mut Expr) -> Checked {
        match expr {
            Expr::Number(_) | Expr::String(_) => Ok(()),
            Expr::Paren(paren) => self.expr(&mut paren.inner),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Call(call) => self.call(call),
            Expr::Vector(vector) => self.vector(vector, true),
            Expr::Matrix(matrix) => self.vector(&matrix.vector, true),
            Expr::Subquery(subquery) => self.subquery(subquery),
        }
    }

    /// Checks an expression that must be of a type.
    fn expect(&self, expr: &mut Expr, wanted: ValueType, context: &str) -> Checked {
        self.expr(expr)?;
        let found = expr.value_type();
        if found == wanted {
            return Ok(());
        }
        let message = format!("expected type {} in {context}, got {}", name(wanted), name(found));
        self.fail(expr.span(), message)
    }

    fn unary(&self, unary: &mut Unary) -> Checked {
        self.expr(&mut unary.inner)?;
        match unary.inner.value_type() {
            ValueType::Scalar | ValueType::Vector => Ok(()),
            other => {
                let message = format!(
                    "unary expression only allowed on expressions of type scalar or instant vector, got \"{}\"",
                    name(other)
                );
                self.fail(unary.span, message)
            }
        }
    }

    fn aggregate(&self, aggregate: &mut Aggregate) -> Checked {
        self.expect(&mut aggregate.inner, ValueType::Vector, "aggregation expression")?;
        let wanted =
            if aggregate.op == AggregateOp::CountValues { ValueType::String } else { ValueType::Scalar };
        match &mut aggregate.param {
            Some(param) => self.expect(param, wanted, "aggregation parameter"),
            None => Ok(()),
        }
    }

    fn subquery(&self, subquery: &mut Subquery) -> Checked {
        self.expr(&mut subquery.inner)?;
        let found = match subquery.inner.value_type() {
            ValueType::Vector => return Ok(()),
            ValueType::Scalar => "scalar",
            ValueType::Matrix => "matrix",
            ValueType::String => "string",
        };
        self.fail(subquery.span, format!("subquery is only allowed on instant vector, got {found} instead"))
    }

    /// A selector; `bounded` if it must not be one of all series.
    fn vector(&self, vector: &VectorSelector, bounded: bool) -> Checked {
        if let Some(name) = &vector.name
            && self.named_before_braces(vector)
        {
            let mut names = vector.matchers.iter().filter(|matcher| matcher.label() == NAME).skip(1);
            return match names.next() {
                None => Ok(()),
                Some(other) => {
                    let (own, other) = (quote(name), quote(other.value()));
                    let message = format!("metric name must not be set twice: {own} or {other}");
                    self.fail(vector.span, message)
                }
            };
        }
        if bounded && vector.matchers.iter().all(|matcher| matcher.admits("")) {
            return self.fail(vector.span, "vector selector must contain at least one non-empty matcher");
        }
        Ok(())
    }

    fn named_before_braces(&self, vector: &VectorSelector) -> bool {
        vector.name.is_some() && !part(self.text, vector.span).starts_with('{')
    }

    fn call(&self, call: &mut Call) -> Checked {
        let signature = call.function.signature();
        self.count(call, signature)?;
        let context = format!("call to function {}", quote(signature.name));
        let info = call.function == Function::Info;
        if let (true, Some(second)) = (info, call.args.get(1)) {
            self.label_selector(second, call.span, &context)?;
        }
        for (index, arg) in call.args.iter_mut().enumerate() {
            let wanted = signature.takes.get(index).or(signature.takes.last());
            match (arg, wanted) {
                (Expr::Vector(vector), _) if info && index == 1 => self.vector(vector, false)?,
                (arg, Some(wanted)) => self.expect(arg, *wanted, &context)?,
                (_, None) => {}
            }
        }
        Ok(())
    }

    fn count(&self, call: &Call, signature: Signature) -> Checked {
        let (count, takes) = (call.args.len(), signature.takes.len());
        let (least, most) = match signature.variadic {
            Variadic::No => {
                let message =
                    format!("expected {takes} argument(s) in call to {}, got {count}", quote(signature.name));
                return if count == takes { Ok(()) } else { self.fail(call.span, message) };
            }
            Variadic::Optional(open) => (takes.saturating_sub(open), takes),
            Variadic::Many => (takes.saturating_sub(1), usize::MAX),
            Variadic::UpTo(times) => (takes.saturating_sub(1), takes.saturating_sub(1) + times),
        };
        let (word, number) = match count {
            _ if count < least => ("at least", least),
            _ if count > most => ("at most", most),
            _ => return Ok(()),
        };
        let message =
            format!("expected {word} {number} argument(s) in call to {}, got {count}", quote(signature.name));
        self.fail(call.span, message)
    }

    /// The second argument of `info`.
    fn label_selector(&self, arg: &Expr, call: Span, context: &str) -> Checked {
        if arg.value_type() != ValueType::Vector {
            let found = name(arg.value_type());
            return self.fail(call, format!("expected type instant vector in {context}, got {found}"));
        }
        match arg {
            Expr::Vector(vector) if self.named_before_braces(vector) => {
                self.fail(vector.span, "expected label selectors only, got vector selector instead")
            }
            Expr::Vector(_) => Ok(()),
            other => self.fail(other.span(), "expected label selectors only"),
        }
    }

    fn binary(&self, binary: &mut Binary) -> Checked {
        self.expr(&mut binary.lhs)?;
        self.expr(&mut binary.rhs)?;
        let types = [&binary.lhs, &binary.rhs].map(Expr::value_type);
        let scalars = types.map(|side| side == ValueType::Scalar);
        let operator = self.operator(binary);
        if binary.return_bool && !binary.op.is_comparison() {
            return self.fail(operator, "bool modifier can only be used on comparison operators");
        }
        if binary.op.is_comparison() && !binary.return_bool && scalars == [true, true] {
            return self.fail(operator, "comparisons between scalars must use BOOL modifier");
        }
        if let Some(matching) = binary.matching.as_ref().filter(|matching| matching.on)
            && let Some(both) = matching.labels.iter().find(|label| matching.include.contains(label))
        {
            let message = format!("label {} must not occur in ON and GROUP clause at once", quote(both));
            return self.fail(operator, message);
        }
        for (side, kind) in [&binary.lhs, &binary.rhs].into_iter().zip(types) {
            if !matches!(kind, ValueType::Scalar | ValueType::Vector) {
                let message = "binary expression must contain only scalar and instant vector types";
                return self.fail(side.span(), message);
            }
        }
        self.sides(binary, scalars)
    }

    fn sides(&self, binary: &mut Binary, scalars: [bool; 2]) -> Checked {
        let (span, op) = (binary.span, quote(binary.op.symbol()));
        let Some(matching) = &mut binary.matching else { return Ok(()) };
        let filled = matching.fill_left.is_some() || matching.fill_right.is_some();
        if scalars != [false, false] {
            if !matching.labels.is_empty() {
                return self.fail(span, "vector matching only allowed between instant vectors");
            }
            if filled {
                let message = "filling in missing series only allowed between instant vectors";
                return self.fail(span, message);
            }
            binary.matching = None;
            if binary.op.is_set() {
                return self.fail(span, format!("set operator {op} not allowed in binary scalar expression"));
            }
            return Ok(());
        }
        if binary.op.is_set() {
            if matching.cardinality != Cardinality::OneToOne {
                return self.fail(span, format!("no grouping allowed for {op} operation"));
            }
            if filled {
                return self.fail(span, "filling in missing series not allowed for set operators");
            }
            matching.cardinality = Cardinality::ManyToMany;
        }
        Ok(())
    }

    /// Where the operator stands.
    fn operator(&self, binary: &Binary) -> Span {
        let end = binary.rhs.span().start;
        let start = binary.lhs.span().end;
        Span { start: (start..end).find(|at| !is_space_at(self.text, *at)).unwrap_or(start), end }
    }
}

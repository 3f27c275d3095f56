//! What operators stand between: numbers, texts, parentheses, calls and aggregations.

use crate::syntax::parse::{Parsed, Parser};
use crate::syntax::text::{duration, number, part, quote, quote_bytes, unquote};
use crate::syntax::token::{Keyword, Kind, Token};
use crate::syntax::{
    Aggregate, AggregateOp, Call, Expr, Function, NumberLiteral, Paren, Span, StringLiteral,
};
use model::to_seconds;

impl Parser<'_> {
    /// An operand with all that stands behind it.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        let expr = self.primary()?;
        self.modifiers(expr)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        self.height = 1;
        let token = self.peek();
        let next = self.ahead(1).kind;
        match token.kind {
            Kind::Number | Kind::Duration => Ok(Expr::Number(self.literal()?)),
            Kind::String => {
                let value = self.string()?;
                Ok(Expr::String(StringLiteral { value, span: token.span }))
            }
            Kind::LeftParen => self.paren(),
            Kind::LeftBrace => self.selector(None),
            Kind::Aggregate(op) if grouped(next) || next == Kind::LeftParen => self.aggregate(op),
            Kind::Identifier if next == Kind::LeftParen => self.call(),
            Kind::Keyword(Keyword::Start | Keyword::End | Keyword::Step | Keyword::Range)
                if next == Kind::LeftParen =>
            {
                self.call()
            }
            _ if token.names_metric() => {
                self.bump();
                self.selector(Some(token))
            }
            _ => self.unexpected_here(),
        }
    }

    /// A number or duration without a sign.
    pub(super) fn literal(&mut self) -> Parsed<NumberLiteral> {
        let token = self.bump();
        let raw = part(self.text, token.span);
        let is_duration = token.kind == Kind::Duration;
        let value = if is_duration { duration(raw).map(to_seconds) } else { number(raw) };
        match value {
            Ok(value) => Ok(NumberLiteral { value, is_duration, span: token.span }),
            Err(message) => self.fail(token.span, message),
        }
    }

    /// A text in quotes. What is no text cannot be kept, and nothing could equal it.
    pub(super) fn string(&mut self) -> Parsed<String> {
        let token = self.bump();
        let found = unquote(part(self.text, token.span));
        found.or_else(|bytes| {
            let what = if self.label_wanted { "invalid label name" } else { "invalid UTF-8 in string" };
            self.fail(token.span, format!("{what} {}", quote_bytes(&bytes)))
        })
    }

    fn paren(&mut self) -> Parsed<Expr> {
        let start = self.bump().span.start;
        let inner = Box::new(self.expr()?);
        let span = Span { start, end: self.expect(Kind::RightParen)?.span.end };
        self.grow(self.height + 1, span)?;
        Ok(Expr::Paren(Paren { inner, span }))
    }

    fn call(&mut self) -> Parsed<Expr> {
        let name = self.bump();
        let args = self.arguments()?;
        let raw = part(self.text, name.span);
        let known = match name.kind {
            Kind::Keyword(_) => Function::named(&raw.to_ascii_lowercase()),
            _ => Function::named(raw),
        };
        let span = Span { start: name.span.start, end: self.end() };
        self.grow(self.height + 1, span)?;
        match known {
            Some(function) => Ok(Expr::Call(Call { function, args, span })),
            None => self.fail(name.span, format!("unknown function with name {}", quote(raw))),
        }
    }

    /// Arguments in parentheses.
    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.expect(Kind::LeftParen)?;
        let mut args = Vec::new();
        let mut height = 0;
        if self.accept(Kind::RightParen).is_some() {
            self.height = height;
            return Ok(args);
        }
        loop {
            args.push(self.expr()?);
            self.label_wanted = false;
            height = height.max(self.height);
            if let Some(comma) = self.accept(Kind::Comma) {
                if self.peek().kind == Kind::RightParen {
                    return self.fail(comma.span, "trailing commas not allowed in function call args");
                }
                continue;
            }
            self.expect(Kind::RightParen)?;
            self.height = height;
            return Ok(args);
        }
    }

    fn aggregate(&mut self, op: AggregateOp) -> Parsed<Expr> {
        let name = self.bump();
        self.aggregates += 1;
        let mut grouping = self.grouping()?;
        self.label_wanted = op == AggregateOp::CountValues;
        let args = self.arguments()?;
        self.label_wanted = false;
        if grouping.is_none() {
            grouping = self.grouping()?;
        }
        self.aggregates -= 1;
        self.aggregated(op, name, args, grouping.unwrap_or_default())
    }

    /// `by (a, b)`, if it is there: the labels, and whether it is `without`.
    fn grouping(&mut self) -> Parsed<Option<(Vec<String>, bool)>> {
        let token = self.peek();
        if !grouped(token.kind) {
            return Ok(None);
        }
        self.bump();
        let labels = self.labels()?;
        Ok(Some((labels, token.kind == Kind::Keyword(Keyword::Without))))
    }

    fn aggregated(
        &mut self,
        op: AggregateOp,
        name: Token,
        args: Vec<Expr>,
        (grouping, without): (Vec<String>, bool),
    ) -> Parsed<Expr> {
        let span = Span { start: name.span.start, end: self.end() };
        self.grow(self.height + 1, span)?;
        let count = args.len();
        let wanted = if op.has_param() { 2 } else { 1 };
        if count == 0 {
            return self.fail(span, "no arguments for aggregate expression provided");
        }
        let mut args = args.into_iter();
        let param = if op.has_param() { args.next() } else { None };
        match (args.next(), args.next()) {
            (Some(inner), None) => {
                Ok(Expr::Aggregate(Box::new(Aggregate { op, inner, param, grouping, without, span })))
            }
            _ => self.fail(
                span,
                format!(
                    "wrong number of arguments for aggregate expression provided, \
                     expected {wanted}, got {count}"
                ),
            ),
        }
    }

    /// `(a, "b.c", d)`
    pub(super) fn labels(&mut self) -> Parsed<Vec<String>> {
        let context = "grouping opts";
        if self.accept(Kind::LeftParen).is_none() {
            return self.unexpected(context, "\"(\"");
        }
        let mut labels = Vec::new();
        if self.accept(Kind::RightParen).is_some() {
            return Ok(labels);
        }
        loop {
            let token = self.peek();
            if token.kind == Kind::String {
                let label = self.string()?;
                if label.is_empty() {
                    return self.fail(token.span, "invalid label name for grouping: \"\"");
                }
                labels.push(label);
            } else if token.names_label() {
                labels.push(part(self.text, self.bump().span).to_owned());
            } else {
                return self.unexpected(context, "label");
            }
            let comma = self.accept(Kind::Comma).is_some();
            if self.accept(Kind::RightParen).is_some() {
                return Ok(labels);
            }
            if !comma {
                return self.unexpected(context, "\",\" or \")\"");
            }
        }
    }
}

/// Whether a word begins a grouping.
fn grouped(kind: Kind) -> bool {
    matches!(kind, Kind::Keyword(Keyword::By | Keyword::Without))
}

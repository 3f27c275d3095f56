//! Where a duration is expected: in brackets and after `offset`.

use crate::syntax::length::to_millis;
use crate::syntax::ops::Binding;
use crate::syntax::parse::{Parsed, Parser};
use crate::syntax::text::{LONGEST, part};
use crate::syntax::token::{Keyword, Kind};
use crate::syntax::{BinaryOp, Length, LengthExpr, QUERY_HEIGHT, Span, evaluate_length};
use model::to_seconds;

/// Where a duration stands, and what an error says that was expected there.
#[derive(Clone, Copy)]
struct Place<'a> {
    context: &'a str,
    expected: &'a str,
}

impl Parser<'_> {
    /// A duration in brackets.
    pub(super) fn positive_length(&mut self, context: &str, expected: &str) -> Parsed<Length> {
        self.length_operators = 0;
        let expr = self.length(Place { context, expected }, Binding::Or)?;
        let length = self.fold(&expr)?;
        if matches!(length, Length::Fixed(..=0)) {
            return self.fail(expr.span(), "duration must be greater than 0");
        }
        Ok(length)
    }

    /// A duration after `offset`. It ends before an operator, unless it begins with a parenthesis.
    pub(super) fn offset_length(&mut self) -> Parsed<Length> {
        self.length_operators = 0;
        let place = Place { context: "offset", expected: "number, duration, step(), or range()" };
        let expr = match self.sign() {
            Some((negative, start)) => {
                let inner = self.length_operand(place)?;
                negate(inner, negative, start)
            }
            None if self.peek().kind == Kind::LeftParen => self.length(place, Binding::Or)?,
            None => self.length_operand(place)?,
        };
        self.fold(&expr)
    }

    /// The duration, known if it can be.
    fn fold(&self, expr: &LengthExpr) -> Parsed<Length> {
        let found = match expr {
            // What is written as one number is rounded; what is reckoned loses what is smaller than a millisecond.
            LengthExpr::Number(seconds, _) => to_millis((seconds * 1000.0).round()),
            _ if expr.is_constant() => evaluate_length(expr, 0, 0),
            _ => return Ok(Length::Computed(Box::new(expr.clone()))),
        };
        found.map(Length::Fixed).or_else(|message| self.fail(expr.span(), message))
    }

    /// A sign, if there is one: whether it is a minus, and where it stands.
    fn sign(&mut self) -> Option<(bool, usize)> {
        match self.peek().kind {
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                Some((op == BinaryOp::Sub, self.bump().span.start))
            }
            _ => None,
        }
    }

    /// A duration whose operators bind at least this tightly.
    fn length(&mut self, place: Place<'_>, least: Binding) -> Parsed<LengthExpr> {
        self.nested(|parser| parser.length_operations(place, least))
    }

    fn length_operations(&mut self, place: Place<'_>, least: Binding) -> Parsed<LengthExpr> {
        let mut lhs = match self.sign() {
            Some((negative, start)) => negate(self.length(place, Binding::Power)?, negative, start),
            None => self.length_operand(place)?,
        };
        loop {
            let Kind::Operator(op) = self.peek().kind else { return Ok(lhs) };
            let binding = op.binding();
            if binding < least {
                return Ok(lhs);
            }
            if !(matches!(binding, Binding::Add | Binding::Multiply | Binding::Power)
                && op != BinaryOp::Atan2)
            {
                return self.unexpected(place.context, place.expected);
            }
            let sign = self.bump().span;
            self.length_operators += 1;
            if self.length_operators > QUERY_HEIGHT {
                return self.fail(sign, format!("more than {QUERY_HEIGHT} operations in a duration"));
            }
            let tighter = if binding == Binding::Add { Binding::Multiply } else { Binding::Power };
            let rhs = self.length(place, tighter)?;
            if let (LengthExpr::Number(0.0, _), BinaryOp::Div | BinaryOp::Mod) = (&rhs, op) {
                let what = if op == BinaryOp::Div { "division by zero" } else { "modulo by zero" };
                return self.fail(sign, what);
            }
            let span = Span { start: lhs.span().start, end: rhs.span().end };
            lhs = LengthExpr::Binary(op, Box::new(lhs), Box::new(rhs), span);
        }
    }

    fn length_operand(&mut self, place: Place<'_>) -> Parsed<LengthExpr> {
        let token = self.peek();
        let start = token.span.start;
        match token.kind {
            Kind::Number | Kind::Duration => {
                let number = self.literal()?;
                if number.value.is_nan() || number.value.abs() > to_seconds(LONGEST) {
                    return self.fail(number.span, "duration out of range");
                }
                Ok(LengthExpr::Number(number.value, number.span))
            }
            Kind::Keyword(word @ (Keyword::Step | Keyword::Range)) => {
                self.bump();
                self.length_word(place, Kind::LeftParen)?;
                self.length_word(place, Kind::RightParen)?;
                let span = Span { start, end: self.end() };
                Ok(if word == Keyword::Step { LengthExpr::Step(span) } else { LengthExpr::Range(span) })
            }
            Kind::LeftParen => {
                self.bump();
                let inner = Box::new(self.length(place, Binding::Or)?);
                self.length_word(place, Kind::RightParen)?;
                Ok(LengthExpr::Paren(inner, Span { start, end: self.end() }))
            }
            Kind::Identifier => self.length_choice(place),
            _ => self.unexpected(place.context, place.expected),
        }
    }

    /// `min_of(a, b)`
    fn length_choice(&mut self, place: Place<'_>) -> Parsed<LengthExpr> {
        let token = self.peek();
        let name = part(self.text, token.span);
        let least = name.eq_ignore_ascii_case("min_of");
        if !least && !name.eq_ignore_ascii_case("max_of") {
            return self.unexpected(place.context, place.expected);
        }
        self.bump();
        self.length_word(place, Kind::LeftParen)?;
        let a = Box::new(self.length(place, Binding::Or)?);
        self.length_word(place, Kind::Comma)?;
        let b = Box::new(self.length(place, Binding::Or)?);
        self.length_word(place, Kind::RightParen)?;
        let span = Span { start: token.span.start, end: self.end() };
        Ok(if least { LengthExpr::MinOf(a, b, span) } else { LengthExpr::MaxOf(a, b, span) })
    }

    fn length_word(&mut self, place: Place<'_>, kind: Kind) -> Parsed<()> {
        match self.accept(kind) {
            Some(_) => Ok(()),
            None => self.unexpected(place.context, place.expected),
        }
    }
}

/// With a sign before it.
fn negate(expr: LengthExpr, negative: bool, start: usize) -> LengthExpr {
    let span = Span { start, end: expr.span().end };
    match expr {
        LengthExpr::Number(value, _) => LengthExpr::Number(if negative { -value } else { value }, span),
        other if negative => LengthExpr::Negative(Box::new(other), span),
        other => other,
    }
}

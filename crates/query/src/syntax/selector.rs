//! Selectors, and what stands behind them: ranges, `offset`, `@`, `anchored`, `smoothed`.

use crate::syntax::parse::{Parsed, Parser};
use crate::syntax::print::print_matcher;
use crate::syntax::text::{part, quote};
use crate::syntax::token::{Keyword, Kind, Token};
use crate::syntax::{At, BinaryOp, Edges, Expr, Length, MatrixSelector, Span, Subquery, VectorSelector};
use model::{BadPattern, MatchOp, Matcher, NAME};

impl Parser<'_> {
    /// A selector, of which the name has been read if there is one before the braces.
    pub(super) fn selector(&mut self, name: Option<Token>) -> Parsed<Expr> {
        let start = name.map_or(self.peek().span.start, |name| name.span.start);
        let mut known = name.map(|name| part(self.text, name.span).to_owned());
        let mut matchers: Vec<Matcher> =
            known.iter().map(|name| Matcher::equal(NAME, name.as_str())).collect();
        if self.accept(Kind::LeftBrace).is_some() {
            self.conditions(&mut known, &mut matchers)?;
        }
        // What is written in another order is the same selector.
        matchers.sort_by_cached_key(|matcher| (matcher.label() != NAME, print_matcher(matcher)));
        if let Some(own) = known.as_deref() {
            let first = matchers.iter().position(|it| is_name(it, own)).unwrap_or_default();
            if let Some(before) = matchers.get_mut(..=first) {
                before.rotate_right(1);
            }
        }
        let span = Span { start, end: self.end() };
        Ok(Expr::Vector(VectorSelector {
            name: known,
            matchers,
            offset: Length::Fixed(0),
            at: None,
            edges: Edges::Plain,
            span,
        }))
    }

    /// The conditions in braces, of which the first has been read.
    fn conditions(&mut self, name: &mut Option<String>, matchers: &mut Vec<Matcher>) -> Parsed<()> {
        if self.accept(Kind::RightBrace).is_some() {
            return Ok(());
        }
        loop {
            self.condition(name, matchers)?;
            let comma = self.accept(Kind::Comma).is_some();
            if self.accept(Kind::RightBrace).is_some() {
                return Ok(());
            }
            if !comma {
                return self.unexpected("label matching", "\",\" or \"}\"");
            }
        }
    }

    fn condition(&mut self, name: &mut Option<String>, matchers: &mut Vec<Matcher>) -> Parsed<()> {
        let context = "label matching";
        let token = self.peek();
        let label = match token.kind {
            Kind::Identifier => part(self.text, self.bump().span).to_owned(),
            Kind::String => self.string()?,
            _ => return self.unexpected(context, "identifier or \"}\""),
        };
        let op = match self.peek().kind {
            Kind::Assign => MatchOp::Equal,
            Kind::Operator(BinaryOp::NotEqual) => MatchOp::NotEqual,
            Kind::Matches => MatchOp::Regex,
            Kind::MatchesNot => MatchOp::NotRegex,
            _ if token.kind == Kind::String => return self.quoted_name(token, label, name, matchers),
            _ => return self.unexpected(context, "label matching operator"),
        };
        self.bump();
        if self.peek().kind != Kind::String {
            return self.unexpected(context, "string");
        }
        let value = self.string()?;
        let matcher = match op {
            MatchOp::Equal => Ok(Matcher::equal(label, value)),
            MatchOp::NotEqual => Ok(Matcher::not_equal(label, value)),
            MatchOp::Regex => Matcher::regex(label, value),
            MatchOp::NotRegex => Matcher::not_regex(label, value),
        };
        match matcher {
            Ok(matcher) => matchers.push(matcher),
            Err(BadPattern { pattern, why }) => {
                let why = why.trim_start_matches("error: ");
                let span = Span { start: token.span.start, end: self.end() };
                return self.fail(span, format!("error parsing regexp: {why}: `{pattern}`"));
            }
        }
        Ok(())
    }

    /// `{"a metric's name"}`
    fn quoted_name(
        &mut self,
        token: Token,
        found: String,
        name: &mut Option<String>,
        matchers: &mut Vec<Matcher>,
    ) -> Parsed<()> {
        if let Some(known) = name {
            let message = format!("metric name must not be set twice: {} or {}", quote(known), quote(&found));
            return self.fail(token.span, message);
        }
        matchers.push(Matcher::equal(NAME, found.as_str()));
        *name = Some(found);
        Ok(())
    }

    /// Everything that stands behind an operand.
    pub(super) fn modifiers(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            match self.peek().kind {
                Kind::LeftBracket => expr = self.brackets(expr)?,
                Kind::Keyword(Keyword::Offset) => self.offset(&mut expr)?,
                Kind::At => self.at(&mut expr)?,
                Kind::Keyword(Keyword::Anchored) => self.edges(&mut expr, Edges::Anchored)?,
                Kind::Keyword(Keyword::Smoothed) => self.edges(&mut expr, Edges::Smoothed)?,
                _ => return Ok(expr),
            }
        }
    }

    fn brackets(&mut self, expr: Expr) -> Parsed<Expr> {
        let start = self.bump().span.start;
        let wanted = "number, duration, step(), or range()";
        let range = self.positive_length("subquery or range selector", wanted)?;
        if self.accept(Kind::RightBracket).is_some() {
            return self.matrix(expr, range, start);
        }
        if self.accept(Kind::Colon).is_none() {
            return self.unexpected("subquery or range", "\":\" or \"]\"");
        }
        let mut step = None;
        if self.peek().kind != Kind::RightBracket {
            let wanted = "number, duration, step(), range(), or \"]\"";
            step = Some(self.positive_length("subquery selector", wanted)?);
            if self.peek().kind != Kind::RightBracket {
                return self.unexpected("subquery selector", "\"]\"");
            }
        }
        let span = Span { start: expr.span().start, end: self.bump().span.end };
        self.grow(self.height + 1, span)?;
        let offset = Length::Fixed(0);
        Ok(Expr::Subquery(Box::new(Subquery { inner: expr, range, step, offset, at: None, span })))
    }

    fn matrix(&mut self, expr: Expr, range: Length, start: usize) -> Parsed<Expr> {
        let brackets = Span { start, end: self.end() };
        let Expr::Vector(vector) = expr else {
            return self.fail(brackets, "ranges only allowed for vector selectors");
        };
        if vector.offset != Length::Fixed(0) {
            return self.fail(brackets, "no offset modifiers allowed before range");
        }
        if vector.at.is_some() {
            return self.fail(brackets, "no @ modifiers allowed before range");
        }
        let span = Span { start: vector.span.start, end: self.end() };
        Ok(Expr::Matrix(MatrixSelector { vector, range, span }))
    }

    fn offset(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.bump();
        let length = self.offset_length()?;
        let (span, end) = (expr.span(), self.end());
        let (known, whole) = match expr {
            Expr::Vector(it) => (&mut it.offset, &mut it.span),
            Expr::Matrix(it) => (&mut it.vector.offset, &mut it.span),
            Expr::Subquery(it) => (&mut it.offset, &mut it.span),
            _ => return self.fail(span, misplaced("offset")),
        };
        if *known != Length::Fixed(0) {
            return self.fail(span, "offset may not be set multiple times");
        }
        *known = length;
        whole.end = end;
        Ok(())
    }

    fn at(&mut self, expr: &mut Expr) -> Parsed<()> {
        self.bump();
        let at = self.timestamp(expr.span())?;
        let (span, end) = (expr.span(), self.end());
        let (known, whole) = match expr {
            Expr::Vector(it) => (&mut it.at, &mut it.span),
            Expr::Matrix(it) => (&mut it.vector.at, &mut it.span),
            Expr::Subquery(it) => (&mut it.at, &mut it.span),
            _ => return self.fail(span, misplaced("@")),
        };
        if known.is_some() {
            return self.fail(span, "@ <timestamp> may not be set multiple times");
        }
        *known = Some(at);
        whole.end = end;
        Ok(())
    }

    /// What stands behind `@`.
    fn timestamp(&mut self, span: Span) -> Parsed<At> {
        let mut negative = false;
        match self.peek().kind {
            Kind::Keyword(word @ (Keyword::Start | Keyword::End)) => {
                self.bump();
                for wanted in [Kind::LeftParen, Kind::RightParen] {
                    if self.accept(wanted).is_none() {
                        return self.unexpected("@", "timestamp");
                    }
                }
                return Ok(if word == Keyword::Start { At::Start } else { At::End });
            }
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                self.bump();
                negative = op == BinaryOp::Sub;
            }
            _ => {}
        }
        if !matches!(self.peek().kind, Kind::Number | Kind::Duration) {
            return self.unexpected("@", "timestamp");
        }
        let value = self.literal()?.value;
        let value = if negative { -value } else { value };
        match model::from_seconds(value) {
            Some(time) => Ok(At::Time(time)),
            None => self.fail(span, format!("timestamp out of bounds for @ modifier: {value:.6}")),
        }
    }

    fn edges(&mut self, expr: &mut Expr, wanted: Edges) -> Parsed<()> {
        let word = if wanted == Edges::Anchored { "anchored" } else { "smoothed" };
        let end = self.bump().span.end;
        let span = expr.span();
        let (known, whole) = match expr {
            Expr::Vector(it) => (&mut it.edges, &mut it.span),
            Expr::Matrix(it) => (&mut it.vector.edges, &mut it.span),
            Expr::Subquery(_) => {
                return self.fail(span, format!("{word} modifier is not supported for subqueries"));
            }
            _ => return self.fail(span, format!("{word} modifier not implemented")),
        };
        if *known != Edges::Plain && *known != wanted {
            return self.fail(span, "anchored and smoothed modifiers cannot be used together");
        }
        *known = wanted;
        whole.end = end;
        Ok(())
    }
}

fn misplaced(modifier: &str) -> String {
    format!(
        "{modifier} modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    )
}

/// Whether a condition is that of the metric's own name.
fn is_name(matcher: &Matcher, name: &str) -> bool {
    matcher.label() == NAME && matcher.op() == MatchOp::Equal && matcher.value() == name
}

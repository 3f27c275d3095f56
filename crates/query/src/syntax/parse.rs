//! From words to a tree: what all of the grammar needs, and operators by how tightly they bind.
//!
//! Operands are in `operand`, selectors and what stands behind them in `selector`, durations in `duration`. Operators
//! wait on a stack of their own, so that only what is nested in the text takes room on the program's stack.

use crate::syntax::lex::lex;
use crate::syntax::ops::Binding;
use crate::syntax::token::{Keyword, Kind, Token};
use crate::syntax::{
    Binary, BinaryOp, Cardinality, Expr, ParseError, QUERY_BYTES, QUERY_DEPTH, QUERY_HEIGHT, Span, Unary,
    VectorMatching,
};

/// What a step of parsing gives.
pub(super) type Parsed<T> = Result<T, ParseError>;

/// A parser, somewhere in the words.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    /// What is wrong where the words end.
    error: Option<ParseError>,
    index: usize,
    /// How many things are open around the place.
    depth: usize,
    /// How high the tree is that was made last.
    pub(super) height: usize,
    /// How many aggregations are open around the place: errors in them say so.
    pub(super) aggregates: usize,
    /// Whether a text at the place is the name of a label.
    pub(super) label_wanted: bool,
    /// Operators of the duration that is being read.
    pub(super) length_operators: usize,
}

/// What waits for its right side.
#[expect(clippy::large_enum_variant, reason = "signs are few, and short-lived")]
enum Waiting {
    Sign { negative: bool, start: usize },
    Operator { lhs: Expr, height: usize, op: BinaryOp, matching: VectorMatching, return_bool: bool },
}

impl Waiting {
    fn binding(&self) -> Binding {
        match self {
            Self::Sign { .. } => Binding::Multiply,
            Self::Operator { op, .. } => op.binding(),
        }
    }
}

impl<'a> Parser<'a> {
    /// A parser at the start of a text.
    pub(super) fn new(text: &'a str) -> Parsed<Self> {
        if text.len() > QUERY_BYTES {
            let message = format!("the query has {} bytes, more than {QUERY_BYTES}", text.len());
            return Err(ParseError::new(text, Span::default(), message));
        }
        let words = lex(text);
        Ok(Self {
            text,
            tokens: words.tokens,
            error: words.error,
            index: 0,
            depth: 0,
            height: 0,
            aggregates: 0,
            label_wanted: false,
            length_operators: 0,
        })
    }

    pub(super) fn peek(&self) -> Token {
        self.ahead(0)
    }

    /// The word so many words ahead.
    pub(super) fn ahead(&self, count: usize) -> Token {
        let end = Span { start: self.text.len(), end: self.text.len() };
        self.tokens.get(self.index + count).copied().unwrap_or(Token { kind: Kind::End, span: end })
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek();
        self.index += 1;
        token
    }

    /// Goes over a word if it is of this kind.
    pub(super) fn accept(&mut self, kind: Kind) -> Option<Token> {
        (self.peek().kind == kind).then(|| self.bump())
    }

    /// Where the last word ended.
    pub(super) fn end(&self) -> usize {
        let last = self.index.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.map_or(0, |token| token.span.end)
    }

    pub(super) fn fail<T>(&self, span: Span, message: impl Into<String>) -> Parsed<T> {
        Err(ParseError::new(self.text, span, message))
    }

    /// The error that the next word does not belong here.
    pub(super) fn unexpected<T>(&self, context: &str, expected: &str) -> Parsed<T> {
        let token = self.peek();
        if let (Kind::End, Some(error)) = (token.kind, &self.error) {
            return Err(error.clone());
        }
        let mut message = format!("unexpected {}", token.describe(self.text));
        if !context.is_empty() {
            message.push_str(&format!(" in {context}"));
        }
        if !expected.is_empty() {
            message.push_str(&format!(", expected {expected}"));
        }
        self.fail(token.span, message)
    }

    /// The same where the grammar says nothing more exact.
    pub(super) fn unexpected_here<T>(&self) -> Parsed<T> {
        self.unexpected(if self.aggregates > 0 { "aggregation" } else { "" }, "")
    }

    pub(super) fn expect(&mut self, kind: Kind) -> Parsed<Token> {
        match self.accept(kind) {
            Some(token) => Ok(token),
            None => self.unexpected_here(),
        }
    }

    /// Whether there is no word at all.
    pub(super) fn is_empty(&self) -> bool {
        self.index == 0 && self.error.is_none() && self.peek().kind == Kind::End
    }

    /// A selector without anything behind it.
    pub(super) fn lone_selector(&mut self) -> Parsed<Expr> {
        let token = self.peek();
        if token.kind == Kind::LeftBrace {
            return self.selector(None);
        }
        if !token.names_metric() {
            return self.unexpected_here();
        }
        self.bump();
        self.selector(Some(token))
    }

    /// Checks that nothing more comes.
    pub(super) fn finish(&self) -> Parsed<()> {
        match (&self.error, self.peek().kind) {
            (None, Kind::End) => Ok(()),
            _ => self.unexpected_here(),
        }
    }

    /// Reads something that is nested in what is being read.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > QUERY_DEPTH {
            return self.fail(self.peek().span, format!("more than {QUERY_DEPTH} levels of nesting"));
        }
        let found = read(self);
        self.depth -= 1;
        found
    }

    /// Notes that the tree is as high as this now.
    pub(super) fn grow(&mut self, height: usize, span: Span) -> Parsed<()> {
        self.height = height;
        if height > QUERY_HEIGHT {
            return self.fail(span, format!("more than {QUERY_HEIGHT} operations upon each other"));
        }
        Ok(())
    }

    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.nested(Self::operators)
    }

    fn operators(&mut self) -> Parsed<Expr> {
        let mut waiting = Vec::new();
        loop {
            while let Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) = self.peek().kind {
                let start = self.bump().span.start;
                waiting.push(Waiting::Sign { negative: op == BinaryOp::Sub, start });
            }
            let mut operand = self.operand()?;
            let next = match self.peek().kind {
                Kind::Operator(op) => Some(op),
                _ => None,
            };
            while let Some(top) = waiting.pop_if(|top| goes_first(top.binding(), next)) {
                operand = self.join(top, operand)?;
            }
            let Some(op) = next else { return Ok(operand) };
            self.bump();
            let height = self.height;
            let (matching, return_bool) = self.matching()?;
            waiting.push(Waiting::Operator { lhs: operand, height, op, matching, return_bool });
        }
    }

    /// Puts what waited and its right side together.
    fn join(&mut self, waiting: Waiting, rhs: Expr) -> Parsed<Expr> {
        match waiting {
            Waiting::Sign { negative, start } => {
                let span = Span { start, end: rhs.span().end };
                if let Expr::Number(mut number) = rhs {
                    number.value = if negative { -number.value } else { number.value };
                    number.span = span;
                    return Ok(Expr::Number(number));
                }
                self.grow(self.height + 1, span)?;
                Ok(Expr::Unary(Unary { negative, inner: Box::new(rhs), span }))
            }
            Waiting::Operator { lhs, height, op, matching, return_bool } => {
                let span = Span { start: lhs.span().start, end: rhs.span().end };
                self.grow(self.height.max(height) + 1, span)?;
                let matching = Some(matching);
                Ok(Expr::Binary(Box::new(Binary { op, lhs, rhs, matching, return_bool, span })))
            }
        }
    }

    /// What stands between an operator and its right side: `bool on (a) group_left (b) fill (0)`.
    fn matching(&mut self) -> Parsed<(VectorMatching, bool)> {
        let return_bool = self.accept(Kind::Keyword(Keyword::Bool)).is_some();
        let mut matching = VectorMatching {
            cardinality: Cardinality::OneToOne,
            labels: Vec::new(),
            on: false,
            include: Vec::new(),
            fill_left: None,
            fill_right: None,
        };
        if let Kind::Keyword(word @ (Keyword::On | Keyword::Ignoring)) = self.peek().kind {
            self.bump();
            matching.on = word == Keyword::On;
            matching.labels = self.labels()?;
            if let Kind::Keyword(side @ (Keyword::GroupLeft | Keyword::GroupRight)) = self.peek().kind {
                self.bump();
                let left = side == Keyword::GroupLeft;
                matching.cardinality = if left { Cardinality::ManyToOne } else { Cardinality::OneToMany };
                if self.peek().kind == Kind::LeftParen {
                    matching.include = self.labels()?;
                }
            }
        }
        self.fills(&mut matching)?;
        Ok((matching, return_bool))
    }

    fn fills(&mut self, matching: &mut VectorMatching) -> Parsed<()> {
        if self.accept(Kind::Keyword(Keyword::Fill)).is_some() {
            matching.fill_left = Some(self.fill()?);
            matching.fill_right = matching.fill_left;
            return Ok(());
        }
        for _ in 0..2 {
            match self.peek().kind {
                Kind::Keyword(Keyword::FillLeft) if matching.fill_left.is_none() => {
                    self.bump();
                    matching.fill_left = Some(self.fill()?);
                }
                Kind::Keyword(Keyword::FillRight) if matching.fill_right.is_none() => {
                    self.bump();
                    matching.fill_right = Some(self.fill()?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `(-1.5)`
    fn fill(&mut self) -> Parsed<f64> {
        self.expect(Kind::LeftParen)?;
        let negative = match self.peek().kind {
            Kind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                self.bump();
                op == BinaryOp::Sub
            }
            _ => false,
        };
        if self.peek().kind != Kind::Number {
            return self.unexpected_here();
        }
        let value = self.literal()?.value;
        self.expect(Kind::RightParen)?;
        Ok(if negative { -value } else { value })
    }
}

/// Whether what waits is joined before the next operator.
fn goes_first(waiting: Binding, next: Option<BinaryOp>) -> bool {
    let Some(next) = next.map(BinaryOp::binding) else { return true };
    // Powers are the only ones that are read from the right.
    waiting > next || (waiting == next && next != Binding::Power)
}

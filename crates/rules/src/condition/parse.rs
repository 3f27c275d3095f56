//! From words to the tree: `or` binds loosest, then `and`, then `not`, then a comparison or parentheses.

use super::token::{self, Placed, Token};
use super::{Comparison, ConditionError, Test, Tree};
use model::limits;

/// Parses `text`.
pub(super) fn parse(text: &str) -> Result<Tree, ConditionError> {
    if text.len() > limits::CONDITION_BYTES {
        return Err(ConditionError::new(
            0,
            format!("a condition has at most {} bytes", limits::CONDITION_BYTES),
        ));
    }
    let words = token::split(text)?;
    let mut parser = Parser { words: &words, next: 0, end: text.chars().count() };
    let tree = parser.any(0)?;
    match parser.peek() {
        None => Ok(tree),
        Some(extra) => Err(ConditionError::new(extra.at, "the condition is complete before this")),
    }
}

struct Parser<'a> {
    words: &'a [Placed],
    next: usize,
    /// Index behind the last character.
    end: usize,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Value,
    Number(f64),
    Word(String),
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Placed> {
        self.words.get(self.next)
    }

    fn here(&self) -> usize {
        self.peek().map_or(self.end, |word| word.at)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let is_it = self.peek().is_some_and(|word| word.token == *token);
        self.next += usize::from(is_it);
        is_it
    }

    fn any(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        let mut parts = vec![self.all(depth)?];
        while self.eat(&Token::Or) {
            parts.push(self.all(depth)?);
        }
        Ok(alone_or(parts, Tree::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        let mut parts = vec![self.one(depth)?];
        while self.eat(&Token::And) {
            parts.push(self.one(depth)?);
        }
        Ok(alone_or(parts, Tree::All))
    }

    fn one(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        if depth > limits::CONDITION_DEPTH {
            return Err(ConditionError::new(
                self.here(),
                format!("nested deeper than {}", limits::CONDITION_DEPTH),
            ));
        }
        if self.eat(&Token::Not) {
            return Ok(Tree::Not(Box::new(self.one(depth + 1)?)));
        }
        let open = self.here();
        if self.eat(&Token::Open) {
            let inner = self.any(depth + 1)?;
            if self.eat(&Token::Close) {
                return Ok(inner);
            }
            return Err(ConditionError::new(open, "this parenthesis is never closed"));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Tree, ConditionError> {
        let start = self.here();
        let left = self.operand()?;
        let sign_at = self.here();
        let Some(Placed { token: Token::Compare(sign), .. }) = self.peek() else {
            return Err(ConditionError::new(sign_at, "expected one of > < >= <= == !="));
        };
        self.next += 1;
        let right = self.operand()?;
        match (left, right) {
            (Operand::Value, right) => test(*sign, right, sign_at),
            // `90 < value` is `value > 90`.
            (left, Operand::Value) => test(sign.turned(), left, sign_at),
            _ => Err(ConditionError::new(start, "this compares two constants; one side must be value")),
        }
    }

    fn operand(&mut self) -> Result<Operand, ConditionError> {
        let at = self.here();
        let operand = match self.peek().map(|word| &word.token) {
            Some(Token::Value) => Operand::Value,
            Some(Token::Number(number)) => Operand::Number(*number),
            Some(Token::Word(word)) => Operand::Word(word.clone()),
            _ => return Err(ConditionError::new(at, "expected value, a number or a 'word'")),
        };
        self.next += 1;
        Ok(operand)
    }
}

fn test(sign: Comparison, constant: Operand, at: usize) -> Result<Tree, ConditionError> {
    match constant {
        Operand::Number(number) => Ok(Tree::Test(Test::Number(sign, number))),
        Operand::Word(word) => match sign {
            Comparison::Equal => Ok(Tree::Test(Test::WordIs(word))),
            Comparison::NotEqual => Ok(Tree::Test(Test::WordIsNot(word))),
            _ => Err(ConditionError::new(at, "words are compared with == or !=")),
        },
        Operand::Value => Err(ConditionError::new(at, "this compares value with itself")),
    }
}

fn alone_or(mut parts: Vec<Tree>, wrap: fn(Vec<Tree>) -> Tree) -> Tree {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            wrap(parts)
        }
        (_, None) => wrap(parts),
    }
}

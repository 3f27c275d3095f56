//! From words to the tree: `or` binds loosest, then `and`, `not`, comparisons, `+` and `-`, `*` and `/`, and a sign.
//!
//! Parentheses stand around conditions and around numbers alike; what is inside says which it is, and each place says what it
//! wants.

use super::ConditionError;
use super::call;
use super::token::{self, Placed, Token};
use super::tree::{Comparison, Operand, Operation, Test, Tree};
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
    let mut parser = Parser { words: &words, next: 0, end: text.chars().count(), operations: 0 };
    let found = parser.any(0)?;
    let tree = parser.truth(found)?;
    match parser.peek() {
        None => Ok(tree),
        Some(extra) => Err(ConditionError::new(extra.at, "the condition is complete before this")),
    }
}

pub(super) struct Parser<'a> {
    words: &'a [Placed],
    next: usize,
    /// Index behind the last character.
    end: usize,
    /// Operations between numbers so far.
    operations: usize,
}

/// Something, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    at: usize,
    what: What,
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
enum What {
    Truth(Tree),
    Number(Operand),
    Word(String),
}

type Parsed<T = Found> = Result<T, ConditionError>;

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&'a Placed> {
        self.words.get(self.next)
    }

    pub(super) fn here(&self) -> usize {
        self.peek().map_or(self.end, |word| word.at)
    }

    /// Goes past the next word.
    pub(super) fn pass(&mut self) {
        self.next += 1;
    }

    pub(super) fn eat(&mut self, token: &Token) -> bool {
        let is_it = self.peek().is_some_and(|word| word.token == *token);
        self.next += usize::from(is_it);
        is_it
    }

    /// What was found last, if it is a condition.
    fn truth(&self, found: Found) -> Parsed<Tree> {
        match found.what {
            What::Truth(tree) => Ok(tree),
            // A number alone says nothing; what it is compared with is missing here.
            _ => Err(ConditionError::new(self.here(), "expected one of > < >= <= == !=")),
        }
    }

    fn any(&mut self, depth: usize) -> Parsed {
        let first = self.all(depth)?;
        self.joined(first, &Token::Or, Tree::Any, |parser| parser.all(depth))
    }

    fn all(&mut self, depth: usize) -> Parsed {
        let first = self.one(depth)?;
        self.joined(first, &Token::And, Tree::All, |parser| parser.one(depth))
    }

    fn joined(
        &mut self,
        first: Found,
        word: &Token,
        wrap: fn(Vec<Tree>) -> Tree,
        mut more: impl FnMut(&mut Self) -> Parsed,
    ) -> Parsed {
        if self.peek().is_none_or(|next| next.token != *word) {
            return Ok(first);
        }
        let at = first.at;
        let mut parts = vec![self.truth(first)?];
        while self.eat(word) {
            let found = more(self)?;
            parts.push(self.truth(found)?);
        }
        Ok(Found { at, what: What::Truth(wrap(parts)) })
    }

    fn one(&mut self, depth: usize) -> Parsed {
        self.check(depth)?;
        let at = self.here();
        if self.eat(&Token::Not) {
            let inner = self.one(depth + 1)?;
            let inner = self.truth(inner)?;
            return Ok(Found { at, what: What::Truth(Tree::Not(Box::new(inner))) });
        }
        self.comparison(depth)
    }

    fn check(&self, depth: usize) -> Parsed<()> {
        if depth <= limits::CONDITION_DEPTH {
            return Ok(());
        }
        Err(ConditionError::new(self.here(), format!("nested deeper than {}", limits::CONDITION_DEPTH)))
    }

    fn comparison(&mut self, depth: usize) -> Parsed {
        let left = self.sum(depth)?;
        let Some(Placed { token: Token::Compare(sign), at }) = self.peek() else {
            return match left.what {
                What::Word(_) => Err(ConditionError::new(self.here(), "expected one of > < >= <= == !=")),
                _ => Ok(left),
            };
        };
        self.next += 1;
        let right = self.sum(depth)?;
        let start = left.at;
        let test = match (left.what, right.what) {
            (What::Number(left), What::Number(right)) => numbers(left, *sign, right, (start, *at))?,
            (What::Number(number), What::Word(word)) | (What::Word(word), What::Number(number)) => {
                self::word(&number, *sign, word, (start, *at))?
            }
            (What::Word(_), What::Word(_)) => return Err(constants(start)),
            (What::Truth(_), _) => return Err(no_number(start)),
            (_, What::Truth(_)) => return Err(no_number(right.at)),
        };
        Ok(Found { at: start, what: What::Truth(Tree::Test(test)) })
    }

    fn sum(&mut self, depth: usize) -> Parsed {
        let mut left = self.product(depth)?;
        while let Some(operation) = self.operation(&[Operation::Add, Operation::Subtract])? {
            let right = self.product(depth)?;
            left = operate(left, operation, right)?;
        }
        Ok(left)
    }

    fn product(&mut self, depth: usize) -> Parsed {
        let mut left = self.signed(depth)?;
        while let Some(operation) = self.operation(&[Operation::Multiply, Operation::Divide])? {
            let right = self.signed(depth)?;
            left = operate(left, operation, right)?;
        }
        Ok(left)
    }

    /// The next word, if it is one of these operations.
    fn operation(&mut self, which: &[Operation]) -> Parsed<Option<Operation>> {
        let Some(Placed { token: Token::Operate(operation), at }) = self.peek() else { return Ok(None) };
        if !which.contains(operation) {
            return Ok(None);
        }
        self.operations += 1;
        if self.operations > limits::CONDITION_OPERATIONS {
            let most = limits::CONDITION_OPERATIONS;
            return Err(ConditionError::new(*at, format!("more than {most} operations")));
        }
        self.next += 1;
        Ok(Some(*operation))
    }

    fn signed(&mut self, depth: usize) -> Parsed {
        self.check(depth)?;
        let at = self.here();
        if self.eat(&Token::Operate(Operation::Add)) {
            let found = self.signed(depth + 1)?;
            return Ok(Found { at, what: What::Number(number(found)?) });
        }
        if self.eat(&Token::Operate(Operation::Subtract)) {
            let found = self.signed(depth + 1)?;
            let operand = match number(found)? {
                Operand::Number(number) => Operand::Number(-number),
                other => Operand::Negated(Box::new(other)),
            };
            return Ok(Found { at, what: What::Number(operand) });
        }
        self.operand(depth)
    }

    fn operand(&mut self, depth: usize) -> Parsed {
        let at = self.here();
        let expected = || ConditionError::new(at, "expected value, a number or a 'word'");
        let token = &self.peek().ok_or_else(expected)?.token;
        self.next += 1;
        let what = match token {
            Token::Open => {
                let inner = self.any(depth + 1)?;
                self.close(at)?;
                inner.what
            }
            Token::Value => What::Number(Operand::Value),
            Token::Number(number) => What::Number(Operand::Number(*number)),
            // Where a number is wanted a length of time is so many seconds, the unit of most metrics of time.
            Token::Length(length) => What::Number(Operand::Number(model::to_seconds(*length))),
            Token::Word(word) => What::Word(word.clone()),
            Token::Absent => What::Truth(Tree::Test(Test::Absent(call::absent(self, at)?))),
            Token::Abs => {
                call::open(self)?;
                let inner = self.sum(depth + 1)?;
                self.close(at)?;
                What::Number(Operand::Abs(Box::new(number(inner)?)))
            }
            Token::Window(kind) => What::Number(Operand::Window(call::window(self, *kind, at)?)),
            Token::Quantile => What::Number(Operand::Window(call::quantile(self, at)?)),
            Token::Forecast => What::Number(Operand::Window(call::forecast(self, at)?)),
            _ => return Err(expected()),
        };
        Ok(Found { at, what })
    }

    /// The parenthesis that closes what was opened at `at`.
    pub(super) fn close(&mut self, at: usize) -> Parsed<()> {
        if self.eat(&Token::Close) {
            return Ok(());
        }
        match self.peek() {
            None => Err(ConditionError::new(at, "this parenthesis is never closed")),
            Some(other) => Err(ConditionError::new(other.at, "expected )")),
        }
    }
}

/// A comparison of two numbers; of constants with others the constant stands on the right.
fn numbers(
    left: Operand,
    sign: Comparison,
    right: Operand,
    (start, sign_at): (usize, usize),
) -> Parsed<Test> {
    match (left.is_constant(), right.is_constant()) {
        (true, true) => Err(constants(start)),
        // `90 < value` is `value > 90`.
        (true, false) => Ok(Test::Numbers(right, sign.turned(), left)),
        (false, false) if left == right => {
            Err(ConditionError::new(sign_at, format!("this compares {left} with itself")))
        }
        (false, _) => Ok(Test::Numbers(left, sign, right)),
    }
}

/// The word that is said is another one, or not.
fn word(number: &Operand, sign: Comparison, word: String, (start, sign_at): (usize, usize)) -> Parsed<Test> {
    if number.is_constant() {
        return Err(constants(start));
    }
    if *number != Operand::Value {
        return Err(ConditionError::new(sign_at, "words are compared with value alone"));
    }
    match sign {
        Comparison::Equal => Ok(Test::WordIs(word)),
        Comparison::NotEqual => Ok(Test::WordIsNot(word)),
        _ => Err(ConditionError::new(sign_at, "words are compared with == or !=")),
    }
}

fn operate(left: Found, operation: Operation, right: Found) -> Parsed {
    let at = left.at;
    let (left, right) = (Box::new(number(left)?), Box::new(number(right)?));
    Ok(Found { at, what: What::Number(Operand::Operation(left, operation, right)) })
}

fn number(found: Found) -> Parsed<Operand> {
    match found.what {
        What::Number(operand) => Ok(operand),
        _ => Err(no_number(found.at)),
    }
}

fn no_number(at: usize) -> ConditionError {
    ConditionError::new(at, "this is no number")
}

fn constants(at: usize) -> ConditionError {
    ConditionError::new(at, "this compares two constants; one side must be value or a function of it")
}

//! What a condition is made of, and what it comes to.

use super::seen::Seen;
use crate::window::Function;
use model::Millis;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Any(Vec<Tree>),
    All(Vec<Tree>),
    Not(Box<Tree>),
    Test(Test),
}

/// What is true of a sample, or is not.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Numbers(Operand, Comparison, Operand),
    WordIs(String),
    WordIsNot(String),
    /// There was no sample for so long.
    Absent(Millis),
}

/// A number that depends on the samples.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Value,
    Number(f64),
    Window(Function),
    Negated(Box<Operand>),
    Abs(Box<Operand>),
    Operation(Box<Operand>, Operation, Box<Operand>),
}

/// How two numbers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Above,
    Below,
    AtLeast,
    AtMost,
    Equal,
    NotEqual,
}

/// What a comparison compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passed {
    /// The left side: the sample's value, or what was asked of its window.
    pub value: f64,
    /// The right side.
    pub threshold: f64,
}

impl Tree {
    /// Three-valued (Kleene): `None` where it is not known.
    pub(super) fn truth(&self, seen: &Seen<'_>) -> Option<bool> {
        match self {
            Self::Any(parts) => all_are(parts, false, seen).map(|none| !none),
            Self::All(parts) => all_are(parts, true, seen),
            Self::Not(inner) => inner.truth(seen).map(|truth| !truth),
            Self::Test(test) => test.truth(seen),
        }
    }

    /// The first comparison that makes the tree `wanted`.
    pub(super) fn passed(&self, seen: &Seen<'_>, wanted: bool) -> Option<Passed> {
        if self.truth(seen) != Some(wanted) {
            return None;
        }
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().find_map(|part| part.passed(seen, wanted)),
            Self::Not(inner) => inner.passed(seen, !wanted),
            Self::Test(test) => test.passed(seen),
        }
    }

    /// The first number that something is compared with.
    pub(super) fn first_number(&self) -> Option<f64> {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().find_map(Self::first_number),
            Self::Not(inner) => inner.first_number(),
            Self::Test(Test::Numbers(_, _, right)) if right.is_constant() => {
                right.number(&Seen::plain(0.0, None))
            }
            Self::Test(_) => None,
        }
    }

    /// Puts another number in the place of the first that something is compared with. False if there is none.
    pub(super) fn replace_first_number(&mut self, number: f64) -> bool {
        match self {
            Self::Any(parts) | Self::All(parts) => {
                parts.iter_mut().any(|part| part.replace_first_number(number))
            }
            Self::Not(inner) => inner.replace_first_number(number),
            Self::Test(Test::Numbers(_, _, right)) if right.is_constant() => {
                *right = Operand::Number(number);
                true
            }
            Self::Test(_) => false,
        }
    }

    /// Gives `take` each test.
    pub(super) fn each_test(&self, take: &mut impl FnMut(&Test)) {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().for_each(|part| part.each_test(take)),
            Self::Not(inner) => inner.each_test(take),
            Self::Test(test) => take(test),
        }
    }

    /// How tightly it binds: 0 `or`, 1 `and`, 2 the rest.
    pub(super) fn tightness(&self) -> u8 {
        match self {
            Self::Any(_) => 0,
            Self::All(_) => 1,
            Self::Not(_) | Self::Test(_) => 2,
        }
    }
}

impl Test {
    fn truth(&self, seen: &Seen<'_>) -> Option<bool> {
        match self {
            Self::Numbers(left, sign, right) => {
                let (left, right) = (left.number(seen)?, right.number(seen)?);
                let is_known = !(left.is_nan() || right.is_nan()) || *sign == Comparison::NotEqual;
                is_known.then(|| sign.holds(left, right))
            }
            Self::WordIs(wanted) => seen.word.map(|word| word == wanted),
            Self::WordIsNot(unwanted) => seen.word.map(|word| word != unwanted),
            Self::Absent(length) => Some(seen.silence >= *length),
        }
    }

    fn passed(&self, seen: &Seen<'_>) -> Option<Passed> {
        match self {
            Self::Numbers(left, _, right) => {
                Some(Passed { value: left.number(seen)?, threshold: right.number(seen)? })
            }
            Self::Absent(length) => {
                Some(Passed { value: model::to_seconds(seen.silence), threshold: model::to_seconds(*length) })
            }
            Self::WordIs(_) | Self::WordIsNot(_) => None,
        }
    }
}

impl Operand {
    /// What it comes to; `None` where a window has too few samples.
    fn number(&self, seen: &Seen<'_>) -> Option<f64> {
        Some(match self {
            Self::Value => seen.value,
            Self::Number(number) => *number,
            Self::Window(function) => seen.answer(*function)?,
            Self::Negated(inner) => -inner.number(seen)?,
            Self::Abs(inner) => inner.number(seen)?.abs(),
            Self::Operation(left, operation, right) => {
                let (left, right) = (left.number(seen)?, right.number(seen)?);
                match operation {
                    Operation::Add => left + right,
                    Operation::Subtract => left - right,
                    Operation::Multiply => left * right,
                    Operation::Divide => left / right,
                }
            }
        })
    }

    /// Whether it is the same for all samples.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Value | Self::Window(_) => false,
            Self::Negated(inner) | Self::Abs(inner) => inner.is_constant(),
            Self::Operation(left, _, right) => left.is_constant() && right.is_constant(),
        }
    }

    /// Gives `take` each question that is asked of a window.
    pub(super) fn each_function(&self, take: &mut impl FnMut(Function)) {
        match self {
            Self::Value | Self::Number(_) => {}
            Self::Window(function) => take(*function),
            Self::Negated(inner) | Self::Abs(inner) => inner.each_function(take),
            Self::Operation(left, _, right) => {
                left.each_function(take);
                right.each_function(take);
            }
        }
    }

    /// How tightly it binds: 0 `+` and `-`, 1 `*` and `/`, 2 the rest.
    pub(super) fn tightness(&self) -> u8 {
        match self {
            Self::Operation(_, Operation::Add | Operation::Subtract, _) => 0,
            Self::Operation(_, Operation::Multiply | Operation::Divide, _) => 1,
            _ => 2,
        }
    }
}

/// Whether every part is `wanted`; one that is not decides, whatever is not known of the others.
fn all_are(parts: &[Tree], wanted: bool, seen: &Seen<'_>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match part.truth(seen) {
            Some(truth) if truth == wanted => {}
            Some(_) => return Some(false),
            None => all = None,
        }
    }
    all
}

impl Operation {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "== in a condition is equality to the bit of the number")]
    fn holds(self, value: f64, number: f64) -> bool {
        match self {
            Self::Above => value > number,
            Self::Below => value < number,
            Self::AtLeast => value >= number,
            Self::AtMost => value <= number,
            Self::Equal => value == number,
            Self::NotEqual => value != number,
        }
    }

    /// The same comparison with its sides exchanged.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
            Self::AtLeast => Self::AtMost,
            Self::AtMost => Self::AtLeast,
            same => same,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}

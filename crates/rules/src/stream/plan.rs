//! An expression as a plan: what is done with samples of each series as they arrive, or why that cannot be.
//!
//! A plan has the nodes of the expression's tree from the selectors upward: each but the last knows into which it leads.
//! What is computed of numbers is `query`'s.

use model::{Matcher, Millis, NAME, limits};
use query::kernel::{self, Group, OverRange};
use query::syntax::{
    Aggregate, Binary, BinaryOp, Call, Edges, Expr, Function, Length, MatrixSelector, ValueType,
    VectorMatching, VectorSelector, parse,
};

/// The nodes of an expression, each behind those that lead into it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) nodes: Vec<Node>,
}

/// A node and where its series go.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// The node that it leads into, and as which operand; of the last none.
    pub(crate) parent: Option<(usize, Side)>,
}

/// Which operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The only one, or the left one.
    Left,
    /// The right one.
    Right,
}

/// What a node makes of its operands.
#[derive(Debug)]
pub(crate) enum Op {
    /// Series as they arrive.
    Leaf(Leaf),
    /// A number of a number.
    Map(Map),
    /// Two vectors, series by series.
    Join(Join),
    /// `and`, `or`, `unless`.
    Set(BinaryOp, VectorMatching),
    /// Groups.
    Aggregate(Box<Aggregate>, Group),
}

/// Which series a selector is of, and what is seen of each.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) matchers: Vec<Matcher>,
    pub(crate) sees: Sees,
}

/// What is seen of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sees {
    /// Its newest sample.
    Newest,
    /// What a function makes of the samples of so many milliseconds.
    Window(OverRange, Millis),
}

/// What becomes of a number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Map {
    Negate,
    Element(fn(f64) -> f64),
    Bounded(Function, f64, f64),
    /// An operator with a number on the other side.
    Number {
        op: BinaryOp,
        number: f64,
        is_left: bool,
        return_bool: bool,
    },
}

/// An operator between two vectors.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) op: BinaryOp,
    pub(crate) return_bool: bool,
    pub(crate) matching: VectorMatching,
}

impl Sees {
    /// How long a sample may count.
    pub(crate) fn reach(self) -> Millis {
        match self {
            Self::Newest => limits::LOOKBACK,
            Self::Window(_, range) => range,
        }
    }
}

impl Map {
    /// The number that another becomes.
    #[inline]
    pub(crate) fn of(self, value: f64) -> Option<f64> {
        match self {
            Self::Negate => Some(-value),
            Self::Element(element) => Some(element(value)),
            Self::Bounded(function, first, second) => kernel::bounded(function, value, (first, second)),
            Self::Number { op, number, is_left, return_bool } => {
                let sides = if is_left { (number, value) } else { (value, number) };
                kernel::binary(op, sides, value, return_bool)
            }
        }
    }

    /// Whether the value no longer is what the metric's name says.
    pub(crate) fn drops_name(self) -> bool {
        match self {
            Self::Number { op, return_bool, .. } => return_bool || !op.is_comparison(),
            _ => true,
        }
    }
}

impl Plan {
    /// The plan of an expression.
    ///
    /// # Errors
    /// Why it cannot be judged as samples arrive.
    pub(crate) fn of(expr: &str) -> Result<Self, String> {
        let expr = parse(expr).map_err(|error| error.to_string())?;
        let mut plan = Self { nodes: Vec::new() };
        plan.vector(&expr)?;
        Ok(plan)
    }

    /// The selectors, with the places of their nodes.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = (usize, &Leaf)> {
        self.nodes.iter().enumerate().filter_map(|(place, node)| match &node.op {
            Op::Leaf(leaf) => Some((place, leaf)),
            _ => None,
        })
    }

    fn add(&mut self, op: Op, operands: &[(usize, Side)]) -> usize {
        let place = self.nodes.len();
        for (operand, side) in operands {
            if let Some(node) = self.nodes.get_mut(*operand) {
                node.parent = Some((place, *side));
            }
        }
        self.nodes.push(Node { op, parent: None });
        place
    }

    /// Adds the nodes of an expression that comes to series, and gives the place of its last.
    fn vector(&mut self, expr: &Expr) -> Result<usize, String> {
        match expr.bare() {
            Expr::Vector(selector) => {
                let leaf = Leaf { matchers: matchers(selector)?, sees: Sees::Newest };
                Ok(self.add(Op::Leaf(leaf), &[]))
            }
            Expr::Unary(unary) => {
                let inner = self.vector(&unary.inner)?;
                Ok(if unary.negative { self.map(inner, Map::Negate) } else { inner })
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Call(call) => self.call(call),
            Expr::Number(_) => Err("it is a number and no series".to_owned()),
            Expr::Subquery(_) => Err("a subquery is evaluated at times of its own".to_owned()),
            _ => Err("it does not come to series".to_owned()),
        }
    }

    fn map(&mut self, inner: usize, map: Map) -> usize {
        self.add(Op::Map(map), &[(inner, Side::Left)])
    }

    fn binary(&mut self, binary: &Binary) -> Result<usize, String> {
        let Binary { op, lhs, rhs, return_bool, .. } = binary;
        if matches!(op, BinaryOp::TrimLower | BinaryOp::TrimUpper) {
            return Err(format!("{} is for native histograms", op.symbol()));
        }
        let number = |side: &Expr| {
            let text = "a number that depends on the time stands beside an operator";
            kernel::constant(side).ok_or_else(|| text.to_owned())
        };
        let with = |number, is_left| Map::Number { op: *op, number, is_left, return_bool: *return_bool };
        match (lhs.value_type(), rhs.value_type()) {
            (ValueType::Scalar, ValueType::Scalar) => Err("it is a number and no series".to_owned()),
            (ValueType::Scalar, _) => {
                let map = with(number(lhs)?, true);
                let inner = self.vector(rhs)?;
                Ok(self.map(inner, map))
            }
            (_, ValueType::Scalar) => {
                let map = with(number(rhs)?, false);
                let inner = self.vector(lhs)?;
                Ok(self.map(inner, map))
            }
            _ => self.join(binary),
        }
    }

    fn join(&mut self, binary: &Binary) -> Result<usize, String> {
        let matching = binary.matching.clone().ok_or("no matching")?;
        if matching.fill_left.is_some() || matching.fill_right.is_some() {
            return Err("`fill` stands for series that are not there".to_owned());
        }
        let operands = [(self.vector(&binary.lhs)?, Side::Left), (self.vector(&binary.rhs)?, Side::Right)];
        let op = if binary.op.is_set() {
            Op::Set(binary.op, matching)
        } else {
            Op::Join(Join { op: binary.op, return_bool: binary.return_bool, matching })
        };
        Ok(self.add(op, &operands))
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Result<usize, String> {
        let group = Group::of(aggregate.op)
            .ok_or_else(|| format!("{} looks at all series of a group at once", aggregate.op.name()))?;
        if !aggregate.without && aggregate.grouping.iter().any(|label| label == NAME) {
            // Whether the name still says what the values are may differ from member to member.
            return Err("it groups by the metric's name".to_owned());
        }
        let inner = self.vector(&aggregate.inner)?;
        Ok(self.add(Op::Aggregate(Box::new(aggregate.clone()), group), &[(inner, Side::Left)]))
    }

    fn call(&mut self, call: &Call) -> Result<usize, String> {
        if let Some((over, range)) = OverRange::of(call) {
            let Expr::Matrix(matrix) = range.bare() else {
                return Err("a subquery is evaluated at times of its own".to_owned());
            };
            return self.window(over, matrix);
        }
        let map = if let Some(element) = kernel::element(call.function) {
            Map::Element(element)
        } else if matches!(
            call.function,
            Function::Round | Function::Clamp | Function::ClampMin | Function::ClampMax
        ) {
            bounded(call)?
        } else {
            return Err(not_followed(call.function));
        };
        let inner = self.vector(call.args.first().ok_or("no argument")?)?;
        Ok(self.map(inner, map))
    }

    fn window(&mut self, over: OverRange, matrix: &MatrixSelector) -> Result<usize, String> {
        let Length::Fixed(range) = matrix.range else {
            return Err("the length of a range is computed".to_owned());
        };
        let leaf = Leaf { matchers: matchers(&matrix.vector)?, sees: Sees::Window(over, range) };
        Ok(self.add(Op::Leaf(leaf), &[]))
    }
}

/// The conditions of a selector that looks at the time of evaluation.
fn matchers(selector: &VectorSelector) -> Result<Vec<Matcher>, String> {
    if selector.at.is_some() {
        return Err("`@` looks at another time".to_owned());
    }
    if selector.offset != Length::Fixed(0) {
        return Err("`offset` looks at another time".to_owned());
    }
    if selector.edges != Edges::Plain {
        return Err("`anchored` and `smoothed` look beyond the edges of a range".to_owned());
    }
    Ok(selector.matchers.clone())
}

fn bounded(call: &Call) -> Result<Map, String> {
    let number = |place: usize| {
        let expr = call.args.get(place)?;
        Some(kernel::constant(expr).ok_or_else(|| format!("{} has no fixed bound", call.function.name())))
    };
    let first = number(1).transpose()?.unwrap_or(1.0);
    let second = number(2).transpose()?.unwrap_or(f64::NAN);
    Ok(Map::Bounded(call.function, first, second))
}

fn not_followed(function: Function) -> String {
    let name = function.name();
    match function {
        Function::Absent | Function::AbsentOverTime => {
            format!("{name} holds while no sample comes: only the time shows it")
        }
        _ => format!("{name} is not followed sample by sample"),
    }
}

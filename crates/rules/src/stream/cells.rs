//! The series of each node of a plan, and how they hang together: a cell for each, from those that samples arrive at up to
//! those that alerts come of.
//!
//! Cells are made when a series is seen first. What a cell comes to is asked from above ([`Cells::value`]); which alerts a
//! sample may change is told from below ([`Cells::roots_of`]).

use super::leaf::Kept;
use super::plan::{Join, Map, Op, Plan, Sees, Side};
use hashbrown::HashMap;
use model::{Labels, Millis, limits};
use query::kernel::{self, Group};
use query::syntax::{BinaryOp, Cardinality, VectorMatching};
use std::cell::Cell as Mark;
use std::sync::Arc;

/// A cell's place.
pub(crate) type CellId = usize;

/// A series of a node.
#[derive(Debug)]
struct Cell {
    node: usize,
    labels: Labels,
    /// Whether the name goes at the end.
    drop_name: bool,
    is: Is,
    /// The cells that look at this one: nearly always one.
    parents: Few,
    /// The alert that it is, if it is of the last node.
    root: Option<usize>,
}

/// What a cell comes to.
#[derive(Debug)]
enum Is {
    Leaf(Kept, Sees),
    Mapped(CellId, Map),
    /// A series of the many side and one of the other, of a pair.
    Joined(CellId, CellId, usize),
    /// A series that is there if others of a pair are, or if none is.
    Filtered(CellId, usize, Filter),
    /// Members, ordered by labels, and a group of none.
    Group(Vec<CellId>, Group),
}

/// Places, of which there is nearly always one: that stands beside what it belongs to.
#[derive(Debug, Default)]
struct Few {
    first: Option<usize>,
    more: Vec<usize>,
}

impl Few {
    fn push(&mut self, place: usize) {
        match self.first {
            None => self.first = Some(place),
            Some(_) => self.more.push(place),
        }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.first.into_iter().chain(self.more.iter().copied())
    }
}

/// When a series of a set operator stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// `and`.
    IfRight,
    /// `unless`.
    UnlessRight,
    /// `or`, of the right side.
    UnlessLeft,
}

/// The cells of both sides that have one signature, and those that come of them.
#[derive(Debug, Default)]
struct Pair {
    left: Vec<CellId>,
    right: Vec<CellId>,
    results: Vec<CellId>,
}

/// What is known of the last node's series.
#[derive(Debug)]
pub(crate) struct Root {
    /// The labels that the expression comes to.
    pub(crate) labels: Labels,
    /// At most one of them comes to something at a time.
    cells: Few,
}

/// All cells of a plan.
#[derive(Debug)]
pub(crate) struct Cells {
    plan: Arc<Plan>,
    cells: Vec<Cell>,
    pairs: Vec<Pair>,
    roots: Vec<Root>,
    root_of: HashMap<Labels, usize>,
    /// Of each node, by labels: leaves and groups their cells, joins their pairs.
    places: Vec<HashMap<Labels, usize>>,
    /// Samples and cells that were looked at.
    work: Mark<usize>,
    /// Two series were found where there may be one.
    is_ambiguous: Mark<bool>,
}

/// Why a plan can no longer be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Two series are one to the expression: whether that is an error, the engine says.
    Ambiguous,
    /// There are more series than may be followed.
    TooMany,
}

impl Broken {
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Ambiguous => "two series are one to the expression",
            Self::TooMany => "too many series hang together",
        }
    }
}

impl Cells {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let places = plan.nodes.iter().map(|_| HashMap::new()).collect();
        Self {
            plan,
            cells: Vec::new(),
            pairs: Vec::new(),
            roots: Vec::new(),
            root_of: HashMap::new(),
            places,
            work: Mark::new(0),
            is_ambiguous: Mark::new(false),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The cell of a series at a selector; made if there is none.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn leaf(&mut self, node: usize, labels: &Labels) -> Result<CellId, Broken> {
        if let Some(known) = self.places.get(node).and_then(|places| places.get(labels)) {
            return Ok(*known);
        }
        let Some(Op::Leaf(leaf)) = self.plan.nodes.get(node).map(|node| &node.op) else {
            return Err(Broken::Ambiguous);
        };
        let drops_name = matches!(leaf.sees, Sees::Window(over, _) if !over.keeps_name());
        let is = Is::Leaf(Kept::new(leaf.sees), leaf.sees);
        let cell = self.add(node, labels.clone(), drops_name, is, &[])?;
        if let Some(places) = self.places.get_mut(node) {
            places.insert(labels.clone(), cell);
        }
        self.emerge(node, cell)?;
        Ok(cell)
    }

    /// What is kept at a leaf, and how far back that reaches.
    pub(crate) fn kept(&mut self, cell: CellId) -> Option<(&mut Kept, Millis)> {
        match &mut self.cells.get_mut(cell)?.is {
            Is::Leaf(kept, sees) => Some((kept, sees.reach())),
            _ => None,
        }
    }

    /// All leaves: node, labels and what is kept.
    pub(crate) fn into_leaves(self) -> impl Iterator<Item = (usize, Labels, Kept)> {
        self.cells.into_iter().filter_map(|cell| match cell.is {
            Is::Leaf(kept, _) => Some((cell.node, cell.labels, kept)),
            _ => None,
        })
    }

    /// How many leaves there are, and how many of them have no sample that could still count at `now`.
    pub(crate) fn leaves(&self, now: Millis) -> (usize, usize) {
        let (mut all, mut dead) = (0, 0);
        for (kept, reach) in self.kept_leaves() {
            all += 1;
            dead += usize::from(is_dead(kept, reach, now));
        }
        (all, dead)
    }

    /// Samples that are kept.
    pub(crate) fn samples(&self) -> usize {
        self.kept_leaves().map(|(kept, _)| kept.len()).sum()
    }

    fn kept_leaves(&self) -> impl Iterator<Item = (&Kept, Millis)> {
        self.cells.iter().filter_map(|cell| match &cell.is {
            Is::Leaf(kept, sees) => Some((kept, sees.reach())),
            _ => None,
        })
    }

    /// Adds to `roots` the alerts that a sample at this cell may change; one may be there several times.
    pub(crate) fn roots_of(&self, cell: CellId, roots: &mut Vec<usize>) {
        let Some(cell) = self.cells.get(cell) else { return };
        roots.extend(cell.root);
        for parent in cell.parents.iter() {
            self.roots_of(parent, roots);
        }
    }

    /// What an alert's series comes to at `t`, after which none of its samples came; and what that cost.
    ///
    /// # Errors
    /// [`Broken::Ambiguous`].
    #[inline]
    pub(crate) fn root_value(&self, root: usize, t: Millis) -> Result<(Option<f64>, usize), Broken> {
        self.work.set(0);
        let Some(root) = self.roots.get(root) else { return Ok((None, 0)) };
        let mut found = None;
        for value in root.cells.iter().filter_map(|cell| self.value(cell, t)) {
            if found.replace(value).is_some() {
                self.is_ambiguous.set(true);
            }
        }
        if self.is_ambiguous.replace(false) { Err(Broken::Ambiguous) } else { Ok((found, self.work.get())) }
    }

    /// What a cell comes to at `t`.
    fn value(&self, id: CellId, t: Millis) -> Option<f64> {
        let cell = self.cells.get(id)?;
        self.work.set(self.work.get() + 1);
        match &cell.is {
            Is::Leaf(kept, sees) => {
                // Samples that lie side by side cost far less than cells.
                self.work.set(self.work.get() + kept.len() / 16);
                kept.value(*sees, t)
            }
            Is::Mapped(inner, map) => map.of(self.value(*inner, t)?),
            Is::Joined(many, one, pair) => match &self.plan.nodes.get(cell.node)?.op {
                Op::Join(join) => self.joined(join, (*many, *one), *pair, t),
                _ => None,
            },
            Is::Filtered(inner, pair, filter) => {
                let value = self.value(*inner, t)?;
                let pair = self.pairs.get(*pair)?;
                let others = if *filter == Filter::UnlessLeft { &pair.left } else { &pair.right };
                let is_any = others.iter().any(|other| self.value(*other, t).is_some());
                (is_any == (*filter == Filter::IfRight)).then_some(value)
            }
            Is::Group(members, empty) => self.group(*empty, members, t),
        }
    }

    fn group(&self, mut group: Group, members: &[CellId], t: Millis) -> Option<f64> {
        let mut is_any = false;
        for value in members.iter().filter_map(|member| self.value(*member, t)) {
            group.add(value);
            is_any = true;
        }
        is_any.then(|| group.value())
    }

    fn joined(&self, join: &Join, (many, one): (CellId, CellId), pair: usize, t: Millis) -> Option<f64> {
        let (a, b) = (self.value(many, t)?, self.value(one, t)?);
        let result = of_join(join, a, b);
        let pair = self.pairs.get(pair)?;
        let (manys, ones) = sides(pair, &join.matching);
        // Where both sides have but one series, as nearly always, nothing can be ambiguous.
        let is_there = |cell: &&CellId| self.value(**cell, t).is_some();
        if ones.len() > 1 && ones.iter().filter(is_there).count() > 1 {
            self.is_ambiguous.set(true);
        }
        if manys.len() > 1 && join.matching.cardinality == Cardinality::OneToOne && result.is_some() {
            let others = manys.iter().filter(|other| **other != many);
            if others.filter_map(|other| of_join(join, self.value(*other, t)?, b)).next().is_some() {
                self.is_ambiguous.set(true);
            }
        }
        result
    }

    fn add(
        &mut self,
        node: usize,
        labels: Labels,
        drop_name: bool,
        is: Is,
        below: &[CellId],
    ) -> Result<CellId, Broken> {
        let id = self.cells.len();
        if id >= limits::FOLLOWED_CELLS {
            return Err(Broken::TooMany);
        }
        for cell in below {
            self.link(*cell, id)?;
        }
        self.cells.push(Cell { node, labels, drop_name, is, parents: Few::default(), root: None });
        Ok(id)
    }

    /// Lets a change of one cell be felt at another.
    fn link(&mut self, from: CellId, to: CellId) -> Result<(), Broken> {
        let Some(cell) = self.cells.get_mut(from) else { return Ok(()) };
        if cell.parents.len() >= limits::FOLLOWED_PARENTS {
            return Err(Broken::TooMany);
        }
        cell.parents.push(to);
        Ok(())
    }

    /// Brings a new cell of a node into what the node leads to.
    fn emerge(&mut self, node: usize, cell: CellId) -> Result<(), Broken> {
        let plan = Arc::clone(&self.plan);
        let Some(parent) = plan.nodes.get(node).map(|node| node.parent) else { return Ok(()) };
        let Some((place, side)) = parent else { return self.root(cell) };
        match plan.nodes.get(place).map(|node| &node.op) {
            Some(Op::Map(map)) => {
                let (labels, drop_name) = self.identity(cell);
                let drop_name = drop_name || map.drops_name();
                let mapped = self.add(place, labels, drop_name, Is::Mapped(cell, *map), &[cell])?;
                self.emerge(place, mapped)
            }
            Some(Op::Join(join)) => self.pair(place, join, side, cell),
            Some(Op::Set(op, matching)) => self.set(place, *op, matching, side, cell),
            Some(Op::Aggregate(aggregate, empty)) => {
                let (labels, drop_name) = self.identity(cell);
                let labels = kernel::group_labels(&labels, aggregate);
                self.member(place, (labels, drop_name), *empty, cell)
            }
            Some(Op::Leaf(_)) | None => Ok(()),
        }
    }

    fn identity(&self, cell: CellId) -> (Labels, bool) {
        self.cells.get(cell).map_or_else(Default::default, |cell| (cell.labels.clone(), cell.drop_name))
    }

    /// The labels of a cell without a name that is to go.
    fn shown(&self, cell: CellId) -> Labels {
        let (labels, drop_name) = self.identity(cell);
        if drop_name { kernel::without_name(&labels) } else { labels }
    }

    fn root(&mut self, cell: CellId) -> Result<(), Broken> {
        let labels = self.shown(cell);
        let root = match self.root_of.get(&labels) {
            Some(root) => *root,
            None => {
                self.root_of.insert(labels.clone(), self.roots.len());
                self.roots.push(Root { labels, cells: Few::default() });
                self.roots.len() - 1
            }
        };
        if let Some(own) = self.roots.get_mut(root) {
            own.cells.push(cell);
        }
        if let Some(cell) = self.cells.get_mut(cell) {
            cell.root = Some(root);
        }
        Ok(())
    }

    fn member(
        &mut self,
        node: usize,
        (labels, drop_name): (Labels, bool),
        empty: Group,
        cell: CellId,
    ) -> Result<(), Broken> {
        let known = self.places.get(node).and_then(|places| places.get(&labels)).copied();
        let group = match known {
            Some(group) => {
                self.link(cell, group)?;
                group
            }
            None => {
                let group =
                    self.add(node, labels.clone(), drop_name, Is::Group(Vec::new(), empty), &[cell])?;
                if let Some(places) = self.places.get_mut(node) {
                    places.insert(labels, group);
                }
                self.emerge(node, group)?;
                group
            }
        };
        let own = self.identity(cell).0;
        let cells = &self.cells;
        let labels_of = |member: &CellId| cells.get(*member).map(|cell| &cell.labels);
        let Some(Is::Group(members, _)) = cells.get(group).map(|cell| &cell.is) else { return Ok(()) };
        let at =
            members.partition_point(|member| labels_of(member).is_some_and(|labels| before(labels, &own)));
        if let Some(Cell { is: Is::Group(members, _), .. }) = self.cells.get_mut(group) {
            members.insert(at, cell);
        }
        Ok(())
    }

    /// The place of the pair that a cell of a join belongs to, which then knows it.
    fn pair_of(&mut self, node: usize, matching: &VectorMatching, side: Side, cell: CellId) -> usize {
        let key = kernel::signature(&self.shown(cell), matching);
        let next = self.pairs.len();
        let place = match self.places.get_mut(node) {
            Some(places) => *places.entry(key).or_insert(next),
            None => next,
        };
        if place == next {
            self.pairs.push(Pair::default());
        }
        if let Some(pair) = self.pairs.get_mut(place) {
            if side == Side::Left { pair.left.push(cell) } else { pair.right.push(cell) }
        }
        place
    }

    fn pair(&mut self, node: usize, join: &Join, side: Side, cell: CellId) -> Result<(), Broken> {
        let place = self.pair_of(node, &join.matching, side, cell);
        let Some(pair) = self.pairs.get(place) else { return Ok(()) };
        let (manys, ones) = sides(pair, &join.matching);
        let is_many = (side == Side::Left) == (join.matching.cardinality != Cardinality::OneToMany);
        let new: Vec<(CellId, CellId)> = if is_many {
            ones.iter().map(|one| (cell, *one)).collect()
        } else {
            manys.iter().map(|many| (*many, cell)).collect()
        };
        for (many, one) in new {
            let (of_many, drop_name) = (self.shown(many), self.identity(many).1);
            let labels = kernel::result_labels(&of_many, &self.shown(one), join.op, &join.matching);
            let drop_name = drop_name || join.return_bool;
            let joined = self.add(node, labels, drop_name, Is::Joined(many, one, place), &[many, one])?;
            self.emerge(node, joined)?;
        }
        Ok(())
    }

    fn set(
        &mut self,
        node: usize,
        op: BinaryOp,
        matching: &VectorMatching,
        side: Side,
        cell: CellId,
    ) -> Result<(), Broken> {
        let place = self.pair_of(node, matching, side, cell);
        let is_filtered = (side == Side::Left) != (op == BinaryOp::Or);
        if !is_filtered {
            // It only says whether others are there; and of `or`, the left side stands for itself.
            let results = self.pairs.get(place).map(|pair| pair.results.clone()).unwrap_or_default();
            for result in results {
                self.link(cell, result)?;
            }
            return if op == BinaryOp::Or { self.emerge(node, cell) } else { Ok(()) };
        }
        let (labels, drop_name) = self.identity(cell);
        let filter = match op {
            BinaryOp::And => Filter::IfRight,
            BinaryOp::Or => Filter::UnlessLeft,
            _ => Filter::UnlessRight,
        };
        let filtered = Is::Filtered(cell, place, filter);
        let mut below = vec![cell];
        if let Some(pair) = self.pairs.get(place) {
            below.extend(if op == BinaryOp::Or { &pair.left } else { &pair.right });
        }
        let result = self.add(node, labels, drop_name, filtered, &below)?;
        if let Some(pair) = self.pairs.get_mut(place) {
            pair.results.push(result);
        }
        self.emerge(node, result)
    }
}

/// Whether no sample of a leaf can count any more.
pub(crate) fn is_dead(kept: &Kept, reach: Millis, now: Millis) -> bool {
    kept.newest().is_none_or(|newest| newest < now.saturating_sub(reach + limits::MINUTE))
}

fn of_join(join: &Join, many: f64, one: f64) -> Option<f64> {
    let (left, right) =
        if join.matching.cardinality == Cardinality::OneToMany { (one, many) } else { (many, one) };
    kernel::binary(join.op, (left, right), left, join.return_bool)
}

/// The many side and the other.
fn sides<'a>(pair: &'a Pair, matching: &VectorMatching) -> (&'a [CellId], &'a [CellId]) {
    match matching.cardinality {
        Cardinality::OneToMany => (&pair.right, &pair.left),
        _ => (&pair.left, &pair.right),
    }
}

/// In the order in which the store gives series.
fn before(a: &Labels, b: &Labels) -> bool {
    a < b
}

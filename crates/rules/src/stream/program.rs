//! A rule at work on samples as they arrive: which of its alerts' series are there, and what changes.

use super::cells::{Broken, CellId, Cells, is_dead};
use super::plan::Plan;
use crate::groups::Change;
use hashbrown::HashMap;
use model::{Labels, Millis, Point, limits};
use std::sync::Arc;

/// A rule's plan, its cells, and how each of its alerts stands.
#[derive(Debug)]
pub(crate) struct Program {
    plan: Arc<Plan>,
    cells: Cells,
    /// For each root of the cells.
    stands: Vec<Stand>,
    /// Those that samples came to and that are costly to judge.
    waiting: Vec<usize>,
    /// How long an alert is pending.
    hold: Millis,
    /// Samples that are kept, as of the last look.
    samples: usize,
}

/// How an alert's series stands.
#[derive(Debug, Clone, Copy, Default)]
struct Stand {
    /// Since when it is there, if it is.
    since: Option<Millis>,
    /// Whether it was told that it is there for long enough.
    is_due: bool,
    /// The time for which it was judged last.
    judged: Millis,
    /// The newest time of samples that came since.
    touched: Option<Millis>,
    /// What judging it cost last, less what samples paid since.
    debt: usize,
    /// Whether it waits to be judged.
    waits: bool,
}

impl Program {
    pub(crate) fn new(plan: Plan, hold: Millis) -> Self {
        let plan = Arc::new(plan);
        Self {
            cells: Cells::new(Arc::clone(&plan)),
            plan,
            stands: Vec::new(),
            waiting: Vec::new(),
            hold,
            samples: 0,
        }
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The cell of a series at a selector of the plan.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn leaf(&mut self, node: usize, labels: &Labels) -> Result<CellId, Broken> {
        let leaf = self.cells.leaf(node, labels)?;
        self.stands.resize(self.cells.roots().len(), Stand::default());
        Ok(leaf)
    }

    /// Takes a sample of before: nothing is judged by it.
    ///
    /// # Errors
    /// [`Broken::TooMany`].
    pub(crate) fn recall(&mut self, leaf: CellId, point: Point) -> Result<(), Broken> {
        let Some((kept, reach)) = self.cells.kept(leaf) else { return Ok(()) };
        let before = kept.len();
        kept.take(point, reach);
        self.samples = (self.samples + kept.len()).saturating_sub(before);
        if kept.len() > limits::RULE_WINDOW_SAMPLES { Err(Broken::TooMany) } else { Ok(()) }
    }

    /// Takes a sample. The alerts that it may change are added to `touched`, to be judged by [`Program::judge`] for its time;
    /// those that a sample of an earlier time came to and that were not judged yet are judged for that time first.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn take(
        &mut self,
        leaf: CellId,
        point: Point,
        touched: &mut Vec<usize>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Broken> {
        let first = touched.len();
        self.cells.roots_of(leaf, touched);
        let roots = || first..touched.len();
        for root in roots().filter_map(|at| touched.get(at).copied()) {
            let stand = self.stands.get(root).copied().unwrap_or_default();
            if stand.touched.is_some_and(|touched| touched < point.t) && stand.debt == 0 {
                self.judge_root(root, changes)?;
            }
        }
        self.recall(leaf, point)?;
        for root in roots().filter_map(|at| touched.get(at).copied()) {
            let Some(stand) = self.stands.get_mut(root) else { continue };
            stand.touched = stand.touched.max(Some(point.t));
            stand.debt = stand.debt.saturating_sub(PAID_BY_A_SAMPLE);
        }
        Ok(())
    }

    /// Judges an alert that samples came to. What is costly waits until enough samples came, or until
    /// [`Program::judge_waiting`].
    ///
    /// # Errors
    /// [`Broken`].
    #[inline]
    pub(crate) fn judge(&mut self, root: usize, changes: &mut Vec<Change>) -> Result<(), Broken> {
        let Some(stand) = self.stands.get_mut(root) else { return Ok(()) };
        if stand.debt == 0 {
            return self.judge_root(root, changes);
        }
        if !std::mem::replace(&mut stand.waits, true) {
            self.waiting.push(root);
        }
        Ok(())
    }

    /// Judges what waits because it is costly.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn judge_waiting(&mut self, changes: &mut Vec<Change>) -> Result<(), Broken> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let judged = waiting.drain(..).try_for_each(|root| {
            if let Some(stand) = self.stands.get_mut(root) {
                stand.waits = false;
            }
            self.judge_root(root, changes)
        });
        self.waiting = waiting;
        judged
    }

    /// Judges for `now` the alerts that are there: what is there no more may be so without a sample.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn look(&mut self, now: Millis, changes: &mut Vec<Change>) -> Result<(), Broken> {
        for root in 0..self.stands.len() {
            let Some(stand) = self.stands.get_mut(root) else { break };
            if stand.since.is_some() && stand.touched.is_none() && stand.judged < now {
                stand.touched = Some(now);
                self.judge_root(root, changes)?;
            }
        }
        Ok(())
    }

    /// Judges everything for `now`, after samples of before were taken.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn begin(&mut self, now: Millis, changes: &mut Vec<Change>) -> Result<(), Broken> {
        for root in 0..self.stands.len() {
            if let Some(stand) = self.stands.get_mut(root).filter(|stand| stand.since.is_none()) {
                stand.touched = stand.touched.max(Some(now));
                self.judge_root(root, changes)?;
            }
        }
        Ok(())
    }

    fn judge_root(&mut self, root: usize, changes: &mut Vec<Change>) -> Result<(), Broken> {
        let Some(stand) = self.stands.get_mut(root) else { return Ok(()) };
        let Some(touched) = stand.touched.take() else { return Ok(()) };
        // Time never goes back for an alert, whatever the clocks of its senders say.
        let t = touched.max(stand.judged);
        let (value, cost) = self.cells.root_value(root, t)?;
        stand.judged = t;
        stand.debt = cost.saturating_sub(PAID_BY_A_SAMPLE);
        let labels = || self.cells.roots().get(root).map(|root| root.labels.clone()).unwrap_or_default();
        match (value, stand.since) {
            (None, None) => {}
            (None, Some(_)) => {
                *stand = Stand { since: None, is_due: false, ..*stand };
                changes.push(Change { labels: labels(), t, value: None });
            }
            (Some(value), since) => {
                let is_due = t.saturating_sub(since.unwrap_or(t)) >= self.hold;
                if since.is_none() || (is_due && !stand.is_due) {
                    changes.push(Change { labels: labels(), t, value: Some(value) });
                }
                *stand = Stand { since: since.or(Some(t)), is_due, ..*stand };
            }
        }
        Ok(())
    }

    /// Lets go of series that are no more, if they are most. Cells have other places then.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn sweep(&mut self, now: Millis) -> Result<bool, Broken> {
        self.samples = self.cells.samples();
        let (all, dead) = self.cells.leaves(now);
        if dead < FEW_LEAVES || dead * 2 < all {
            return Ok(false);
        }
        let fresh = Cells::new(Arc::clone(&self.plan));
        let old = std::mem::replace(&mut self.cells, fresh);
        let stands = std::mem::take(&mut self.stands);
        let before: HashMap<Labels, Stand> =
            old.roots().iter().map(|root| root.labels.clone()).zip(stands).collect();
        let plan = Arc::clone(&self.plan);
        let reach: HashMap<usize, Millis> =
            plan.leaves().map(|(node, leaf)| (node, leaf.sees.reach())).collect();
        for (node, labels, kept) in old.into_leaves() {
            let reach = reach.get(&node).copied().unwrap_or_default();
            if is_dead(&kept, reach, now) {
                continue;
            }
            let leaf = self.leaf(node, &labels)?;
            if let Some((place, _)) = self.cells.kept(leaf) {
                *place = kept;
            }
        }
        self.waiting.clear();
        for (at, root) in self.cells.roots().iter().enumerate() {
            if let (Some(stand), Some(own)) = (before.get(&root.labels), self.stands.get_mut(at)) {
                *own = *stand;
                if stand.waits {
                    self.waiting.push(at);
                }
            }
        }
        self.samples = self.cells.samples();
        Ok(true)
    }

    /// Samples that are kept.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// Series and what is made of them.
    pub(crate) fn cells(&self) -> usize {
        self.cells.len()
    }
}

/// Cells and samples that may be looked at for each sample that comes: what costs more waits for more samples.
const PAID_BY_A_SAMPLE: usize = 64;
/// So few leaves may be dead without being swept.
const FEW_LEAVES: usize = 64;

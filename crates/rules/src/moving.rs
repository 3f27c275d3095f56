//! How a series of which more than the newest sample counts moves on: with a sample, or with time alone. Samples that are
//! played back fast give the same turns as samples that are waited for: what time alone would have changed before a sample
//! is made up for when it comes.

use crate::compiled::Compiled;
use crate::condition::Passed;
use crate::timed::Timed;
use crate::votes::{Verdict, Votes, key};
use crate::window::Pushed;
use model::{Millis, Point, Sample, Series};
use std::sync::Arc;

/// Something new of the alert of an instance.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) verdict: Verdict,
    pub(crate) at: Millis,
    /// The series by which it came.
    pub(crate) series: Arc<Series>,
    /// What was compared for the series' level to be reached, where that starts or changes the alert; `None` if it is another
    /// series that is at the alert's level now.
    pub(crate) passed: Option<Passed>,
}

/// What moving on needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving<'a> {
    pub(crate) compiled: &'a Compiled,
    /// Silence before this time does not count.
    pub(crate) deaf_until: Millis,
    /// Whether windows may take more memory.
    pub(crate) may_grow: bool,
}

impl Moving<'_> {
    /// Takes a sample of a series. Whether a window was shortened by it.
    pub(crate) fn take(&self, votes: &mut Votes, sample: &Sample<'_>, turns: &mut Vec<Turn>) -> Pushed {
        let (series, point, per) = (sample.series, sample.point, self.compiled.rule.per);
        let key = key(series);
        let timed = self.timed(votes, series, point);
        if point.t < timed.last().t {
            return timed.take_late(point, self.may_grow);
        }
        if timed.due(self.compiled, self.deaf_until).is_some_and(|due| due < point.t) {
            self.pass(votes, key, point.t.saturating_sub(1), turns);
        }
        let timed = self.timed(votes, series, point);
        let pushed = timed.take(self.compiled, series, point, self.may_grow);
        let level = timed.level();
        let verdict = votes.take(series, per, point.t, level, self.compiled.cooldown());
        self.turn(votes, key, (verdict, point.t), turns);
        pushed
    }

    /// Takes a sample of before a restart: it is remembered, and changes no alert.
    pub(crate) fn recall(&self, votes: &mut Votes, series: &Arc<Series>, point: Point) -> Pushed {
        let timed = self.timed(votes, series, point);
        if point.t < timed.last().t {
            return timed.take_late(point, self.may_grow);
        }
        timed.take(self.compiled, series, point, self.may_grow)
    }

    /// Time passed, up to `to`.
    pub(crate) fn pass(&self, votes: &mut Votes, key: u64, to: Millis, turns: &mut Vec<Turn>) {
        loop {
            let Some(timed) = votes.known(key) else { return };
            let Some(due) = timed.due(self.compiled, self.deaf_until).filter(|due| *due <= to) else {
                return;
            };
            timed.look(self.compiled, due, self.deaf_until);
            let level = timed.level();
            let verdict = votes.pass(key, due, level, self.compiled.cooldown());
            self.turn(votes, key, (verdict, due), turns);
        }
    }

    fn timed<'v>(&self, votes: &'v mut Votes, series: &Arc<Series>, point: Point) -> &'v mut Timed {
        let new = |level| Timed::new(self.compiled, series, point, level);
        votes.timed(series, self.compiled.rule.per, point.t, new)
    }

    fn turn(&self, votes: &mut Votes, key: u64, (verdict, at): (Verdict, Millis), turns: &mut Vec<Turn>) {
        let Some(timed) = votes.known(key) else { return };
        let own = timed.level();
        let compared = match &verdict {
            Verdict::Same => return,
            Verdict::Starts(..) => Some(own),
            Verdict::Changes(_, level) => Some(own).filter(|own| own == level),
            Verdict::Ends(_) => None,
        };
        let passed = compared.map(|level| timed.passed(self.compiled, level, at, self.deaf_until));
        turns.push(Turn { verdict, at, series: Arc::clone(&timed.series), passed });
    }
}

//! A series whose alert depends on more than its newest sample: its windows, its stage, and when it must be looked at next
//! though no sample comes.

use crate::compiled::Compiled;
use crate::condition::{Passed, Seen};
use crate::stage::Stage;
use crate::window::{Pushed, Windows};
use model::{Millis, Point, STATUS, Series};
use std::sync::Arc;

/// What is remembered of a series.
#[derive(Debug)]
pub(crate) struct Timed {
    /// That of the newest sample: of health words, each has its own.
    pub(crate) series: Arc<Series>,
    last: Point,
    windows: Windows,
    stage: Stage,
    /// When it was looked at last.
    looked: Millis,
    /// The alarm that was set for it.
    pub(crate) armed: Option<Millis>,
    /// A marker said that it ended.
    has_ended: bool,
    judges_silence: bool,
    /// The bytes of memory that are counted for it.
    pub(crate) counted: usize,
}

impl Timed {
    /// A series that is at a level, before its first sample is taken.
    pub(crate) fn new(compiled: &Compiled, series: &Arc<Series>, point: Point, level: u8) -> Self {
        Self {
            series: Arc::clone(series),
            last: point,
            windows: compiled.windows(),
            stage: Stage::at(level),
            looked: Millis::MIN,
            armed: None,
            has_ended: false,
            judges_silence: !compiled.silences.is_empty(),
            counted: 0,
        }
    }

    /// The level that it has reached.
    pub(crate) fn level(&self) -> u8 {
        self.stage.level()
    }

    /// Since when it waits to reach the first level.
    pub(crate) fn pending_since(&self) -> Option<Millis> {
        self.stage.pending_since()
    }

    /// The newest sample.
    pub(crate) fn last(&self) -> Point {
        self.last
    }

    /// Takes a sample that is no older than the newest one, and looks.
    pub(crate) fn take(
        &mut self,
        compiled: &Compiled,
        series: &Arc<Series>,
        point: Point,
        may_grow: bool,
    ) -> Pushed {
        if !Arc::ptr_eq(&self.series, series) {
            self.series = Arc::clone(series);
        }
        self.last = point;
        self.has_ended = false;
        let pushed = self.windows.push(point, may_grow);
        self.looked = self.looked.max(point.t);
        self.windows.advance(point.t);
        // What is not known of a sample does not hold, as a value that is no number.
        let (case, _) = compiled.case(&self.seen(point.t));
        self.stage.take(case, point.t, compiled.terms);
        pushed
    }

    /// Takes a sample that is older than the newest one: it is not judged, but windows have it.
    pub(crate) fn take_late(&mut self, point: Point, may_grow: bool) -> Pushed {
        self.windows.push(point, may_grow)
    }

    /// Looks at what is the case at `at`, without a sample.
    pub(crate) fn look(&mut self, compiled: &Compiled, at: Millis, deaf_until: Millis) {
        self.looked = self.looked.max(at);
        self.windows.advance(at);
        let seen = Seen { silence: self.silence(at, deaf_until), ..self.seen(at) };
        match compiled.case(&seen) {
            (case, true) if compiled.windows_or_silence() => self.stage.take(case, at, compiled.terms),
            // Silence heals nothing.
            _ => self.stage.pass(at, compiled.terms),
        }
    }

    /// When it must be looked at next. Silence before `deaf_until` does not count.
    pub(crate) fn due(&self, compiled: &Compiled, deaf_until: Millis) -> Option<Millis> {
        let heard = self.last.t;
        let silences = compiled.silences.iter().map(|silence| heard.saturating_add(*silence));
        let leaves = self.windows.next_leaves().zip(compiled.quiet()).map(|(leaves, (quiet, step))| {
            leaves.max(heard.saturating_add(quiet)).max(self.looked.saturating_add(step))
        });
        let all = silences.chain(leaves).chain(self.stage.due(compiled.terms));
        let deaf = deaf_until.saturating_sub(heard).max(0);
        all.map(|due| due.saturating_add(deaf)).filter(|due| *due > self.looked).min()
    }

    /// A marker says that the series ended.
    pub(crate) fn end(&mut self) {
        self.stage.break_off();
        self.has_ended = true;
    }

    /// Whether anything is known of it that a later sample would not say again.
    pub(crate) fn matters(&self) -> bool {
        self.level() > 0
            || self.judges_silence
            || self.pending_since().is_some()
            || self.windows.next_leaves().is_some()
    }

    /// Whether it ended, and nothing is known of it that matters.
    pub(crate) fn is_over(&self) -> bool {
        self.has_ended && !self.matters()
    }

    /// What was compared for a level to be reached.
    pub(crate) fn passed(&self, compiled: &Compiled, level: u8, at: Millis, deaf_until: Millis) -> Passed {
        compiled.passed(level, &Seen { silence: self.silence(at, deaf_until), ..self.seen(at) })
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() - size_of::<Windows>() + self.windows.bytes()
    }

    fn silence(&self, at: Millis, deaf_until: Millis) -> Millis {
        at.saturating_sub(self.last.t.max(deaf_until)).max(0)
    }

    /// At `at`, without silence.
    fn seen(&self, at: Millis) -> Seen<'_> {
        Seen {
            value: self.last.v,
            word: self.series.labels().get(STATUS),
            silence: 0,
            windows: Some(&self.windows),
            at,
        }
    }
}

//! The times at which an expression is evaluated, and where in time its parts are looked at.

use model::Millis;

/// Times at equal distances: the first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) start: Millis,
    /// At least 1.
    pub(crate) step: Millis,
    /// At least 1.
    pub(crate) len: usize,
}

impl Grid {
    /// One time.
    pub(crate) fn instant(t: Millis) -> Self {
        Self { start: t, step: 1, len: 1 }
    }

    /// From `start` to `end`, if that is not before.
    pub(crate) fn range(start: Millis, end: Millis, step: Millis) -> Option<Self> {
        let steps = end.checked_sub(start).filter(|length| *length >= 0)?.checked_div(step)?;
        Some(Self { start, step: step.max(1), len: usize::try_from(steps).ok()?.checked_add(1)? })
    }

    #[expect(clippy::cast_possible_wrap, reason = "fewer steps than milliseconds")]
    pub(crate) fn time(&self, at: usize) -> Millis {
        self.start.saturating_add(self.step.saturating_mul(at as Millis))
    }

    pub(crate) fn end(&self) -> Millis {
        self.time(self.len.saturating_sub(1))
    }

    pub(crate) fn times(&self) -> impl Iterator<Item = Millis> + '_ {
        (0..self.len).map(|at| self.time(at))
    }

    /// Only the first time.
    pub(crate) fn first(&self) -> Self {
        Self { len: 1, ..*self }
    }
}

/// Where in time something is looked at: earlier than the time of evaluation, or at a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lens {
    pub(crate) offset: Millis,
    pub(crate) at: Option<Millis>,
}

impl Lens {
    /// The time that is looked at from `t`.
    pub(crate) fn look(&self, t: Millis) -> Millis {
        self.at.unwrap_or(t).saturating_sub(self.offset)
    }

    /// The first and the last time looked at.
    pub(crate) fn span(&self, grid: &Grid) -> (Millis, Millis) {
        (self.look(grid.start), self.look(grid.end()))
    }
}

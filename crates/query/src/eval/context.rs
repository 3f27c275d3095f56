//! What every part of the evaluation needs: the samples, the query's own times, and where notes go.

use crate::annotation::{Annotations, Note};
use crate::eval::budget::Budget;
use crate::eval::failure::QueryError;
use crate::eval::grid::Lens;
use crate::syntax::{At, Length, Span, evaluate_length};
use model::{Millis, Select};
use std::cell::{Cell, RefCell};

/// The times of the whole query, whatever part of it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueryTimes {
    pub(crate) start: Millis,
    pub(crate) end: Millis,
    /// 0 for an instant.
    pub(crate) step: Millis,
}

/// What every part of the evaluation needs.
pub(crate) struct Context<'a> {
    pub(crate) select: &'a dyn Select,
    pub(crate) times: QueryTimes,
    /// How old a sample may be that stands for now.
    pub(crate) lookback: Millis,
    /// The resolution of subqueries that name none.
    pub(crate) default_step: Millis,
    pub(crate) budget: Budget<'a>,
    pub(crate) notes: RefCell<Annotations>,
    /// Whether of histograms only counts and sums are wanted. Then each says whether it began anew; else only that it did
    /// not, as with Prometheus, where one that began anew is the first of its chunk.
    pub(crate) tells_resets: Cell<bool>,
}

impl Context<'_> {
    pub(crate) fn note(&self, note: Note, span: Span) {
        self.notes.borrow_mut().add(note, span);
    }

    /// A duration, now that the query's times are known.
    ///
    /// # Errors
    /// It comes to none.
    pub(crate) fn length(&self, length: &Length) -> Result<Millis, QueryError> {
        match length {
            Length::Fixed(millis) => Ok(*millis),
            Length::Computed(expr) => {
                let QueryTimes { start, end, step } = self.times;
                evaluate_length(expr, step, end.saturating_sub(start)).map_err(QueryError::Invalid)
            }
        }
    }

    /// A duration that must be one.
    ///
    /// # Errors
    /// It is not longer than nothing.
    pub(crate) fn positive_length(&self, length: &Length) -> Result<Millis, QueryError> {
        let millis = self.length(length)?;
        if millis > 0 {
            Ok(millis)
        } else {
            Err(QueryError::Invalid("duration must be greater than 0".to_owned()))
        }
    }

    /// Where a selector or subquery with these modifiers looks.
    ///
    /// # Errors
    /// The offset comes to nothing.
    pub(crate) fn lens(&self, offset: &Length, at: Option<At>) -> Result<Lens, QueryError> {
        let at = at.map(|at| match at {
            At::Time(t) => t,
            At::Start => self.times.start,
            At::End => self.times.end,
        });
        Ok(Lens { offset: self.length(offset)?, at })
    }
}

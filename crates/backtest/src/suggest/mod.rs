//! Rules that are learnt from kept samples, so that each would have fired at most so many times a week.
//!
//! [`suggest()`] takes the metrics of services, those that matter first (`sides`), learns from the values of each what is usual
//! (`learn`), makes rules with thresholds beyond that, each with several lengths of `for` (`draft`), and runs all of them over
//! the history by the evaluators that judge new samples. The one that comes nearest to the budget is the suggestion. What it says of
//! itself is what really would have been.

mod shape;

mod sides;

mod learn;

mod draft;

mod find;

mod run;

pub use run::suggest;
pub use shape::{Asked, Cover, Quantiles, Skipped, Suggestion, Suggestions};

//! What is to be said of histograms that became one.

use crate::annotation::{Meeting, Note};
use crate::eval::context::Context;
use crate::histogram::Notes;
use crate::syntax::Span;

/// Says it.
pub(crate) fn tell(notes: Notes, meeting: Meeting, context: &Context<'_>, span: Span) {
    if notes.conflicting_resets() {
        context.note(Note::CounterResetCollision(meeting), span);
    }
    if notes.reconciled_bounds {
        context.note(Note::MismatchedCustomBuckets(meeting), span);
    }
}

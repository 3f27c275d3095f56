//! What an expansion may still cost.

use model::limits::{
    TEMPLATE_DEPTH, TEMPLATE_MATCHED_BYTES, TEMPLATE_PATTERNS, TEMPLATE_QUERIES, TEMPLATE_STEPS,
    TEMPLATE_WORK_BYTES,
};

/// What is left of each kind of cost.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: usize,
    bytes: usize,
    queries: usize,
    patterns: usize,
    matched: usize,
    depth: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            steps: TEMPLATE_STEPS,
            bytes: TEMPLATE_WORK_BYTES,
            queries: TEMPLATE_QUERIES,
            patterns: TEMPLATE_PATTERNS,
            matched: TEMPLATE_MATCHED_BYTES,
            depth: TEMPLATE_DEPTH,
        }
    }

    /// How long a text may be that is made now.
    pub(crate) fn bytes_left(&self) -> usize {
        self.bytes
    }

    pub(crate) fn steps(&mut self, steps: usize) -> Result<(), String> {
        take(&mut self.steps, steps, || format!("the template takes more than {TEMPLATE_STEPS} steps"))
    }

    pub(crate) fn bytes(&mut self, bytes: usize) -> Result<(), String> {
        take(&mut self.bytes, bytes, || {
            format!("the template's texts take more than {TEMPLATE_WORK_BYTES} bytes")
        })
    }

    pub(crate) fn query(&mut self) -> Result<(), String> {
        take(&mut self.queries, 1, || format!("the template asks more than {TEMPLATE_QUERIES} queries"))
    }

    /// A regular expression that is held against a text of so many bytes.
    pub(crate) fn pattern(&mut self, bytes: usize) -> Result<(), String> {
        let most =
            || format!("the template has more than {TEMPLATE_PATTERNS} regular expressions to compile");
        take(&mut self.patterns, 1, most)?;
        let most =
            || format!("regular expressions are held against more than {TEMPLATE_MATCHED_BYTES} bytes");
        take(&mut self.matched, bytes, most)
    }

    /// One block or pipeline further down; [`Budget::up`] goes back.
    pub(crate) fn down(&mut self) -> Result<(), String> {
        take(&mut self.depth, 1, || format!("more than {TEMPLATE_DEPTH} blocks and templates are open"))
    }

    pub(crate) fn up(&mut self) {
        self.depth += 1;
    }
}

fn take(left: &mut usize, cost: usize, what: impl FnOnce() -> String) -> Result<(), String> {
    *left = left.checked_sub(cost).ok_or_else(what)?;
    Ok(())
}

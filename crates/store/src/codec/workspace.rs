//! Memory that decoding needs: whoever decodes many chunks uses it again.

use pco::DecompressorScratch;

/// What is left over from the last chunk, and means nothing.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// Integers that become values by a scale.
    pub(super) integers: Vec<i64>,
    scratch: Option<Box<DecompressorScratch>>,
}

impl Workspace {
    /// What pco needs, and the integers.
    pub(super) fn parts(&mut self) -> (&mut DecompressorScratch, &mut Vec<i64>) {
        (self.scratch.get_or_insert_default(), &mut self.integers)
    }
}

//! Text that grows up to a limit, so that no template writes more than it may.

/// Text of so many bytes at most.
#[derive(Debug)]
pub(crate) struct Out {
    text: String,
    limit: usize,
}

impl Out {
    pub(crate) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// # Errors
    /// The text would be longer than it may be.
    pub(crate) fn push(&mut self, more: &str) -> Result<(), String> {
        self.must_hold(self.text.len().saturating_add(more.len()))?;
        self.text.push_str(more);
        Ok(())
    }

    /// # Errors
    /// So many bytes are too many.
    pub(crate) fn must_hold(&self, bytes: usize) -> Result<(), String> {
        if bytes > self.limit {
            return Err(format!("the text is longer than {} bytes", self.limit));
        }
        Ok(())
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

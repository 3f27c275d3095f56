//! What came of a trial, read from what the tests wrote.

use std::fmt;

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The trial's name.
    pub name: &'static str,
    /// What was measured.
    pub figure: String,
    /// What must come of it.
    pub goal: &'static str,
    /// Whether it did.
    pub passed: bool,
    /// Seconds that it took.
    pub seconds: u64,
    /// The line that runs it again.
    pub command: String,
}

impl Outcome {
    /// The figure of what tests wrote: their lines that begin with `figure: `, or how many passed. `None` if no test ran.
    #[must_use]
    pub fn figure(text: &str) -> Option<String> {
        let told: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("figure: ")).collect();
        let summary = text.lines().find_map(|line| line.trim().strip_prefix("Summary"));
        let passed = summary?.split_once("run: ")?.1;
        let count: u32 = passed.split_whitespace().next()?.parse().ok()?;
        if !told.is_empty() {
            return Some(told.join("; "));
        }
        Some(format!("{count} {} passed", if count == 1 { "test" } else { "tests" }))
    }

    /// As JSON, for other programs.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "figure": self.figure, "goal": self.goal, "passed": self.passed,
            "seconds": self.seconds, "command": self.command,
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.passed { "pass" } else { "FAIL" };
        write!(f, "{word}  {:<12} {:>5} s  {}  (goal: {})", self.name, self.seconds, self.figure, self.goal)?;
        if self.passed { Ok(()) } else { write!(f, "\n      again: {}", self.command) }
    }
}

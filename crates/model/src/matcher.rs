//! Conditions on labels.

use crate::limits;
use crate::series::Series;
use regex::{Regex, RegexBuilder};
use std::sync::Arc;

/// How a matcher compares. A label that a series does not have counts as one with the empty value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOp {
    /// The label has the value; an empty value asks for series without the label.
    Equal,
    /// The label has another value or is absent; an empty value asks for series that have the label.
    NotEqual,
    /// The pattern describes the whole value.
    Regex,
    /// The pattern does not describe the whole value.
    NotRegex,
}

/// A condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    label: Box<str>,
    op: MatchOp,
    value: Box<str>,
    /// Of the operators with a pattern.
    pattern: Option<Arc<Regex>>,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad pattern {pattern:?}: {why}")]
pub struct BadPattern {
    /// The pattern, shortened if it is long.
    pub pattern: String,
    /// What is wrong with it.
    pub why: String,
}

impl Matcher {
    /// `label="value"`.
    pub fn equal(label: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        Self { label: label.into(), op: MatchOp::Equal, value: value.into(), pattern: None }
    }

    /// `label!="value"`.
    pub fn not_equal(label: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        Self { label: label.into(), op: MatchOp::NotEqual, value: value.into(), pattern: None }
    }

    /// `label=~"pattern"`: RE2 syntax, the whole value, a dot being any character. Matching takes time linear in the
    /// value's length, whatever the pattern.
    ///
    /// # Errors
    /// [`BadPattern`] for one that is no pattern or is too large.
    pub fn regex(label: impl Into<Box<str>>, pattern: impl Into<Box<str>>) -> Result<Self, BadPattern> {
        Self::with_pattern(label.into(), MatchOp::Regex, pattern.into())
    }

    /// `label!~"pattern"`, else as [`Matcher::regex`].
    ///
    /// # Errors
    /// As [`Matcher::regex`].
    pub fn not_regex(label: impl Into<Box<str>>, pattern: impl Into<Box<str>>) -> Result<Self, BadPattern> {
        Self::with_pattern(label.into(), MatchOp::NotRegex, pattern.into())
    }

    fn with_pattern(label: Box<str>, op: MatchOp, value: Box<str>) -> Result<Self, BadPattern> {
        let pattern = Some(Arc::new(compile(&value)?));
        Ok(Self { label, op, value, pattern })
    }

    /// The label's name.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How it compares.
    #[must_use]
    pub fn op(&self) -> MatchOp {
        self.op
    }

    /// What it compares with: a value or a pattern.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a label with this value meets the condition; the empty value stands for no label.
    #[must_use]
    pub fn admits(&self, value: &str) -> bool {
        let fits = || self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value));
        match self.op {
            MatchOp::Equal => value == &*self.value,
            MatchOp::NotEqual => value != &*self.value,
            MatchOp::Regex => fits(),
            MatchOp::NotRegex => !fits(),
        }
    }

    /// Whether `series` meets the condition.
    #[must_use]
    pub fn matches(&self, series: &Series) -> bool {
        self.admits(series.labels().get(&self.label).unwrap_or(""))
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.label, self.op, &self.value) == (&other.label, other.op, &other.value)
    }
}

impl Eq for Matcher {}

fn compile(pattern: &str) -> Result<Regex, BadPattern> {
    let bad = |why: String| {
        let shown: String = pattern.chars().take(80).collect();
        let dots = if shown.len() < pattern.len() { "…" } else { "" };
        BadPattern { pattern: format!("{shown}{dots}"), why }
    };
    if pattern.len() > limits::PATTERN_BYTES {
        return Err(bad(format!("longer than {} bytes", limits::PATTERN_BYTES)));
    }
    // Compiled alone first: `a)(b` must not become good by what is put around it.
    let built = build(pattern).and_then(|_| build(&format!("^(?:{pattern})$")));
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(most) => bad(format!("takes more than {most} bytes of memory")),
        // The last line says what is wrong; those before draw the pattern.
        other => bad(other.to_string().lines().last().unwrap_or_default().trim().to_owned()),
    })
}

fn build(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .dot_matches_new_line(true)
        .size_limit(limits::PATTERN_MEMORY)
        .dfa_size_limit(limits::PATTERN_MEMORY)
        .build()
}

#[cfg(test)]
mod tests {
    use super::Matcher;
    use crate::{Labels, MetricKind, Series};

    fn fits(pattern: &str, value: &str) -> bool {
        let series = Series::new(Labels::new([("l", value)]), MetricKind::Gauge);
        let matcher = Matcher::regex("l", pattern).expect("a good pattern");
        let not = Matcher::not_regex("l", pattern).expect("a good pattern");
        assert_ne!(matcher.matches(&series), not.matches(&series));
        matcher.matches(&series)
    }

    #[test]
    fn a_pattern_describes_the_whole_value_and_an_absent_label_is_empty() {
        let rows = [
            ("a|b", "a", true),
            ("a|b", "ab", false),
            ("a.*", "a\nb", true),
            ("(?i)abc", "aBc", true),
            (".+", "", false),
            (".*", "", true),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, value, expected) in rows {
            assert_eq!(fits(pattern, value), expected, "{pattern} {value}");
        }
    }

    #[test]
    fn hostile_patterns_are_refused_with_a_reason() {
        for (pattern, why) in [
            ("a)(b".to_owned(), "unopened group"),
            ("(a{1000}){1000}".to_owned(), "memory"),
            ("x".repeat(5_000), "longer than"),
            ("[".to_owned(), "unclosed character class"),
        ] {
            let error = Matcher::regex("l", pattern.clone()).expect_err(&pattern).to_string();
            assert!(error.contains(why) && error.len() < 300, "{error}");
        }
    }
}

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
    pattern: Option<Pattern>,
}

/// What describes values.
#[derive(Debug, Clone)]
enum Pattern {
    /// `a|b`: these alone, in order. Nothing has to be compiled, and a store may look them up.
    Values(Arc<[Box<str>]>),
    /// `a.*b`: anything between two texts, either of which may be empty. Nothing has to be compiled here either.
    Between(Arc<Between>),
    /// Anything else.
    Regex(Arc<Regex>),
}

/// What stands around anything.
#[derive(Debug)]
struct Between {
    before: Box<str>,
    after: Box<str>,
    /// Whether there must be something: `.+` and not `.*`.
    is_something: bool,
}

impl Between {
    /// Reads a pattern that is no more than that.
    fn of(pattern: &str) -> Option<Self> {
        let (before, rest) = literal(pattern);
        let rest = rest.strip_prefix('.')?;
        let is_something = rest.starts_with('+');
        let (after, rest) = literal(rest.strip_prefix(['+', '*'])?);
        rest.is_empty().then(|| Self { before: before.into(), after: after.into(), is_something })
    }

    fn describes(&self, value: &str) -> bool {
        let inside = value.strip_prefix(&*self.before).and_then(|rest| rest.strip_suffix(&*self.after));
        inside.is_some_and(|inside| !(self.is_something && inside.is_empty()))
    }
}

/// The text at the start of a pattern, where signs may be escaped, and what follows it.
fn literal(pattern: &str) -> (String, &str) {
    let (mut text, mut rest) = (String::new(), pattern);
    loop {
        let mut signs = rest.chars();
        let sign = match signs.next() {
            Some('\\') => signs.next().filter(char::is_ascii_punctuation),
            Some('.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|') => None,
            other => other,
        };
        let Some(sign) = sign else { return (text, rest) };
        text.push(sign);
        rest = signs.as_str();
    }
}

impl Pattern {
    fn of(text: &str) -> Result<Self, BadPattern> {
        if text.len() <= limits::PATTERN_BYTES {
            if let Some(values) = alternatives(text) {
                return Ok(Self::Values(values.into()));
            }
            if let Some(between) = Between::of(text) {
                return Ok(Self::Between(Arc::new(between)));
            }
        }
        Ok(Self::Regex(Arc::new(compile(text)?)))
    }

    fn describes(&self, value: &str) -> bool {
        match self {
            Self::Values(values) => values.binary_search_by(|one| (**one).cmp(value)).is_ok(),
            Self::Between(between) => between.describes(value),
            Self::Regex(regex) => regex.is_match(value),
        }
    }
}

/// The texts of a pattern that is nothing but texts with `|` between them.
fn alternatives(pattern: &str) -> Option<Vec<Box<str>>> {
    let (mut values, mut rest) = (Vec::new(), pattern);
    loop {
        let (value, behind) = literal(rest);
        values.push(value.into_boxed_str());
        match behind.strip_prefix('|') {
            Some(behind) => rest = behind,
            None if behind.is_empty() => break,
            None => return None,
        }
    }
    values.sort_unstable();
    values.dedup();
    Some(values)
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
        let pattern = Some(Pattern::of(&value)?);
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

    /// The values that a pattern describes, in order, if they are only some.
    #[must_use]
    pub fn described(&self) -> Option<&[Box<str>]> {
        match self.pattern.as_ref()? {
            Pattern::Values(values) => Some(values),
            Pattern::Between(_) | Pattern::Regex(_) => None,
        }
    }

    /// Whether it holds a compiled pattern, which may take up to [`limits::PATTERN_MEMORY`].
    #[must_use]
    pub fn is_compiled(&self) -> bool {
        matches!(self.pattern, Some(Pattern::Regex(_)))
    }

    /// Whether a label with this value meets the condition; the empty value stands for no label.
    #[must_use]
    pub fn admits(&self, value: &str) -> bool {
        let fits = || self.pattern.as_ref().is_some_and(|pattern| pattern.describes(value));
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
    let alone = if pattern.contains(['(', ')']) { build(pattern).map(|_| ()) } else { Ok(()) };
    let built = alone.and_then(|()| build(&format!("^(?:{pattern})$")));
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

    /// Each once as it is and once in a group, which is compiled.
    #[test]
    fn what_stands_around_anything_is_as_if_it_were_compiled() {
        let patterns =
            [".*", ".+", "a.*", "a.+", ".*b", ".+b", "a.*b", "a.+a", r"a\..*", r".+\\", "ä.*", "a.*a"];
        let values =
            ["", "a", "b", "ab", "aa", "aab", "a\nb", "a.", "a.b", "\\", "x\\", "ä", "äb", "ba", "a.*", "ac"];
        for pattern in patterns {
            for value in values {
                let compiled = fits(&format!("({pattern})"), value);
                assert_eq!(fits(pattern, value), compiled, "{pattern} {value:?}");
            }
        }
        for bad in ["a.*(", "a.**", r"a.*\", "a.*{"] {
            assert!(Matcher::regex("l", bad).is_err() || !fits(bad, "nothing of the kind"), "{bad}");
        }
    }

    #[test]
    fn texts_side_by_side_are_known_one_by_one() {
        let described = |pattern: &str| {
            let matcher = Matcher::regex("l", pattern).expect("a good pattern");
            matcher.described().map(|values| values.iter().map(|value| value.to_string()).collect::<Vec<_>>())
        };
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(described("b|a|b"), texts(&["a", "b"]));
        assert_eq!(described(r"10\.0\.0\.1:9100|host\-2"), texts(&["10.0.0.1:9100", "host-2"]));
        assert_eq!(described("a|"), texts(&["", "a"]));
        assert_eq!(described(""), texts(&[""]));
        for pattern in ["a.*", "(a|b)", r"\d", "a{2}", "^a$", "(?i)a", "[ab]"] {
            assert_eq!(described(pattern), None, "{pattern}");
        }
        assert!(Matcher::regex("l", r"a\").is_err(), "an escape of nothing");
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

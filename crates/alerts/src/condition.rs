//! A condition on a label as people and other programs write it down.

use model::{BadPattern, MatchOp, Matcher};
use serde::{Deserialize, Serialize};

/// A condition, in Alertmanager's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SilenceMatcher)]
pub struct Condition {
    /// The label.
    pub name: String,
    /// A value or a pattern.
    pub value: String,
    /// Whether it is a pattern.
    #[serde(default, alias = "isRegex")]
    #[schema(required)]
    pub is_regex: bool,
    /// Whether the label is to be like that, or not.
    #[serde(default = "yes", alias = "isEqual")]
    #[schema(required)]
    pub is_equal: bool,
}

fn yes() -> bool {
    true
}

impl Condition {
    /// The condition, ready to be asked.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn matcher(&self) -> Result<Matcher, BadPattern> {
        let (name, value) = (self.name.as_str(), self.value.as_str());
        match (self.is_regex, self.is_equal) {
            (false, true) => Ok(Matcher::equal(name, value)),
            (false, false) => Ok(Matcher::not_equal(name, value)),
            (true, true) => Matcher::regex(name, value),
            (true, false) => Matcher::not_regex(name, value),
        }
    }
}

impl From<&Matcher> for Condition {
    fn from(matcher: &Matcher) -> Self {
        Self {
            name: matcher.label().to_owned(),
            value: matcher.value().to_owned(),
            is_regex: matches!(matcher.op(), MatchOp::Regex | MatchOp::NotRegex),
            is_equal: matches!(matcher.op(), MatchOp::Equal | MatchOp::Regex),
        }
    }
}

//! Patterns of topics with named levels: `home/{room}/+/climate`, `plant/#`.

use model::limits;
use serde::{Deserialize, Serialize};

/// A pattern of topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Pattern {
    levels: Vec<Level>,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Level {
    Is(String),
    /// `{name}`: the level becomes a label.
    Named(String),
    /// `+`
    Any,
    /// `#`, the rest
    Rest,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.len() > limits::REPLY_TOPIC_BYTES {
            return Err("expected a pattern of topics such as `home/{room}/+/climate`".to_owned());
        }
        let last = text.split('/').count() - 1;
        let levels = text.split('/').enumerate().map(|(place, level)| match level {
            "+" => Ok(Level::Any),
            "#" if place == last => Ok(Level::Rest),
            "#" => Err("`#` stands for all that follows, so it is the last level".to_owned()),
            level => named(level),
        });
        let levels: Vec<Level> = levels.collect::<Result<_, String>>()?;
        let names: Vec<&String> = levels.iter().filter_map(Level::name).collect();
        if let Some(twice) =
            names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|other| other == *name))
        {
            return Err(format!("two levels are called {:?}", twice.1));
        }
        Ok(Self { levels, text })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

fn named(level: &str) -> Result<Level, String> {
    match level.strip_prefix('{').and_then(|level| level.strip_suffix('}')) {
        Some(name) if is_label(name) => Ok(Level::Named(name.to_owned())),
        Some(name) => Err(format!("{name:?} is no name of a label")),
        None if level.contains(['+', '#', '{', '}', '\0']) => {
            Err(format!("the level {level:?} is neither a text nor `+`, `#` or `{{name}}`"))
        }
        None => Ok(Level::Is(level.to_owned())),
    }
}

/// Whether a label may be called so; `job` and the metric's name are not the settings' to give.
pub(crate) fn is_label(name: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(is_good)
        && !name.starts_with("__")
        && name != "job"
        && name.len() <= limits::FIELD_TEXT_BYTES
}

impl Level {
    fn name(&self) -> Option<&String> {
        match self {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }
}

impl Pattern {
    /// The labels that the named levels of `topic` are; `None` where the pattern does not fit.
    pub(crate) fn labels(&self, topic: &str) -> Option<Vec<(String, String)>> {
        let mut labels = Vec::new();
        let mut rest = topic.split('/');
        for level in &self.levels {
            let found = match level {
                Level::Rest => return Some(labels),
                _ => rest.next()?,
            };
            match level {
                Level::Is(text) if text != found => return None,
                Level::Named(name) => labels.push((name.clone(), start(found).to_owned())),
                _ => {}
            }
        }
        rest.next().is_none().then_some(labels)
    }

    /// Whether different topics may fit and have the same labels.
    pub(crate) fn is_wild(&self) -> bool {
        self.levels.iter().any(|level| matches!(level, Level::Any | Level::Rest))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// What of a level a label holds.
pub(crate) fn start(level: &str) -> &str {
    let mut end = level.len().min(limits::FIELD_TEXT_BYTES);
    while !level.is_char_boundary(end) {
        end -= 1;
    }
    level.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn pattern(text: &str) -> Result<Pattern, String> {
        Pattern::try_from(text.to_owned())
    }

    #[test]
    fn levels_are_named_passed_over_or_meant() {
        let labels = |text: &str, topic: &str| {
            let labels = pattern(text).expect("a pattern").labels(topic)?;
            Some(
                labels
                    .into_iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join(","),
            )
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(labels("home/{room}/+/climate", "home/attic/x/climate"), some("room=attic"));
        assert_eq!(labels("home/{room}/+/climate", "home/attic/climate"), None);
        assert_eq!(labels("home/#", "home/attic/x"), some(""));
        assert_eq!(labels("home/{room}", "home/attic/x"), None);
        assert_eq!(labels("{a}/{b}", "x/y"), some("a=x,b=y"));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (text, why) in [
            ("", "expected a pattern"),
            ("a/#/b", "last level"),
            ("a/{1x}", "no name of a label"),
            ("a/{job}", "no name of a label"),
            ("a/x+", "neither"),
            ("{a}/{a}", "two levels"),
        ] {
            let told = pattern(text).expect_err("no pattern");
            assert!(told.contains(why), "{told}");
        }
    }
}

//! What the settings say about messages: `[[mapping]]` tables.

use crate::pattern::{Pattern, is_label};
use crate::words::snake;
use model::limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A rule for what becomes of a field, or of all fields of some topics. The first that speaks of a field counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[schema(value_type = String)]
    pub(crate) topic: Pattern,
    /// The field; without it all fields, and what a message is that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) path: Option<Path>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) unit: Option<Unit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub(crate) scale: Option<Scale>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(crate) labels: BTreeMap<LabelName, Label>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) drop: bool,
}

/// The dotted path of a field; `*` stands for any one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Path(pub(crate) String);

/// The name of a metric, without its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(pub(crate) String);

/// A unit, as a symbol (`°C`) or in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Unit(pub(crate) String);

/// What values are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Scale(pub(crate) f64);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LabelName(pub(crate) String);

/// A text, or `$.path`: what stands there in the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Label {
    Is(String),
    At(String),
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_path = !text.is_empty()
            && text.len() <= limits::FIELD_PATH_BYTES
            && text.split('.').all(|step| !step.is_empty());
        if is_path {
            Ok(Self(text))
        } else {
            Err("expected the path of a field such as `data.temp`".to_owned())
        }
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
            && text.len() <= limits::FIELD_PATH_BYTES;
        if is_name { Ok(Self(text)) } else { Err(format!("{text:?} is no name of a metric")) }
    }
}

impl TryFrom<String> for Unit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unit = crate::units::of_symbol(&text);
        let is_unit = text.len() <= limits::FIELD_WORD_BYTES && unit == snake(&unit);
        if is_unit { Ok(Self(unit)) } else { Err(format!("{text:?} is no unit such as `°C` or `watts`")) }
    }
}

impl TryFrom<f64> for Scale {
    type Error = String;

    fn try_from(scale: f64) -> Result<Self, String> {
        let is_scale = scale.is_finite() && scale != 0.0;
        if is_scale { Ok(Self(scale)) } else { Err("expected a number that is not 0".to_owned()) }
    }
}

impl TryFrom<String> for LabelName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if is_label(&text) { Ok(Self(text)) } else { Err(format!("{text:?} is no name of a label")) }
    }
}

impl TryFrom<String> for Label {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.strip_prefix("$.") {
            Some(path) => Path::try_from(path.to_owned()).map(|path| Self::At(path.0)),
            None if text.len() > limits::FIELD_TEXT_BYTES => Err("a label's text is too long".to_owned()),
            None => Ok(Self::Is(text)),
        }
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        match label {
            Label::Is(text) => text,
            Label::At(path) => format!("$.{path}"),
        }
    }
}

impl Path {
    fn is(&self, path: &str) -> bool {
        let (mut wanted, mut found) = (self.0.split('.'), path.split('.'));
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some(step), Some(other)) if step == other => {}
                _ => return false,
            }
        }
    }
}

impl Mapping {
    /// What a message on these topics that is one value is called; without a name it is dropped.
    pub(crate) fn suggested(topic: &str, name: Option<&str>, unit: &str) -> Result<Self, String> {
        Ok(Self {
            topic: topic.to_owned().try_into()?,
            path: None,
            name: name.map(|name| name.to_owned().try_into()).transpose()?,
            unit: Some(unit)
                .filter(|unit| !unit.is_empty())
                .map(|unit| unit.to_owned().try_into())
                .transpose()?,
            scale: None,
            labels: BTreeMap::new(),
            drop: name.is_none(),
        })
    }

    /// Whether it speaks of messages on this topic.
    pub(crate) fn has_topic(&self, topic: &str) -> bool {
        self.topic.labels(topic).is_some()
    }

    /// Whether it speaks of this field.
    pub(crate) fn is_about(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|wanted| wanted.is(path))
    }

    /// What is wrong with the rule as a whole.
    ///
    /// # Errors
    /// A sentence about it.
    pub fn check(&self) -> Result<(), String> {
        let says =
            self.name.is_some() || self.unit.is_some() || self.scale.is_some() || !self.labels.is_empty();
        if self.drop && says {
            return Err("what is dropped needs no name, unit, scale or labels".to_owned());
        }
        Ok(())
    }

    /// The topics that it is about, as they are written.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.topic.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Mapping;

    fn read(text: &str) -> Result<Mapping, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rule_speaks_of_fields() {
        let rule = read("topic = 'a/{b}'\npath = 'relays.*.on'").expect("a rule");
        assert!(
            rule.is_about("relays.0.on") && !rule.is_about("relays.on") && !rule.is_about("relays.0.on.x")
        );
        assert_eq!(rule.check(), Ok(()));
        let both = read("topic = 'a'\ndrop = true\nscale = 2").expect("read");
        assert!(both.check().is_err());
    }

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        let rule = read(
            "topic = 'a/{b}/+'\npath = 'c.*'\nname = 'd'\nunit = '°C'\nscale = 0.1\nlabels = { e = '$.f', g = 'h' }",
        );
        let rule = rule.expect("a rule");
        let text = serde_json::to_string(&rule).expect("text");
        assert_eq!(serde_json::from_str::<Mapping>(&text).expect("a rule again"), rule, "{text}");
        let dropped =
            serde_json::to_string(&read("topic = 'a'\ndrop = true").expect("a rule")).expect("text");
        assert_eq!(dropped, r#"{"topic":"a","drop":true}"#);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        for (text, place, why) in [
            ("topic = 'a'\nname = 'no name'", "line 2", "no name of a metric"),
            ("topic = 'a/#/b'", "line 1", "last level"),
            ("topic = 'a'\nscale = 0", "line 2", "not 0"),
            ("topic = 'a'\npath = 'a..b'", "line 2", "path of a field"),
            ("topic = 'a'\n\nlabels = { job = 'x' }", "line 3", "no name of a label"),
            ("topic = 'a'\nunits = 'x'", "line 2", "units"),
        ] {
            let told = read(text).expect_err("no rule");
            assert!(told.contains(place) && told.contains(why), "{told}");
        }
    }
}

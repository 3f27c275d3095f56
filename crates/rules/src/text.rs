//! What an alert says besides its message: labels and annotations, each a template that is read with the rule.

use crate::error::RuleError;
use model::{Labels, limits};
use std::collections::BTreeMap;
use template::{Data, Template};

/// The templates of a rule.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    labels: BTreeMap<String, Template>,
    annotations: BTreeMap<String, Template>,
}

/// Texts by name.
pub(crate) type Named = BTreeMap<String, String>;

/// Why a template may not ask questions: it is expanded while samples wait.
const NO_QUERY: &str = "query has no place in a rule that judges each sample";

impl Texts {
    /// Reads the templates.
    ///
    /// # Errors
    /// [`RuleError::Template`] with the field and the place.
    pub(crate) fn parse(labels: &Named, annotations: &Named) -> Result<Self, RuleError> {
        let all = || labels.iter().chain(annotations);
        if all().map(|(name, text)| name.len() + text.len()).sum::<usize>() > limits::RULE_TEXT_BYTES {
            return Err(RuleError::TooLong("labels and annotations", limits::RULE_TEXT_BYTES));
        }
        Ok(Self { labels: parsed("labels", labels)?, annotations: parsed("annotations", annotations)? })
    }

    /// What they say of a series that came to `value`: labels and annotations. Where one cannot be expanded stands why.
    pub(crate) fn expand(&self, labels: &Labels, value: f64) -> (Named, Named) {
        let mut left = limits::RULE_TEXT_BYTES;
        let mut all = |texts: &BTreeMap<String, Template>| {
            let mut one = |text| {
                let expanded = expanded(text, labels, value);
                match left.checked_sub(expanded.len()) {
                    Some(rest) => {
                        left = rest;
                        expanded
                    }
                    None => failed(&format_args!(
                        "all together are longer than {} bytes",
                        limits::RULE_TEXT_BYTES
                    )),
                }
            };
            texts.iter().map(|(name, text)| (name.clone(), one(text))).collect()
        };
        (all(&self.labels), all(&self.annotations))
    }
}

fn parsed(field: &'static str, texts: &Named) -> Result<BTreeMap<String, Template>, RuleError> {
    if texts.len() > limits::RULE_LABELS {
        return Err(RuleError::TooManyOf(field, limits::RULE_LABELS));
    }
    let one = |(name, text): (&String, &String)| {
        let bad = |why: String| RuleError::Template { field, name: name.clone(), why };
        if name.is_empty() || name.len() > limits::NAME_BYTES {
            return Err(bad(format!("a name has 1 to {} bytes", limits::NAME_BYTES)));
        }
        Ok((name.clone(), Template::parse(text).map_err(|error| bad(error.to_string()))?))
    };
    texts.iter().map(one).collect()
}

fn expanded(text: &Template, labels: &Labels, value: f64) -> String {
    let external_labels = Labels::default();
    let data = Data { labels, external_labels: &external_labels, external_url: "", value };
    match text.expand(&data, &|_| Err(NO_QUERY.to_owned())) {
        Ok(text) => text,
        Err(why) => failed(&why),
    }
}

/// What stands in the place of a text that cannot be.
fn failed(why: &dyn std::fmt::Display) -> String {
    format!("<error expanding template: {why}>")
}

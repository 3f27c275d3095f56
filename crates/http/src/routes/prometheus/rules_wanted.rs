//! Which rules are asked for.

use crate::prom::{Failure, Form};
use model::Matcher;
use query::syntax::parse_selector;
use std::collections::BTreeMap;

/// Which rules are wanted, and whether with their alerts.
pub(super) struct Wanted {
    rules: Vec<String>,
    groups: Vec<String>,
    files: Vec<String>,
    matchers: Vec<Vec<Matcher>>,
    is_alerting: bool,
    is_recording: bool,
    pub(super) has_alerts: bool,
}

impl Wanted {
    /// # Errors
    /// A parameter means nothing.
    pub(super) fn read(form: &Form) -> Result<Self, Failure> {
        let (is_alerting, is_recording) = match form.text("type") {
            None => (true, true),
            Some("alert") => (true, false),
            Some("record") => (false, true),
            Some(other) => {
                return Err(Failure::parameter("type", format!("not supported value {other:?}")));
            }
        };
        let has_alerts = match form.text("exclude_alerts") {
            None | Some("false" | "0" | "f" | "F" | "FALSE" | "False") => true,
            Some("true" | "1" | "t" | "T" | "TRUE" | "True") => false,
            Some(other) => {
                let why = format!("strconv.ParseBool: parsing {other:?}: invalid syntax");
                return Err(Failure::parameter("exclude_alerts", why));
            }
        };
        let selector =
            |text| parse_selector(text).map_err(|error| Failure::parameter("match[]", error.to_string()));
        let all = |name| form.all(name).map(str::to_owned).collect();
        Ok(Self {
            rules: all("rule_name[]"),
            groups: all("rule_group[]"),
            files: all("file[]"),
            matchers: form.all("match[]").map(selector).collect::<Result<_, _>>()?,
            is_alerting,
            is_recording,
            has_alerts,
        })
    }

    pub(super) fn has_group(&self, name: &str, file: &str) -> bool {
        is_named(&self.groups, name) && is_named(&self.files, file)
    }

    pub(super) fn has_rule(&self, name: &str, is_alerting: bool, labels: &BTreeMap<String, String>) -> bool {
        let is_of_type = if is_alerting { self.is_alerting } else { self.is_recording };
        // What a template will come to is not known.
        let label = |name: &str| labels.get(name).filter(|value| !value.contains("{{"));
        let admits = |matcher: &Matcher| matcher.admits(label(matcher.label()).map_or("", String::as_str));
        let meets = self.matchers.is_empty() || self.matchers.iter().any(|set| set.iter().all(admits));
        is_of_type && is_named(&self.rules, name) && meets
    }
}

fn is_named(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| wanted == name)
}

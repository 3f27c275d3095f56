//! A trial as it is asked for, in JSON.

use crate::trial::{Subject, Trial, TrialError};
use model::{Millis, Rule, TimeRange, limits};
use query::syntax::parse_length;
use rules::groups::{FileSpec, GroupSpec, RuleGroup, RuleSpec, Templates};
use serde::{Deserialize, Serialize};

/// What is asked for: `rule` or `alert`, and when.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// A rule of Alicia's, as `POST /alerts/rules` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// An alerting rule as rule files have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<RuleSpec>,
    /// The rule file of `alert`, for the place of its rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its group, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Time between two rounds of its group, as `1m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// How far back the range begins, as `7d`; a day if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Or when it begins, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// When it ends, in Unix seconds; now if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f64>,
    /// Thresholds to try instead of the rule's own.
    pub thresholds: Vec<f64>,
    /// Lengths of `for` to try instead of the rule's own, as `5m`.
    #[serde(rename = "for")]
    pub holds: Vec<String>,
}

impl Request {
    /// The trial that is asked for at `now`.
    ///
    /// # Errors
    /// What is asked for means nothing.
    pub fn trial(self, now: Millis) -> Result<Trial, TrialError> {
        let holds = self.holds.iter().map(|text| length("for", text)).collect::<Result<_, _>>()?;
        let range = self.range(now)?;
        let thresholds = self.thresholds.clone();
        Ok(Trial { subject: self.subject()?, range, thresholds, holds })
    }

    fn range(&self, now: Millis) -> Result<TimeRange, TrialError> {
        let time = |name: &str, seconds: f64| {
            let unfit = || TrialError::Unfit(format!("{name} must be Unix seconds, not {seconds}"));
            model::from_seconds(seconds).ok_or_else(unfit)
        };
        let end = self.end.map_or(Ok(now), |end| time("end", end))?;
        let start = match (self.start, &self.since) {
            (Some(_), Some(_)) => {
                return Err(TrialError::Unfit("name `since` or `start`, not both".to_owned()));
            }
            (Some(start), None) => time("start", start)?,
            (None, Some(since)) => end.saturating_sub(length("since", since)?),
            (None, None) => end.saturating_sub(limits::DAY),
        };
        Ok(TimeRange { start, end })
    }

    fn subject(self) -> Result<Subject, TrialError> {
        match (self.rule, self.alert) {
            (Some(rule), None) => Ok(Subject::Condition(Box::new(rule))),
            (None, Some(alert)) => {
                let name = self.group.unwrap_or_else(|| "trial".to_owned());
                let group =
                    GroupSpec { name, interval: self.interval, rules: vec![alert], ..GroupSpec::default() };
                let spec = FileSpec { groups: vec![group] };
                let file = self.file.unwrap_or_default();
                let groups = RuleGroup::check(&file, spec, limits::MINUTE, &Templates::default())?;
                let none = || TrialError::Unfit("no group".to_owned());
                groups.into_iter().next().map(Subject::Group).ok_or_else(none)
            }
            _ => Err(TrialError::Unfit("name a `rule` or an `alert`, and not both".to_owned())),
        }
    }
}

fn length(name: &str, text: &str) -> Result<Millis, TrialError> {
    let found = parse_length(text).filter(|length| *length >= 0);
    found.ok_or_else(|| {
        TrialError::Unfit(format!("{name}: {text:?} is no length of time, such as 30s, 5m or 7d"))
    })
}

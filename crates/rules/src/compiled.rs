//! A rule that was read: its conditions, lengths of time, matchers and texts.

use crate::condition::{Condition, Passed, Seen};
use crate::error::RuleError;
use crate::stage::{Case, Terms};
use crate::text::Texts;
use crate::window::{Function, Windows};
use model::{Matcher, Millis, NAME, Per, Rule, RuleKind, Series, Severity, limits};
use query::syntax::{parse_length, parse_selector};

/// A rule with its texts parsed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    /// Its place on the shelf.
    pub(crate) place: u64,
    /// The ladder, the mildest first: of a rule without levels, its severity and condition alone.
    levels: Vec<(Severity, Condition)>,
    recover: Option<Condition>,
    pub(crate) terms: Terms,
    pub(crate) matchers: Vec<Matcher>,
    /// What all conditions together ask of windows.
    functions: Vec<Function>,
    /// The silences that they ask for.
    pub(crate) silences: Vec<Millis>,
    /// After which silence a sender is missed, if that is said.
    pub(crate) interval: Option<Millis>,
    pub(crate) texts: Texts,
}

impl Compiled {
    /// Checks a rule and parses its texts.
    pub(crate) fn new(rule: Rule) -> Result<Self, RuleError> {
        check_lengths(&rule)?;
        check_kind(&rule)?;
        let levels = levels(&rule)?;
        let recover = rule.recover.as_deref().map(|text| condition("recover", text)).transpose()?;
        let mut functions = Vec::new();
        let mut silences = Vec::new();
        for condition in levels.iter().map(|(_, condition)| condition).chain(&recover) {
            functions.extend(
                condition.functions().into_iter().filter(|new| !functions.contains(new)).collect::<Vec<_>>(),
            );
            silences.extend(condition.silences());
        }
        if functions.len() > limits::RULE_WINDOWS {
            return Err(RuleError::TooManyOf("windows", limits::RULE_WINDOWS));
        }
        silences.sort_unstable();
        silences.dedup();
        let terms = Terms {
            hold: length("for", rule.hold.as_deref())?.unwrap_or(0),
            keep: length("keep_firing_for", rule.keep_firing_for.as_deref())?.unwrap_or(0),
        };
        Ok(Self {
            place: 0,
            levels,
            recover,
            terms,
            matchers: matchers(rule.matching.as_deref())?,
            functions,
            silences,
            interval: length("interval", rule.interval.as_deref())?,
            texts: Texts::parse(&rule.labels, &rule.annotations)?,
            rule,
        })
    }

    /// The cooldown in milliseconds.
    pub(crate) fn cooldown(&self) -> Millis {
        Millis::try_from(self.rule.cooldown_period).unwrap_or(Millis::MAX).saturating_mul(limits::SECOND)
    }

    /// Whether it judges the samples of a metric.
    pub(crate) fn judges_samples(&self) -> bool {
        self.rule.enabled && self.rule.kind == RuleKind::Condition
    }

    /// Whether it judges this series, which is of its metric.
    pub(crate) fn judges(&self, series: &Series) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(series))
    }

    /// Whether more than the newest sample counts, or time passes.
    pub(crate) fn is_timed(&self) -> bool {
        !self.functions.is_empty()
            || !self.silences.is_empty()
            || self.recover.is_some()
            || self.terms != Terms::default()
    }

    /// Whether the conditions may come to something else without a sample.
    pub(crate) fn windows_or_silence(&self) -> bool {
        !self.functions.is_empty() || !self.silences.is_empty()
    }

    /// Whether it remembers samples.
    pub(crate) fn has_windows(&self) -> bool {
        !self.functions.is_empty()
    }

    /// Windows for one series.
    pub(crate) fn windows(&self) -> Windows {
        Windows::answering(&self.functions)
    }

    /// How far back must be looked to know how a series stands.
    pub(crate) fn reach(&self) -> Millis {
        let window = self.functions.iter().map(|function| function.span).max().unwrap_or(0);
        let silence = self.silences.last().copied().unwrap_or(0);
        let reach = window.max(silence).saturating_add(self.terms.hold).saturating_add(self.terms.keep);
        reach.clamp(limits::LOOKBACK, 2 * limits::RULE_WINDOW)
    }

    /// How long a series must be silent before its windows are looked at without a sample, and how often then.
    pub(crate) fn quiet(&self) -> Option<(Millis, Millis)> {
        let shortest = self.functions.iter().map(|function| function.span).min()?;
        let silent = (shortest / limits::RULE_QUIET_SHARE).clamp(limits::SECOND, limits::RULE_QUIET);
        Some((silent, (shortest / 20).clamp(limits::SECOND, limits::RULE_QUIET)))
    }

    /// What is the case, and whether that is known: it is not if no level holds, and of one it is not known.
    pub(crate) fn case(&self, seen: &Seen<'_>) -> (Case, bool) {
        let (mut level, mut is_known) = (0, true);
        for (number, (_, condition)) in (1..).zip(&self.levels) {
            match condition.truth(seen) {
                Some(true) => level = number,
                Some(false) => {}
                None => is_known = false,
            }
        }
        let recovered = self.recover.as_ref().is_none_or(|recover| recover.truth(seen) == Some(true));
        (Case { level, recovered }, level > 0 || is_known)
    }

    /// What was compared, and with what, for a level to be reached.
    pub(crate) fn passed(&self, level: u8, seen: &Seen<'_>) -> Passed {
        let condition = usize::from(level).checked_sub(1).and_then(|at| self.levels.get(at));
        condition
            .map_or(Passed { value: seen.value, threshold: 0.0 }, |(_, condition)| condition.passed(seen))
    }

    /// The severity at a level.
    pub(crate) fn severity(&self, level: u8) -> Severity {
        let found = usize::from(level).checked_sub(1).and_then(|at| self.levels.get(at));
        found.map_or(self.rule.severity, |(severity, _)| *severity)
    }

    /// The level of an alert of this severity that is active.
    pub(crate) fn level(&self, severity: Severity) -> u8 {
        let found = (1..).zip(&self.levels).find(|(_, (known, _))| *known == severity);
        found.map_or(1, |(level, _)| level)
    }
}

/// Whether a rule is good.
///
/// # Errors
/// What is wrong with it.
pub fn check(rule: &Rule) -> Result<(), RuleError> {
    Compiled::new(rule.clone()).map(|_| ())
}

/// Which series a rule of samples judges, the metric's name among the conditions; and how far back their samples must be seen to
/// know how they stand: its windows, `for`, `keep_firing_for` and cooldown.
///
/// # Errors
/// What is wrong with it.
pub fn scope(rule: &Rule) -> Result<(Vec<Matcher>, Millis), RuleError> {
    let compiled = Compiled::new(rule.clone())?;
    let reach = compiled.reach().saturating_add(compiled.cooldown());
    let mut matchers = compiled.matchers;
    matchers.insert(0, Matcher::equal(NAME, rule.metric_name.as_str()));
    Ok((matchers, reach))
}

fn check_lengths(rule: &Rule) -> Result<(), RuleError> {
    if rule.name.is_empty() {
        return Err(RuleError::Empty("name"));
    }
    for (name, text, most) in [
        ("name", Some(&rule.name), limits::NAME_BYTES),
        ("metric_name", Some(&rule.metric_name), limits::NAME_BYTES),
        ("description", Some(&rule.description), limits::LABEL_VALUE_BYTES),
        ("match", rule.matching.as_ref(), limits::QUERY_BYTES),
    ] {
        if text.is_some_and(|text| text.len() > most) {
            return Err(RuleError::TooLong(name, most));
        }
    }
    Ok(())
}

/// What does not go with the kind of the rule is not there.
fn check_kind(rule: &Rule) -> Result<(), RuleError> {
    let misplaced: &[(&'static str, bool)] = match rule.kind {
        RuleKind::Condition => {
            if rule.metric_name.is_empty() {
                return Err(RuleError::Empty("metric_name"));
            }
            &[("interval", rule.interval.is_some())]
        }
        RuleKind::DeadMan => &[
            ("metric_name", !rule.metric_name.is_empty()),
            ("condition", !rule.condition.is_empty()),
            ("levels", !rule.levels.is_empty()),
            ("for", rule.hold.is_some()),
            ("recover", rule.recover.is_some()),
            ("keep_firing_for", rule.keep_firing_for.is_some()),
            ("per", rule.per != Per::Instance),
        ],
    };
    match misplaced.iter().find(|(_, is_there)| *is_there) {
        Some((field, _)) => Err(RuleError::Misplaced(field)),
        None => Ok(()),
    }
}

fn levels(rule: &Rule) -> Result<Vec<(Severity, Condition)>, RuleError> {
    if rule.kind == RuleKind::DeadMan {
        return Ok(Vec::new());
    }
    if rule.levels.is_empty() {
        return Ok(vec![(rule.severity, condition("condition", &rule.condition)?)]);
    }
    let is_ladder = rule.levels.is_sorted_by(|a, b| a.severity < b.severity);
    if !is_ladder || rule.levels.len() > limits::RULE_LEVELS {
        return Err(RuleError::NoLadder);
    }
    rule.levels.iter().map(|level| Ok((level.severity, condition("levels", &level.condition)?))).collect()
}

fn condition(field: &'static str, text: &str) -> Result<Condition, RuleError> {
    Condition::parse(text).map_err(|error| RuleError::Condition { field, error, text: text.to_owned() })
}

fn length(field: &'static str, text: Option<&str>) -> Result<Option<Millis>, RuleError> {
    let Some(text) = text else { return Ok(None) };
    let found = parse_length(text).filter(|length| (0..=limits::RULE_WINDOW).contains(length));
    found.map(Some).ok_or_else(|| RuleError::Length { field, text: text.chars().take(40).collect() })
}

/// What stands before the matchers, so that any of them are a selector: the metric has its own field.
const BEFORE: &str = "{__name__!=\"\",";

/// Matchers with or without their braces.
fn matchers(text: Option<&str>) -> Result<Vec<Matcher>, RuleError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Vec::new()) };
    let bare = text.trim();
    let inner = bare.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(bare);
    let skipped = text.find(inner).unwrap_or(0);
    let mut found = parse_selector(&format!("{BEFORE}{inner}}}")).map_err(|error| RuleError::Match {
        at: (error.column + skipped).saturating_sub(BEFORE.len()).max(1),
        why: error.message,
    })?;
    if !found.is_empty() {
        found.remove(0);
    }
    Ok(found)
}

//! Which silences a rule's switch shows, makes and ends.
//!
//! A switch is on while all alerts of its rule lie in a silence, whoever made it: one whose conditions speak of the rule's name
//! alone. What the switch ends are those of its rule and of no other: a pattern may mean others too, and a silence of times of
//! the week is a plan and no switch.

use crate::household::Hush;
use alerts::{Condition, Draft, RULE, Silence, SilenceState, label_name};
use model::{Matcher, Millis};

/// Who makes silences by a switch.
const AUTHOR: &str = "home_assistant";

/// Silences whose conditions speak of the rule's name alone.
#[derive(Debug, Default)]
pub struct Silences(Vec<(Silence, Vec<Matcher>)>);

impl Silences {
    /// Reads all silences that are kept.
    #[must_use]
    pub fn read(all: impl IntoIterator<Item = Silence>) -> Self {
        let of_rules = |silence: &Silence| silence.matchers.iter().all(|one| label_name(&one.name) == RULE);
        let read = |silence: Silence| {
            let matchers: Result<Vec<_>, _> = silence.matchers.iter().map(Condition::matcher).collect();
            // No conditions would be met by every rule.
            matchers.ok().filter(|matchers| !matchers.is_empty()).map(|matchers| (silence, matchers))
        };
        Self(all.into_iter().filter(of_rules).filter_map(read).collect())
    }

    /// Those that hold at `now` and in which all alerts of the rule lie.
    pub fn of<'a>(&'a self, rule: &'a str, now: Millis) -> impl Iterator<Item = &'a Silence> {
        let met = move |matchers: &[Matcher]| matchers.iter().all(|matcher| matcher.admits(rule));
        let holding = self.0.iter().filter(move |(silence, _)| silence.state(now) == SilenceState::Active);
        holding.filter(move |(_, matchers)| met(matchers)).map(|(silence, _)| silence)
    }

    /// How they are shown.
    #[must_use]
    pub fn hushes(&self, rule: &str, now: Millis) -> Vec<Hush> {
        let hush = |silence: &Silence| Hush {
            by: silence.created_by.clone(),
            comment: silence.comment.clone(),
            until: silence.ends_at,
        };
        self.of(rule, now).map(hush).collect()
    }

    /// The ids of those that the rule's switch ends.
    #[must_use]
    pub fn own(&self, rule: &str, now: Millis) -> Vec<String> {
        let is_own = |silence: &&Silence| {
            let named = |one: &Condition| one.is_equal && !one.is_regex && one.value == rule;
            silence.times.is_empty() && silence.matchers.iter().any(named)
        };
        self.of(rule, now).filter(is_own).map(|silence| silence.id.clone()).collect()
    }

    /// The silence that the rule's switch makes, for `length` from `now` on.
    #[must_use]
    pub fn draft(rule: &str, length: Millis, now: Millis) -> Draft {
        let condition =
            Condition { name: RULE.to_owned(), value: rule.to_owned(), is_regex: false, is_equal: true };
        Draft {
            matchers: vec![condition],
            ends_at: Some(now.saturating_add(length)),
            created_by: AUTHOR.to_owned(),
            comment: "switched on in Home Assistant".to_owned(),
            ..Draft::default()
        }
    }
}

//! What a receiver is told at once: the alerts of a group, and the words for people.

use crate::notice::{LabelSet, Notice, RULE};
use model::{EXPLANATION, Millis};
use std::fmt::Write as _;

/// Names of alerts in a title; of more there is only the number.
const NAMED: usize = 3;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// The receiver's name.
    pub(crate) receiver: String,
    /// The route's name.
    pub(crate) route: String,
    /// What the alerts have in common by the route's wish.
    pub(crate) group: LabelSet,
    /// What changed, the oldest change first; of a repetition nothing.
    pub(crate) changed: Vec<Notice>,
    /// What fires besides; where the receiver is told so often that it need not remember, also what ended of late.
    pub(crate) firing: Vec<Notice>,
    /// How many more fire and are left out.
    pub(crate) truncated: usize,
    /// When it is sent.
    pub(crate) now: Millis,
}

impl Message {
    /// All alerts, those that changed first.
    pub(crate) fn alerts(&self) -> impl Iterator<Item = &Notice> {
        self.changed.iter().chain(&self.firing)
    }

    /// Those of which people are told: what changed, or in a repetition what fires.
    pub(crate) fn news(&self) -> &[Notice] {
        if self.changed.is_empty() { &self.firing } else { &self.changed }
    }

    /// Whether anything fires.
    pub(crate) fn is_firing(&self) -> bool {
        self.truncated > 0 || self.alerts().any(Notice::is_firing)
    }

    /// `firing` as long as anything does.
    pub(crate) fn status(&self) -> &'static str {
        if self.is_firing() { "firing" } else { "resolved" }
    }

    /// Whether of what people are told anything fires.
    pub(crate) fn is_bad_news(&self) -> bool {
        self.news().iter().any(Notice::is_firing)
    }

    /// The gravest severity of what is told.
    pub(crate) fn severity(&self) -> &str {
        let grave = ["critical", "error", "warning"];
        let is_there = |severity: &&str| self.news().iter().any(|one| one.label("severity") == *severity);
        grave.into_iter().find(is_there).unwrap_or("info")
    }

    /// Labels that all its alerts share.
    pub(crate) fn common_labels(&self) -> LabelSet {
        let mut alerts = self.alerts();
        let mut common = alerts.next().map(|first| first.labels.clone()).unwrap_or_default();
        for alert in alerts {
            common.retain(|name, value| alert.labels.get(name) == Some(value));
        }
        common
    }

    /// `{route}:{name="value"}`: the same for every message of the group.
    pub(crate) fn group_key(&self) -> String {
        format!("{}:{}", self.route, shown(&self.group))
    }

    /// One line: `FIRING: high_cpu (kitchen)`.
    pub(crate) fn title(&self) -> String {
        let news = self.news();
        let flaps = news.iter().any(|notice| notice.flapping && notice.is_firing());
        let word = match (self.is_bad_news(), self.changed.is_empty()) {
            (true, false) if flaps => "FLAPPING",
            (true, true) => "STILL FIRING",
            (true, false) => "FIRING",
            (false, _) => "RESOLVED",
        };
        let mut names: Vec<&str> = news.iter().map(|notice| notice.label(RULE)).collect();
        names.dedup();
        let more = names.len().saturating_sub(NAMED);
        let mut title = format!("{word}: {}", names.get(..NAMED).unwrap_or(&names).join(", "));
        if more > 0 {
            let _ = write!(title, " and {more} more");
        }
        match news {
            [one] if !one.label(model::SERVICE).is_empty() => {
                let _ = write!(title, " ({})", one.label(model::SERVICE));
            }
            _ => {
                let _ = write!(title, " [{}]", news.len());
            }
        }
        title
    }

    /// A line for each alert, at most so many letters in all.
    pub(crate) fn text(&self, letters: usize) -> String {
        let mut text = String::new();
        let (mut used, mut shown) = (0, 0);
        for notice in self.news() {
            let line = line(notice);
            let count = line.chars().count() + 1;
            // Room is kept for saying that there is more.
            if used + count + 40 > letters && shown > 0 {
                break;
            }
            text.extend(line.chars().take(letters.saturating_sub(used + 40)));
            text.push('\n');
            used += count;
            shown += 1;
        }
        let unsaid = self.news().len() - shown + if self.changed.is_empty() { self.truncated } else { 0 };
        if unsaid > 0 {
            let _ = writeln!(text, "and {unsaid} more");
        }
        text.trim_end().to_owned()
    }
}

fn line(notice: &Notice) -> String {
    let place = [model::SERVICE, model::INSTANCE].map(|name| notice.label(name));
    let place = place.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/");
    let (status, severity) = (notice.status(), notice.label("severity"));
    let between = if place.is_empty() { "" } else { " – " };
    let flapping = if notice.flapping { ", flapping" } else { "" };
    let why = notice.annotations.get(EXPLANATION).filter(|_| notice.is_firing());
    let why = why.map_or_else(String::new, |why| format!("\n    why: {why}"));
    format!("[{status}, {severity}{flapping}] {}{between}{place}{why}", notice.summary())
}

/// `{a="b", c="d"}`.
pub(crate) fn shown(labels: &LabelSet) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

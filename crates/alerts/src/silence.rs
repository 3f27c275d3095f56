//! Silences: which alerts nobody is to hear of, and when. Pure.

use crate::condition::Condition;
use crate::weekly::{self, Weekly};
use model::{Matcher, Millis, limits};
use serde::{Deserialize, Serialize};

/// A silence as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// A UUID.
    pub id: String,
    /// All must hold.
    pub matchers: Vec<Condition>,
    /// Its first instant.
    pub starts_at: Millis,
    /// The first instant that is not in it; `None` is never, for what comes again.
    pub ends_at: Option<Millis>,
    /// Times of the week in which it holds; none is always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Weekly>,
    /// Who made it.
    pub created_by: String,
    /// What they say of it.
    pub comment: String,
    /// When it was made or last changed.
    pub updated_at: Millis,
}

/// How a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SilenceState {
    /// It does not hold yet, or not at this time of the week.
    Pending,
    /// It holds.
    Active,
    /// It is over.
    Expired,
}

/// A silence and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceView {
    /// The silence.
    pub silence: Silence,
    /// How it stands.
    pub state: SilenceState,
    /// How many alerts that fire lie in it.
    pub alerts: usize,
}

/// A silence as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Which is to be changed; `None` for a new one.
    pub id: Option<String>,
    /// All must hold.
    pub matchers: Vec<Condition>,
    /// Its first instant; `None` is now, or where one is changed that holds, as it was.
    pub starts_at: Option<Millis>,
    /// The first instant that is not in it; only a silence that comes again may have none.
    pub ends_at: Option<Millis>,
    /// Times of the week in which it holds; none is always.
    pub times: Vec<Weekly>,
    /// Who makes it.
    pub created_by: String,
    /// What they say of it.
    pub comment: String,
}

impl Silence {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Millis) -> SilenceState {
        if self.ends_at.is_some_and(|end| end <= now) {
            SilenceState::Expired
        } else if self.starts_at <= now && weekly::any_covers(&self.times, now) {
            SilenceState::Active
        } else {
            SilenceState::Pending
        }
    }
}

impl Draft {
    /// The conditions, if all of it can be meant at `now`.
    pub(crate) fn check(&self, now: Millis) -> Result<Vec<Matcher>, String> {
        let matchers = matchers(&self.matchers)?;
        weekly::check(&self.times)?;
        texts(&self.created_by, &self.comment)?;
        let starts_at = self.starts_at.unwrap_or(now);
        match self.ends_at {
            None if self.times.is_empty() => {
                Err("an end is missing; only a silence that comes again may have none".to_owned())
            }
            Some(end) if end <= starts_at => Err("it ends before it begins".to_owned()),
            Some(end) if end > limits::SILENCE_LATEST => Err("it ends after the year 9999".to_owned()),
            Some(end) if end <= now => Err("it would be over already".to_owned()),
            _ => Ok(matchers),
        }
    }
}

/// The conditions of a silence; there must be one that not every alert meets that lacks the label.
pub(crate) fn matchers(conditions: &[Condition]) -> Result<Vec<Matcher>, String> {
    if conditions.len() > limits::SILENCE_MATCHERS {
        return Err(format!("{} conditions are more than {}", conditions.len(), limits::SILENCE_MATCHERS));
    }
    let mut all = Vec::with_capacity(conditions.len());
    for condition in conditions {
        if condition.name.is_empty() || condition.name.len() > limits::NAME_BYTES {
            return Err("a condition needs the name of a label".to_owned());
        }
        if condition.value.len() > limits::LABEL_VALUE_BYTES {
            return Err(format!("a value is longer than {} bytes", limits::LABEL_VALUE_BYTES));
        }
        all.push(condition.matcher().map_err(|error| error.to_string())?);
    }
    if all.iter().all(|matcher| matcher.admits("")) {
        return Err("at least one condition must be one that an absent label does not meet".to_owned());
    }
    Ok(all)
}

/// Checks what somebody says of himself and of what he does.
pub(crate) fn texts(by: &str, comment: &str) -> Result<(), String> {
    if by.is_empty() || by.len() > limits::SILENCE_AUTHOR_BYTES {
        return Err(format!("who says so is missing, or longer than {} bytes", limits::SILENCE_AUTHOR_BYTES));
    }
    if comment.len() > limits::SILENCE_COMMENT_BYTES {
        return Err(format!("the comment is longer than {} bytes", limits::SILENCE_COMMENT_BYTES));
    }
    Ok(())
}

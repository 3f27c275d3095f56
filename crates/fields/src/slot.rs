//! What became of one field: a metric, or nothing and why.

use crate::left::Left;
use crate::states::States;
use crate::value::Value;
use crate::words::{is_absence, is_moment, is_word, leading_number, number, truth};
use model::{Labels, Millis, NAME, Point, stale_marker};
use std::sync::Arc;

/// A sample with all its labels.
pub type Told = (Labels, Point);

/// The label of a state's word.
const STATE: &str = "state";

/// A field that was seen.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) what: What,
    pub(crate) sender: u64,
    pub(crate) kind: Arc<str>,
    /// The topic's hash.
    pub(crate) topic: u64,
    pub(crate) path: Box<str>,
    pub(crate) last: Millis,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum What {
    Left(Left),
    Field(Box<Field>),
}

/// A field that is a metric.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) labels: Labels,
    pub(crate) unit: Box<str>,
    pub(crate) scale: f64,
    /// It ends when nothing was heard for so long.
    pub(crate) expires: Option<Millis>,
    /// The words for 1 and 0, where somebody said which.
    pub(crate) words: Option<(String, String)>,
    /// A mapping named it: a number is taken for what it is said to be.
    pub(crate) is_mapped: bool,
    pub(crate) is_state: bool,
    pub(crate) number: Option<Point>,
    pub(crate) states: States,
    /// When a word was said last.
    said_at: Millis,
    pub(crate) is_due: bool,
    has_number_due: bool,
    has_words_due: bool,
    is_ended: bool,
}

/// Something new was said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// How many words there are more.
    pub(crate) words: usize,
}

impl Field {
    pub(crate) fn new(labels: Labels, unit: &str, scale: f64) -> Self {
        Self {
            labels,
            unit: unit.into(),
            scale,
            expires: None,
            words: None,
            is_mapped: false,
            is_state: false,
            number: None,
            states: States::default(),
            said_at: 0,
            is_due: false,
            has_number_due: false,
            has_words_due: false,
            is_ended: false,
        }
    }

    /// The field says something.
    pub(crate) fn take(&mut self, value: Value<'_>, now: Millis, has_room: bool) -> Result<News, Left> {
        if value.text().is_some_and(|text| is_absence(text, self.number.is_some())) {
            self.end(now);
            return Err(Left::NotFinite);
        }
        let number = match value {
            Value::Number(number) if !self.is_mapped && is_moment(self.metric(), number, now) => {
                return Err(Left::Time);
            }
            Value::Number(number) => Some(number * self.scale),
            Value::Flag(flag) => Some(f64::from(u8::from(flag))),
            Value::Text(text) => self.number_of(text),
        };
        let mut words = 0;
        if let Value::Text(text) = value
            && (number.is_none() || self.states.len() > 0)
            && (self.is_state || is_word(text))
        {
            if self.said_at == 0 {
                self.states = States::new(self.is_state);
            }
            self.said_at = now;
            let said = self.states.say(text, has_room);
            self.has_words_due = true;
            words = usize::from(said?);
        } else if number.is_none() {
            return Err(Left::Text);
        }
        if let Some(v) = number {
            if !v.is_finite() {
                return Err(Left::NotFinite);
            }
            self.number = Some(Point { t: now, v });
            self.has_number_due = true;
        }
        self.is_ended = false;
        Ok(News { words })
    }

    /// Nothing is known of it any more, until it says something again.
    pub(crate) fn end_all(&mut self, last: Millis, now: Millis, told: &mut Vec<Told>) {
        let expires = self.expires.replace(-1);
        self.expire(last, now, told);
        self.expires = expires;
    }

    /// There is no number now: the series ends, until there is one again.
    fn end(&mut self, now: Millis) {
        if self.number.is_some() && !self.is_ended {
            self.number = Some(Point { t: now, v: stale_marker() });
            self.has_number_due = true;
            self.is_ended = true;
        }
    }

    fn number_of(&self, text: &str) -> Option<f64> {
        let flag = |yes: bool| f64::from(u8::from(yes));
        match &self.words {
            Some((on, _)) if on == text => return Some(1.0),
            Some((_, off)) if off == text => return Some(0.0),
            _ if self.is_state => return None,
            _ => {}
        }
        let found = number(text).or_else(|| leading_number(text).filter(|_| self.is_mapped));
        found.map(|number| number * self.scale).or_else(|| truth(text).map(flag))
    }

    /// The samples that are due.
    pub(crate) fn tell(&mut self, told: &mut Vec<Told>) {
        self.is_due = false;
        if let (Some(point), true) = (self.number, std::mem::take(&mut self.has_number_due)) {
            told.push((self.labels.clone(), point));
        }
        if !std::mem::take(&mut self.has_words_due) {
            return;
        }
        let t = self.said_at;
        if self.states.is_over() {
            told.extend(self.states.all().map(|(word, _)| (self.with(word), Point { t, v: stale_marker() })));
        } else if self.states.is_state() {
            let holds = |(word, is_it)| (self.with(word), Point { t, v: f64::from(u8::from(is_it)) });
            told.extend(self.states.all().map(holds));
        }
    }

    /// Ends what nobody said for too long; gives whether it did so now.
    pub(crate) fn expire(&mut self, last: Millis, now: Millis, told: &mut Vec<Told>) {
        if self.is_ended || self.expires.is_none_or(|most| now - last <= most) {
            return;
        }
        self.is_ended = true;
        let end = Point { t: now, v: stale_marker() };
        if self.number.is_some() {
            self.number = Some(end);
            told.push((self.labels.clone(), end));
        }
        if self.states.is_state() {
            told.extend(self.states.all().map(|(word, _)| (self.with(word), end)));
        }
    }

    fn with(&self, word: &str) -> Labels {
        Labels::new(self.labels.iter().chain([(STATE, word)]))
    }

    pub(crate) fn metric(&self) -> &str {
        self.labels.get(NAME).unwrap_or_default()
    }

    /// Whether any sample of it was ever told or is due.
    pub(crate) fn is_metric(&self) -> bool {
        self.number.is_some() || self.states.is_state()
    }
}

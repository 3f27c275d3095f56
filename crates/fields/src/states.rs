//! The words of a field that says a state: one series for each, of which one is 1.

use crate::left::Left;
use model::limits;

/// The words that a field said.
#[derive(Debug, Default)]
pub(crate) struct States {
    words: Vec<Box<str>>,
    current: usize,
    said: u64,
    /// There were more than a state has: it is free text.
    is_over: bool,
    is_known: bool,
}

impl States {
    /// The words of a field; those of a known one are a state from the first.
    pub(crate) fn new(is_known: bool) -> Self {
        Self { is_known, ..Self::default() }
    }

    /// The field says a word. Gives whether that is one more; `has_room` says whether there may be.
    pub(crate) fn say(&mut self, word: &str, has_room: bool) -> Result<bool, Left> {
        if self.is_over {
            return Err(Left::Text);
        }
        self.said += 1;
        if let Some(place) = self.words.iter().position(|other| **other == *word) {
            self.current = place;
            return Ok(false);
        }
        if self.words.len() >= limits::FIELD_WORDS {
            self.is_over = true;
            return Err(Left::Text);
        }
        if !has_room {
            return Err(Left::TooManyFields);
        }
        self.current = self.words.len();
        self.words.push(word.into());
        Ok(true)
    }

    /// Whether the words are a state: who says the same again and again says how something is.
    pub(crate) fn is_state(&self) -> bool {
        !self.is_over && !self.words.is_empty() && (self.is_known || self.said >= 2 * self.words.len() as u64)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// All words, and whether each is the one that holds.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, bool)> {
        self.words.iter().enumerate().map(|(place, word)| (&**word, place == self.current))
    }

    pub(crate) fn current(&self) -> Option<&str> {
        self.words.get(self.current).map(|word| &**word)
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

#[cfg(test)]
mod tests {
    use super::States;
    use crate::left::Left;
    use model::limits;

    #[test]
    fn words_that_come_again_are_a_state_and_many_are_text() {
        let mut states = States::default();
        assert_eq!((states.say("auto", true), states.is_state()), (Ok(true), false));
        assert_eq!((states.say("auto", true), states.is_state()), (Ok(false), true));
        assert_eq!((states.say("heat", true), states.is_state()), (Ok(true), false));
        assert_eq!((states.say("auto", true), states.is_state()), (Ok(false), true));
        assert_eq!(states.all().collect::<Vec<_>>(), [("auto", true), ("heat", false)]);
        assert_eq!(states.say("cool", false), Err(Left::TooManyFields));
        for n in 2..limits::FIELD_WORDS {
            assert_eq!(states.say(&format!("w{n}"), true), Ok(true));
        }
        assert_eq!((states.say("one more", true), states.is_over()), (Err(Left::Text), true));
        assert_eq!((states.say("auto", true), states.is_state()), (Err(Left::Text), false));
    }
}

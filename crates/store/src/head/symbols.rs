//! Texts that are kept once, however many series use them.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Label names and values by number. A text stays while somebody uses it; then its number is given anew.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    texts: Vec<Text>,
    free: Vec<u32>,
    by_text: HashTable<u32>,
    hasher: DefaultHashBuilder,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Text {
    text: Box<str>,
    uses: u32,
}

impl Symbols {
    /// The number of `text`, used once more.
    pub(crate) fn take(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            if let Some(known) = self.texts.get_mut(number as usize) {
                known.uses += 1;
            }
            return number;
        }
        let new = Text { text: text.into(), uses: 1 };
        let number = match self.free.pop() {
            Some(number) => number,
            None => {
                self.texts.push(Text::default());
                // Each is used by a slot, and of those there are no more than fit.
                u32::try_from(self.texts.len() - 1).unwrap_or(u32::MAX)
            }
        };
        if let Some(place) = self.texts.get_mut(number as usize) {
            *place = new;
        }
        self.bytes += text.len();
        let (texts, hasher) = (&self.texts, &self.hasher);
        let hash =
            |number: &u32| texts.get(*number as usize).map_or(0, |known| hasher.hash_one(&*known.text));
        self.by_text.insert_unique(hasher.hash_one(text), number, hash);
        number
    }

    /// The number is used once less.
    pub(crate) fn give_back(&mut self, number: u32) {
        let Some(known) = self.texts.get_mut(number as usize) else { return };
        known.uses = known.uses.saturating_sub(1);
        if known.uses > 0 {
            return;
        }
        let text = std::mem::take(&mut known.text);
        self.bytes -= text.len();
        if let Ok(entry) = self.by_text.find_entry(self.hasher.hash_one(&*text), |other| *other == number) {
            entry.remove();
        }
        self.free.push(number);
    }

    /// The number of `text`, if it is used.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let is_it = |number: &u32| self.text(*number) == text;
        self.by_text.find(self.hasher.hash_one(text), is_it).copied()
    }

    /// The text of a number in use.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |known| &*known.text)
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Symbols;

    #[test]
    fn a_text_stays_while_it_is_used_and_leaves_nothing_behind() {
        let mut symbols = Symbols::default();
        let (a, b) = (symbols.take("a"), symbols.take("bcd"));
        assert_eq!(
            (symbols.take("a"), symbols.text(a), symbols.text(b), symbols.bytes()),
            (a, "a", "bcd", 4)
        );
        symbols.give_back(a);
        assert_eq!(symbols.find("a"), Some(a), "used once more");
        symbols.give_back(a);
        assert_eq!((symbols.find("a"), symbols.bytes()), (None, 3));
        assert_eq!(symbols.take("e"), a, "the number is free again");
        assert_eq!((symbols.text(a), symbols.find("bcd")), ("e", Some(b)));
    }
}

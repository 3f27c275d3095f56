//! What stands between `%` and the verb of a format, and what it does to a text.

/// Flags, width and precision of one verb.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spec {
    pub(crate) plus: bool,
    pub(crate) minus: bool,
    pub(crate) space: bool,
    pub(crate) zero: bool,
    pub(crate) sharp: bool,
    pub(crate) width: usize,
    pub(crate) precision: Option<usize>,
}

impl Spec {
    /// The text, as wide as it should be.
    pub(crate) fn pad(&self, text: &str) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if self.minus {
            return format!("{text}{}", " ".repeat(missing));
        }
        format!("{}{text}", if self.zero { "0" } else { " " }.repeat(missing))
    }

    /// As many characters of the text as the precision says.
    pub(crate) fn cut<'a>(&self, text: &'a str) -> &'a str {
        let end = self.precision.and_then(|most| text.char_indices().nth(most));
        end.map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
    }

    /// A number of this sign and these digits: zeros stand between the two.
    pub(crate) fn pad_number(&self, negative: bool, digits: &str) -> String {
        let sign = match () {
            () if negative => "-",
            () if self.plus => "+",
            () if self.space => " ",
            () => "",
        };
        if self.zero && !self.minus {
            let missing = self.width.saturating_sub(sign.len() + digits.chars().count());
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        self.pad(&format!("{sign}{digits}"))
    }
}

//! How a service was, in as many characters as there is room for.

/// What a part of a strip shows, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Nothing,
    Fine,
    Warned,
    Silent,
    Failed,
}

impl Mark {
    fn of(letter: u8) -> Self {
        match letter {
            b'0' => Self::Fine,
            b'1' => Self::Warned,
            b'2' => Self::Failed,
            b'x' => Self::Silent,
            _ => Self::Nothing,
        }
    }

    /// What is bad is higher, and silence another pattern: colour is not all that tells.
    pub(super) fn block(self) -> char {
        match self {
            Self::Nothing => '·',
            Self::Fine => '▃',
            Self::Warned => '▆',
            Self::Silent => '▒',
            Self::Failed => '█',
        }
    }
}

/// The parts of a strip, each the worst of its share of the letters.
pub(super) fn marks(letters: &str, width: usize) -> Vec<Mark> {
    let letters = letters.as_bytes();
    let width = width.min(letters.len());
    let part = |at: usize| {
        let share = letters.get(at * letters.len() / width..(at + 1) * letters.len() / width);
        share.unwrap_or_default().iter().map(|letter| Mark::of(*letter)).max().unwrap_or(Mark::Nothing)
    };
    (0..width).map(part).collect()
}

/// The same as a text.
pub(super) fn text(letters: &str, width: usize) -> String {
    marks(letters, width).into_iter().map(Mark::block).collect()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn the_worst_of_each_share_is_shown() {
        assert_eq!(text("..0012x0", 8), "··▃▃▆█▒▃");
        assert_eq!(text("..0012x0", 4), "·▃█▒");
        assert_eq!(text("..0012x0", 3), "·▆█");
        assert_eq!(text("01", 60), "▃▆");
        assert_eq!(text("01", 0), "");
        assert_eq!(text("", 9), "");
        assert_eq!(text("ü?", 9), "···");
    }
}

//! Names as ids, and texts as Home Assistant takes them. Names are whatever anybody on the bus says.

use model::limits;
use xxhash_rust::xxh3::xxh3_64;

/// Characters of a name in an id: what makes it another than others is the hash behind them.
const READABLE: usize = 32;

/// An id of `kind` for `name`, of letters, digits, `_` and `-`: the same for ever, another for each name.
pub(crate) fn id(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let readable: String = name.chars().take(READABLE).map(plain).collect();
    format!("{kind}_{readable}_{:016x}", xxh3_64(name.as_bytes()))
}

/// A name for people.
pub(crate) fn shown(name: &str) -> String {
    let shown = cut(name.trim(), limits::HOME_ASSISTANT_NAME);
    if shown.is_empty() { "?".to_owned() } else { shown }
}

/// The beginning of a text, without what is no character for people.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    if text.chars().nth(most).is_none() {
        return plain.collect();
    }
    plain.take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A number with so many decimals.
pub(crate) fn rounded(value: f64, decimals: i32) -> Option<f64> {
    let unit = 10_f64.powi(decimals);
    let rounded = (value * unit).round() / unit;
    // Adding zero makes 0 of -0.
    rounded.is_finite().then_some(rounded + 0.0)
}

#[cfg(test)]
mod tests {
    use super::{cut, id, rounded, shown};

    #[test]
    fn ids_stay_as_they_are() {
        // Home Assistant knows its entities by them: another id is another entity.
        assert_eq!(id("service", "Voice/router #1+ü"), "service_voice_router__1___7cd3dff9dbf5c40e");
        assert_ne!(id("rule", "a/b"), id("rule", "a.b"));
        assert_ne!(id("rule", "A"), id("rule", "a"));
        let long = "x".repeat(1_000);
        assert_ne!(id("rule", &long), id("rule", &(long.clone() + "y")));
        assert!(id("rule", &long).len() < 60);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!((cut("äöü", 3).as_str(), cut("äöü", 2).as_str()), ("äöü", "ä…"));
        assert_eq!((cut("a\nb\0", 9).as_str(), shown(" \n").as_str()), ("a b ", "?"));
        assert_eq!((rounded(1.26, 1), rounded(-0.0, 1), rounded(f64::NAN, 1)), (Some(1.3), Some(0.0), None));
    }
}

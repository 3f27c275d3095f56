//! Conditions as text: `name`, `name{label="value",other!="value"}` or the conditions alone.

use crate::labels::NAME;
use crate::matcher::{MatchOp, Matcher};

/// The conditions that `text` means; all must hold.
///
/// # Errors
/// What cannot be understood, or a pattern that is none, for people.
pub fn parse_matchers(text: &str) -> Result<Vec<Matcher>, String> {
    let text = text.trim();
    let (name, conditions) = match (text.find('{'), text.find(['=', '!', '"'])) {
        (Some(brace), first) if first.is_none_or(|at| brace < at) => {
            let inner = text[brace + 1..].strip_suffix('}');
            (text[..brace].trim(), inner.ok_or_else(|| format!("{text:?} has no closing brace"))?)
        }
        (_, None) => (text, ""),
        _ => ("", text),
    };
    let mut matchers = Vec::new();
    if !name.is_empty() {
        matchers.push(Matcher::equal(NAME, name));
    }
    let mut rest = conditions.trim_start();
    while !rest.is_empty() {
        let (matcher, after) = condition(rest)?;
        matchers.push(matcher);
        rest = match after.trim_start() {
            "" => "",
            more => more
                .strip_prefix(',')
                .ok_or_else(|| format!("a comma is missing before {more:?}"))?
                .trim_start(),
        };
    }
    if matchers.is_empty() { Err("there is nothing to match".to_owned()) } else { Ok(matchers) }
}

fn condition(text: &str) -> Result<(Matcher, &str), String> {
    let unclear = || format!("{text:?} is not `label=\"value\"`, nor with `!=`, `=~` or `!~`");
    let at = text.find(['=', '!']).ok_or_else(unclear)?;
    let (label, rest) = (text[..at].trim(), &text[at..]);
    // The longer operators first: one begins as another does.
    let operators =
        [("=~", MatchOp::Regex), ("!~", MatchOp::NotRegex), ("!=", MatchOp::NotEqual), ("=", MatchOp::Equal)];
    let found = operators.iter().find_map(|(sign, op)| Some((*op, rest.strip_prefix(sign)?)));
    let (op, rest) = found.filter(|_| !label.is_empty()).ok_or_else(unclear)?;
    let (value, after) = quoted(rest.trim_start()).ok_or_else(unclear)?;
    let matcher = match op {
        MatchOp::Equal => Ok(Matcher::equal(label, value)),
        MatchOp::NotEqual => Ok(Matcher::not_equal(label, value)),
        MatchOp::Regex => Matcher::regex(label, value),
        MatchOp::NotRegex => Matcher::not_regex(label, value),
    };
    Ok((matcher.map_err(|error| error.to_string())?, after))
}

/// The text in quotes at the start, with `\"`, `\\` and `\n` undone, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::parse_matchers as parse;
    use crate::{Matcher, NAME};

    #[test]
    fn names_and_conditions_are_understood() {
        let up = || Matcher::equal(NAME, "up");
        let of = |label: &str, value: &str| Matcher::equal(label, value);
        for (text, matchers) in [
            ("up", vec![up()]),
            ("room.temperature", vec![of(NAME, "room.temperature")]),
            ("up{}", vec![up()]),
            ("up{service=\"a b\"}", vec![up(), of("service", "a b")]),
            (
                " service = \"x\" , path=\"a\\\"b\\\\c{,}\",",
                vec![of("service", "x"), of("path", "a\"b\\c{,}")],
            ),
            ("{service!=\"\"}", vec![Matcher::not_equal("service", "")]),
            ("service=\"a{b\"", vec![of("service", "a{b")]),
            ("up{service=~\"a|b\"}", vec![up(), Matcher::regex("service", "a|b").expect("good")]),
            ("service!~\"a.*\"", vec![Matcher::not_regex("service", "a.*").expect("good")]),
        ] {
            assert_eq!(parse(text), Ok(matchers), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for text in
            ["", "{}", "up{", "up{a}", "a=b", "a=\"b", "=\"b\"", "a=\"b\"c=\"d\"", "a=~\"(\"", "a!\"b\""]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

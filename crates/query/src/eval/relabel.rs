//! Functions that change labels, and those that order by them.

use crate::eval::cells::Row;
use crate::eval::failure::QueryError;
use model::{Labels, NAME};
use regex::{Captures, Regex, RegexBuilder};
use std::cmp::Ordering;

/// `label_replace`: what it does to labels.
#[derive(Debug)]
pub(crate) struct Replace<'a> {
    pub(crate) to: &'a str,
    pub(crate) template: &'a str,
    pub(crate) from: &'a str,
    pub(crate) pattern: Regex,
}

/// The pattern of `label_replace`.
///
/// # Errors
/// It is none.
pub(crate) fn pattern(text: &str) -> Result<Regex, QueryError> {
    let bad = || QueryError::execution(format!("invalid regular expression in label_replace(): {text}"));
    if text.len() > model::limits::PATTERN_BYTES {
        return Err(bad());
    }
    RegexBuilder::new(&format!("^(?s:{text})$"))
        .size_limit(model::limits::PATTERN_MEMORY)
        .dfa_size_limit(model::limits::PATTERN_MEMORY)
        .build()
        .map_err(|_| bad())
}

/// # Errors
/// It is no name of a label.
pub(crate) fn check_name(name: &str, function: &str) -> Result<(), QueryError> {
    if name.is_empty() {
        return Err(QueryError::execution(format!("invalid destination label name in {function}(): {name}")));
    }
    Ok(())
}

impl Replace<'_> {
    /// Changes the row's labels, if the pattern fits.
    pub(crate) fn apply(&self, row: &mut Row) {
        let value = row.labels.get(self.from).unwrap_or("");
        if let Some(captures) = self.pattern.captures(value) {
            let mut text = String::new();
            expand(self.template, &captures, &self.pattern, &mut text);
            set(row, self.to, &text);
        }
    }
}

/// Sets a label, or removes it if the value is empty. Who sets the name means it.
pub(crate) fn set(row: &mut Row, label: &str, value: &str) {
    let others = row.labels.iter().filter(|(name, _)| *name != label);
    row.labels = Labels::new(others.chain([(label, value)]));
    if label == NAME {
        row.drop_name = false;
    }
}

/// Writes the template with `$1`, `${1}`, `$name`, `${name}` and `$$`. A name is as long as it can be; what stands for no
/// group is empty.
fn expand(template: &str, captures: &Captures<'_>, pattern: &Regex, text: &mut String) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(escaped) = after.strip_prefix('$') {
            text.push('$');
            rest = escaped;
            continue;
        }
        match reference(after) {
            Some((name, behind)) => {
                text.push_str(group(name, captures, pattern));
                rest = behind;
            }
            None => {
                text.push('$');
                rest = after;
            }
        }
    }
    text.push_str(rest);
}

/// The name at the start of the text, and what is behind it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}').filter(|(name, _)| !name.is_empty() && name.chars().all(is_word));
    }
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(name, _)| !name.is_empty())
}

fn group<'a>(name: &str, captures: &Captures<'a>, pattern: &Regex) -> &'a str {
    let found = match name.parse::<usize>() {
        Ok(number) => captures.get(number),
        // A name that the pattern has twice counts once.
        Err(_) => {
            pattern.capture_names().position(|known| known == Some(name)).and_then(|at| captures.get(at))
        }
    };
    found.map_or("", |found| found.as_str())
}

/// Orders rows by these labels, numbers within them as numbers; then by all.
pub(crate) fn sort_by_labels(rows: &mut [Row], by: &[String], descending: bool) {
    rows.sort_by(|a, b| {
        let value = |row: &Row, label: &String| row.labels.get(label).unwrap_or("").to_owned();
        let by_labels = by.iter().map(|label| natural(&value(a, label), &value(b, label)));
        let order = by_labels.fold(Ordering::Equal, Ordering::then).then_with(|| a.labels.cmp(&b.labels));
        if descending { order.reverse() } else { order }
    });
}

/// As people order: `a2` before `a10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (chunks(a), chunks(b));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => match (one, other) {
                (Some(one), Some(other)) => compare_chunks(one, other),
                (one, other) => one.is_some().cmp(&other.is_some()),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Runs of digits and runs of others.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (chunk, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(chunk)
    })
}

fn compare_chunks(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if number(a) && number(b) {
        let digits = |text: &str| text.trim_start_matches('0').to_owned();
        let (x, y) = (digits(a), digits(b));
        x.len().cmp(&y.len()).then_with(|| x.cmp(&y)).then_with(|| a.cmp(b))
    } else {
        a.cmp(b)
    }
}

#[cfg(test)]
mod tests {
    use super::{expand, natural, pattern};
    use std::cmp::Ordering;

    #[test]
    fn templates_name_groups_as_go_does() {
        let pattern = pattern("(?P<first>.)(.*)").expect("good");
        let captures = pattern.captures("abc").expect("fits");
        for (template, expect) in [
            ("$1-$2", "a-bc"),
            ("${1}x", "ax"),
            ("$1x", ""),
            ("$first", "a"),
            ("$$1", "$1"),
            ("$", "$"),
            ("$9", ""),
            ("${", "${"),
            ("a$ b", "a$ b"),
        ] {
            let mut text = String::new();
            expand(template, &captures, &pattern, &mut text);
            assert_eq!(text, expect, "{template}");
        }
    }

    #[test]
    fn numbers_in_texts_are_numbers() {
        assert_eq!(natural("a2", "a10"), Ordering::Less);
        assert_eq!(natural("a", "a1"), Ordering::Less);
        assert_eq!(natural("10", "9x"), Ordering::Greater);
        assert_eq!(natural("b1", "a2"), Ordering::Greater);
        assert_eq!(natural("", ""), Ordering::Equal);
    }
}

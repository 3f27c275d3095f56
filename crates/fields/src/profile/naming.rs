//! What profiles have in common: the words of a path, and names looked up in a table.

use super::{Asked, Named};
use crate::left::Left;
use crate::units;
use crate::words::{left_by_name, snake};

/// The words of a path, and labels for those of its steps that only count: `relays.0.ison` is `relays`, `ison` and
/// `index="0"`; `switch:0.output` likewise.
pub(super) fn words(path: &str) -> (Vec<String>, Vec<(&'static str, String)>) {
    const LABELS: [&str; 3] = ["index", "index_2", "index_3"];
    let (mut words, mut labels) = (Vec::new(), Vec::new());
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (word, number) = match step.split_once(':') {
            Some((word, number)) if is_count(number) => (word, Some(number)),
            _ if is_count(step) => ("", Some(step)),
            _ => (step, None),
        };
        let word = snake(word);
        if !word.is_empty() {
            words.push(word);
        }
        if let (Some(number), Some(label)) = (number, LABELS.get(labels.len())) {
            labels.push((*label, number.to_owned()));
        }
    }
    (words, labels)
}

fn is_count(step: &str) -> bool {
    !step.is_empty() && step.len() <= 4 && step.bytes().all(|b| b.is_ascii_digit())
}

/// A name that the profile's table has no entry for: as it stands, with the unit that it says.
pub(super) fn as_written(asked: Asked<'_>, stem: &str) -> Result<Named, Left> {
    if stem.is_empty() {
        return Err(Left::Unnamed);
    }
    if let Some(left) = left_by_name(stem, asked.value.text().is_some()) {
        return Err(left);
    }
    Ok(match asked.value.number() {
        Some(number) => {
            let (stem, unit) = units::of_name(stem, number);
            Named::new(stem, unit)
        }
        None => Named::new(stem, ""),
    })
}

/// The entry of a table: names as they are written, what they are called, their unit.
pub(super) fn known(table: &[(&str, &'static str, &'static str)], name: &str) -> Option<Named> {
    let (_, stem, unit) = table.iter().find(|(written, ..)| *written == name)?;
    Some(Named::new(*stem, unit))
}

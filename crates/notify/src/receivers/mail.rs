//! Letters: e-mail in plain text and as a page, in which the letters of one group stand together.

use super::page::page;
use crate::letter::{Letter, Mail};
use crate::message::Message;
use crate::moment::rfc3339;
use crate::notice::Notice;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Letters of a subject.
const SUBJECT: usize = 200;
/// Letters of a text.
const LETTERS: usize = 50_000;

/// The letter that tells `message`.
pub(super) fn letter(message: &Message, mail: &Mail) -> Letter {
    let thread = mark(|hasher| message.group_key().hash(hasher));
    let one = mark(|hasher| match message.changed.as_slice() {
        // A repetition is a letter of its own.
        [] => message.now.hash(hasher),
        changed => changed.iter().for_each(|notice| notice.change_id().hash(hasher)),
    });
    let subject = message.title().replace(char::is_control, " ");
    Letter {
        mail: mail.clone(),
        subject: subject.chars().take(SUBJECT).collect(),
        text: text(message),
        html: page(message),
        id: format!("{one}.{thread}"),
        thread,
        date: message.now,
    }
}

fn mark(hash: impl FnOnce(&mut DefaultHasher)) -> String {
    let mut hasher = DefaultHasher::new();
    hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A line for each alert, and below what is known of those that find room.
fn text(message: &Message) -> String {
    let mut text = format!("{}\n", message.text(LETTERS));
    let mut left = LETTERS.saturating_sub(text.chars().count());
    for notice in message.news() {
        let known = known(notice);
        let count = known.chars().count();
        if count > left {
            break;
        }
        left -= count;
        text.push_str(&known);
    }
    text
}

fn known(notice: &Notice) -> String {
    let mut text = String::from("\n");
    for (name, value) in &notice.labels {
        let _ = writeln!(text, "{name}: {value}");
    }
    let _ = writeln!(text, "value: {}, threshold: {}", notice.value, notice.threshold);
    let _ = writeln!(text, "since: {}", rfc3339(notice.starts_at));
    if let Some(end) = notice.ends_at {
        let _ = writeln!(text, "until: {}", rfc3339(end));
    }
    for (name, value) in &notice.annotations {
        let _ = writeln!(text, "{name}: {value}");
    }
    text
}

//! The part of a letter that programs of mail show instead of the plain text: HTML without anything from elsewhere.
//!
//! Whatever alerts say is text in it: escaped, and set apart so that letters that are written from right to left turn nothing else
//! around. There are no links and no pictures. Colours are those of the reader's program, which may be light or dark; only the
//! edge of an alert has one of its own, and says nothing that does not stand in words too.

use crate::message::Message;
use crate::moment::rfc3339;
use crate::notice::Notice;
use model::limits;

/// The page that tells `message`.
pub(super) fn page(message: &Message) -> String {
    let mut page = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\n\
         <body style=\"font-family:sans-serif;line-height:1.4;color-scheme:light dark\">\n",
    );
    page.push_str("<h1 style=\"font-size:1.2em;margin:0 0 16px\">");
    push(&mut page, &message.title());
    page.push_str("</h1>\n");
    let mut shown = 0;
    for notice in message.news() {
        let head = head(notice);
        if page.len() + head.len() + limits::LETTER_PAGE_END > limits::LETTER_PAGE_BYTES {
            break;
        }
        page.push_str(&head);
        push_rows(&mut page, notice);
        page.push_str("</table></div>\n");
        shown += 1;
    }
    let unsaid =
        message.news().len() - shown + if message.changed.is_empty() { message.truncated } else { 0 };
    if unsaid > 0 {
        page.push_str(&format!("<p>and {unsaid} more</p>\n"));
    }
    page.push_str("</body></html>\n");
    page
}

/// What an alert is, and the begin of the table of what is known of it.
fn head(notice: &Notice) -> String {
    let mut head = format!(
        "<div style=\"border-left:4px solid {};padding-left:12px;margin:0 0 20px\"><p style=\"margin:0 0 4px\"><strong>",
        colour(notice)
    );
    push(&mut head, notice.status());
    for word in [notice.label("severity"), if notice.flapping { "flapping" } else { "" }] {
        if !word.is_empty() {
            head.push_str(", ");
            push(&mut head, word);
        }
    }
    head.push_str("</strong> ");
    push(&mut head, &notice.summary());
    head.push_str("</p><table style=\"border-collapse:collapse;font-size:0.9em\">");
    head
}

/// Of what is known of an alert as much as finds room.
fn push_rows(page: &mut String, notice: &Notice) {
    let labels = notice.labels.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let numbers = [("value", notice.value.to_string()), ("threshold", notice.threshold.to_string())];
    let since = ("since", rfc3339(notice.starts_at));
    let until = notice.ends_at.map(|end| ("until", rfc3339(end)));
    let annotations = notice.annotations.iter().map(|(name, value)| (name.as_str(), value.clone()));
    for (name, value) in labels.chain(numbers).chain([since]).chain(until).chain(annotations) {
        let mut row = String::from(
            "<tr><th style=\"text-align:left;vertical-align:top;font-weight:normal;padding:0 12px 0 0\">",
        );
        push(&mut row, name);
        row.push_str("</th><td style=\"white-space:pre-wrap;overflow-wrap:anywhere\">");
        push(&mut row, &value);
        row.push_str("</td></tr>");
        if page.len() + row.len() + limits::LETTER_PAGE_END <= limits::LETTER_PAGE_BYTES {
            page.push_str(&row);
        }
    }
}

/// One that can be told from white and from black.
fn colour(notice: &Notice) -> &'static str {
    match (notice.is_firing(), notice.label("severity")) {
        (false, _) => "#2e9e5b",
        (true, "critical" | "error") => "#d64545",
        (true, "info") => "#4a86c8",
        (true, _) => "#d18b1f",
    }
}

/// Puts a text in: nothing in it is markup, nothing of it is around what follows, and there is an end to it.
fn push(page: &mut String, text: &str) {
    page.push_str("<bdi>");
    let mut letters = text.chars();
    for letter in letters.by_ref().take(limits::LETTER_TEXT) {
        match letter {
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '&' => page.push_str("&amp;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            '\n' | '\t' => page.push(letter),
            control if control.is_control() => page.push(' '),
            other => page.push(other),
        }
    }
    if letters.next().is_some() {
        page.push('…');
    }
    page.push_str("</bdi>");
}

//! What a script expects besides values: failures, warnings, infos, an order.

use regex::Regex;

/// What something is expected of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Fail,
    Warn,
    NoWarn,
    Info,
    NoInfo,
    Ordered,
}

/// Which text.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    Any,
    Exactly(String),
    Like(Regex),
}

impl Text {
    pub(crate) fn admits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(expected) => expected == text,
            Self::Like(pattern) => pattern.is_match(text),
        }
    }
}

/// An expectation.
#[derive(Debug, Clone)]
pub(crate) struct Expect {
    pub(crate) topic: Topic,
    pub(crate) text: Text,
}

/// Of a line of an evaluation's body; `None` if it is none.
pub(crate) fn expect(line: &str) -> Result<Option<Expect>, String> {
    if let Some(text) = line.strip_prefix("expected_fail_message ") {
        let text = Text::Exactly(text.trim().to_owned());
        return Ok(Some(Expect { topic: Topic::Fail, text }));
    }
    if let Some(pattern) = line.strip_prefix("expected_fail_regexp ") {
        return Ok(Some(Expect { topic: Topic::Fail, text: like(pattern)? }));
    }
    let Some(rest) = line.strip_prefix("expect").filter(|rest| rest.starts_with(char::is_whitespace)) else {
        return Ok(None);
    };
    let rest = rest.trim();
    let (word, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let topic = match word {
        "fail" => Topic::Fail,
        "warn" => Topic::Warn,
        "no_warn" => Topic::NoWarn,
        "info" => Topic::Info,
        "no_info" => Topic::NoInfo,
        "ordered" => Topic::Ordered,
        other => return Err(format!("{other:?} cannot be expected")),
    };
    let text = text.trim();
    let text = if let Some(message) = text.strip_prefix("msg:") {
        Text::Exactly(message.trim().to_owned())
    } else if let Some(pattern) = text.strip_prefix("regex:") {
        like(pattern)?
    } else if text.is_empty() {
        Text::Any
    } else {
        return Err(format!("expected msg: or regex: before {text:?}"));
    };
    Ok(Some(Expect { topic, text }))
}

/// `eval_fail` and the like.
pub(crate) fn of_word(word: &str) -> Option<Expect> {
    let topic = match word {
        "fail" => Topic::Fail,
        "warn" => Topic::Warn,
        "info" => Topic::Info,
        "ordered" => Topic::Ordered,
        _ => return None,
    };
    Some(Expect { topic, text: Text::Any })
}

fn like(pattern: &str) -> Result<Text, String> {
    Regex::new(pattern.trim()).map(Text::Like).map_err(|error| error.to_string())
}

//! A question: JSON, bare or in envelopes, or nothing but an expression.

use super::field::{LabelValue, Number, Text};
use model::limits;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What a message on the topic of questions says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Asked<'a> {
    /// The outermost envelope's `source`.
    pub(crate) source: Option<Cow<'a, str>>,
    /// The outermost envelope's `message_id`.
    pub(crate) message_id: Option<Cow<'a, str>>,
    /// The outermost envelope's `timestamp`, Unix seconds.
    pub(crate) sent_at: Option<f64>,
    /// Comes back with the answer.
    pub(crate) id: Option<Cow<'a, str>>,
    /// Where the answer is wanted.
    pub(crate) reply_to: Option<Cow<'a, str>>,
    /// Names and values.
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// Why it cannot be answered, if so.
    pub(crate) fault: Option<String>,
}

impl Asked<'_> {
    fn unclear(why: impl Into<String>) -> Self {
        Self { fault: Some(why.into()), ..Self::default() }
    }
}

/// The members of an envelope or of a question.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    message_id: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    timestamp: Number,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<LabelValue<'a>>,
    #[serde(borrow)]
    reply_to: Option<LabelValue<'a>>,
    #[serde(borrow)]
    query: Option<LabelValue<'a>>,
    #[serde(borrow)]
    time: Option<LabelValue<'a>>,
    #[serde(borrow)]
    start: Option<LabelValue<'a>>,
    #[serde(borrow)]
    end: Option<LabelValue<'a>>,
    #[serde(borrow)]
    step: Option<LabelValue<'a>>,
    #[serde(borrow)]
    limit: Option<LabelValue<'a>>,
    #[serde(borrow)]
    timeout: Option<LabelValue<'a>>,
}

/// Reads a question. Only where `may_be_bare` can it be nothing but an expression: it would not say where to answer.
pub(crate) fn question(payload: &[u8], may_be_bare: bool) -> Asked<'_> {
    if payload.len() > limits::QUESTION_BYTES {
        let most = limits::QUESTION_BYTES;
        return Asked::unclear(format!("{} bytes, at most {most} are read", payload.len()));
    }
    let text = match std::str::from_utf8(payload) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).trim(),
        Err(error) => return Asked::unclear(error.to_string()),
    };
    match object(text) {
        Ok(body) => open(body),
        Err(_) if may_be_bare && !is_meant_as_json(text) => {
            Asked { parameters: vec![("query", text.to_owned())], ..Asked::default() }
        }
        Err(why) => Asked::unclear(format!("not a JSON object that can be read: {why}")),
    }
}

fn object(text: &str) -> Result<Body<'_>, String> {
    // An array would be taken for the members in their order.
    if !text.starts_with('{') {
        return Err("it does not begin with `{`".to_owned());
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Whether what is no JSON was meant to be: `{"word":` begins no expression, `{name="value"}` and `{"name"}` do.
fn is_meant_as_json(text: &str) -> bool {
    let word = text.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix('"'));
    word.and_then(|word| word.split_once('"')).is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// Unwraps the envelopes and reads what is inside.
fn open(mut body: Body<'_>) -> Asked<'_> {
    let mut asked = Asked::default();
    for depth in 0..=limits::ENVELOPE_DEPTH {
        let inner = body.payload.map(RawValue::get).filter(|inner| inner.starts_with('{'));
        let (Some(inner), true) = (inner, body.message_id != Text::Missing) else {
            fill(&mut asked, body);
            return asked;
        };
        if depth == 0 {
            asked.source = body.source.filled();
            asked.message_id = body.message_id.filled();
            asked.sent_at = body.timestamp.value();
        }
        body = match object(inner) {
            Ok(inner) => inner,
            Err(why) => {
                asked.fault = Some(format!("its payload cannot be read: {why}"));
                return asked;
            }
        };
    }
    asked.fault = Some("an envelope in too many others".to_owned());
    asked
}

/// Takes the members of the innermost object.
fn fill<'a>(asked: &mut Asked<'a>, body: Body<'a>) {
    let mut faults = Vec::new();
    let mut word = |name: &str, value: Option<LabelValue<'a>>| {
        let LabelValue(value) = value?;
        if value.is_none() {
            faults.push(format!("`{name}` is neither a text nor a number"));
        }
        value
    };
    asked.id = word("id", body.id);
    asked.reply_to = word("reply_to", body.reply_to);
    let members = [
        ("query", body.query),
        ("time", body.time),
        ("start", body.start),
        ("end", body.end),
        ("step", body.step),
        ("limit", body.limit),
        ("timeout", body.timeout),
    ];
    for (name, value) in members {
        asked.parameters.extend(word(name, value).map(|value| (name, value.into_owned())));
    }
    if asked.id.as_ref().is_some_and(|id| id.len() > limits::QUESTION_ID_BYTES) {
        asked.id = None;
        faults.push(format!("`id` is longer than {} bytes", limits::QUESTION_ID_BYTES));
    }
    if !asked.parameters.iter().any(|(name, _)| *name == "query") {
        faults.push("no `query`".to_owned());
    }
    asked.fault = faults.into_iter().next();
}

#[cfg(test)]
mod tests {
    use super::question;

    /// What was asked, in a line; `!` and why if it cannot be answered.
    fn said(payload: &[u8], may_be_bare: bool) -> String {
        let asked = question(payload, may_be_bare);
        let mut words: Vec<String> =
            asked.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        words.extend(asked.id.map(|id| format!("id={id}")));
        words.extend(asked.reply_to.map(|topic| format!("to={topic}")));
        words.extend(asked.source.map(|source| format!("by={source}")));
        words.extend(asked.fault.map(|fault| format!("! {fault}")));
        words.join(" ")
    }

    #[track_caller]
    fn check(payload: &str, may_be_bare: bool, expect: &str) {
        let said = said(payload.as_bytes(), may_be_bare);
        assert!(said.starts_with(expect), "{payload}\n   {said}\nnot {expect}");
    }

    #[test]
    fn a_question_is_an_object_or_in_an_envelope() {
        for (payload, expect) in [
            (r#"{"id":"7","query":"up"}"#, "query=up id=7"),
            ("\u{feff} {\"id\":7,\"query\":\"up\"}\n", "query=up id=7"),
            (
                r#"{"query":"up","time":1.5,"limit":3,"timeout":"2s","reply_to":"a/b","more":[1]}"#,
                "query=up time=1.5 limit=3 timeout=2s to=a/b",
            ),
            (
                r#"{"query":"a\u0062\n","start":1,"end":"2","step":"1m","id":null}"#,
                "query=ab\n start=1 end=2 step=1m",
            ),
            (r#"{"message_id":"m","source":"s","payload":{"query":"up","id":"1"}}"#, "query=up id=1 by=s"),
            (
                r#"{"message_id":"m","source":"s","payload":{"message_id":"n","source":"t","payload":{"query":"up"}}}"#,
                "query=up by=s",
            ),
        ] {
            check(payload, false, expect);
            check(payload, true, expect);
        }
    }

    #[test]
    fn a_bare_expression_needs_properties_to_say_where_to_answer() {
        for text in
            ["up", "  sum by (a) (rate(x[5m]))  ", r#"{a="b"}"#, r#"{"a.b"}"#, "5", "\"text\"", "sum("]
        {
            check(text, true, &format!("query={}", text.trim()));
            check(text, false, "! not a JSON object that can be read");
        }
        check("", true, "query=");
    }

    #[test]
    fn what_cannot_be_answered_says_why() {
        let deep = format!("{{\"query\":\"up\",\"x\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let wrapped = (0..6).fold(r#"{"query":"up"}"#.to_owned(), |inner, _| {
            format!(r#"{{"message_id":"m","payload":{inner}}}"#)
        });
        let long = format!(r#"{{"query":"up","id":"{}"}}"#, "x".repeat(200));
        for (payload, expect) in [
            (r#"{"id":"1","query":"up""#, "! not a JSON object that can be read: EOF"),
            (r#"{"id":"1"}"#, "id=1 ! no `query`"),
            ("{}", "! no `query`"),
            (r#"{"id":"1","query":["up"]}"#, "id=1 ! `query` is neither a text nor a number"),
            (r#"{"id":{},"query":"up"}"#, "query=up ! `id` is neither"),
            (r#"{"query":"up","reply_to":{}}"#, "query=up ! `reply_to` is neither"),
            (r#"{"query":"up","query":"down"}"#, "! not a JSON object that can be read: duplicate field"),
            (r#"{"message_id":"m","source":"s","payload":{"query":}}"#, "! not a JSON object"),
            (&wrapped, "! an envelope in too many others"),
            (&long, "query=up ! `id` is longer than 128 bytes"),
            (&deep, "query=up"),
            (&"x".repeat(600_000), "! 600000 bytes, at most 524288 are read"),
        ] {
            check(payload, true, expect);
        }
        assert!(said(b"\xff", true).starts_with("! invalid utf-8"));
    }
}

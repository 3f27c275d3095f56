//! Where the members of an object begin and end, found in one pass over the bytes and without reading what they hold.
//!
//! Much passes on a bus, and a bystander wants a few texts of it. This finds them at a fraction of what a parser takes. It is no
//! parser: what it does not expect it gives up, and then the parser has the word; and what it takes for an object may be none
//! in ways that nobody asks for here (a comma too many, `01`). Of what is JSON it finds what the parser finds (a test holds them
//! against each other).

/// Deeper objects are the parser's to judge.
const DEEPEST: usize = 100;

/// What a byte is outside of texts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of a number, `true`, `false` or `null`; or a space, a comma, a colon.
    Plain,
    Quote,
    Open,
    Close,
    /// Nothing that JSON has: Python's `NaN`, for one.
    Foreign,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Foreign; 256];
    let plain = b"0123456789+-.eEtrufalsn \t\r\n,:";
    let mut at = 0;
    while at < plain.len() {
        kinds[plain[at] as usize] = Kind::Plain;
        at += 1;
    }
    kinds[b'"' as usize] = Kind::Quote;
    kinds[b'{' as usize] = Kind::Open;
    kinds[b'[' as usize] = Kind::Open;
    kinds[b'}' as usize] = Kind::Close;
    kinds[b']' as usize] = Kind::Close;
    kinds
};

/// Bytes that end the run of a text, or may not stand in one.
const IN_TEXT: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};

/// Who is shown what is found.
pub(super) trait Visit<'a> {
    /// Whether the members of the object `key` are to be shown too, before itself.
    fn enter(&mut self, key: &'a str) -> bool;

    /// These were all of them.
    fn leave(&mut self);

    /// A member, as it is written. `None` gives up.
    fn member(&mut self, key: &'a str, json: &'a str) -> Option<()>;
}

/// Shows the members of the object that `text` is. `None` where that is not clear, or where the visitor gives up.
pub(super) fn members<'a>(text: &'a str, visit: &mut impl Visit<'a>) -> Option<()> {
    let bytes = text.as_bytes();
    let end = object(text, space(bytes, 0), visit)?;
    (space(bytes, end) == bytes.len()).then_some(())
}

/// The place behind the object that begins at `at`.
fn object<'a>(text: &'a str, at: usize, visit: &mut impl Visit<'a>) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = space(bytes, expect(bytes, at, b'{')?);
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        let end = past_text(bytes, expect(bytes, at, b'"')?)?;
        let key = text.get(at + 1..end - 1).filter(|key| !key.contains('\\'))?;
        at = space(bytes, expect(bytes, space(bytes, end), b':')?);
        let end = if bytes.get(at) == Some(&b'{') && visit.enter(key) {
            let end = object(text, at, visit)?;
            visit.leave();
            end
        } else {
            past_value(bytes, at)?
        };
        visit.member(key, text.get(at..end)?)?;
        at = space(bytes, end);
        match bytes.get(at)? {
            b',' => at = space(bytes, at + 1),
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

fn expect(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

fn space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The place behind the text whose inside begins at `at`.
fn past_text(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        if IN_TEXT[usize::from(byte)] {
            continue;
        }
        match byte {
            b'"' => return Some(at),
            // Whatever is escaped ends nothing.
            b'\\' => at += 1,
            _ => return None,
        }
    }
}

/// The place behind the value that begins at `at`.
fn past_value(bytes: &[u8], at: usize) -> Option<usize> {
    match KINDS[usize::from(*bytes.get(at)?)] {
        Kind::Quote => past_text(bytes, at + 1),
        Kind::Open => past_nested(bytes, at + 1),
        Kind::Plain => {
            let is_of_it = |byte: &u8| {
                KINDS[usize::from(*byte)] == Kind::Plain
                    && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':')
            };
            let length = bytes.get(at..)?.iter().take_while(|byte| is_of_it(byte)).count();
            (length > 0).then_some(at + length)
        }
        Kind::Close | Kind::Foreign => None,
    }
}

/// The place behind the object or array whose inside begins at `at`.
fn past_nested(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1;
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        match KINDS[usize::from(byte)] {
            Kind::Plain => {}
            Kind::Quote => at = past_text(bytes, at)?,
            Kind::Open => {
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
            }
            Kind::Close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            Kind::Foreign => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Visit, members};

    /// All that is shown, with the keys of what is around it.
    #[derive(Default)]
    struct Found<'a> {
        around: String,
        all: Vec<(String, &'a str)>,
    }

    impl<'a> Visit<'a> for Found<'a> {
        fn enter(&mut self, key: &'a str) -> bool {
            if key != "in" {
                return false;
            }
            self.around.push_str("in.");
            true
        }

        fn leave(&mut self) {
            self.around.truncate(self.around.len() - "in.".len());
        }

        fn member(&mut self, key: &'a str, json: &'a str) -> Option<()> {
            self.all.push((format!("{}{key}", self.around), json));
            Some(())
        }
    }

    fn found(text: &str) -> Option<Vec<(String, &str)>> {
        let mut found = Found::default();
        members(text, &mut found).map(|()| found.all)
    }

    #[test]
    fn members_are_found_as_they_are_written() {
        for (text, expected) in [
            (
                r#"{"in":{"in":{"a":1},"b":2},"c":3}"#,
                vec![
                    ("in.in.a", "1"),
                    ("in.in", r#"{"a":1}"#),
                    ("in.b", "2"),
                    ("in", r#"{"in":{"a":1},"b":2}"#),
                    ("c", "3"),
                ],
            ),
            ("{}", vec![]),
            (" { } ", vec![]),
            (
                r#"{"a":1,"b" : "x\"}y" ,"c":[{"d":"]"},2]}"#,
                vec![("a", "1"), ("b", r#""x\"}y""#), ("c", r#"[{"d":"]"},2]"#)],
            ),
            (r#"{"a":true,"b":-1.5e+3,"":null}"#, vec![("a", "true"), ("b", "-1.5e+3"), ("", "null")]),
            (r#"{"ä":{"b":{}}}"#, vec![("ä", r#"{"b":{}}"#)]),
        ] {
            let expected =
                expected.into_iter().map(|(key, json): (&str, _)| (key.to_owned(), json)).collect();
            assert_eq!(found(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_is_given_up() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        for text in [
            "",
            "{",
            "[]",
            "1",
            "{}x",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1"#,
            r#"{"a":NaN}"#,
            r#"{"a":[Infinity]}"#,
            r#"{"a\u0062":1}"#,
            r#"{"a":"x}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":"\"#,
            r#"{a:1}"#,
            r#"{"a":1 "b":2}"#,
            &deep,
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}

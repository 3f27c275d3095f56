//! A line of the text formats, for itself: `name{label="value"} 1 1700000000000`, `# TYPE name gauge`.
//!
//! Names beyond the legacy character set stand in quotes, as Prometheus 3 writes them. White space is allowed wherever
//! Prometheus' format allows it; whoever wants `OpenMetrics`' severity looks at the line before.

use model::{Millis, NAME};
use std::borrow::Cow;

/// Which of the two formats a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Prometheus' text format, 0.0.4: times are whole milliseconds.
    Prometheus,
    /// `OpenMetrics` 1.0: times are seconds, with a fraction.
    OpenMetrics,
}

/// What is wrong with a line, and the piece that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLine<'a> {
    /// It is not built as it should be; in one sentence.
    Syntax(&'static str),
    /// This is no value.
    Value(&'a str),
    /// This is no time.
    Time(&'a str),
    /// This is no type of a metric.
    Type(&'a str),
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// Nothing.
    Empty,
    /// Words for people.
    Comment(&'a str),
    /// `# EOF`, which is the end in `OpenMetrics` and a comment in the other.
    End,
    /// `# TYPE`: a metric and its type.
    Type(Cow<'a, str>, &'a str),
    /// `# HELP`: a metric and what it is.
    Help(Cow<'a, str>, Cow<'a, str>),
    /// `# UNIT`: a metric and what it is counted in.
    Unit(Cow<'a, str>, &'a str),
    /// A sample, which [`Head::read`] and [`Tail::read`] read.
    Sample(&'a str),
}

impl<'a> Line<'a> {
    /// Reads what kind of line it is.
    ///
    /// # Errors
    /// [`BadLine`].
    pub fn read(text: &'a str) -> Result<Self, BadLine<'a>> {
        let text = text.trim_ascii();
        let Some(comment) = text.strip_prefix('#') else {
            return Ok(if text.is_empty() { Self::Empty } else { Self::Sample(text) });
        };
        let words = comment.trim_ascii_start();
        if words == "EOF" {
            return Ok(Self::End);
        }
        let (word, rest) = words.split_once([' ', '\t']).unwrap_or((words, ""));
        if !matches!(word, "TYPE" | "HELP" | "UNIT") {
            return Ok(Self::Comment(text));
        }
        let mut cursor = Cursor(rest.trim_ascii_start());
        let metric = cursor.name(':')?;
        let rest = cursor.0;
        if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
            return Err(BadLine::Syntax("behind the metric's name there is no space"));
        }
        Ok(match word {
            "TYPE" => Self::Type(metric, rest.trim_ascii()),
            "UNIT" => Self::Unit(metric, rest.trim_ascii()),
            _ => Self::Help(metric, unescaped(rest.trim_ascii())),
        })
    }
}

/// The series of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head<'a> {
    /// The metric; empty if it is not said.
    pub name: Cow<'a, str>,
    /// Its labels, as they are written.
    pub labels: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Head<'a> {
    /// Reads the series at the start of a line, and gives what follows.
    ///
    /// # Errors
    /// [`BadLine`].
    pub fn read(line: &'a str) -> Result<(Self, &'a str), BadLine<'a>> {
        let (mut cursor, mut head) = (Cursor(line), Self::default());
        if !line.starts_with('{') {
            head.name = cursor.word(':')?.into();
        }
        cursor.trim();
        if !cursor.skip('{') {
            return Ok((head, cursor.0));
        }
        cursor.trim();
        while !cursor.skip('}') {
            head.item(&mut cursor)?;
            cursor.trim();
            if !cursor.skip(',') && !cursor.0.starts_with('}') {
                return Err(BadLine::Syntax(
                    "between two labels there must be a comma, and at the end a brace",
                ));
            }
            cursor.trim();
        }
        Ok((head, cursor.0))
    }

    /// A label, or the metric's name in quotes.
    fn item(&mut self, cursor: &mut Cursor<'a>) -> Result<(), BadLine<'a>> {
        let is_quoted = cursor.0.starts_with('"');
        let name = cursor.name('_')?;
        cursor.trim();
        if !cursor.skip('=') {
            if !is_quoted {
                return Err(BadLine::Syntax("a label has no value"));
            }
            return self.call(name);
        }
        cursor.trim();
        let value = cursor.quoted()?;
        if name == NAME {
            return self.call(value);
        }
        self.labels.push((name, value));
        Ok(())
    }

    fn call(&mut self, name: Cow<'a, str>) -> Result<(), BadLine<'a>> {
        if !self.name.is_empty() {
            return Err(BadLine::Syntax("the metric has two names"));
        }
        self.name = name;
        Ok(())
    }
}

/// What follows the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail<'a> {
    /// The value, as it is written.
    pub value: &'a str,
    /// When it was, if it is said.
    pub time: Option<Millis>,
    /// Whether an exemplar follows.
    pub has_exemplar: bool,
}

impl<'a> Tail<'a> {
    /// Reads value and time.
    ///
    /// # Errors
    /// [`BadLine`].
    pub fn read(rest: &'a str, dialect: Dialect) -> Result<Self, BadLine<'a>> {
        // An exemplar says something about another sample.
        let (rest, has_exemplar) = rest.split_once(" #").map_or((rest, false), |(before, _)| (before, true));
        let mut words = rest.split_ascii_whitespace();
        let value = words.next().ok_or(BadLine::Syntax("there is no value"))?;
        let time = words.next().map(|word| dialect.time(word).ok_or(BadLine::Time(word))).transpose()?;
        if words.next().is_some() {
            return Err(BadLine::Syntax("there is something behind the timestamp"));
        }
        Ok(Self { value, time, has_exemplar })
    }
}

impl Dialect {
    fn time(self, word: &str) -> Option<Millis> {
        match self {
            Self::Prometheus => word.parse().ok(),
            Self::OpenMetrics => word.parse().ok().and_then(model::from_seconds),
        }
    }

    /// What times are counted in, for people.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Prometheus => "whole milliseconds",
            Self::OpenMetrics => "seconds",
        }
    }
}

/// The value that `text` means: a decimal, `NaN`, `+Inf`, `-Inf`. `None` for what is no number, and for a decimal beyond
/// the largest double.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let is_beyond = value.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit());
    (!is_beyond).then_some(value)
}

/// What is left of a line.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn trim(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn skip(&mut self, letter: char) -> bool {
        let rest = self.0.strip_prefix(letter);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn name(&mut self, also: char) -> Result<Cow<'a, str>, BadLine<'a>> {
        if self.0.starts_with('"') { self.quoted() } else { self.word(also).map(Cow::Borrowed) }
    }

    /// A name of the legacy character set, which may have `also` in it.
    fn word(&mut self, also: char) -> Result<&'a str, BadLine<'a>> {
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || c == also;
        let end = self.0.find(|c: char| !is_start(c) && !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        if !word.starts_with(is_start) {
            return Err(BadLine::Syntax("a name is missing, or must stand in quotes"));
        }
        if rest.starts_with(|c: char| !c.is_ascii_whitespace() && !matches!(c, '{' | '}' | '=' | ',')) {
            return Err(BadLine::Syntax("a name with such characters must stand in quotes"));
        }
        self.0 = rest;
        Ok(word)
    }

    /// A text in quotes, its escapes undone.
    fn quoted(&mut self) -> Result<Cow<'a, str>, BadLine<'a>> {
        let inner = self.0.strip_prefix('"').ok_or(BadLine::Syntax("a quoted text is missing"))?;
        let mut is_escaped = false;
        for (at, byte) in inner.bytes().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    let (text, rest) = inner.split_at(at);
                    self.0 = rest.get(1..).unwrap_or("");
                    return Ok(unescaped(text));
                }
                _ => {}
            }
        }
        Err(BadLine::Syntax("a quote is not closed on its line"))
    }
}

/// A text whose escapes are undone; one that nobody knows is kept, as Prometheus keeps it.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut letters) = (String::with_capacity(text.len()), text.chars());
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => plain.push('\n'),
            Some(same @ ('\\' | '"')) => plain.push(same),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::{BadLine, Dialect, Head, Line, Tail, number};

    /// Name, labels, value, time and exemplar of a line, or what is wrong with it.
    fn told(line: &str, dialect: Dialect) -> String {
        let read = || {
            let (head, rest) = Head::read(line)?;
            let tail = Tail::read(rest, dialect)?;
            let labels: Vec<String> = head.labels.iter().map(|(n, v)| format!("{n}~{v}")).collect();
            let time = tail.time.map_or(String::new(), |time| format!("@{time}"));
            let more = if tail.has_exemplar { "#" } else { "" };
            Ok(format!("{}|{}|{}{time}{more}", head.name, labels.join(";"), tail.value))
        };
        read().unwrap_or_else(|bad| match bad {
            BadLine::Syntax(_) => "syntax".to_owned(),
            BadLine::Value(text) => format!("value {text}"),
            BadLine::Time(text) => format!("time {text}"),
            BadLine::Type(text) => format!("type {text}"),
        })
    }

    #[test]
    fn samples_are_read_in_their_parts() {
        for (line, expect) in [
            ("m 1", "m||1"),
            ("m{} 1", "m||1"),
            ("m{a=\"b\"} 1 2", "m|a~b|1@2"),
            ("m{a=\"b\"}1", "m|a~b|1"),
            ("m\t{ a = \"b\" , c=\"d\" , } \t 1", "m|a~b;c~d|1"),
            ("ns:m_1{_a1=\"\"} +Inf", "ns:m_1|_a1~|+Inf"),
            (r#"m{a="q\" b\\ n\n u\u é {},"} 1"#, "m|a~q\" b\\ n\n u\\u é {},|1"),
            ("{\"a.b\"} 1", "a.b||1"),
            ("{\"a.b\",\"l é\"=\"v\"} 1", "a.b|l é~v|1"),
            ("{l=\"v\",\"a.b\"} 1", "a.b|l~v|1"),
            ("{__name__=\"n\",l=\"v\"} 1", "n|l~v|1"),
            ("{l=\"v\"} 1", "|l~v|1"),
            ("m{a=\"b\",a=\"c\"} 1", "m|a~b;a~c|1"),
            ("m{a=\"b\"} 1 # {t=\"x\"} 2 3", "m|a~b|1#"),
            ("m{a=\" # \"} 1", "m|a~ # |1"),
            ("m", "syntax"),
            ("m{", "syntax"),
            ("m{a} 1", "syntax"),
            ("m{a=b} 1", "syntax"),
            ("m{a=\"b} 1", "syntax"),
            ("m{a=\"b\\\"} 1", "syntax"),
            ("m{a=\"b\" c=\"d\"} 1", "syntax"),
            ("m{,} 1", "syntax"),
            ("m{a=\"b\",,} 1", "syntax"),
            ("m{a=\"b\"", "syntax"),
            ("m{=\"b\"} 1", "syntax"),
            ("m{1a=\"b\"} 1", "syntax"),
            ("m{a:b=\"b\"} 1", "syntax"),
            ("m.n 1", "syntax"),
            ("1m 1", "syntax"),
            ("m-n 1", "syntax"),
            ("m{\"n\"} 1", "syntax"),
            ("m 1 2 3", "syntax"),
            ("m 1 1.5", "time 1.5"),
            ("m 1 x", "time x"),
            ("m 1 99999999999999999999", "time 99999999999999999999"),
            ("{}", "syntax"),
        ] {
            assert_eq!(told(line, Dialect::Prometheus), expect, "{line}");
        }
        assert_eq!(told("m 1 1.5", Dialect::OpenMetrics), "m||1@1500");
        assert_eq!(told("m 1 NaN", Dialect::OpenMetrics), "time NaN");
    }

    #[test]
    fn comments_say_types_helps_and_units() {
        for (line, expect) in [
            ("", "Ok(Empty)"),
            (" \t", "Ok(Empty)"),
            ("# TYPE m counter", "Ok(Type(\"m\", \"counter\"))"),
            ("#TYPE m counter", "Ok(Type(\"m\", \"counter\"))"),
            ("#\tTYPE \t m\tgauge ", "Ok(Type(\"m\", \"gauge\"))"),
            ("# TYPE \"a b\" gauge", "Ok(Type(\"a b\", \"gauge\"))"),
            ("# HELP m What \\\\ it\\n is.", "Ok(Help(\"m\", \"What \\\\ it\\n is.\"))"),
            ("# HELP m", "Ok(Help(\"m\", \"\"))"),
            ("# UNIT m seconds", "Ok(Unit(\"m\", \"seconds\"))"),
            ("# EOF", "Ok(End)"),
            ("# EOF more", "Ok(Comment(\"# EOF more\"))"),
            ("# words", "Ok(Comment(\"# words\"))"),
            ("# TYPED m x", "Ok(Comment(\"# TYPED m x\"))"),
            ("m 1", "Ok(Sample(\"m 1\"))"),
        ] {
            assert_eq!(format!("{:?}", Line::read(line)), expect, "{line}");
        }
        for line in ["# TYPE", "# TYPE ", "# TYPE m.n gauge", "# TYPE \"m gauge", "# TYPE \"m\"gauge"] {
            assert!(Line::read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn numbers_are_decimals_and_three_words() {
        for (text, expect) in [
            ("1", Some(1.0)),
            ("-1.5e-3", Some(-0.0015)),
            ("+Inf", Some(f64::INFINITY)),
            ("-Inf", Some(f64::NEG_INFINITY)),
            ("inf", Some(f64::INFINITY)),
            (".5", Some(0.5)),
            ("0x1p-2", None),
            ("0x10", None),
            ("1_000", None),
            ("1e999", None),
            ("1,5", None),
            ("one", None),
            ("", None),
        ] {
            assert_eq!(number(text), expect, "{text}");
        }
        assert!(number("NaN").is_some_and(f64::is_nan));
    }
}

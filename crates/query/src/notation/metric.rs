//! Names, labels, numbers and durations.

use model::{Labels, Millis, NAME};

/// Reads a text from its begin.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    /// What is left.
    pub rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// At the begin of a text.
    #[must_use]
    pub fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    /// Steps over blanks.
    pub fn skip(&mut self) -> &mut Self {
        self.rest = self.rest.trim_start();
        self
    }

    /// Steps over `text`, if it comes next.
    pub fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Steps over `text`, which must come next.
    ///
    /// # Errors
    /// It does not.
    pub fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.eat(text) { Ok(()) } else { Err(format!("expected {text:?} before {:?}", self.rest)) }
    }

    /// The characters up to the first that does not belong.
    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn identifier(&mut self) -> &'a str {
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '.')
    }

    /// A text in quotes of one of the three kinds, if one comes next.
    ///
    /// # Errors
    /// It has no end, or a bad escape.
    pub fn quoted(&mut self) -> Result<Option<String>, String> {
        let Some(quote @ ('"' | '\'' | '`')) = self.rest.chars().next() else { return Ok(None) };
        let mut text = String::new();
        let mut chars = self.rest.chars();
        chars.next();
        while let Some(c) = chars.next() {
            if c == quote {
                self.rest = chars.as_str();
                return Ok(Some(text));
            }
            text.push(if c == '\\' && quote != '`' { unescape(&mut chars)? } else { c });
        }
        Err(format!("no end of {:?}", self.rest))
    }
}

fn unescape(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    let c = chars.next().ok_or("nothing behind a backslash")?;
    let digits = match c {
        'n' => return Ok('\n'),
        't' => return Ok('\t'),
        'r' => return Ok('\r'),
        'x' => 2,
        'u' => 4,
        other => return Ok(other),
    };
    let code: String = chars.by_ref().take(digits).collect();
    let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
    code.ok_or_else(|| "a bad escape".to_owned())
}

/// Reads `name`, `name{label="value"}`, `{label="value"}`, `{"name", "label"="value"}`.
///
/// # Errors
/// What is wrong, with the text from there on.
pub fn metric(cursor: &mut Cursor<'_>) -> Result<Labels, String> {
    let name = cursor.skip().identifier();
    let mut pairs: Vec<(String, String)> = Vec::new();
    if !name.is_empty() {
        pairs.push((NAME.to_owned(), name.to_owned()));
    }
    let mut ahead = *cursor;
    if ahead.skip().eat("{") && !ahead.rest.starts_with('{') {
        *cursor = ahead;
        while !cursor.skip().eat("}") {
            pairs.push(label(cursor)?);
            if !cursor.skip().eat(",") {
                cursor.expect("}")?;
                break;
            }
        }
    } else if name.is_empty() {
        return Err(format!("expected a metric before {:?}", cursor.rest));
    }
    Ok(Labels::new(pairs))
}

fn label(cursor: &mut Cursor<'_>) -> Result<(String, String), String> {
    let quoted = cursor.quoted()?;
    let is_quoted = quoted.is_some();
    let name = quoted.unwrap_or_else(|| cursor.identifier().to_owned());
    if cursor.skip().eat("=") {
        let value = cursor.skip().quoted()?.ok_or_else(|| format!("label {name} has no value"))?;
        return Ok((name, value));
    }
    if is_quoted {
        Ok((NAME.to_owned(), name))
    } else {
        Err(format!("expected \"=\" before {:?}", cursor.rest))
    }
}

/// A number as it stands alone: also `0x1f`, `Inf`, `NaN`.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        let whole = u32::from_str_radix(hex, 16).ok()?;
        return Some(sign * f64::from(whole));
    }
    match lower.as_str() {
        "inf" => Some(sign * f64::INFINITY),
        "nan" => Some(f64::NAN),
        _ if lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            lower.parse().ok().map(|value: f64| sign * value)
        }
        _ => None,
    }
}

/// A length of time: `0`, `5m`, `1h30m`, `-10ms`.
///
/// # Errors
/// It is none.
pub fn duration(text: &str) -> Result<Millis, String> {
    let wrong = || format!("{text:?} is no duration");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    let units: [(&str, Millis); 7] = [
        ("ms", 1),
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
    ];
    let mut sum = 0;
    while !rest.is_empty() || sum == 0 {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, behind) = rest.split_at(digits);
        let count: Millis = count.parse().map_err(|_| wrong())?;
        let found = units.iter().find_map(|(name, unit)| Some((behind.strip_prefix(name)?, *unit)));
        let (left, unit) = found.ok_or_else(wrong)?;
        sum = count.checked_mul(unit).and_then(|length| length.checked_add(sum)).ok_or_else(wrong)?;
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    Ok(sign * sum)
}

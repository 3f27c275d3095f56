//! `printf`, with Go's verbs and what Go writes where a value does not fit its verb.

use crate::float::{Style, float};
use crate::out::Out;
use crate::padding::Spec;
use crate::quote::{quote, quote_char};
use crate::show::{show, show_argument};
use crate::value::Value;
use model::limits::TEMPLATE_WIDTH;

/// Writes `format` with the values in place of its verbs.
///
/// # Errors
/// There is no room, a width is beyond its limit, or a verb or flag is not supported.
pub(crate) fn printf(out: &mut Out, format: &str, values: &[Value]) -> Result<(), String> {
    let mut reader = Reader { rest: format, values, next: 0, reordered: false };
    while let Some((before, after)) = reader.rest.split_once('%') {
        out.push(before)?;
        reader.rest = after;
        reader.verb(out)?;
    }
    out.push(reader.rest)?;
    reader.extra(out)
}

#[derive(Debug)]
struct Reader<'a> {
    rest: &'a str,
    values: &'a [Value],
    next: usize,
    /// Values were named by number: then nobody counts whether all are used.
    reordered: bool,
}

impl Reader<'_> {
    /// Reads what follows a `%`, and writes what it stands for.
    fn verb(&mut self, out: &mut Out) -> Result<(), String> {
        let mut spec = self.flags();
        let (mut good, mut numbered) = self.number_of_value();
        if self.take('*') {
            self.star(out, &mut spec)?;
            numbered = false;
        } else if let Some(width) = self.digits()? {
            // The number of a value stands right before its verb or `*`.
            good &= !numbered;
            spec.width = width;
        }
        if self.take('.') {
            let (is_good, is_numbered) = self.number_of_value();
            good &= is_good && !numbered && !is_numbered;
            spec.precision = Some(self.digits()?.unwrap_or(0));
        }
        good &= self.number_of_value().0;
        let Some(verb) = self.rest.chars().next() else {
            return out.push("%!(NOVERB)");
        };
        self.rest = self.rest.get(verb.len_utf8()..).unwrap_or("");
        if verb == '%' {
            return out.push("%");
        }
        if !good {
            return out.push(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(value) = self.values.get(self.next) else {
            return out.push(&format!("%!{verb}(MISSING)"));
        };
        self.next += 1;
        one(out, verb, &spec, value)
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '+' => spec.plus = true,
                '-' => spec.minus = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                '#' => spec.sharp = true,
                _ => break,
            }
            self.rest = self.rest.get(1..).unwrap_or("");
        }
        spec.zero &= !spec.minus;
        spec
    }

    /// `[2]`: which value is next. Whether there is such a value, and whether there is a number at all.
    fn number_of_value(&mut self) -> (bool, bool) {
        let Some(inside) = self.rest.strip_prefix('[') else { return (true, false) };
        let Some((number, behind)) = inside.split_once(']') else {
            self.rest = inside;
            return (false, true);
        };
        self.rest = behind;
        self.reordered = true;
        match number.parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => {
                self.next = number - 1;
                (true, true)
            }
            _ => (false, true),
        }
    }

    /// `*`: the width is the next value.
    fn star(&mut self, out: &mut Out, spec: &mut Spec) -> Result<(), String> {
        let value = self.values.get(self.next);
        self.next += 1;
        let Some(Value::Int(width)) = value else {
            return out.push("%!(BADWIDTH)");
        };
        if *width < 0 {
            spec.minus = true;
            spec.zero = false;
        }
        spec.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        bounded(spec.width).map(drop)
    }

    fn digits(&mut self) -> Result<Option<usize>, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        bounded(digits.parse().unwrap_or(usize::MAX)).map(Some)
    }

    fn take(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Says which values no verb asked for.
    fn extra(&self, out: &mut Out) -> Result<(), String> {
        let left = self.values.get(self.next..).unwrap_or(&[]);
        if self.reordered || left.is_empty() {
            return Ok(());
        }
        out.push("%!(EXTRA ")?;
        for (at, value) in left.iter().enumerate() {
            out.push(if at == 0 { "" } else { ", " })?;
            typed(out, &Spec::default(), value)?;
        }
        out.push(")")
    }
}

fn bounded(width: usize) -> Result<usize, String> {
    if width > TEMPLATE_WIDTH {
        return Err(format!("a width or precision is more than {TEMPLATE_WIDTH}"));
    }
    Ok(width)
}

/// Writes one value by one verb; what is made of several is written by the verb of each.
fn one(out: &mut Out, verb: char, spec: &Spec, value: &Value) -> Result<(), String> {
    if verb == 'T' {
        return out.push(&spec.pad(value.kind()));
    }
    if spec.sharp && !(verb == 'x' && matches!(value, Value::Int(_))) {
        return Err("the flag # of printf is not supported here".to_owned());
    }
    let text = match value {
        Value::Bool(it) if matches!(verb, 'v' | 't') => Some(spec.pad(if *it { "true" } else { "false" })),
        Value::Int(it) => int(verb, spec, *it),
        Value::Float(it) => real(verb, spec, *it)?,
        Value::Text(it) => string(verb, spec, it),
        Value::Time(_) | Value::Duration(_) if matches!(verb, 'v' | 's' | 'q') => {
            let mut text = Out::new(TEMPLATE_WIDTH);
            show(&mut text, value)?;
            string(verb, spec, &text.into_text())
        }
        Value::Labels(labels) => return map(out, verb, spec, labels),
        Value::Sample(_)
        | Value::Vector(_)
        | Value::Args(_)
        | Value::Root(_)
        | Value::Nil
        | Value::Missing
            if verb == 'v' =>
        {
            return show_argument(out, value);
        }
        _ => None,
    };
    match text {
        Some(text) => out.push(&text),
        None => {
            out.push(&format!("%!{verb}("))?;
            typed(out, spec, value)?;
            out.push(")")
        }
    }
}

/// `float64=5`, as Go writes a value that does not fit.
fn typed(out: &mut Out, spec: &Spec, value: &Value) -> Result<(), String> {
    if matches!(value, Value::Nil | Value::Missing) {
        return out.push("<nil>");
    }
    out.push(value.kind())?;
    out.push("=")?;
    one(out, 'v', spec, value)
}

fn map(out: &mut Out, verb: char, spec: &Spec, labels: &model::Labels) -> Result<(), String> {
    out.push("map[")?;
    for (at, (name, value)) in labels.iter().enumerate() {
        out.push(if at == 0 { "" } else { " " })?;
        one(out, verb, spec, &Value::text(name))?;
        out.push(":")?;
        one(out, verb, spec, &Value::text(value))?;
    }
    out.push("]")
}

fn string(verb: char, spec: &Spec, text: &str) -> Option<String> {
    let text = spec.cut(text);
    let hex = |upper: bool| -> String {
        text.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let written = match verb {
        'v' | 's' => text.to_owned(),
        'q' => quote(text),
        'x' => hex(false),
        'X' => hex(true),
        _ => return None,
    };
    Some(spec.pad(&written))
}

fn int(verb: char, spec: &Spec, value: i64) -> Option<String> {
    let size = value.unsigned_abs();
    let character = || u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
    let digits = match verb {
        'v' | 'd' => size.to_string(),
        'b' => format!("{size:b}"),
        'o' => format!("{size:o}"),
        'O' => format!("0o{size:o}"),
        'x' if spec.sharp => format!("{size:#x}"),
        'x' => format!("{size:x}"),
        'X' => format!("{size:X}"),
        'c' => return Some(spec.pad(character().encode_utf8(&mut [0; 4]))),
        'q' => return Some(spec.pad(&quote_char(character()))),
        'U' => return Some(spec.pad(&format!("U+{size:04X}"))),
        _ => return None,
    };
    let Some(least) = spec.precision else {
        return Some(spec.pad_number(value < 0, &digits));
    };
    // With a precision there are so many digits, and no other zeros.
    let zeros = "0".repeat(least.saturating_sub(digits.len()));
    let digits = if least == 0 && value == 0 { String::new() } else { format!("{zeros}{digits}") };
    Some(Spec { zero: false, ..*spec }.pad_number(value < 0, &digits))
}

fn real(verb: char, spec: &Spec, value: f64) -> Result<Option<String>, String> {
    let six = Some(spec.precision.unwrap_or(6));
    let text = match verb {
        'v' | 'g' | 'G' => float(value, Style::General, spec.precision),
        'e' | 'E' => float(value, Style::Exponent, six),
        'f' | 'F' => float(value, Style::Fixed, six),
        'x' | 'X' | 'b' => return Err(format!("printf writes no number with a fraction by %{verb}")),
        _ => return Ok(None),
    };
    let text = if verb == 'E' || verb == 'G' { text.replace('e', "E") } else { text };
    let digits = text.trim_start_matches(['-', '+']);
    if value.is_finite() {
        return Ok(Some(spec.pad_number(text.starts_with('-'), digits)));
    }
    // Nothing that is no number is filled up with zeros; an infinity always has its sign, or a space for it.
    let spec = Spec { zero: false, plus: spec.plus || value.is_infinite() && !spec.space, ..*spec };
    Ok(Some(spec.pad_number(text.starts_with('-'), digits)))
}

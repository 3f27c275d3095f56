//! The commands of a script: `clear`, `load`, `eval`.

use super::Fault;
use super::expect::{self, Expect, Topic};
use model::Millis;
use query::notation::{Cursor, duration, number};
use query::notation::{SeriesLine, series};
use regex::Regex;
use std::sync::LazyLock;

/// A command and the line in which it stands.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) line: usize,
    pub(crate) what: What,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

/// Series to be loaded.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) step: Millis,
    /// Of classic histograms also native ones.
    pub(crate) with_nhcb: bool,
    pub(crate) series: Vec<SeriesLine>,
    /// How many lines of start timestamps there were: they are read over.
    pub(crate) start_timestamps: usize,
}

/// When an expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Instant(Millis),
    Range { from: Millis, to: Millis, step: Millis },
}

/// An expression and what must come out.
#[derive(Debug, Clone)]
pub(crate) struct Eval {
    pub(crate) query: String,
    pub(crate) when: When,
    pub(crate) expects: Vec<Expect>,
    pub(crate) result: Expected,
}

/// What must come out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    Scalar(f64),
    String(String),
    /// Series with the line of each.
    Series(Vec<(usize, SeriesLine)>),
    /// Of an instant query: series over a time.
    RangeVector {
        from: Millis,
        step: Millis,
        series: Vec<(usize, SeriesLine)>,
    },
}

impl Eval {
    pub(crate) fn expects(&self, topic: Topic) -> impl Iterator<Item = &Expect> {
        self.expects.iter().filter(move |expect| expect.topic == topic)
    }

    pub(crate) fn is_expected(&self, topic: Topic) -> bool {
        self.expects(topic).next().is_some()
    }
}

/// Lines of a script, without comments, numbered from 1.
struct Lines<'a> {
    rest: std::iter::Peekable<Box<dyn Iterator<Item = (usize, &'a str)> + 'a>>,
}

impl<'a> Lines<'a> {
    fn new(script: &'a str) -> Self {
        let lines = script.split('\n').map(str::trim);
        let lines = lines.map(|line| if line.starts_with('#') { "" } else { line });
        let lines: Box<dyn Iterator<Item = _>> = Box::new((1..).zip(lines));
        Self { rest: lines.peekable() }
    }

    /// The next line of a block.
    fn in_block(&mut self) -> Option<(usize, &'a str)> {
        self.rest.next_if(|(_, line)| !line.is_empty())
    }
}

/// Reads a script.
pub(crate) fn commands(script: &str) -> Result<Vec<Command>, Fault> {
    let mut lines = Lines::new(script);
    let mut commands = Vec::new();
    while let Some((line, text)) = lines.rest.next() {
        if text.is_empty() {
            continue;
        }
        let word = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let what = if word == "clear" {
            What::Clear
        } else if word.starts_with("load") {
            What::Load(load(line, text, &mut lines)?)
        } else if word.starts_with("eval") {
            What::Eval(Box::new(eval(line, text, &mut lines)?))
        } else {
            return Err(Fault::new(line, format!("{text:?} is no command")));
        };
        commands.push(Command { line, what });
    }
    Ok(commands)
}

fn load(line: usize, text: &str, lines: &mut Lines<'_>) -> Result<Load, Fault> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (with_nhcb, step) = match words.as_slice() {
        ["load", step] => (false, step),
        ["load_with_nhcb", step] => (true, step),
        _ => return Err(Fault::new(line, format!("{text:?} loads nothing: load[_with_nhcb] <duration>"))),
    };
    let step = duration(step).map_err(|what| Fault::new(line, what))?;
    let mut load = Load { step, with_nhcb, series: Vec::new(), start_timestamps: 0 };
    while let Some((line, text)) = lines.in_block() {
        if START.as_ref().is_some_and(|start| start.is_match(text)) {
            load.start_timestamps += 1;
            continue;
        }
        load.series.push(series(text).map_err(|what| Fault::new(line, what))?);
    }
    Ok(load)
}

/// A pattern; one that is none matches nothing.
type Pattern = LazyLock<Option<Regex>>;

static START: Pattern = LazyLock::new(|| Regex::new(r"[}\w]@st\s").ok());
static INSTANT: Pattern = LazyLock::new(|| {
    Regex::new(r"^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$").ok()
});
static RANGE: Pattern = LazyLock::new(|| {
    let times = r"from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$";
    Regex::new(&format!(r"^eval(?:_(fail|warn|info))?\s+range\s+{times}")).ok()
});
static RANGE_VECTOR: Pattern =
    LazyLock::new(|| Regex::new(r"^expect\s+range\s+vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$").ok());

/// The groups of a pattern, empty where there is none.
fn groups<'a>(pattern: &Pattern, text: &'a str) -> Option<Vec<&'a str>> {
    let captures = pattern.as_ref()?.captures(text)?;
    Some(captures.iter().skip(1).map(|group| group.map_or("", |group| group.as_str())).collect())
}

fn eval(line: usize, text: &str, lines: &mut Lines<'_>) -> Result<Eval, Fault> {
    let (word, when, query) = head(text).map_err(|what| Fault::new(line, what))?;
    let expects = expect::of_word(word).into_iter().collect();
    let result = Expected::Series(Vec::new());
    let mut eval = Eval { query: query.to_owned(), when, expects, result };
    while let Some((line, text)) = lines.in_block() {
        let fault = |what| Fault::new(line, what);
        if let Some([from, to, step]) = groups(&RANGE_VECTOR, text).as_deref() {
            let times = [from, to, step].map(|text| duration(text));
            let [Ok(from), Ok(to), Ok(step)] = times else {
                return Err(Fault::new(line, "a bad duration"));
            };
            eval.when = When::Instant(to);
            eval.result = Expected::RangeVector { from, step, series: Vec::new() };
        } else if let Some(text) = text.strip_prefix("expect string ") {
            let text = Cursor::new(text.trim()).quoted().map_err(fault)?;
            eval.result = Expected::String(text.ok_or_else(|| Fault::new(line, "a string has quotes"))?);
        } else if let Some(expect) = expect::expect(text).map_err(fault)? {
            eval.expects.push(expect);
        } else if let Some(value) = number(text) {
            eval.result = Expected::Scalar(value);
            break;
        } else {
            let one = series(text).map_err(fault)?;
            let is_instant = matches!((eval.when, &eval.result), (When::Instant(_), Expected::Series(_)));
            if is_instant && one.items.len() != 1 {
                return Err(Fault::new(line, "one value is expected of a series at one time"));
            }
            match &mut eval.result {
                Expected::Series(series) | Expected::RangeVector { series, .. } => series.push((line, one)),
                _ => return Err(Fault::new(line, "series behind a scalar or a string")),
            }
        }
    }
    Ok(eval)
}

fn head(text: &str) -> Result<(&str, When, &str), String> {
    if let Some([word, from, to, step, query]) = groups(&RANGE, text).as_deref() {
        let (from, to, step) = (duration(from)?, duration(to)?, duration(step)?);
        if to < from || step <= 0 {
            return Err("the range ends before it begins, or has no step".to_owned());
        }
        return Ok((word, When::Range { from, to, step }, query));
    }
    if let Some([word, at, query]) = groups(&INSTANT, text).as_deref() {
        let at = if at.is_empty() { 0 } else { duration(at)? };
        return Ok((word, When::Instant(at), query));
    }
    Err(format!(
        "{text:?} evaluates nothing: eval instant at <time> <query>, or eval range from … to … step …"
    ))
}

//! The text format of Prometheus and OpenMetrics: reading, line by line.
//!
//! What a line says is read as in every text that comes in (`ingest`); here it becomes a series and a point, exact to the
//! bits of a NaN. `# TYPE` holds for the lines below it, up to the next. A line without a timestamp says nothing about a
//! time, and is refused.

use super::exposition::BITS;
use super::fault::{Fault, shortened};
use super::{identity, value};
use ingest::{BadLine, Dialect, Head, Line, Tail, kind_in_family};
use model::{MetricKind, NAME, Point, Series};
use std::sync::Arc;

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Reader {
    dialect: Dialect,
    /// The metric and the word of the last `# TYPE`.
    family: Option<(String, String)>,
    /// The NaN of the comment before this line.
    nan: Option<f64>,
    /// Name and labels of the last line as they were written, and their series: a text repeats itself.
    last: Option<(String, Arc<Series>)>,
}

impl Reader {
    /// Of a text in `dialect`.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, family: None, nan: None, last: None }
    }

    /// The sample of `line`, if it is one, appended to `out`.
    pub(crate) fn read(&mut self, line: &str, out: &mut Vec<(Arc<Series>, Point)>) -> Result<(), Fault> {
        if let Some(digits) = line.trim_ascii().strip_prefix(BITS) {
            let nan = value::parse_bits(digits.trim_ascii());
            self.nan = Some(nan.ok_or_else(|| Fault::value(line))?);
            return Ok(());
        }
        match Line::read(line).map_err(|bad| self.fault(bad))? {
            Line::Type(name, word) => {
                self.last = None;
                self.family = Some((name.into_owned(), word.to_owned()));
                match kind_in_family("", word, "") {
                    Some(_) => Ok(()),
                    None => Err(Fault::kind(word)),
                }
            }
            Line::Sample(text) => {
                let nan = self.nan.take();
                let (series, rest) = self.series(text)?;
                let point = self.point(rest, nan)?;
                out.push((series, point));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The series at the start of `line`, and what follows.
    fn series<'a>(&mut self, line: &'a str) -> Result<(Arc<Series>, &'a str), Fault> {
        if let Some((head, series)) = &self.last
            && let Some(rest) = line.strip_prefix(head.as_str())
        {
            return Ok((Arc::clone(series), rest));
        }
        let (head, rest) = Head::read(line).map_err(|bad| self.fault(bad))?;
        let kind = self.kind(&head.name);
        let name = Some((NAME.into(), head.name)).filter(|(_, name)| !name.is_empty());
        let pairs = name.into_iter().chain(head.labels);
        let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        let series = identity::series(pairs.collect(), kind)?;
        let written = &line[..line.len() - rest.len()];
        // Only a closing brace says for sure that the name and the labels are over.
        if written.ends_with('}') {
            self.last = Some((written.to_owned(), Arc::clone(&series)));
        }
        Ok((series, rest))
    }

    fn kind(&self, name: &str) -> MetricKind {
        let said = self.family.as_ref().and_then(|(family, word)| kind_in_family(family, word, name));
        said.unwrap_or_default()
    }

    fn point(&self, rest: &str, nan: Option<f64>) -> Result<Point, Fault> {
        let tail = Tail::read(rest, self.dialect).map_err(|bad| self.fault(bad))?;
        let v = value::parse(tail.value).ok_or_else(|| Fault::value(tail.value))?;
        let t = tail.time.ok_or_else(|| Fault::time("the line has no timestamp"))?;
        Ok(Point { t, v: nan.filter(|_| v.is_nan()).unwrap_or(v) })
    }

    fn fault(&self, bad: BadLine<'_>) -> Fault {
        match bad {
            BadLine::Syntax(text) => Fault::syntax(text),
            BadLine::Value(word) => Fault::value(word),
            BadLine::Type(word) => Fault::kind(word),
            BadLine::Time(word) => {
                Fault::time(format!("{} is not a timestamp in {}", shortened(word), self.dialect.unit()))
            }
        }
    }
}

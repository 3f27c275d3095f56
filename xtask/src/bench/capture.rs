//! What an exporter said, scrape by scrape, in a file: a scrape repeats nearly all of the one before, so only what
//! changed is written. Half an hour of a machine at a scrape a second are a few megabytes.
//!
//! Lines of text. `s KIND LABELS` gives a series the next number, from 0. `t MILLIS` begins a scrape: `NUMBER VALUE`
//! is a value that is not as it was, `g NUMBER` a series that is gone, `e` the end, at which all others have the value
//! they had. What follows the last `e` is of a scrape that was cut off, and counts nothing.

use super::exposition::{self, Line};
use std::collections::{HashMap, HashSet};
use std::io::Write;

/// The first line of a capture.
const HEAD: &str = "node-capture 1";

/// A series and all its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    /// Counter or gauge.
    pub kind: String,
    /// A JSON object, the metric's name among the labels.
    pub labels: String,
    /// Milliseconds since the epoch, and the value.
    pub points: Vec<(u64, f64)>,
}

/// Writes a capture.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
    /// The numbers of the series, by name and labels as the exporter writes them.
    numbers: HashMap<String, usize>,
    /// The bits of the last values; `None` where a series is gone.
    values: Vec<Option<u64>>,
}

impl<W: Write> Writer<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// When `to` does not take it.
    pub fn new(mut to: W) -> Result<Self, String> {
        writeln!(to, "{HEAD}").map_err(|error| error.to_string())?;
        Ok(Self { to, numbers: HashMap::new(), values: Vec::new() })
    }

    /// Writes the scrape at `t` with the answer `text`; every series gets the labels `more` as well.
    ///
    /// # Errors
    /// When the answer is not understood, or cannot be written.
    pub fn scrape(&mut self, t: u64, text: &str, more: &[(&str, &str)]) -> Result<usize, String> {
        let lines = exposition::parse(text)?;
        // New series stand before the scrape.
        let (mut begun, mut changed) = (String::new(), format!("t {t}\n"));
        let mut seen = HashSet::new();
        for line in &lines {
            let number = match self.numbers.get(line.head) {
                Some(number) => *number,
                None => self.begin_series(line, more, &mut begun)?,
            };
            seen.insert(number);
            let bits = Some(line.value.to_bits());
            if let Some(last) = self.values.get_mut(number).filter(|last| **last != bits) {
                *last = bits;
                changed.push_str(&format!("{number} {:?}\n", line.value));
            }
        }
        for (number, last) in self.values.iter_mut().enumerate() {
            if last.is_some() && !seen.contains(&number) {
                *last = None;
                changed.push_str(&format!("g {number}\n"));
            }
        }
        changed.push_str("e\n");
        begun.push_str(&changed);
        self.to
            .write_all(begun.as_bytes())
            .and_then(|()| self.to.flush())
            .map_err(|error| error.to_string())?;
        Ok(lines.len())
    }

    fn begin_series(
        &mut self,
        line: &Line<'_>,
        more: &[(&str, &str)],
        out: &mut String,
    ) -> Result<usize, String> {
        let labels = exposition::labels(line.head, more)
            .ok_or_else(|| format!("the exporter's labels are not understood: {}", line.head))?;
        out.push_str(&format!("s {} {labels}\n", line.kind));
        let number = self.values.len();
        self.numbers.insert(line.head.to_owned(), number);
        self.values.push(None);
        Ok(number)
    }
}

/// Reads a capture.
///
/// # Errors
/// The line that is not one of a capture.
pub fn read(text: &str) -> Result<Vec<Captured>, String> {
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, first)| first != HEAD) {
        return Err(format!("this is no capture: its first line is not `{HEAD}`"));
    }
    let mut series: Vec<Captured> = Vec::new();
    let mut values: Vec<Option<f64>> = Vec::new();
    let mut t = 0;
    for (at, line) in lines {
        let unclear = || format!("line {} of the capture is not understood: {line}", at + 1);
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "s" => {
                let (kind, labels) = rest.split_once(' ').ok_or_else(unclear)?;
                series.push(Captured {
                    kind: kind.to_owned(),
                    labels: labels.to_owned(),
                    points: Vec::new(),
                });
                values.push(None);
            }
            "t" => t = rest.parse().map_err(|_| unclear())?,
            "g" => *slot(&mut values, rest).ok_or_else(unclear)? = None,
            "e" => {
                let present = series.iter_mut().zip(&values);
                present.for_each(|(one, value)| one.points.extend(value.map(|value| (t, value))));
            }
            number => {
                *slot(&mut values, number).ok_or_else(unclear)? = Some(rest.parse().map_err(|_| unclear())?);
            }
        }
    }
    Ok(series.into_iter().filter(|one| !one.points.is_empty()).collect())
}

fn slot<'a>(values: &'a mut [Option<f64>], number: &str) -> Option<&'a mut Option<f64>> {
    values.get_mut(number.parse::<usize>().ok()?)
}

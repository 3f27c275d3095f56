//! A table on a terminal that is a Markdown table as well, written row by row while the runs go on.

use std::io::{self, Write};

/// A table whose columns are as wide as their headings.
#[derive(Debug)]
pub struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// Writes the head.
    ///
    /// # Errors
    /// When `out` does not take it.
    pub fn begin(out: &mut dyn Write, headings: &[&str]) -> io::Result<Table> {
        let table = Table { widths: headings.iter().map(|heading| heading.len()).collect() };
        table.row(out, &headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>())?;
        let rules: Vec<String> =
            table.widths.iter().map(|width| format!("{}:", "-".repeat(width - 1))).collect();
        table.row(out, &rules)?;
        Ok(table)
    }

    /// Writes a row, to the right of each column.
    ///
    /// # Errors
    /// When `out` does not take it.
    pub fn row(&self, out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
        for (cell, width) in cells.iter().zip(&self.widths) {
            write!(out, "| {cell:>width$} ")?;
        }
        writeln!(out, "|")?;
        out.flush()
    }
}

/// A whole number with its thousands set off by commas.
pub fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("-{text}") } else { text }
}

/// [`thousands`] of a whole number.
pub fn whole(number: u64) -> String {
    thousands(float(number))
}

/// A count as a float, to divide it.
#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
pub fn float(number: u64) -> f64 {
    number as f64
}

/// The value below which `share` of the sorted `values` lie (nearest rank); `None` without values.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut rank = 1;
    // The smallest rank that covers the share, found without a cast from float to integer.
    while f64::from(rank) < share * f64::from(u32::try_from(values.len()).ok()?) {
        rank += 1;
    }
    values.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied()
}

//! The formats: which there are, and one way to write and one to read all of them.

use super::fault::Fault;
use super::{csv, exposition, jsonl, scrape};
use crate::cli::TransferFormat;
use ingest::Dialect;
use model::{Point, Series};
use std::path::Path;
use std::sync::Arc;

/// The format that the end of a file's name says; JSON lines where it says nothing.
pub(crate) fn of_name(path: &Path) -> TransferFormat {
    match path.extension().and_then(|end| end.to_str()) {
        Some("csv") => TransferFormat::Csv,
        Some("prom" | "prometheus" | "txt") => TransferFormat::Prometheus,
        Some("om" | "openmetrics") => TransferFormat::Openmetrics,
        _ => TransferFormat::Jsonl,
    }
}

/// Turns series into text.
#[derive(Debug)]
pub(crate) enum Writer {
    Jsonl,
    Csv,
    Exposition(exposition::Writer),
}

impl Writer {
    /// In `format`; appends to `out` what comes before the first series. OpenMetrics is written as Prometheus'
    /// text, which says the same.
    pub(crate) fn begin(format: TransferFormat, out: &mut String) -> Self {
        match format {
            TransferFormat::Jsonl => Self::Jsonl,
            TransferFormat::Csv => {
                out.push_str(csv::HEADER);
                Self::Csv
            }
            TransferFormat::Prometheus | TransferFormat::Openmetrics => {
                Self::Exposition(exposition::Writer::default())
            }
        }
    }

    /// Appends `points` of `series`.
    pub(crate) fn push(&mut self, out: &mut String, series: &Series, points: &[Point]) {
        match self {
            Self::Jsonl => jsonl::push(out, series, points),
            Self::Csv => csv::push(out, series, points),
            Self::Exposition(writer) => writer.push(out, series, points),
        }
    }
}

/// Turns lines into samples.
#[derive(Debug)]
pub(crate) enum Reader {
    Jsonl,
    Csv(csv::Reader),
    Scrape(scrape::Reader),
}

impl Reader {
    /// Of lines in `format`.
    pub(crate) fn new(format: TransferFormat) -> Self {
        match format {
            TransferFormat::Jsonl => Self::Jsonl,
            TransferFormat::Csv => Self::Csv(csv::Reader::default()),
            TransferFormat::Prometheus => Self::Scrape(scrape::Reader::new(Dialect::Prometheus)),
            TransferFormat::Openmetrics => Self::Scrape(scrape::Reader::new(Dialect::OpenMetrics)),
        }
    }

    /// The samples of `line`, appended to `out`; of a line that is refused none.
    pub(crate) fn read(&mut self, line: &str, out: &mut Vec<(Arc<Series>, Point)>) -> Result<(), Fault> {
        if line.is_empty() {
            return Ok(());
        }
        match self {
            Self::Jsonl => jsonl::read(line, out),
            Self::Csv(reader) => reader.read(line, out),
            Self::Scrape(reader) => reader.read(line, out),
        }
    }
}

#[cfg(test)]
mod tests;

//! Requests of remote write 2.0: every text stands once in a request, and each series says what its metric is.

use crate::protobuf::{put_bytes, put_varint};
use crate::request::{self, Row, type_number};
use framing::varint;
use hashbrown::HashMap;
use model::{Metadata, NAME};

/// The texts of a request, and their numbers. The first is empty, and stands for none.
#[derive(Default)]
struct Symbols<'a> {
    numbers: HashMap<&'a str, u64>,
    all: Vec<&'a str>,
}

impl<'a> Symbols<'a> {
    fn new() -> Self {
        Self { numbers: [("", 0)].into(), all: vec![""] }
    }

    fn number(&mut self, text: &'a str) -> u64 {
        let all = &mut self.all;
        *self.numbers.entry(text).or_insert_with(|| {
            all.push(text);
            all.len() as u64 - 1
        })
    }
}

/// A request with these rows, not packed yet. `describe` knows what a metric is.
pub(crate) fn write(rows: &[Row], describe: impl Fn(&str) -> Option<Metadata>) -> Vec<u8> {
    let groups = request::groups(rows);
    let described: Vec<Option<Metadata>> = groups
        .iter()
        .map(|rows| {
            let labels = rows.first().map(|row| Pairs(&row.labels))?;
            describe(labels.into_iter().find(|(name, _)| *name == NAME)?.1)
        })
        .collect();
    let (mut symbols, mut all, mut series, mut inner) = (Symbols::new(), Vec::new(), Vec::new(), Vec::new());
    for (rows, metadata) in groups.iter().zip(&described) {
        series.clear();
        inner.clear();
        for (name, value) in rows.first().into_iter().flat_map(|row| Pairs(&row.labels)) {
            varint::put(&mut inner, symbols.number(name));
            varint::put(&mut inner, symbols.number(value));
        }
        put_bytes(&mut series, 1, &inner);
        for row in rows {
            request::put_value(&mut series, row, [2, 3], &mut inner);
        }
        if let Some(Metadata { metric_type, unit, help }) = metadata {
            inner.clear();
            put_varint(&mut inner, 1, type_number(*metric_type));
            put_varint(&mut inner, 3, symbols.number(help));
            put_varint(&mut inner, 4, symbols.number(unit));
            put_bytes(&mut series, 5, &inner);
        }
        put_bytes(&mut all, 5, &series);
    }
    let mut out = Vec::new();
    for symbol in symbols.all {
        put_bytes(&mut out, 4, symbol.as_bytes());
    }
    out.extend(all);
    out
}

/// The labels of a row, which are written as the first version has them.
struct Pairs<'a>(&'a [u8]);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let _tag = varint::take(&mut self.0)?;
        let _length = varint::take(&mut self.0)?;
        let _tag = varint::take(&mut self.0)?;
        let name = varint::take_text(&mut self.0)?;
        let _tag = varint::take(&mut self.0)?;
        Some((name, varint::take_text(&mut self.0)?))
    }
}

//! Requests of remote write 1.0: series with their samples as protobuf, packed with snappy; and what both versions have in
//! common.

use crate::histogram;
use crate::protobuf::{put_bytes, put_double, put_varint};
use framing::varint;
use model::{Histogram, Labels, Metadata, MetricType, Millis, PART};
use std::sync::Arc;

/// A value of a series at a time, on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The labels as they are written, see [`labels`].
    pub(crate) labels: Arc<[u8]>,
    /// The same for the same series.
    pub(crate) reference: usize,
    pub(crate) t: Millis,
    pub(crate) value: Value,
    /// How many entries of the queue it is.
    pub(crate) entries: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Number(f64),
    Histogram(Box<Histogram>),
}

/// The labels of a series as fields of a request, sorted by their names. `more` are given where there are none of the name.
pub(crate) fn labels(own: &Labels, more: &Labels) -> Vec<u8> {
    let own = own.iter().filter(|(name, _)| *name != PART);
    let all = Labels::new(more.iter().chain(own));
    let (mut out, mut label) = (Vec::new(), Vec::new());
    for (name, value) in all.iter() {
        label.clear();
        put_bytes(&mut label, 1, name.as_bytes());
        put_bytes(&mut label, 2, value.as_bytes());
        put_bytes(&mut out, 1, &label);
    }
    out
}

/// The rows of each series together, in the order in which they come.
pub(crate) fn groups(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_key(|row| row.reference);
    order.chunk_by(|a, b| a.reference == b.reference).map(<[_]>::to_vec).collect()
}

/// Appends the value of a row to a series, where numbers and histograms have these fields.
pub(crate) fn put_value(series: &mut Vec<u8>, row: &Row, fields: [u32; 2], inner: &mut Vec<u8>) {
    inner.clear();
    match &row.value {
        Value::Number(value) => {
            put_double(inner, 1, *value);
            put_varint(inner, 2, row.t.cast_unsigned());
            put_bytes(series, fields[0], inner);
        }
        Value::Histogram(histogram) => {
            histogram::write(inner, row.t, histogram);
            put_bytes(series, fields[1], inner);
        }
    }
}

/// A request with these rows, not packed yet.
pub(crate) fn write(rows: &[Row]) -> Vec<u8> {
    let (mut out, mut series, mut inner) = (Vec::new(), Vec::new(), Vec::new());
    for rows in groups(rows) {
        series.clear();
        if let Some(first) = rows.first() {
            series.extend_from_slice(&first.labels);
        }
        for row in rows {
            put_value(&mut series, row, [2, 4], &mut inner);
        }
        put_bytes(&mut out, 1, &series);
    }
    out
}

/// A request that says what metrics are, not packed yet.
pub(crate) fn write_metadata(all: &[(Box<str>, Metadata)]) -> Vec<u8> {
    let (mut out, mut one) = (Vec::new(), Vec::new());
    for (name, Metadata { metric_type, unit, help }) in all {
        one.clear();
        put_varint(&mut one, 1, type_number(*metric_type));
        put_bytes(&mut one, 2, name.as_bytes());
        put_bytes(&mut one, 4, help.as_bytes());
        put_bytes(&mut one, 5, unit.as_bytes());
        put_bytes(&mut out, 3, &one);
    }
    out
}

/// The number of a type, in either version.
pub(crate) fn type_number(metric_type: MetricType) -> u64 {
    match metric_type {
        MetricType::Unknown => 0,
        MetricType::Counter => 1,
        MetricType::Gauge => 2,
        MetricType::Histogram => 3,
        MetricType::GaugeHistogram => 4,
        MetricType::Summary => 5,
        MetricType::Info => 6,
        MetricType::StateSet => 7,
    }
}

/// Packs with snappy's block format, which every receiver reads. A stream of literals if that fails, which
/// it only does beyond 4 GiB.
pub(crate) fn pack(message: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(message).unwrap_or_else(|_| {
        let mut out = Vec::new();
        varint::put(&mut out, 0);
        out
    })
}

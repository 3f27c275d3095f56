//! Requests of remote write 1.0: series with their samples as protobuf, packed with snappy.

use crate::bytes;
use crate::histogram;
use crate::protobuf::{put_bytes, put_double, put_varint};
use model::{Histogram, Labels, Metadata, MetricType, Millis, PART};
use std::sync::Arc;

/// The headers that say what a request is.
pub const HEADERS: [(&str, &str); 3] = [
    ("content-type", "application/x-protobuf"),
    ("content-encoding", "snappy"),
    ("x-prometheus-remote-write-version", "0.1.0"),
];

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

/// A request with these rows, packed. Those of one series go together, in the order in which they come.
pub(crate) fn write(rows: &[Row]) -> Vec<u8> {
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_key(|row| row.reference);
    let (mut out, mut series, mut sample) = (Vec::new(), Vec::new(), Vec::new());
    for rows in order.chunk_by(|a, b| a.reference == b.reference) {
        series.clear();
        for row in rows {
            if series.is_empty() {
                series.extend_from_slice(&row.labels);
            }
            sample.clear();
            match &row.value {
                Value::Number(value) => {
                    put_double(&mut sample, 1, *value);
                    put_varint(&mut sample, 2, row.t.cast_unsigned());
                    put_bytes(&mut series, 2, &sample);
                }
                Value::Histogram(histogram) => {
                    histogram::write(&mut sample, row.t, histogram);
                    put_bytes(&mut series, 4, &sample);
                }
            }
        }
        put_bytes(&mut out, 1, &series);
    }
    pack(&out)
}

/// A request that says what metrics are, packed.
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
    pack(&out)
}

fn type_number(metric_type: MetricType) -> u64 {
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

/// Packs with snappy's block format, which every receiver of the first version reads. A stream of literals if that fails, which
/// it only does beyond 4 GiB.
fn pack(message: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(message).unwrap_or_else(|_| {
        let mut out = Vec::new();
        bytes::put(&mut out, 0);
        out
    })
}

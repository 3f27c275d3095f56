//! OTLP as protobuf: `ExportMetricsServiceRequest`.

use super::shape::{Attribute, DataPoint, Kind, Metric, Run, Source};
use crate::gate::WriteError;
use crate::protobuf::{Fields, Malformed, Value, varint};
use model::limits;
use std::borrow::Cow;

/// Reads an export.
///
/// # Errors
/// [`WriteError::Unreadable`], [`WriteError::TooLarge`].
pub(super) fn read(body: &[u8]) -> Result<Vec<Source<'_>>, WriteError> {
    let (mut sources, mut count) = (Vec::new(), 0);
    for field in Fields::of(body) {
        if let (1, value) = field? {
            add(&mut count)?;
            sources.push(source(value.bytes()?, &mut count)?);
        }
    }
    Ok(sources)
}

/// Counts an entry of the request.
fn add(count: &mut usize) -> Result<(), WriteError> {
    *count += 1;
    if *count > limits::WRITE_ENTRIES { Err(WriteError::TooLarge) } else { Ok(()) }
}

fn source<'a>(message: &'a [u8], count: &mut usize) -> Result<Source<'a>, WriteError> {
    let mut source = Source::default();
    for field in Fields::of(message) {
        match field? {
            (1, value) => {
                for field in Fields::of(value.bytes()?) {
                    if let (1, value) = field? {
                        add(count)?;
                        source.attributes.push(attribute(value.bytes()?)?);
                    }
                }
            }
            // The scope that metrics are grouped by is not told apart.
            (2, value) => {
                for field in Fields::of(value.bytes()?) {
                    if let (2, value) = field? {
                        add(count)?;
                        source.metrics.push(metric(value.bytes()?, count)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(source)
}

fn metric<'a>(message: &'a [u8], count: &mut usize) -> Result<Metric<'a>, WriteError> {
    let mut metric = Metric::default();
    for field in Fields::of(message) {
        let (number, value) = field?;
        metric.kind = match number {
            1 => {
                metric.name = value.text()?.into();
                continue;
            }
            2 => {
                metric.help = value.text()?.into();
                continue;
            }
            3 => {
                metric.unit = value.text()?.into();
                continue;
            }
            5 => Kind::Gauge,
            7 => Kind::Sum,
            9 => Kind::Histogram,
            10 => Kind::Exponential,
            11 => Kind::Summary,
            _ => continue,
        };
        for field in Fields::of(value.bytes()?) {
            match field? {
                (1, value) => {
                    add(count)?;
                    metric.points.push(point(metric.kind, value.bytes()?, count)?);
                }
                (2, value) => metric.is_delta = value.unsigned()? == 1,
                (3, value) => metric.is_monotonic = value.unsigned()? != 0,
                _ => {}
            }
        }
    }
    Ok(metric)
}

/// Each kind of points numbers its fields differently; times they have in common.
fn point<'a>(kind: Kind, message: &'a [u8], count: &mut usize) -> Result<DataPoint<'a>, WriteError> {
    let mut point = DataPoint::default();
    for field in Fields::of(message) {
        let (number, value) = field?;
        match (kind, number) {
            (_, 3) => point.time = eight(value)?,
            (Kind::Gauge | Kind::Sum | Kind::Summary, 7) | (Kind::Histogram, 9) | (Kind::Exponential, 1) => {
                add(count)?;
                point.attributes.push(attribute(value.bytes()?)?);
            }
            (Kind::Gauge | Kind::Sum, 5) | (Kind::Histogram, 8) | (Kind::Exponential, 11) => {
                point.exemplars += 1;
            }
            (Kind::Gauge | Kind::Sum | Kind::Summary, 8) | (Kind::Histogram | Kind::Exponential, 10) => {
                point.is_absent = value.unsigned()? & 1 != 0;
            }
            (Kind::Gauge | Kind::Sum, 4) => point.value = value.double()?,
            (Kind::Gauge | Kind::Sum, 6) => point.value = whole(eight(value)?.cast_signed()),
            (Kind::Histogram | Kind::Exponential | Kind::Summary, 4) => point.count = eight(value)?,
            (Kind::Histogram | Kind::Exponential | Kind::Summary, 5) => point.sum = Some(value.double()?),
            (Kind::Histogram, 6) => eights(value, &mut point.counts, |number| number, count)?,
            (Kind::Histogram, 7) => eights(value, &mut point.bounds, f64::from_bits, count)?,
            (Kind::Exponential, 6) => point.scale = value.zigzag()?,
            (Kind::Exponential, 7) => point.zero_count = eight(value)?,
            (Kind::Exponential, 8) => point.positive = run(value.bytes()?, count)?,
            (Kind::Exponential, 9) => point.negative = run(value.bytes()?, count)?,
            (Kind::Exponential, 14) => point.zero_threshold = value.double()?,
            (Kind::Summary, 6) => {
                add(count)?;
                point.quantiles.push(quantile(value.bytes()?)?);
            }
            _ => {}
        }
    }
    Ok(point)
}

fn run(message: &[u8], count: &mut usize) -> Result<Run, WriteError> {
    let mut run = Run::default();
    for field in Fields::of(message) {
        match field? {
            (1, value) => run.offset = value.zigzag()?,
            (2, Value::Varint(number)) => {
                add(count)?;
                run.counts.push(number);
            }
            (2, value) => {
                let mut rest = value.bytes()?;
                while !rest.is_empty() {
                    add(count)?;
                    run.counts.push(varint(&mut rest)?);
                }
            }
            _ => {}
        }
    }
    Ok(run)
}

fn quantile(message: &[u8]) -> Result<(f64, f64), Malformed> {
    let (mut quantile, mut at) = (0.0, 0.0);
    for field in Fields::of(message) {
        match field? {
            (1, value) => quantile = value.double()?,
            (2, value) => at = value.double()?,
            _ => {}
        }
    }
    Ok((quantile, at))
}

fn attribute(message: &[u8]) -> Result<Attribute<'_>, Malformed> {
    let (mut name, mut text) = ("", Cow::Borrowed(""));
    for field in Fields::of(message) {
        match field? {
            (1, value) => name = value.text()?,
            (2, value) => text = any(value.bytes()?)?,
            _ => {}
        }
    }
    Ok((Cow::Borrowed(name), text))
}

/// A value as text. Of a list the texts of its members, of what is nested deeper nothing.
fn any(message: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    let mut text = Cow::Borrowed("");
    for field in Fields::of(message) {
        let field = field?;
        text = match field {
            (5, value) => {
                let mut all = Vec::new();
                for field in Fields::of(value.bytes()?) {
                    if let (1, value) = field? {
                        for field in Fields::of(value.bytes()?) {
                            all.extend(scalar(field?)?.map(|text| format!("{text:?}")));
                        }
                    }
                }
                Cow::Owned(format!("[{}]", all.join(",")))
            }
            field => scalar(field)?.unwrap_or_default(),
        };
    }
    Ok(text)
}

fn scalar<'a>((number, value): (u32, Value<'a>)) -> Result<Option<Cow<'a, str>>, Malformed> {
    Ok(Some(match number {
        1 => Cow::Borrowed(value.text()?),
        2 => Cow::Borrowed(if value.unsigned()? == 0 { "false" } else { "true" }),
        3 => Cow::Owned(value.signed()?.to_string()),
        4 => Cow::Owned(value.double()?.to_string()),
        _ => return Ok(None),
    }))
}

fn eight(value: Value<'_>) -> Result<u64, Malformed> {
    if let Value::Eight(bits) = value { Ok(bits) } else { Err(Malformed) }
}

/// Numbers of eight bytes side by side, or one alone.
fn eights<T>(
    value: Value<'_>,
    to: &mut Vec<T>,
    make: impl Fn(u64) -> T,
    count: &mut usize,
) -> Result<(), WriteError> {
    if let Value::Eight(bits) = value {
        add(count)?;
        to.push(make(bits));
        return Ok(());
    }
    let (all, rest) = value.bytes()?.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Malformed.into());
    }
    *count += all.len();
    if *count > limits::WRITE_ENTRIES {
        return Err(WriteError::TooLarge);
    }
    to.extend(all.iter().map(|bytes| make(u64::from_le_bytes(*bytes))));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are not told apart")]
fn whole(number: i64) -> f64 {
    number as f64
}

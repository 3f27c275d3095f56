//! A native histogram as remote write has it: both versions write it alike.

use crate::protobuf::{Fields, Malformed, Value, varint, zigzag};
use model::{CUSTOM_BUCKETS, Histogram, Millis, Reason, ResetHint, is_stale_marker, limits, stale_marker};
use std::collections::BTreeMap;

/// The finest and the coarsest exponential buckets.
const SCHEMAS: std::ops::RangeInclusive<i64> = -4..=8;
/// So far from the middle no double has a bucket, whatever the schema.
const FARTHEST: i64 = 1 << 20;

/// One side of a histogram as it is written: which buckets there are, and what is in them.
#[derive(Debug, Default)]
struct Side {
    /// How many buckets are left out before a run, and how many the run has.
    spans: Vec<(i64, u64)>,
    /// What each bucket has more than the one before, if they are whole numbers.
    deltas: Vec<i64>,
    /// What each bucket has, if they are not.
    counts: Vec<f64>,
}

/// Reads a histogram.
///
/// # Errors
/// [`Reason::Unreadable`], or [`Reason::BadHistogram`] when its numbers make none.
pub(crate) fn read(message: &[u8]) -> Result<(Millis, Histogram), Reason> {
    let mut histogram = Histogram::default();
    let (mut positive, mut negative) = (Side::default(), Side::default());
    let (mut t, mut schema, mut is_whole) = (0, 0, true);
    for field in Fields::of(message) {
        let (number, value) = field.map_err(unreadable)?;
        match number {
            1 => histogram.count = whole(value)?,
            2 => {
                histogram.count = value.double().map_err(unreadable)?;
                is_whole = false;
            }
            3 => histogram.sum = value.double().map_err(unreadable)?,
            4 => schema = value.zigzag().map_err(unreadable)?,
            5 => histogram.zero_threshold = value.double().map_err(unreadable)?,
            6 => histogram.zero_count = whole(value)?,
            7 => histogram.zero_count = value.double().map_err(unreadable)?,
            8..=10 => negative.take(number - 8, value)?,
            11..=13 => positive.take(number - 11, value)?,
            14 => histogram.reset = hint(value.unsigned().map_err(unreadable)?),
            15 => t = value.signed().map_err(unreadable)?,
            16 => doubles(value, &mut histogram.bounds)?,
            _ => {}
        }
    }
    if is_stale_marker(histogram.sum) {
        let end = Histogram { count: stale_marker(), sum: stale_marker(), ..Histogram::default() };
        return Ok((t, end));
    }
    if positive.deltas.len() + negative.deltas.len() > 0 && positive.counts.len() + negative.counts.len() > 0
    {
        return Err(Reason::BadHistogram);
    }
    histogram.schema = i8::try_from(schema).map_err(|_| Reason::BadHistogram)?;
    is_whole &= positive.counts.is_empty() && negative.counts.is_empty();
    histogram.positive = positive.buckets()?;
    histogram.negative = negative.buckets()?;
    check(&histogram, is_whole)?;
    Ok((t, histogram))
}

impl Side {
    fn take(&mut self, which: u32, value: Value<'_>) -> Result<(), Reason> {
        let is_full = |length: usize| length > limits::HISTOGRAM_BUCKETS;
        match (which, value) {
            (0, value) => self.spans.push(span(value.bytes().map_err(unreadable)?)?),
            (1, Value::Varint(bits)) => self.deltas.push(zigzag(bits)),
            (1, value) => {
                let mut rest = value.bytes().map_err(unreadable)?;
                while !rest.is_empty() && !is_full(self.deltas.len()) {
                    self.deltas.push(zigzag(varint(&mut rest).map_err(unreadable)?));
                }
            }
            (_, value) => doubles(value, &mut self.counts)?,
        }
        let longest = self.spans.len().max(self.deltas.len()).max(self.counts.len());
        if is_full(longest) { Err(Reason::BadHistogram) } else { Ok(()) }
    }

    /// The buckets by their index.
    #[expect(clippy::cast_precision_loss, reason = "observations beyond 2^53 are not told apart")]
    fn buckets(self) -> Result<BTreeMap<i32, f64>, Reason> {
        let mut running = 0_i64;
        let mut sum = |delta: i64| {
            running = running.checked_add(delta).ok_or(Reason::BadHistogram)?;
            Ok(running as f64)
        };
        let counts: Vec<f64> = match self.counts.is_empty() {
            true => self.deltas.into_iter().map(&mut sum).collect::<Result<_, Reason>>()?,
            false => self.counts,
        };
        let (mut buckets, mut index, mut left) = (BTreeMap::new(), 0_i64, counts.into_iter());
        for (gap, length) in self.spans {
            index = index.checked_add(gap).ok_or(Reason::BadHistogram)?;
            for _ in 0..length {
                // A span longer than there are buckets ends here, however long it says it is.
                let count = left.next().ok_or(Reason::BadHistogram)?;
                let place = i32::try_from(index).ok().filter(|_| index.abs() <= FARTHEST);
                if buckets.insert(place.ok_or(Reason::BadHistogram)?, count).is_some() {
                    return Err(Reason::BadHistogram);
                }
                index += 1;
            }
        }
        if left.next().is_some() { Err(Reason::BadHistogram) } else { Ok(buckets) }
    }
}

/// Whether the numbers are those of a histogram.
fn check(histogram: &Histogram, is_whole: bool) -> Result<(), Reason> {
    let buckets = || histogram.positive.values().chain(histogram.negative.values());
    let is_negative = |count: f64| count.is_nan() || count < 0.0;
    let is_custom = histogram.schema == CUSTOM_BUCKETS;
    let are_ascending = histogram.bounds.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    let is_good = if is_custom {
        let ends = i32::try_from(histogram.bounds.len()).unwrap_or(i32::MAX);
        are_ascending
            && histogram.bounds.iter().all(|bound| bound.is_finite())
            && histogram.negative.is_empty()
            && histogram.zero_count == 0.0
            && histogram.positive.keys().all(|index| (0..=ends).contains(index))
    } else {
        SCHEMAS.contains(&i64::from(histogram.schema)) && histogram.bounds.is_empty()
    };
    let bad = !is_good
        || buckets().any(|count| is_negative(*count))
        || is_negative(histogram.zero_count)
        || is_negative(histogram.zero_threshold)
        || is_negative(histogram.count);
    // An observation that is not a number is counted, but is in no bucket. Sums of fractions are never quite right.
    let in_buckets: f64 = buckets().sum::<f64>() + histogram.zero_count;
    let counts_agree = !is_whole
        || if histogram.sum.is_nan() { in_buckets <= histogram.count } else { in_buckets == histogram.count };
    if bad || !counts_agree { Err(Reason::BadHistogram) } else { Ok(()) }
}

fn span(message: &[u8]) -> Result<(i64, u64), Reason> {
    let (mut gap, mut length) = (0, 0);
    for field in Fields::of(message) {
        match field.map_err(unreadable)? {
            (1, value) => gap = value.zigzag().map_err(unreadable)?,
            (2, value) => length = value.unsigned().map_err(unreadable)?,
            _ => {}
        }
    }
    Ok((gap, length))
}

/// Doubles side by side, or one alone.
fn doubles(value: Value<'_>, to: &mut Vec<f64>) -> Result<(), Reason> {
    let bytes = match value {
        Value::Eight(bits) => {
            to.push(f64::from_bits(bits));
            &[]
        }
        value => value.bytes().map_err(unreadable)?,
    };
    let (all, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Reason::Unreadable);
    }
    if to.len() + all.len() > limits::HISTOGRAM_BUCKETS {
        return Err(Reason::BadHistogram);
    }
    to.extend(all.iter().map(|bytes| f64::from_le_bytes(*bytes)));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "observations beyond 2^53 are not told apart")]
fn whole(value: Value<'_>) -> Result<f64, Reason> {
    Ok(value.unsigned().map_err(unreadable)? as f64)
}

fn hint(number: u64) -> ResetHint {
    match number {
        1 => ResetHint::Reset,
        2 => ResetHint::NotReset,
        3 => ResetHint::Gauge,
        _ => ResetHint::Unknown,
    }
}

fn unreadable(_: Malformed) -> Reason {
    Reason::Unreadable
}

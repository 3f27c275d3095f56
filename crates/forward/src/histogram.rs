//! Native histograms on their way out: put together from the parts that they are kept as (decision 0010), and written as
//! remote write has them.

use crate::protobuf::{put_bytes, put_double, put_varint};
use framing::varint;
use model::{Histogram, HistogramColumns, Millis, Part, Point};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A histogram whose parts are coming in.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    /// Of the series of histograms, as they are written.
    labels: Arc<[u8]>,
    t: Millis,
    parts: BTreeMap<Part, Vec<f64>>,
    entries: u64,
}

/// What a part made.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    /// A histogram that is whole, with its labels and of how many parts it is.
    pub(crate) whole: Option<(Arc<[u8]>, Millis, Histogram, u64)>,
    /// Parts that make none.
    pub(crate) lost: u64,
}

impl Assembly {
    /// Whether a histogram is not whole yet.
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Takes the next part. The schema is the first of a histogram, the count the last.
    pub(crate) fn take(&mut self, labels: &Arc<[u8]>, part: Part, point: Point) -> Assembled {
        let mut assembled = Assembled::default();
        let goes_on = self.under_way.as_ref().is_some_and(|under_way| {
            part != Part::Schema && under_way.t == point.t && under_way.labels == *labels
        });
        if !goes_on {
            assembled.lost += self.give_up();
            if part != Part::Schema {
                assembled.lost += 1;
                return assembled;
            }
            self.under_way =
                Some(UnderWay { labels: Arc::clone(labels), t: point.t, parts: BTreeMap::new(), entries: 0 });
        }
        if let Some(under_way) = &mut self.under_way {
            under_way.parts.insert(part, vec![point.v]);
            under_way.entries += 1;
        }
        if part == Part::Count
            && let Some(UnderWay { labels, t, parts, entries }) = self.under_way.take()
        {
            let histogram = HistogramColumns { times: vec![t], parts }.get(0);
            assembled.whole = histogram.map(|histogram| (labels, t, histogram, entries));
        }
        assembled
    }

    /// Gives up what is not whole; tells how many parts that were.
    pub(crate) fn give_up(&mut self) -> u64 {
        self.under_way.take().map_or(0, |under_way| under_way.entries)
    }
}

/// Observations are counted exactly below this.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes a histogram at a time: message `Histogram` of both versions.
pub(crate) fn write(out: &mut Vec<u8>, t: Millis, histogram: &Histogram) {
    let all = || histogram.positive.values().chain(histogram.negative.values());
    let is_whole = |count: &f64| count.fract() == 0.0 && (0.0..EXACT).contains(count);
    let mut counts = all().chain([&histogram.count, &histogram.zero_count]);
    if histogram.is_stale() {
        put_varint(out, 1, 0);
        put_double(out, 3, histogram.sum);
        put_varint(out, 15, t.cast_unsigned());
        return;
    }
    let are_whole = counts.all(is_whole);
    let put_count = |out: &mut Vec<u8>, field: u32, count: f64| match are_whole {
        true => put_varint(out, field, whole(count).cast_unsigned()),
        false => put_double(out, field + 1, count),
    };
    put_count(out, 1, histogram.count);
    put_double(out, 3, histogram.sum);
    put_varint(out, 4, varint::zigzag(i64::from(histogram.schema)));
    put_double(out, 5, histogram.zero_threshold);
    put_count(out, 6, histogram.zero_count);
    put_side(out, 8, &histogram.negative, are_whole);
    put_side(out, 11, &histogram.positive, are_whole);
    let hint = match histogram.reset {
        model::ResetHint::Unknown => 0,
        model::ResetHint::Reset => 1,
        model::ResetHint::NotReset => 2,
        model::ResetHint::Gauge => 3,
    };
    put_varint(out, 14, hint);
    put_varint(out, 15, t.cast_unsigned());
    if !histogram.bounds.is_empty() {
        let doubles: Vec<u8> = histogram.bounds.iter().flat_map(|bound| bound.to_le_bytes()).collect();
        put_bytes(out, 16, &doubles);
    }
}

/// The buckets of one side: runs of neighbours, then what they hold.
fn put_side(out: &mut Vec<u8>, field: u32, buckets: &BTreeMap<i32, f64>, are_whole: bool) {
    let mut runs: Vec<(i64, u64)> = Vec::new();
    let (mut deltas, mut doubles) = (Vec::new(), Vec::new());
    let (mut next, mut before) = (0_i64, 0_i64);
    for (index, count) in buckets {
        let gap = i64::from(*index) - next;
        match runs.last_mut() {
            Some((_, length)) if gap == 0 => *length += 1,
            _ => runs.push((gap, 1)),
        }
        next = i64::from(*index) + 1;
        if are_whole {
            varint::put(&mut deltas, varint::zigzag(whole(*count) - before));
            before = whole(*count);
        } else {
            doubles.extend(count.to_le_bytes());
        }
    }
    for (gap, length) in runs {
        let mut span = Vec::new();
        put_varint(&mut span, 1, varint::zigzag(gap));
        put_varint(&mut span, 2, length);
        put_bytes(out, field, &span);
    }
    if !deltas.is_empty() {
        put_bytes(out, field + 1, &deltas);
    }
    if !doubles.is_empty() {
        put_bytes(out, field + 2, &doubles);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and below 2^53")]
fn whole(count: f64) -> i64 {
    count as i64
}

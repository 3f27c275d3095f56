//! Aggregates of many buckets, column by column (`docs/format/chunk.md`).

use crate::codec::packed::Effort;
use crate::codec::times::{decode_times, encode_times};
use crate::codec::values::{decode_values, encode_values};
use crate::codec::workspace::Workspace;
use framing::varint;
use model::{Aggregate, Bucket, Facts, Millis, Point};

/// The column follows, as values.
const WRITTEN: u8 = 0;
/// The column follows from others.
const DERIVED: u8 = 1;
/// Most buckets of one series: more than ten years of hours.
const MOST: usize = 1 << 17;
const COLUMNS: usize = 9;
/// Whole numbers up to this are exact doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How a column may follow from those before it.
type Derive = fn(&[f64; COLUMNS]) -> f64;

/// The columns: points, how far the first and the last are from the end, the first value, the last, smallest, largest,
/// the sum, the resets.
const DERIVES: [Option<Derive>; COLUMNS] = [
    None,
    None,
    None,
    None,
    Some(|row| row[3]),
    Some(|row| row[3].min(row[4])),
    Some(|row| row[3].max(row[4])),
    Some(|row| row[3] * row[0]),
    Some(|_| 0.0),
];

/// The columns that another follows from, if it does.
const SOURCES: [&[usize]; COLUMNS] = [&[], &[], &[], &[], &[3], &[3, 4], &[3, 4], &[0, 3], &[]];

/// The aggregates of `buckets`, which are one behind the other; `None` if they cannot be written.
pub(crate) fn encode_buckets(buckets: &[Bucket]) -> Option<Vec<u8>> {
    if !(1..=MOST).contains(&buckets.len()) {
        return None;
    }
    let rows: Vec<[f64; COLUMNS]> = buckets.iter().map(row).collect();
    let ends: Vec<Millis> = buckets.iter().map(|bucket| bucket.end).collect();
    let (mut out, mut column) = (Vec::new(), Vec::new());
    varint::put(&mut out, buckets.len() as u64);
    encode_times(&ends, Effort::Thorough, &mut column)?;
    put_part(&mut out, &column);
    for (at, derive) in DERIVES.iter().enumerate() {
        let follows = |derive: &Derive| rows.iter().all(|row| derive(row).to_bits() == row[at].to_bits());
        if derive.as_ref().is_some_and(follows) {
            out.push(DERIVED);
            continue;
        }
        out.push(WRITTEN);
        let values: Vec<f64> = rows.iter().map(|row| row[at]).collect();
        column.clear();
        encode_values(&values, Effort::Thorough, &mut column);
        put_part(&mut out, &column);
    }
    Some(out)
}

/// Puts the buckets that [`encode_buckets`] wrote as `bytes`, with what is wanted of each, in the place of what `buckets`
/// has; `None` if that is not what they are.
pub(crate) fn decode_buckets(
    bytes: &[u8],
    facts: Facts,
    workspace: &mut BucketWorkspace,
    buckets: &mut Vec<Bucket>,
) -> Option<()> {
    let mut rest = bytes;
    let rest = &mut rest;
    let count = usize::try_from(varint::take(rest)?).ok().filter(|count| (1..=MOST).contains(count))?;
    let ends_at = take_part(rest)?;
    let mut columns = [None; COLUMNS];
    for (column, derive) in columns.iter_mut().zip(&DERIVES) {
        let (kind, behind) = rest.split_first()?;
        *rest = behind;
        match *kind {
            DERIVED if derive.is_some() => {}
            WRITTEN => *column = Some(take_part(rest)?),
            _ => return None,
        }
    }
    rest.is_empty().then_some(())?;
    let is_needed = needed(facts, &columns);
    let BucketWorkspace { codec, values, ends } = workspace;
    ends.clear();
    decode_times(ends_at, count, codec, ends)?;
    buckets.clear();
    buckets.extend(ends.iter().map(|end| Bucket { end: *end, aggregate: UNKNOWN }));
    for (at, (column, derive)) in columns.iter().zip(&DERIVES).enumerate().filter(|(at, _)| is_needed[*at]) {
        if let Some(column) = column {
            values.clear();
            decode_values(column, count, &(0..count), codec, values)?;
            buckets.iter_mut().zip(&*values).try_for_each(|(bucket, value)| set(bucket, at, *value))?;
        } else {
            let derive = derive.as_ref()?;
            buckets.iter_mut().try_for_each(|bucket| set(bucket, at, derive(&row(bucket))))?;
        }
    }
    Some(())
}

/// Memory that decoding buckets needs: whoever decodes many uses it again.
#[derive(Debug, Default)]
pub(crate) struct BucketWorkspace {
    codec: Workspace,
    values: Vec<f64>,
    ends: Vec<Millis>,
}

/// An aggregate of which nothing is known yet.
const UNKNOWN: Aggregate = Aggregate {
    count: 0,
    first: Point { t: 0, v: 0.0 },
    last: Point { t: 0, v: 0.0 },
    min: 0.0,
    max: 0.0,
    sum: 0.0,
    resets: 0.0,
};

/// The columns that must be read, those among them that others follow from.
fn needed(facts: Facts, columns: &[Option<&[u8]>; COLUMNS]) -> [bool; COLUMNS] {
    let Facts { edges, min, max, sum, resets } = facts;
    let mut is_needed = [true, true, true, edges, edges, min, max, sum, resets];
    for at in (0..COLUMNS).rev() {
        if is_needed[at] && columns[at].is_none() {
            SOURCES[at].iter().for_each(|source| is_needed[*source] = true);
        }
    }
    is_needed
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53, and the reader sees what is not")]
fn row(bucket: &Bucket) -> [f64; COLUMNS] {
    let Aggregate { count, first, last, min, max, sum, resets } = bucket.aggregate;
    let before = |t: Millis| bucket.end.abs_diff(t) as f64;
    [count as f64, before(first.t), before(last.t), first.v, last.v, min, max, sum, resets]
}

/// Notes the value of a column.
fn set(bucket: &mut Bucket, column: usize, value: f64) -> Option<()> {
    let Bucket { end, aggregate } = bucket;
    let before = |end: &Millis| end.checked_sub_unsigned(whole(value)?);
    match column {
        0 => aggregate.count = whole(value)?,
        1 => aggregate.first.t = before(end)?,
        2 => aggregate.last.t = before(end)?,
        3 => aggregate.first.v = value,
        4 => aggregate.last.v = value,
        5 => aggregate.min = value,
        6 => aggregate.max = value,
        7 => aggregate.sum = value,
        _ => aggregate.resets = value,
    }
    Some(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "what is not exact is seen at the way back"
)]
fn whole(number: f64) -> Option<u64> {
    let whole = number as u64;
    (number <= EXACT && whole as f64 == number).then_some(whole)
}

fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    varint::put(out, part.len() as u64);
    out.extend_from_slice(part);
}

fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint::take(rest)?).ok()?;
    let (part, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::encode_buckets;
    use model::{Aggregate, Bucket, Columns, Facts, limits};
    use proptest::prelude::{any, proptest};

    fn decode_buckets(bytes: &[u8], facts: Facts) -> Option<Vec<Bucket>> {
        let mut buckets = vec![Bucket { end: 7, aggregate: super::UNKNOWN }; 3];
        super::decode_buckets(bytes, facts, &mut super::BucketWorkspace::default(), &mut buckets)?;
        Some(buckets)
    }

    fn buckets(values: &[f64], step: i64) -> Vec<Bucket> {
        let times: Vec<i64> = (0_i64..).zip(values).map(|(at, _)| 1_795_000_000_123 + at * step).collect();
        let mut buckets = Vec::new();
        Bucket::fold(Columns { times: &times, values }, limits::HOUR, Facts::ALL, &mut buckets);
        buckets
    }

    #[track_caller]
    fn check(buckets: &[Bucket]) -> usize {
        let bytes = encode_buckets(buckets).expect("few");
        let decoded = decode_buckets(&bytes, Facts::ALL).unwrap_or_else(|| panic!("{buckets:?}"));
        // NaN is not equal to itself, but its text is; the bits of what can be told apart are compared by the text too.
        assert_eq!(format!("{decoded:?}"), format!("{buckets:?}"));
        check_each_fact(&bytes, buckets);
        bytes.len()
    }

    /// What is asked for alone is what it is among all others.
    fn check_each_fact(bytes: &[u8], buckets: &[Bucket]) {
        let of =
            |at: usize| Facts { edges: at == 0, min: at == 1, max: at == 2, sum: at == 3, resets: at == 4 };
        let facts = |all: &[Bucket], at: usize| {
            let fact = |Bucket { end, aggregate }: &Bucket| {
                let Aggregate { count, first, last, min, max, sum, resets } = *aggregate;
                let values = [[first.v, last.v], [min; 2], [max; 2], [sum; 2], [resets; 2]][at];
                format!("{end} {count} {} {} {values:?}", first.t, last.t)
            };
            all.iter().map(fact).collect::<Vec<_>>()
        };
        for at in 0..5 {
            let decoded = decode_buckets(bytes, of(at)).expect("as all of them");
            assert_eq!(facts(&decoded, at), facts(buckets, at));
        }
    }

    #[test]
    fn usual_aggregates_take_few_bytes() {
        let constant = buckets(&[21.5; 10_000], 10_000);
        assert!(check(&constant) < 160, "{}", check(&constant));
        let counter: Vec<f64> = (0..10_000).map(|n| f64::from(n * 7)).collect();
        let counter = buckets(&counter, 10_000);
        assert!(check(&counter) < 160 + 5 * counter.len(), "{} of {}", check(&counter), counter.len());
    }

    #[test]
    fn any_cut_and_any_byte_changed_is_survived() {
        let values: Vec<f64> = (0..900_i32).map(|n| f64::from(n * 7_919 % 97) / 10.0).collect();
        let bytes = encode_buckets(&buckets(&values, 60_000)).expect("few");
        for at in 0..bytes.len() {
            drop(decode_buckets(&bytes[..at], Facts::ALL));
            for with in 1..=255_u8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= with;
                drop(decode_buckets(&damaged, Facts::ALL));
            }
        }
    }

    proptest! {
        #[test]
        fn any_buckets_come_back(bits in proptest::collection::vec(any::<u64>(), 1..300), step in 1_i64..4_000_000) {
            let values: Vec<f64> = bits.iter().map(|bits| f64::from_bits(*bits)).collect();
            let all = buckets(&values, step);
            if !all.is_empty() {
                check(&all);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(decode_buckets(&bytes, Facts::ALL));
        }
    }
}

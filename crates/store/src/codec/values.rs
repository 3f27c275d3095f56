//! Values: constant, decimal, or packed as they are.

use crate::codec::bits::{self, pack_bits, unpack_bits};
use crate::codec::packed::{Effort, pack, pack_pages, unpack, unpack_to};
use crate::codec::pages::Pages;
use crate::codec::scale::Scale;
use crate::codec::workspace::Workspace;
use framing::varint;
use std::ops::Range;

const CONSTANT: u8 = 0;
const DECIMAL: u8 = 1;
const FLOATS: u8 = 2;
const RAW: u8 = 3;
const STEADY: u8 = 4;
const STEPS: u8 = 5;
const DECIMAL_PAGES: u8 = 6;
const FLOAT_PAGES: u8 = 7;
const BITS: u8 = 8;

/// Of so many values one may be an exception.
const EXCEPTIONS: usize = 8;
/// Up to so many values it is tried whether they are smaller without tables.
const FEW: usize = 128;

/// Appends `values`.
pub(crate) fn encode_values(values: &[f64], effort: Effort, out: &mut Vec<u8>) {
    let Some(first) = values.first() else { return };
    if values.iter().all(|value| value.to_bits() == first.to_bits()) {
        out.push(CONSTANT);
        out.extend(first.to_bits().to_le_bytes());
        return;
    }
    let begin = out.len();
    let is_written = decimal(values, effort, out).is_some() || floats(values, effort, out).is_some();
    if is_written && out.len() - begin <= 8 * values.len() {
        return;
    }
    out.truncate(begin);
    out.push(RAW);
    out.extend(values.iter().flat_map(|value| value.to_bits().to_le_bytes()));
}

/// Appends those in `span` of the `count` values that `bytes` hold; `None`, and nothing is appended, if they hold no such
/// thing.
pub(crate) fn decode_values(
    bytes: &[u8],
    count: usize,
    span: &Range<usize>,
    workspace: &mut Workspace,
    out: &mut Vec<f64>,
) -> Option<()> {
    let (kind, mut rest) = bytes.split_first()?;
    if span.start >= span.end || span.end > count {
        return None;
    }
    match *kind {
        CONSTANT => {
            let value = f64::from_bits(bits(rest)?);
            out.extend(std::iter::repeat_n(value, span.len()));
        }
        DECIMAL | DECIMAL_PAGES => undecimal(rest, count, span, workspace, out, |mut rest, workspace| {
            let pages = pages(*kind == DECIMAL_PAGES, count, &mut rest)?;
            let (scratch, integers) = workspace.parts();
            unpack(rest, &pages, span, scratch, integers)
        })?,
        STEPS => undecimal(rest, count, span, workspace, out, |rest, workspace| {
            unstep(rest, count, &mut workspace.integers)?;
            Some(span.start)
        })?,
        BITS => undecimal(rest, count, span, workspace, out, |rest, workspace| {
            unpack_bits(rest, count, span.end, &mut workspace.integers)?;
            Some(span.start)
        })?,
        STEADY => climb(rest, span, &mut workspace.integers, out)?,
        FLOATS | FLOAT_PAGES => {
            let pages = pages(*kind == FLOAT_PAGES, count, &mut rest)?;
            unpack_to(rest, &pages, span, workspace.parts().0, out)?;
        }
        RAW if rest.len() == 8 * count => {
            let wanted = rest.get(8 * span.start..8 * span.end)?;
            out.extend(wanted.chunks_exact(8).filter_map(|eight| Some(f64::from_bits(bits(eight)?))));
        }
        _ => return None,
    }
    Some(())
}

fn pages(are_several: bool, count: usize, rest: &mut &[u8]) -> Option<Pages> {
    if are_several { Pages::take(count, rest) } else { Some(Pages::one(count)) }
}

/// Whether so many numbers are packed in pages. In memory chunks are short.
fn has_pages(effort: Effort, count: usize) -> bool {
    effort == Effort::Thorough && Pages::are_several(count)
}

fn floats(values: &[f64], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    let begin = out.len();
    let packed = if has_pages(effort, values.len()) {
        out.push(FLOAT_PAGES);
        pack_pages(values, effort, out)
    } else {
        out.push(FLOATS);
        pack(values, effort, out)
    };
    packed.or_else(|| {
        out.truncate(begin);
        None
    })
}

/// Writes values as scaled integers; nothing, if that is not what they are.
fn decimal(values: &[f64], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    let scale = Scale::best(values)?;
    let (mut integers, mut exceptions) = (Vec::with_capacity(values.len()), Vec::new());
    let (mut count, mut since) = (0_usize, 0);
    let mut last = values.iter().find_map(|value| scale.integer(*value)).unwrap_or(0);
    for value in values {
        match scale.integer(*value) {
            Some(exact) => {
                last = exact;
                since += 1;
            }
            None => {
                varint::put(&mut exceptions, since);
                exceptions.extend(value.to_bits().to_le_bytes());
                (count, since) = (count + 1, 0);
            }
        }
        integers.push(last);
    }
    if count * EXCEPTIONS > values.len() {
        return None;
    }
    let begin = out.len();
    if let Some(step) = steady(&integers).filter(|_| count == 0) {
        out.extend([STEADY, scale.byte()]);
        varint::put_signed(out, *integers.first()?);
        varint::put_signed(out, step);
        return Some(());
    }
    let has_pages = has_pages(effort, integers.len());
    out.extend([if has_pages { DECIMAL_PAGES } else { DECIMAL }, scale.byte()]);
    varint::put(out, count as u64);
    out.extend(exceptions);
    let behind = out.len();
    if effort == Effort::Quick && integers.len() >= bits::FEWEST && pack_bits(&integers, out).is_some() {
        *out.get_mut(begin)? = BITS;
        return Some(());
    }
    let packed = if has_pages { pack_pages(&integers, effort, out) } else { pack(&integers, effort, out) };
    if effort == Effort::Thorough && integers.len() <= FEW {
        let steps = steps(&integers);
        if packed.is_none() || steps.len() <= out.len() - behind {
            out.truncate(behind);
            out.extend(steps);
            *out.get_mut(begin)? = STEPS;
            return Some(());
        }
    }
    packed.or_else(|| {
        out.truncate(begin);
        None
    })
}

/// The first of the integers, and the difference of each to the one before.
fn steps(integers: &[i64]) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0);
    for integer in integers {
        varint::put_signed(&mut out, integer - before);
        before = *integer;
    }
    out
}

/// The difference of each to the one before, if it is always the same.
fn steady(integers: &[i64]) -> Option<i64> {
    let mut steps = integers.windows(2).map(|pair| pair[1] - pair[0]);
    let step = steps.next()?;
    steps.all(|other| other == step).then_some(step)
}

fn climb(bytes: &[u8], span: &Range<usize>, integers: &mut Vec<i64>, out: &mut Vec<f64>) -> Option<()> {
    let (scale, mut rest) = bytes.split_first()?;
    let scale = Scale::of(*scale)?;
    let (first, step) = (varint::take_signed(&mut rest)?, varint::take_signed(&mut rest)?);
    let (start, end) = (i64::try_from(span.start).ok()?, i64::try_from(span.end).ok()?);
    // If the last can be reckoned, so can all before it.
    first.checked_add(step.checked_mul(end - 1)?)?;
    integers.clear();
    integers.extend((start..end).map(|number| first + step * number));
    scale.reals(integers, out);
    Some(())
}

/// Reads scaled integers; `read` puts those from the start of `span` on into the workspace, with as many before them as
/// it says.
fn undecimal(
    bytes: &[u8],
    count: usize,
    span: &Range<usize>,
    workspace: &mut Workspace,
    out: &mut Vec<f64>,
    read: impl FnOnce(&[u8], &mut Workspace) -> Option<usize>,
) -> Option<()> {
    let (scale, mut rest) = bytes.split_first()?;
    let scale = Scale::of(*scale)?;
    let mut exceptions = Vec::new();
    let mut next = 0_usize;
    for _ in 0..varint::take(&mut rest)?.min(count as u64) {
        let at = next.checked_add(usize::try_from(varint::take(&mut rest)?).ok()?)?;
        let (eight, left) = rest.split_at_checked(8)?;
        rest = left;
        if span.contains(&at) {
            exceptions.push((at - span.start, f64::from_bits(bits(eight)?)));
        }
        next = at.checked_add(1)?;
    }
    if next > count {
        return None;
    }
    let before = read(rest, workspace)?;
    let wanted = workspace.integers.get(before..before + span.len())?;
    let begin = out.len();
    scale.reals(wanted, out);
    for (at, value) in exceptions {
        *out.get_mut(begin + at)? = value;
    }
    Some(())
}

/// Reads what [`steps`] wrote.
fn unstep(bytes: &[u8], count: usize, integers: &mut Vec<i64>) -> Option<()> {
    let (mut rest, mut before) = (bytes, 0_i64);
    integers.clear();
    for _ in 0..count {
        before = before.checked_add(varint::take_signed(&mut rest)?)?;
        integers.push(before);
    }
    rest.is_empty().then_some(())
}

fn bits(eight: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(eight.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Effort, Workspace, decode_values, encode_values};
    use model::stale_marker;
    use proptest::prelude::{Strategy, any, prop_oneof, proptest};
    use std::ops::Range;

    fn decoded(bytes: &[u8], count: usize) -> Option<Vec<f64>> {
        part(bytes, count, &(0..count))
    }

    fn part(bytes: &[u8], count: usize, span: &Range<usize>) -> Option<Vec<f64>> {
        // What is left over of another chunk must not show.
        let mut workspace = Workspace::default();
        workspace.integers.extend([7; 60]);
        let mut values = Vec::new();
        let done = decode_values(bytes, count, span, &mut workspace, &mut values);
        assert!(done.is_some() || values.is_empty());
        done.map(|()| values)
    }

    fn encoded(values: &[f64], effort: Effort) -> Vec<u8> {
        let mut out = Vec::new();
        encode_values(values, effort, &mut out);
        out
    }

    /// Bytes of the values on disk; in memory there may be more.
    #[track_caller]
    fn check(values: &[f64]) -> usize {
        check_with(values, Effort::Quick);
        check_with(values, Effort::Thorough)
    }

    #[track_caller]
    fn check_with(values: &[f64], effort: Effort) -> usize {
        let bytes = encoded(values, effort);
        let decoded = decoded(&bytes, values.len()).unwrap_or_else(|| panic!("{values:?}"));
        let bits = |all: &[f64]| all.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&decoded), bits(values));
        let third = values.len() / 3;
        for span in [0..third, third..2 * third, 2 * third..values.len(), third..third + 1] {
            let decoded = part(&bytes, values.len(), &span);
            let expect = values.get(span.clone()).filter(|values| !values.is_empty());
            assert_eq!(decoded.as_deref().map(bits), expect.map(bits), "{span:?}");
        }
        bytes.len()
    }

    /// Every value that is not like the others, in every position of a chunk of ordinary ones.
    #[test]
    fn odd_values_come_back_bit_for_bit_wherever_they_stand() {
        let odd = [
            -0.0,
            f64::NAN,
            f64::from_bits(0x7ff8_dead_beef_0001),
            f64::from_bits(0xfff0_0000_0000_0001),
            stale_marker(),
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            f64::MAX,
            f64::MIN,
            9_007_199_254_740_993.0,
            0.1 + 0.2,
            1e300,
            std::f64::consts::PI,
        ];
        for value in odd {
            for place in 0..40 {
                let mut values: Vec<f64> = (0..40).map(|n| f64::from(n) / 100.0).collect();
                values[place] = value;
                check(&values);
            }
            check(&[value]);
            check(&[value, value, 1.0]);
        }
    }

    #[test]
    fn usual_values_take_few_bytes() {
        assert_eq!(check(&[21.5; 1_000]), 9);
        let counter: Vec<f64> = (0..2_048).map(|n| f64::from(n * 7)).collect();
        assert!(check(&counter) < 60, "{}", check(&counter));
        let gauge: Vec<f64> = (0..2_048_i32).map(|n| f64::from(2_000 + (n * 7_919) % 97) / 100.0).collect();
        assert!(check(&gauge) < 2_048, "{}", check(&gauge));
    }

    /// A chunk of several pages, and every span of it that begins or ends at or beside the edge of a page or a batch.
    #[test]
    fn every_part_of_a_long_chunk_is_the_part_of_the_whole() {
        let count = 5_000_i32;
        let decimals = (0..count).map(|n| if n % 1_700 == 3 { f64::NAN } else { f64::from(n * 7_919 % 977) });
        let floats = (0..count).map(|n| f64::from(n * 7_919 % 977).sqrt());
        for values in [decimals.collect::<Vec<_>>(), floats.collect()] {
            let (bytes, count) = (encoded(&values, Effort::Thorough), values.len());
            let edges = [0, 1, 255, 256, 257, 1_666, 1_667, 1_668, 3_333, 3_334, 3_335, 4_999, 5_000];
            for (start, end) in edges.iter().flat_map(|start| edges.map(|end| (*start, end))) {
                let found = part(&bytes, count, &(start..end));
                let expect = values.get(start..end).filter(|values| !values.is_empty());
                assert_eq!(
                    format!("{found:?}"),
                    format!("{:?}", expect.map(<[f64]>::to_vec)),
                    "{start}..{end}"
                );
            }
        }
    }

    /// Programs make seconds of milli-, micro- and nanoseconds in their own ways.
    #[test]
    fn scaled_integers_take_few_bytes_however_they_were_scaled() {
        let ways: [fn(f64) -> f64; 5] =
            [|n| n / 1e3, |n| n * 0.001, |n| n / 1e3 / 1e3, |n| n / 1e9, |n| n * 1e-6];
        for (number, way) in ways.into_iter().enumerate() {
            let values: Vec<f64> =
                (0..1_024_i32).map(|n| way(f64::from(123_456_789 + n * 100 + n * 7_919 % 97))).collect();
            let bytes = check(&values);
            assert!(bytes < 1_100, "way {number}: {bytes}");
        }
    }

    #[test]
    fn any_cut_and_any_byte_changed_is_survived() {
        let whole: Vec<f64> =
            (0..50).map(|n| if n == 7 { f64::NAN } else { f64::from(n * n) / 10.0 }).collect();
        for values in [&whole[..], &[1.0; 20], &[0.1, f64::NAN, 1e300]] {
            let bytes = encoded(values, Effort::Thorough);
            for at in 0..bytes.len() {
                drop(decoded(&bytes[..at], values.len()));
                for with in 1..=255_u8 {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= with;
                    let left = decoded(&damaged, values.len());
                    assert!(left.is_none_or(|left| left.len() == values.len()));
                }
            }
        }
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            (any::<i32>(), 0..12_i32).prop_map(|(n, e)| f64::from(n) / 10_f64.powi(e)),
            (any::<i32>(), 0..7_i32).prop_map(|(n, e)| f64::from(n) * 10_f64.powi(-e)),
            any::<i32>().prop_map(|n| f64::from(n) / 1e3 / 1e3),
            (0..5_u8).prop_map(f64::from),
        ]
    }

    proptest! {
        #[test]
        fn any_values_come_back(values in proptest::collection::vec(value(), 0..300)) {
            if !values.is_empty() {
                check(&values);
            }
        }

        #[test]
        fn decimals_of_one_size_come_back(
            start in -1_000_000..1_000_000_i64,
            steps in proptest::collection::vec(-50..50_i64, 1..300),
            e in 0..9_i32,
        ) {
            let walk = steps.iter().scan(start, |at, step| { *at += step; Some(*at as f64 / 10_f64.powi(e)) });
            check(&walk.collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0..100_usize) {
            assert!(decoded(&bytes, count).is_none_or(|values| values.len() == count));
        }
    }
}

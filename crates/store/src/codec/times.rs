//! Times: one step for all, or packed as they are.

use crate::codec::packed::{Effort, pack, unpack_to};
use crate::codec::pages::Pages;
use crate::codec::workspace::Workspace;
use framing::varint;
use model::Millis;

const STEADY: u8 = 0;
const PACKED: u8 = 1;

/// Appends `times`, which ascend strictly; `None` if they do not.
pub(crate) fn encode_times(times: &[Millis], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    let first = *times.first()?;
    let steps = || times.windows(2).map(|pair| pair[1].checked_sub(pair[0]));
    let step = steps().next().unwrap_or(Some(1))?;
    if steps().all(|other| other == Some(step)) {
        out.push(STEADY);
        varint::put_signed(out, first);
        varint::put(out, u64::try_from(step).ok()?);
        return Some(());
    }
    out.push(PACKED);
    pack(times, effort, out)
}

/// Appends the `count` times that `bytes` hold; `None`, and nothing is appended, if they hold no such thing.
pub(crate) fn decode_times(
    bytes: &[u8],
    count: usize,
    workspace: &mut Workspace,
    out: &mut Vec<Millis>,
) -> Option<()> {
    let (kind, mut rest) = bytes.split_first()?;
    match *kind {
        STEADY => {
            let first = varint::take_signed(&mut rest)?;
            let step = i64::try_from(varint::take(&mut rest)?).ok()?;
            let steps = i64::try_from(count).ok()?;
            // If the last is a time, so are all before it.
            first.checked_add(step.checked_mul((steps - 1).max(0))?)?;
            out.extend((0..steps).map(|number| first + step * number));
            Some(())
        }
        PACKED => unpack_to(rest, &Pages::one(count), &(0..count), workspace.parts().0, out),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Effort, Workspace, decode_times, encode_times};
    use proptest::prelude::{any, proptest};

    fn decoded(bytes: &[u8], count: usize) -> Option<Vec<i64>> {
        let mut times = Vec::new();
        let done = decode_times(bytes, count, &mut Workspace::default(), &mut times);
        assert!(done.is_some() || times.is_empty());
        done.map(|()| times)
    }

    fn check(times: &[i64]) -> usize {
        let mut bytes = Vec::new();
        encode_times(times, Effort::Thorough, &mut bytes).expect("ascending");
        assert_eq!(decoded(&bytes, times.len()).as_deref(), Some(times));
        bytes.len()
    }

    #[test]
    fn steady_times_take_a_few_bytes_and_jitter_few_each() {
        let steady: Vec<i64> = (0..2_000).map(|n| 1_795_000_000_000 + n * 10_000).collect();
        assert!(check(&steady) < 12);
        let shaken: Vec<i64> = (0..2_000).map(|n| 1_795_000_000_000 + n * 10_000 + (n * 7_919) % 7).collect();
        assert!(check(&shaken) < 2_000);
        assert!(check(&[i64::MIN]) < 16);
        assert!(check(&[i64::MIN / 2, 0, i64::MAX / 2]) < 100);
    }

    proptest! {
        #[test]
        fn any_ascending_times_come_back(start in -1_000_000_000_000..2_000_000_000_000_i64, steps in proptest::collection::vec(1..100_000_i64, 0..300)) {
            let mut times = vec![start];
            times.extend(steps.iter().scan(start, |at, step| { *at += step; Some(*at) }));
            check(&times);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..100), count in 0..100_usize) {
            assert!(decoded(&bytes, count).is_none_or(|times| times.len() == count));
        }
    }
}

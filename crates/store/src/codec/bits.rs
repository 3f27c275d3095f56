//! Integers in as many bits as the widest of 128 needs: nearly as quick to read as memory. Chunks of the head are packed so,
//! which queries of the newest hours read again and again; of chunks on disk, pco makes smaller ones.

use bitpacking::{BitPacker, BitPacker4x};
use framing::varint;

/// Integers that are packed together.
const BLOCK: usize = BitPacker4x::BLOCK_LEN;
/// Of fewer integers the last block is mostly padding.
pub(super) const FEWEST: usize = BLOCK / 2;
/// A few wide integers make all of their block wide. More than so many times the bits that each needs by itself are too
/// many: pco, which knows rare ones from common ones, is left to it.
const WASTE: usize = 2;

/// The integers as they are.
const PLAIN: u8 = 0;
/// Their differences.
const STEPS: u8 = 1;

/// One block: the smallest integer, and how far the others are above it.
struct Block {
    least: i64,
    above: [u32; BLOCK],
    width: u8,
}

impl Block {
    /// `None` if they are too far apart.
    fn of(integers: &[i64]) -> Option<Self> {
        let least = integers.iter().copied().min()?;
        let mut above = [0; BLOCK];
        for (place, integer) in above.iter_mut().zip(integers) {
            *place = u32::try_from(integer.checked_sub(least)?).ok()?;
        }
        let width = BitPacker4x::new().num_bits(&above);
        Some(Self { least, above, width })
    }

    fn blocks(integers: &[i64]) -> Option<Vec<Self>> {
        integers.chunks(BLOCK).map(Self::of).collect()
    }

    /// Bits that it takes, and that its integers need one by one.
    fn bits(&self) -> (usize, u32) {
        let needed = self.above.iter().map(|above| u32::BITS - above.leading_zeros()).sum();
        (8 * length(self.width), needed)
    }

    fn put(&self, out: &mut Vec<u8>) {
        varint::put_signed(out, self.least);
        out.push(self.width);
        let begin = out.len();
        out.resize(begin + length(self.width), 0);
        if let Some(place) = out.get_mut(begin..) {
            BitPacker4x::new().compress(&self.above, place, self.width);
        }
    }
}

/// Bytes of a block.
fn length(width: u8) -> usize {
    usize::from(width) * BLOCK / 8
}

/// Appends `integers`; `None`, and nothing is appended, if that would take too many bits.
pub(super) fn pack_bits(integers: &[i64], out: &mut Vec<u8>) -> Option<()> {
    let plain = Block::blocks(integers).map(|blocks| (PLAIN, 0, blocks));
    let stepped = steps(integers).and_then(|(start, steps)| Some((STEPS, start, Block::blocks(&steps)?)));
    let size = |blocks: &[Block]| blocks.iter().map(|block| block.bits().0).sum::<usize>();
    let candidates = [plain, stepped].into_iter().flatten();
    let (way, start, blocks) = candidates.min_by_key(|(_, _, blocks)| size(blocks))?;
    let needed: usize = blocks.iter().map(|block| block.bits().1 as usize).sum();
    if size(&blocks) > WASTE * needed {
        return None;
    }
    out.push(way);
    varint::put_signed(out, start);
    blocks.iter().for_each(|block| block.put(out));
    Some(())
}

/// The difference of each to the one before. The first is counted from a start that makes it the same as the second.
fn steps(integers: &[i64]) -> Option<(i64, Vec<i64>)> {
    let [first, second, ..] = integers else { return None };
    let start = first.checked_sub(second.checked_sub(*first)?)?;
    let mut before = start;
    let step = |integer: &i64| integer.checked_sub(std::mem::replace(&mut before, *integer));
    Some((start, integers.iter().map(step).collect::<Option<_>>()?))
}

/// Puts the first `end` of what [`pack_bits`] wrote into `integers`, and perhaps more; `None` if `bytes` are nothing of the
/// kind. `count` is how many there are.
pub(super) fn unpack_bits(bytes: &[u8], count: usize, end: usize, integers: &mut Vec<i64>) -> Option<()> {
    let (way, mut rest) = bytes.split_first()?;
    let mut before = varint::take_signed(&mut rest)?;
    let packer = BitPacker4x::new();
    let mut above = [0; BLOCK];
    integers.clear();
    for _ in 0..end.min(count).div_ceil(BLOCK) {
        let least = varint::take_signed(&mut rest)?;
        let (width, packed) = rest.split_first()?;
        if u32::from(*width) > u32::BITS {
            return None;
        }
        let (packed, left) = packed.split_at_checked(length(*width))?;
        rest = left;
        packer.decompress(packed, &mut above, *width);
        let block = above.iter().map(|above| least.wrapping_add(i64::from(*above)));
        match *way {
            PLAIN => integers.extend(block),
            STEPS => integers.extend(block.map(|step| {
                before = before.wrapping_add(step);
                before
            })),
            _ => return None,
        }
    }
    integers.truncate(count);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{pack_bits, unpack_bits};
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_oneof, proptest};

    fn unpacked(bytes: &[u8], count: usize, end: usize) -> Option<Vec<i64>> {
        let mut integers = vec![7; 3];
        unpack_bits(bytes, count, end, &mut integers).map(|()| integers)
    }

    #[track_caller]
    fn check(integers: &[i64]) -> Option<usize> {
        let mut bytes = Vec::new();
        let packed = pack_bits(integers, &mut bytes);
        if packed.is_none() {
            assert!(bytes.is_empty());
            return None;
        }
        assert_eq!(unpacked(&bytes, integers.len(), integers.len()).as_deref(), Some(integers));
        for end in [0, 1, 127, 128, 129, 255] {
            let part = unpacked(&bytes, integers.len(), end).expect("a part of it");
            let end = end.min(integers.len());
            assert_eq!(part.get(..end), integers.get(..end));
        }
        Some(bytes.len())
    }

    #[test]
    fn walks_and_noise_take_as_many_bits_as_they_must_and_rare_giants_are_refused() {
        let mut at = 5_000;
        let walk: Vec<i64> = (0..256_i64)
            .map(|n| {
                at += (n * 7_919) % 15 - 7;
                at
            })
            .collect();
        let noise: Vec<i64> = (0..256_i64).map(|n| 1_000_000 + (n * 7_919) % 1_000).collect();
        assert!(check(&walk).is_some_and(|bytes| bytes < 256 * 4 / 8 + 20));
        assert!(check(&noise).is_some_and(|bytes| bytes < 256 * 10 / 8 + 20));
        let mut rare = vec![3; 256];
        rare[40] = 1_000_000;
        rare[41] = 4;
        assert_eq!(check(&rare), None);
        assert_eq!(check(&[0, 1 << 40, 3, 1 << 41]), None);
    }

    proptest! {
        #[test]
        fn any_integers_come_back(start in any::<i32>(), steps in vec(prop_oneof![0..20_i64, -2_000_000_000..2_000_000_000_i64], 0..600)) {
            let mut at = i64::from(start);
            let integers: Vec<i64> = steps.iter().map(|step| { at += step; at }).collect();
            check(&integers);
            check(&steps);
        }

        #[test]
        fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..300), count in 0..600_usize, end in 0..600_usize) {
            let integers = unpacked(&bytes, count, end);
            assert!(integers.is_none_or(|integers| integers.len() >= end.min(count) && integers.len() <= count));
        }
    }
}

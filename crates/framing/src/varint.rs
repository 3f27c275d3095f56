//! Numbers of few bytes: LEB128, zigzag for signed ones, and texts behind their length. Protobuf has the same.

/// Writes `number`, seven bits a byte.
#[inline]
pub fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    out.push(low_byte(number));
}

/// A signed number as one that is small if it is near zero.
#[inline]
#[must_use]
pub fn zigzag(number: i64) -> u64 {
    (number << 1).cast_unsigned() ^ (number >> 63).cast_unsigned()
}

/// Writes a signed number; small ones of either sign take few bytes.
#[inline]
pub fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, zigzag(number));
}

/// Reads what [`put`] wrote, and leaves what is behind it; `None` if that is no such number.
#[inline]
pub fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        let bits = u64::from(byte & 0x7f);
        number |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Reads what [`put_signed`] wrote.
#[inline]
pub fn take_signed(rest: &mut &[u8]) -> Option<i64> {
    let number = take(rest)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes so many bytes; `None` if there are fewer.
#[inline]
pub fn take_bytes<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// Appends a text behind its length.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Takes a text behind its length; `None` if there is none.
pub fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take(rest)?).ok()?;
    std::str::from_utf8(take_bytes(rest, length)?).ok()
}

#[inline]
fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

#[cfg(test)]
mod tests {
    use super::{put, put_signed, take, take_signed};
    use proptest::prelude::{any, proptest};

    #[test]
    fn small_numbers_take_one_byte_and_large_ones_ten() {
        for (number, bytes) in [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (u64::MAX, 10)] {
            let mut out = Vec::new();
            put(&mut out, number);
            assert_eq!((out.len(), take(&mut &*out)), (bytes, Some(number)));
        }
    }

    #[test]
    fn what_is_cut_or_too_long_is_no_number() {
        for bytes in [
            &[][..],
            &[0x80],
            &[0xff; 9],
            &[0xff; 11],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
        ] {
            assert_eq!(take(&mut &*bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number in any::<u64>(), signed in any::<i64>(), shift in 0..64_u32) {
            let mut out = Vec::new();
            put(&mut out, number >> shift);
            put_signed(&mut out, signed >> shift);
            let mut rest = &out[..];
            assert_eq!(take(&mut rest), Some(number >> shift));
            assert_eq!(take_signed(&mut rest), Some(signed >> shift));
            assert!(rest.is_empty());
        }
    }
}

//! Numbers of few bytes, as the queue and protobuf alike have them: LEB128 and zigzag.

/// Writes `number`, seven bits a byte.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    out.push(low_byte(number));
}

/// A signed number whose small values of either sign take few bytes.
#[inline]
pub(crate) fn zigzag(number: i64) -> u64 {
    (number << 1).cast_unsigned() ^ (number >> 63).cast_unsigned()
}

/// Reads what [`put`] wrote, and leaves what is behind it.
pub(crate) fn take(rest: &mut &[u8]) -> Option<u64> {
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

/// Reads a zigzag number.
pub(crate) fn take_signed(rest: &mut &[u8]) -> Option<i64> {
    let number = take(rest)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes so many bytes.
pub(crate) fn take_bytes<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// Appends a text behind its length.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Takes a text behind its length.
pub(crate) fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take(rest)?).ok()?;
    std::str::from_utf8(take_bytes(rest, length)?).ok()
}

#[inline]
fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

#[cfg(test)]
mod tests {
    use super::{put, take, take_signed, zigzag};
    use proptest::prelude::{any, proptest};

    #[test]
    fn what_is_cut_or_too_long_is_no_number() {
        for bytes in [&[][..], &[0x80], &[0xff; 11]] {
            assert_eq!(take(&mut &*bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(number in any::<u64>(), signed in any::<i64>(), shift in 0..64_u32) {
            let mut out = Vec::new();
            put(&mut out, number >> shift);
            put(&mut out, zigzag(signed >> shift));
            let mut rest = &out[..];
            assert_eq!(take(&mut rest), Some(number >> shift));
            assert_eq!(take_signed(&mut rest), Some(signed >> shift));
            assert!(rest.is_empty());
        }
    }
}

//! Reading protobuf without copying: a message is a sequence of numbered fields, each told as it stands there.
//!
//! Every length is held against what is left before anything is done with it, nothing is allocated, and nothing calls
//! itself: whatever the bytes are, reading them takes time in proportion to their number.

/// The bytes are no protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is cut off or is not protobuf")]
pub(crate) struct Malformed;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    /// A number of variable length.
    Varint(u64),
    /// Eight bytes.
    Eight(u64),
    /// A text, a message, or numbers side by side.
    Bytes(&'a [u8]),
    /// Four bytes.
    Four(u32),
}

/// The fields of a message. Ends after the first that cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// How many bytes were not read yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Malformed> {
        let tag = varint(&mut self.rest)?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number != 0).ok_or(Malformed)?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => Value::Eight(u64::from_le_bytes(take_chunk(&mut self.rest)?)),
            2 => {
                let length = usize::try_from(varint(&mut self.rest)?).map_err(|_| Malformed)?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Four(u32::from_le_bytes(take_chunk(&mut self.rest)?)),
            // Groups were never used by anybody who writes to us.
            _ => return Err(Malformed),
        };
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Value<'a> {
    pub(crate) fn bytes(self) -> Result<&'a [u8], Malformed> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { Err(Malformed) }
    }

    pub(crate) fn text(self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }

    pub(crate) fn double(self) -> Result<f64, Malformed> {
        if let Self::Eight(bits) = self { Ok(f64::from_bits(bits)) } else { Err(Malformed) }
    }

    pub(crate) fn unsigned(self) -> Result<u64, Malformed> {
        if let Self::Varint(number) = self { Ok(number) } else { Err(Malformed) }
    }

    /// An `int64`: two's complement.
    pub(crate) fn signed(self) -> Result<i64, Malformed> {
        self.unsigned().map(u64::cast_signed)
    }

    /// A `sint64`: zigzag.
    pub(crate) fn zigzag(self) -> Result<i64, Malformed> {
        self.unsigned().map(zigzag)
    }
}

/// A `sint64` from its bits.
pub(crate) fn zigzag(bits: u64) -> i64 {
    (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()
}

/// The next number of variable length.
#[inline]
pub(crate) fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    if let Some((first, behind)) = rest.split_first()
        && *first < 0x80
    {
        *rest = behind;
        return Ok(u64::from(*first));
    }
    let mut number = 0;
    for (place, byte) in rest.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        // Of the tenth byte one bit has room.
        if place == 9 && bits > 1 {
            return Err(Malformed);
        }
        number |= bits << (7 * place);
        if byte & 0x80 == 0 {
            *rest = rest.get(place + 1..).unwrap_or_default();
            return Ok(number);
        }
    }
    Err(Malformed)
}

fn take_chunk<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (chunk, behind) = rest.split_first_chunk().ok_or(Malformed)?;
    *rest = behind;
    Ok(*chunk)
}

#[cfg(test)]
mod tests {
    use super::{Fields, Malformed, Value, varint, zigzag};

    fn check(bytes: &[u8], expect: Result<&[(u32, Value<'_>)], Malformed>) {
        let fields: Result<Vec<_>, _> = Fields::of(bytes).collect();
        assert_eq!(fields.as_deref().map_err(|error| *error), expect, "{bytes:x?}");
    }

    #[test]
    fn fields_are_told_as_they_stand_there() {
        check(&[], Ok(&[]));
        check(&[0x08, 0x96, 0x01], Ok(&[(1, Value::Varint(150))]));
        check(&[0x12, 2, b'h', b'i', 0x08, 1], Ok(&[(2, Value::Bytes(b"hi")), (1, Value::Varint(1))]));
        check(&[0x19, 1, 0, 0, 0, 0, 0, 0, 0], Ok(&[(3, Value::Eight(1))]));
        check(&[0x25, 1, 0, 0, 0], Ok(&[(4, Value::Four(1))]));
        check(&[0x0a, 0], Ok(&[(1, Value::Bytes(&[]))]));
    }

    #[test]
    fn what_is_cut_or_lies_is_malformed() {
        let lying = [
            &[0x80][..],
            &[0x00],
            &[0x08],
            &[0x0b],
            &[0x0c],
            &[0x0f],
            &[0x12, 3, 1, 2],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0x19, 1, 2, 3],
            &[0x25, 1, 2],
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0],
        ];
        for bytes in lying {
            check(bytes, Err(Malformed));
        }
    }

    #[test]
    fn numbers_of_every_length_are_read() {
        for number in [0, 1, 127, 128, 300, 1 << 35, u64::MAX] {
            let (mut bytes, mut left) = (Vec::new(), number);
            loop {
                let byte = (left & 0x7f) as u8;
                left >>= 7;
                if left == 0 {
                    bytes.push(byte);
                    break;
                }
                bytes.push(byte | 0x80);
            }
            let mut rest = bytes.as_slice();
            assert_eq!(varint(&mut rest), Ok(number));
            assert!(rest.is_empty());
        }
        assert_eq!([0, 1, 2, 3, u64::MAX].map(zigzag), [0, -1, 1, -2, i64::MIN]);
    }
}

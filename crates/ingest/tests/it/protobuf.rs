//! Writes protobuf as senders do, and as none should.

/// A message under way.
#[derive(Default, Clone)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    pub(crate) fn varint(mut self, field: u32, value: u64) -> Self {
        self.tag(field, 0);
        push_varint(&mut self.0, value);
        self
    }

    pub(crate) fn zigzag(self, field: u32, value: i64) -> Self {
        self.varint(field, ((value << 1) ^ (value >> 63)).cast_unsigned())
    }

    pub(crate) fn double(mut self, field: u32, value: f64) -> Self {
        self.tag(field, 1);
        self.0.extend_from_slice(&value.to_bits().to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.tag(field, 2);
        push_varint(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn text(self, field: u32, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub(crate) fn message(self, field: u32, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    pub(crate) fn all(self, field: u32, messages: impl IntoIterator<Item = Self>) -> Self {
        messages.into_iter().fold(self, |all, one| all.message(field, &one))
    }

    fn tag(&mut self, field: u32, kind: u64) {
        push_varint(&mut self.0, u64::from(field) << 3 | kind);
    }
}

pub(crate) fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(low(value) | 0x80);
        value >>= 7;
    }
    bytes.push(low(value));
}

fn low(value: u64) -> u8 {
    u8::try_from(value & 0x7f).unwrap_or_default()
}

//! Remote write 1.0: samples as protocol buffers, packed with snappy.

/// Samples of a request; so many send agents too.
const AT_ONCE: usize = 10_000;

/// A request under way.
#[derive(Debug, Default)]
pub struct Request {
    bytes: Vec<u8>,
    samples: usize,
}

impl Request {
    /// Adds a sample of a series, whose labels were written by [`labels`].
    pub fn push(&mut self, labels: &[u8], time: i64, value: f64) {
        let mut sample = vec![0x09];
        sample.extend(value.to_le_bytes());
        sample.push(0x10);
        varint(time.cast_unsigned(), &mut sample);
        let mut length = Vec::new();
        varint(sample.len() as u64, &mut length);
        self.bytes.push(0x0a);
        varint((labels.len() + 1 + length.len() + sample.len()) as u64, &mut self.bytes);
        self.bytes.extend_from_slice(labels);
        self.bytes.push(0x12);
        self.bytes.extend(length);
        self.bytes.extend(sample);
        self.samples += 1;
    }

    /// Whether it has as many as a request should have.
    pub fn is_full(&self) -> bool {
        self.samples >= AT_ONCE
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// The packed body; the next request begins.
    ///
    /// # Errors
    /// When it is too long for snappy.
    pub fn take(&mut self) -> Result<Vec<u8>, String> {
        self.samples = 0;
        let bytes = std::mem::take(&mut self.bytes);
        snap::raw::Encoder::new().compress_vec(&bytes).map_err(|error| error.to_string())
    }
}

/// The labels of a series, written once for all its samples.
pub fn labels(pairs: &[(String, String)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (name, value) in pairs {
        let mut label = Vec::new();
        for (tag, text) in [(0x0a, name), (0x12, value)] {
            label.push(tag);
            varint(text.len() as u64, &mut label);
            label.extend(text.bytes());
        }
        all.push(0x0a);
        varint(label.len() as u64, &mut all);
        all.extend(label);
    }
    all
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

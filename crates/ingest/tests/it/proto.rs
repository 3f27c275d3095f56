//! Requests of remote write, as senders make them.

use crate::protobuf::push_varint;

pub(crate) use crate::protobuf::Message;

impl Message {
    /// Numbers side by side.
    pub(crate) fn packed(self, field: u32, numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut bytes = Vec::new();
        numbers.into_iter().for_each(|number| push_varint(&mut bytes, number));
        self.bytes(field, &bytes)
    }
}

/// `__name__=m, a=1` from `m a=1`.
pub(crate) fn pairs(series: &str) -> Vec<(&str, &str)> {
    let words = series.split(' ').filter(|word| !word.is_empty());
    words.map(|word| word.split_once('=').unwrap_or(("__name__", word))).collect()
}

/// A label of remote write 1.0.
pub(crate) fn label((name, value): (&str, &str)) -> Message {
    Message::default().text(1, name).text(2, value)
}

/// A sample of either version.
pub(crate) fn sample(t: i64, v: f64) -> Message {
    Message::default().double(1, v).varint(2, t.cast_unsigned())
}

/// A series of remote write 1.0: `m a=1`.
pub(crate) fn series(labels: &str, samples: &[(i64, f64)]) -> Message {
    let all = Message::default().all(1, pairs(labels).into_iter().map(label));
    all.all(2, samples.iter().map(|(t, v)| sample(*t, *v)))
}

/// A request of remote write 1.0.
pub(crate) fn request(all: impl IntoIterator<Item = Message>) -> Vec<u8> {
    Message::default().all(1, all).0
}

/// A native histogram at a time: schema 0, zero bucket 1, positive buckets 1 and 2 with 2 and 1 observations.
pub(crate) fn histogram(t: i64) -> Message {
    let span = Message::default().zigzag(1, 1).varint(2, 2);
    let head = Message::default().varint(1, 4).double(3, 7.5).zigzag(4, 0).double(5, 1e-9).varint(6, 1);
    head.message(11, &span).packed(12, [4, 1]).varint(15, t.cast_unsigned())
}

/// A request of remote write 2.0 under way.
pub(crate) struct Second {
    symbols: Vec<String>,
    series: Vec<Message>,
}

impl Second {
    pub(crate) fn new() -> Self {
        Self { symbols: vec![String::new()], series: Vec::new() }
    }

    /// The number of a text.
    pub(crate) fn symbol(&mut self, text: &str) -> u64 {
        if let Some(at) = self.symbols.iter().position(|known| known == text) {
            return at as u64;
        }
        self.symbols.push(text.to_owned());
        self.symbols.len() as u64 - 1
    }

    /// Adds a series whose other fields are `rest`.
    pub(crate) fn series(&mut self, labels: &str, rest: &Message) -> &mut Self {
        let numbers: Vec<u64> = pairs(labels)
            .into_iter()
            .flat_map(|(name, value)| [self.symbol(name), self.symbol(value)])
            .collect();
        let mut series = Message::default().packed(1, numbers);
        series.0.extend_from_slice(&rest.0);
        self.series.push(series);
        self
    }

    pub(crate) fn request(&self) -> Vec<u8> {
        let symbols = self.symbols.iter().fold(Message::default(), |all, symbol| all.text(4, symbol));
        symbols.all(5, self.series.iter().cloned()).0
    }
}

//! Lines of a stream, none longer than a limit: what somebody took for text must not fill the memory.

use std::io::{self, BufRead};

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Text.
    Text(&'a str),
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// More bytes than the limit; they are passed over.
    TooLong,
}

/// Reads lines and counts lines and bytes.
pub(crate) struct Lines<R> {
    from: R,
    limit: usize,
    buffer: Vec<u8>,
    /// The number of the last line, from 1.
    pub(crate) number: u64,
    /// Bytes read so far, line ends among them.
    pub(crate) bytes: u64,
}

impl<R: BufRead> Lines<R> {
    /// Of `from`, each of at most `limit` bytes.
    pub(crate) fn new(from: R, limit: usize) -> Self {
        Self { from, limit, buffer: Vec::new(), number: 0, bytes: 0 }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let mut length = 0;
        loop {
            let some = self.from.fill_buf()?;
            if some.is_empty() {
                break;
            }
            let end = some.iter().position(|byte| *byte == b'\n');
            let piece = some.get(..end.unwrap_or(some.len())).unwrap_or_default();
            length += piece.len();
            if length <= self.limit {
                self.buffer.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.from.consume(used);
            self.bytes += used as u64;
            if end.is_some() {
                self.number += 1;
                return Ok(Some(self.line(length)));
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(self.line(length)))
    }

    fn line(&self, length: usize) -> Line<'_> {
        if length > self.limit {
            return Line::TooLong;
        }
        let bytes = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        // Some editors put a mark before the first character of a file.
        let mark = if self.number == 1 { "\u{feff}".as_bytes() } else { &[] };
        let bytes = bytes.strip_prefix(mark).unwrap_or(bytes);
        str::from_utf8(bytes).map_or(Line::NotUtf8, Line::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};
    use std::io;

    #[test]
    fn lines_end_with_any_end_and_long_ones_cost_only_themselves() {
        let text = b"\xef\xbb\xbfone\r\n\nlonger than eight\n\xff\nend";
        // A small buffer, so that lines come in pieces.
        let mut lines = Lines::new(io::BufReader::with_capacity(3, &text[..]), 8);
        let expected = [Line::Text("one"), Line::Text(""), Line::TooLong, Line::NotUtf8, Line::Text("end")];
        for (at, line) in expected.iter().enumerate() {
            assert_eq!(lines.next().expect("readable").as_ref(), Some(line));
            assert_eq!(lines.number, at as u64 + 1);
        }
        assert_eq!(lines.next().expect("readable"), None);
        assert_eq!(lines.bytes, text.len() as u64);
    }
}

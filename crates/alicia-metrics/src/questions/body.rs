//! The body of an answer while it still comes.

use std::io::{self, BufRead, Read};

/// Bytes of a head that are read.
const HEAD_BYTES: u64 = 64 << 10;
/// Bytes of the line before a piece: its length, and what else may be said of it.
const LINE_BYTES: u64 = 1 << 10;

/// What the head of an answer says.
pub(super) struct Head {
    pub(super) status: u16,
    /// Whether the body comes in pieces.
    pub(super) is_chunked: bool,
}

/// Reads the head; none if it is no answer of HTTP.
pub(super) fn read_head(from: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut lines = from.take(HEAD_BYTES);
    let first = line(&mut lines)?;
    let status = first.strip_prefix("http/1.").and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    let mut is_chunked = false;
    loop {
        let header = line(&mut lines)?;
        if header.is_empty() {
            return Ok(status.map(|status| Head { status, is_chunked }));
        }
        is_chunked |= header.starts_with("transfer-encoding:") && header.ends_with("chunked");
    }
}

/// A line without its end, in small letters; an error if there is none.
fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.read_until(b'\n', &mut bytes)?;
    match bytes.strip_suffix(b"\n") {
        Some(line) => Ok(String::from_utf8_lossy(line).trim_end().to_ascii_lowercase()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// A body, out of what comes behind the head.
pub(super) struct Body<R> {
    from: R,
    left: Left,
}

/// What is still to come.
enum Left {
    /// So many bytes of a piece.
    Piece(u64),
    /// The line before the next piece.
    Line,
    /// All up to the end of the connection.
    Everything,
    Nothing,
}

impl<R: BufRead> Body<R> {
    pub(super) fn new(from: R, is_chunked: bool) -> Self {
        Self { from, left: if is_chunked { Left::Line } else { Left::Everything } }
    }

    /// Reads the line before a piece.
    fn begin(&mut self) -> io::Result<Left> {
        let text = line(&mut (&mut self.from).take(LINE_BYTES))?;
        let length = text.split(';').next().unwrap_or("").trim();
        match u64::from_str_radix(length, 16) {
            Ok(0) => Ok(Left::Nothing),
            Ok(length) => Ok(Left::Piece(length)),
            Err(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.left {
                Left::Nothing => return Ok(0),
                Left::Everything => return self.from.read(into),
                Left::Line => self.left = self.begin()?,
                Left::Piece(left) => {
                    let got = (&mut self.from).take(left).read(into)?;
                    if got == 0 && !into.is_empty() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.left = Left::Piece(left.saturating_sub(got as u64));
                    if got as u64 == left {
                        line(&mut (&mut self.from).take(LINE_BYTES))?;
                        self.left = Left::Line;
                    }
                    return Ok(got);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Read, read_head};

    #[test]
    fn a_body_comes_as_it_is_or_in_pieces() {
        let whole = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nabc";
        let pieces =
            b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
        for (raw, status, expected) in [(&whole[..], 200, "abc"), (&pieces[..], 503, "ab0123456789")] {
            let mut from = raw;
            let head = read_head(&mut from).expect("a head").expect("of HTTP");
            assert_eq!(head.status, status);
            let mut text = String::new();
            Body::new(from, head.is_chunked).read_to_string(&mut text).expect("a body");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error_and_no_end() {
        for cut in ["", "2", "2\r\n", "2\r\na", "2\r\nab", "2\r\nab\r\n", "x\r\n"] {
            let mut text = String::new();
            assert!(Body::new(cut.as_bytes(), true).read_to_string(&mut text).is_err(), "{cut:?}");
        }
        assert!(read_head(&mut &b"HTTP/1.1 200 OK\r\nX: y\r\n"[..]).is_err());
        assert!(read_head(&mut &b"SSH-2.0-x\r\n\r\n"[..]).expect("lines").is_none());
    }
}

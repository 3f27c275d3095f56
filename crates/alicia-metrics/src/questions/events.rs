//! Server-sent events, one after the other.

use model::limits;
use std::io::{self, BufRead, Read};

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) data: String,
}

/// A stream of events.
pub(crate) struct Events {
    from: Box<dyn BufRead + Send>,
}

impl Events {
    pub(super) fn new(from: impl BufRead + Send + 'static) -> Self {
        Self { from: Box::new(from) }
    }

    /// Waits for the next event; none when the stream ends.
    ///
    /// # Errors
    /// When the connection breaks or says nothing for too long, or an event is too long.
    pub(crate) fn next(&mut self) -> io::Result<Option<Event>> {
        let (mut kind, mut data) = (String::new(), String::new());
        let mut lines = (&mut self.from).take(limits::OVERVIEW_EVENT_BYTES);
        loop {
            let mut line = String::new();
            lines.read_line(&mut line)?;
            let Some(text) = line.strip_suffix('\n') else {
                return if lines.limit() == 0 { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) };
            };
            let text = text.trim_end_matches('\r');
            match text.split_once(':') {
                None if text.is_empty() && !data.is_empty() => return Ok(Some(Event { kind, data })),
                Some(("event", word)) => kind = word.trim_start().to_owned(),
                Some(("data", more)) => data.push_str(more.strip_prefix(' ').unwrap_or(more)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Events;

    #[test]
    fn events_are_told_apart_by_empty_lines() {
        let text =
            ": hello\n\nevent: overview\ndata: {\"a\":\"b: c\"}\n\nevent: change\r\ndata:1\r\n\r\nevent: cut";
        let mut events = Events::new(text.as_bytes());
        let mut next = || events.next().expect("lines").map(|event| (event.kind, event.data));
        assert_eq!(next(), Some(("overview".to_owned(), "{\"a\":\"b: c\"}".to_owned())));
        assert_eq!(next(), Some(("change".to_owned(), "1".to_owned())));
        assert_eq!(next(), None);
    }
}

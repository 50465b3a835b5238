//! The format `text/event-stream`: lines that make up events.
//!
//! Source: the HTML standard, "Interpreting an event stream". Trusts: no sender; an event has a
//! bound.

use std::mem;

/// Most bytes of a line, and of the data of an event.
const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StreamEvent {
    /// Empty: a message.
    pub(crate) kind: String,
    pub(crate) data: String,
    /// The last identifier that came, in this event or before.
    pub(crate) id: String,
}

/// What has come of a stream.
#[derive(Debug, Default)]
pub(crate) struct EventParser {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, which a line feed may follow.
    was_return: bool,
    has_begun: bool,
    event: StreamEvent,
    has_data: bool,
    /// How long to wait before trying again, milliseconds, if the sender said so.
    retry_ms: Option<u32>,
}

/// A line or an event is longer than its bound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl EventParser {
    /// Takes the next bytes; returns the events that are whole.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<StreamEvent>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let was_return = mem::replace(&mut self.was_return, byte == b'\r');
            match byte {
                b'\n' if was_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() >= EVENT_BYTES_MAX => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    /// How long to wait before trying again, if the sender has said so since it was last asked.
    pub(crate) fn take_retry_ms(&mut self) -> Option<u32> {
        self.retry_ms.take()
    }

    fn end_line(&mut self) -> Result<Option<StreamEvent>, TooLong> {
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let mut line = &*line;
        if !mem::replace(&mut self.has_begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            return Ok(self.end_event());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" if self.event.data.len() + value.len() > EVENT_BYTES_MAX => return Err(TooLong),
            "data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.kind),
            "id" if !value.contains('\0') => value.clone_into(&mut self.event.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry_ms = Some(value.parse().unwrap_or(u32::MAX));
            }
            _ => {}
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Option<StreamEvent> {
        let (data, kind) = (
            mem::take(&mut self.event.data),
            mem::take(&mut self.event.kind),
        );
        mem::take(&mut self.has_data).then(|| StreamEvent {
            kind,
            data,
            id: self.event.id.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(pieces: &[&str]) -> Vec<(String, String, String)> {
        let mut parser = EventParser::default();
        let mut all = Vec::new();
        for piece in pieces {
            all.extend(parser.push(piece.as_bytes()).expect("it fits"));
        }
        let parts = all.into_iter().map(|it| (it.kind, it.data, it.id));
        parts.collect()
    }

    fn event(kind: &str, data: &str, id: &str) -> (String, String, String) {
        (kind.to_owned(), data.to_owned(), id.to_owned())
    }

    #[test]
    fn lines_end_in_three_ways_wherever_the_pieces_are_cut() {
        let text = "\u{feff}data: a\r\ndata:b\r\r\nevent: x\ndata\n\n: remark\nid: 7\ndata:  c\n\n";
        let expected = [
            event("", "a\nb", ""),
            event("x", "", ""),
            event("", " c", "7"),
        ];
        assert_eq!(events(&[text]), expected);
        for at in (1..text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(events(&[&text[..at], &text[at..]]), expected, "cut at {at}");
        }
    }

    #[test]
    fn an_event_without_data_is_none_and_the_last_is_not_whole() {
        assert_eq!(events(&["event: x\n\nid: 3\n\ndata: a"]), []);
        assert_eq!(events(&["id: 3\n\ndata: a\n\n"]), [event("", "a", "3")]);
    }

    #[test]
    fn what_is_too_long_ends_the_stream() {
        let mut parser = EventParser::default();
        let line = vec![b'x'; EVENT_BYTES_MAX + 1];
        assert_eq!(parser.push(&line), Err(TooLong));
        let mut parser = EventParser::default();
        let half = format!("data: {}\n", "x".repeat(EVENT_BYTES_MAX / 2));
        assert_eq!(parser.push(half.as_bytes()), Ok(Vec::new()));
        assert_eq!(parser.push(half.as_bytes()), Ok(Vec::new()));
        assert_eq!(parser.push(half.as_bytes()), Err(TooLong));
    }

    #[test]
    fn a_time_to_wait_is_a_number() {
        let mut parser = EventParser::default();
        let text = b"retry: 50\nretry: 5x\nretry:\n";
        assert_eq!(parser.push(text), Ok(Vec::new()));
        assert_eq!(parser.take_retry_ms(), Some(50));
        assert_eq!(parser.take_retry_ms(), None);
    }
}

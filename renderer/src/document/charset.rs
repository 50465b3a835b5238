//! Decodes the bytes of a document to text. Any bytes give some text.
//!
//! Source:
//! <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How many bytes are searched for `<meta charset>`.
pub(crate) const PRESCAN_BYTES: usize = 1024;

/// Decodes a whole document. `label` is the charset of its `Content-Type`.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let (mut decoder, mark) = Decoder::new(bytes, label);
    decoder.decode(&bytes[mark..], true)
}

/// Decodes a document while it arrives.
pub(crate) struct Decoder {
    /// `None` while it is taken for UTF-8 because nothing speaks against it.
    known: Option<encoding_rs::Decoder>,
    is_guess: bool,
    /// Whether everything so far would be the same in almost any other encoding.
    is_ascii: bool,
    /// The start of a character whose end has not arrived.
    rest: Vec<u8>,
}

impl Decoder {
    /// For a document with these first bytes. Returns, too, how many of them are a byte order mark.
    pub(crate) fn new(start: &[u8], label: Option<&str>) -> (Decoder, usize) {
        if let Some((encoding, length)) = Encoding::for_bom(start) {
            return (Decoder::of(encoding), length);
        }
        let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
        let head = &start[..start.len().min(PRESCAN_BYTES)];
        let decoder = match named.or_else(|| prescan(head)) {
            Some(encoding) => Decoder::of(encoding),
            None => Decoder {
                known: None,
                is_guess: true,
                is_ascii: true,
                rest: Vec::new(),
            },
        };
        (decoder, 0)
    }

    /// For a document that is known to be in that encoding.
    pub(crate) fn of(encoding: &'static Encoding) -> Decoder {
        Decoder {
            known: Some(encoding.new_decoder_without_bom_handling()),
            is_guess: false,
            is_ascii: false,
            rest: Vec::new(),
        }
    }

    /// Whether the document may still say that its encoding is another one.
    pub(crate) fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// The name of the encoding that it is taken for.
    pub(crate) fn name(&self) -> &'static str {
        let known = self.known.as_ref();
        known.map_or(UTF_8, |known| known.encoding()).name()
    }

    /// The text of further bytes. An incomplete character at their end waits for the rest of it,
    /// unless they are the last.
    pub(crate) fn decode(&mut self, bytes: &[u8], is_last: bool) -> String {
        let all = match self.rest.is_empty() {
            true => Cow::Borrowed(bytes),
            false => Cow::Owned([&*std::mem::take(&mut self.rest), bytes].concat()),
        };
        let Some(known) = &mut self.known else {
            return self.decode_guessed(&all, is_last);
        };
        let room = known
            .max_utf8_buffer_length(all.len())
            .unwrap_or(3 * all.len() + 16);
        let mut text = String::with_capacity(room);
        // The text has room for the longest result, so one call takes all of the input.
        let _ = known.decode_to_string(&all, &mut text, is_last);
        text
    }

    fn decode_guessed(&mut self, bytes: &[u8], is_last: bool) -> String {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.is_ascii &= text.is_ascii();
                return text.to_owned();
            }
            Err(error) => error,
        };
        let (good, rest) = bytes.split_at(error.valid_up_to());
        self.is_ascii &= good.is_ascii();
        let mut text = String::from_utf8_lossy(good).into_owned();
        if error.error_len().is_none() && !is_last {
            self.rest = rest.to_vec();
            return text;
        }
        // What came so far may have shown that it is no text of another encoding.
        let encoding = if self.is_ascii { WINDOWS_1252 } else { UTF_8 };
        self.known = Some(encoding.new_decoder_without_bom_handling());
        self.is_ascii = false;
        text += &self.decode(rest, is_last);
        text
    }

    /// The document says that it is in the encoding of that name. Returns the encoding if text so
    /// far was decoded in another one.
    pub(crate) fn take_name(&mut self, label: &str) -> Option<&'static Encoding> {
        let encoding = without_utf_16(Encoding::for_label(label.as_bytes())?);
        if !self.is_guess {
            return None;
        }
        self.is_guess = false;
        let guessed = self.known.as_ref().map_or(UTF_8, |known| known.encoding());
        if guessed == encoding {
            return None;
        }
        self.known = Some(encoding.new_decoder_without_bom_handling());
        (!self.is_ascii).then_some(encoding)
    }
}

/// What names its encoding in ASCII is no UTF-16.
fn without_utf_16(encoding: &'static Encoding) -> &'static Encoding {
    let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
    if is_utf_16 { UTF_8 } else { encoding }
}

/// Looks for `<meta charset=…>` and `<meta http-equiv=… content="…charset=…">`.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = find(&head[at..], b"<") {
        at += found;
        let rest = &head[at..];
        if rest.starts_with(b"<!--") {
            at += 4 + find(&rest[4..], b"-->")?;
            continue;
        }
        let end = find(rest, b">")?;
        let is_meta = rest.starts_with(b"<meta")
            && rest
                .get(5)
                .is_some_and(|b| b.is_ascii_whitespace() || *b == b'/');
        if is_meta && let Some(encoding) = charset_in(&rest[..end]) {
            return Some(encoding);
        }
        at += 1;
    }
    xml_declaration(&head)
}

/// `<?xml encoding="…"?>`.
fn xml_declaration(head: &[u8]) -> Option<&'static Encoding> {
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..find(declaration, b"?>")?];
    let at = find(declaration, b"encoding")? + b"encoding".len();
    Encoding::for_label(value_after_equals(&declaration[at..])?)
}

fn charset_in(tag: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    while let Some(found) = find(&tag[at..], b"charset") {
        at += found + b"charset".len();
        if let Some(label) = value_after_equals(&tag[at..])
            && let Some(encoding) = Encoding::for_label(label)
        {
            return Some(without_utf_16(encoding));
        }
    }
    None
}

fn value_after_equals(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let bytes = match bytes.first()? {
        b'"' | b'\'' => &bytes[1..],
        _ => bytes,
    };
    let is_end = |b: &u8| matches!(b, b'"' | b'\'' | b';' | b'>' | b'/') || b.is_ascii_whitespace();
    let end = bytes.iter().position(is_end).unwrap_or(bytes.len());
    Some(&bytes[..end])
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_order_mark_wins_over_every_label() {
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa9", Some("windows-1252")), "é");
        assert_eq!(decode(b"\xff\xfe\xe9\0", Some("utf-8")), "é");
    }

    #[test]
    fn the_header_wins_over_the_document() {
        let bytes = b"<meta charset=utf-8>\xe9";
        assert_eq!(decode(bytes, Some("iso-8859-1")), "<meta charset=utf-8>é");
    }

    #[test]
    fn meta_elements_name_the_encoding() {
        assert!(decode(b"<meta charset=\"koi8-r\">\xc1", None).ends_with('а'));
        let http_equiv =
            b"<META HTTP-EQUIV='content-type' CONTENT='text/html; charset=Shift_JIS'>\x82\xa0";
        assert!(decode(http_equiv, None).ends_with('あ'));
        let commented = b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>\xc3\xa9";
        assert!(decode(commented, None).ends_with('é'));
        assert!(decode(b"<?xml version='1.0' encoding='iso-8859-1'?>\xe9", None).ends_with('é'));
    }

    #[test]
    fn without_a_word_it_is_utf_8_or_else_windows_1252() {
        assert_eq!(decode("žluťoučký".as_bytes(), None), "žluťoučký");
        assert_eq!(decode(b"caf\xe9 \x80", None), "café €");
    }

    /// The text of bytes that come in these pieces, without a label.
    fn in_pieces(pieces: &[&[u8]]) -> String {
        let (mut decoder, _) = Decoder::new(b"", None);
        let mut text = String::new();
        for piece in pieces {
            text += &decoder.decode(piece, false);
        }
        text + &decoder.decode(b"", true)
    }

    #[test]
    fn a_character_cut_by_the_end_of_what_arrived_waits_for_the_rest_of_it() {
        let (mut decoder, _) = Decoder::new(b"", None);
        let bytes = "éa€".as_bytes();
        assert_eq!(decoder.decode(&bytes[..4], false), "éa");
        assert_eq!(decoder.decode(&bytes[4..5], false), "");
        assert_eq!(decoder.decode(&bytes[5..], true), "€");
        assert_eq!(decode(&bytes[..4], None), "éa\u{fffd}");
    }

    #[test]
    fn a_guess_is_mended_while_nothing_else_was_shown() {
        assert_eq!(in_pieces(&[b"caf", b"\xe9", b" \x80"]), "café €");
        assert_eq!(in_pieces(&["é ".as_bytes(), b"\xe9 x"]), "é \u{fffd} x");
        let (mut decoder, _) = Decoder::new(b"", None);
        decoder.decode(b"<meta charset=koi8-r>", false);
        assert_eq!(decoder.take_name("koi8-r"), None);
        assert_eq!(decoder.decode(b"\xc1", false), "а");
        assert_eq!(decoder.take_name("utf-8"), None, "the first name counts");
    }

    #[test]
    fn a_name_that_comes_too_late_is_given_back() {
        let (mut decoder, _) = Decoder::new(b"", None);
        decoder.decode("é".as_bytes(), false);
        assert_eq!(decoder.take_name("no-such"), None);
        let named = decoder.take_name("koi8-r").map(Encoding::name);
        assert_eq!(named, Some("KOI8-R"));
        let (mut decoder, _) = Decoder::new(b"", None);
        decoder.decode("é".as_bytes(), false);
        assert_eq!(decoder.take_name("utf-16"), None, "it was no UTF-16");
        let (mut decoder, _) = Decoder::new(b"", Some("utf-8"));
        decoder.decode("é".as_bytes(), false);
        assert_eq!(decoder.take_name("koi8-r"), None, "the header wins");
    }

    #[test]
    fn nul_and_invalid_bytes_do_no_harm() {
        assert_eq!(decode(b"a\0b", Some("utf-8")), "a\0b");
        assert_eq!(decode(b"a\xffb", Some("utf-8")), "a\u{fffd}b");
        assert_eq!(
            decode(b"<meta charset=no-such>\xe9", None),
            "<meta charset=no-such>é"
        );
    }
}

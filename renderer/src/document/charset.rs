//! Decodes the bytes of a document to text. Any bytes give some text.
//!
//! Source:
//! <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are searched for `<meta charset>`.
const PRESCAN_BYTES: usize = 1024;

/// Decodes a document. `label` is the charset of its `Content-Type`. If the document is still
/// arriving, an incomplete character at the end is omitted.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>, is_complete: bool) -> String {
    let (encoding, bom) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (encoding_of(bytes, label, is_complete), 0),
    };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let body = &bytes[bom..];
    let room = decoder
        .max_utf8_buffer_length(body.len())
        .unwrap_or(3 * body.len() + 16);
    let mut text = String::with_capacity(room);
    // The text has room for the longest result, so one call takes all of the input.
    let _ = decoder.decode_to_string(body, &mut text, is_complete);
    text
}

fn encoding_of(bytes: &[u8], label: Option<&str>, is_complete: bool) -> &'static Encoding {
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) {
        return encoding;
    }
    if let Some(encoding) = prescan(&bytes[..bytes.len().min(PRESCAN_BYTES)]) {
        return encoding;
    }
    let Err(error) = std::str::from_utf8(bytes) else {
        return UTF_8;
    };
    // Cut inside a character at the very end: more may come, or what came so far has shown that
    // this is no text of another encoding.
    let is_cut = error.error_len().is_none();
    if is_cut && (!is_complete || !bytes[..error.valid_up_to()].is_ascii()) {
        UTF_8
    } else {
        WINDOWS_1252
    }
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
            // The prescan could read the tag, so the document is no UTF-16.
            let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
            return Some(if is_utf_16 { UTF_8 } else { encoding });
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
        assert_eq!(
            decode(b"\xef\xbb\xbf\xc3\xa9", Some("windows-1252"), true),
            "é"
        );
        assert_eq!(decode(b"\xff\xfe\xe9\0", Some("utf-8"), true), "é");
    }

    #[test]
    fn the_header_wins_over_the_document() {
        let bytes = b"<meta charset=utf-8>\xe9";
        assert_eq!(
            decode(bytes, Some("iso-8859-1"), true),
            "<meta charset=utf-8>é"
        );
    }

    #[test]
    fn meta_elements_name_the_encoding() {
        assert!(decode(b"<meta charset=\"koi8-r\">\xc1", None, true).ends_with('а'));
        let http_equiv =
            b"<META HTTP-EQUIV='content-type' CONTENT='text/html; charset=Shift_JIS'>\x82\xa0";
        assert!(decode(http_equiv, None, true).ends_with('あ'));
        let commented = b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>\xc3\xa9";
        assert!(decode(commented, None, true).ends_with('é'));
        assert!(
            decode(
                b"<?xml version='1.0' encoding='iso-8859-1'?>\xe9",
                None,
                true
            )
            .ends_with('é')
        );
    }

    #[test]
    fn without_a_word_it_is_utf_8_or_else_windows_1252() {
        assert_eq!(decode("žluťoučký".as_bytes(), None, true), "žluťoučký");
        assert_eq!(decode(b"caf\xe9 \x80", None, true), "café €");
    }

    #[test]
    fn a_character_cut_by_the_end_of_what_arrived_is_left_out() {
        let bytes = "éaé".as_bytes();
        assert_eq!(decode(&bytes[..4], None, false), "éa");
        assert_eq!(decode(&bytes[..4], None, true), "éa\u{fffd}");
    }

    #[test]
    fn nul_and_invalid_bytes_do_no_harm() {
        assert_eq!(decode(b"a\0b", Some("utf-8"), true), "a\0b");
        assert_eq!(decode(b"a\xffb", Some("utf-8"), true), "a\u{fffd}b");
        assert_eq!(
            decode(b"<meta charset=no-such>\xe9", None, true),
            "<meta charset=no-such>é"
        );
    }
}

//! Which answers of another site reach a renderer that asked without leave: pictures, scripts,
//! style sheets, fonts that are meant for others. Documents and data never get there, whatever the
//! renderer said that it wants them for.
//!
//! Source: Opaque Response Blocking (<https://github.com/annevk/orb>), stricter in two points: what
//! says that it is JSON is never given, and markup only needs to begin like markup.

use crate::web::types;
use ureq::http::HeaderMap;

/// How much of a body is looked at.
pub const SNIFFED_BYTES: usize = 1024;

/// Whether an answer of another site is to be kept from the renderer; `start` is the beginning of
/// its body.
pub fn is_blocked(status: u16, headers: &HeaderMap, start: &[u8]) -> bool {
    let essence = types::essence(headers);
    let named = essence.as_deref().unwrap_or_default();
    let has_nosniff = types::has_nosniff(headers);
    if types::is_script(named) || named == "text/css" || named == "image/svg+xml" {
        return false;
    }
    if is_never_sniffed(named) || types::is_json(named) {
        return true;
    }
    if has_nosniff && (types::is_markup(named) || named == "text/plain") {
        return true;
    }
    if is_media(start) {
        return false;
    }
    // A picture's error page, and what no check must look at further.
    if has_nosniff || !(200..300).contains(&status) {
        return true;
    }
    is_data(start) || types::is_markup(named) && is_cut_markup(start)
}

/// Types that nothing which a page embeds can have.
fn is_never_sniffed(essence: &str) -> bool {
    const TYPES: [&str; 18] = [
        "application/gzip",
        "application/msexcel",
        "application/mspowerpoint",
        "application/msword",
        "application/msword-template",
        "application/pdf",
        "application/vnd.apple.mpegurl",
        "application/vnd.ces-quickpoint",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-word",
        "application/x-gzip",
        "application/x-protobuf",
        "application/zip",
        "multipart/byteranges",
        "multipart/signed",
        "text/csv",
        "text/event-stream",
    ];
    TYPES.contains(&essence) || essence.starts_with("application/vnd.openxmlformats-")
}

/// Whether it begins like a picture, a sound or a film.
fn is_media(start: &[u8]) -> bool {
    const MAGICS: [&[u8]; 12] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"BM",
        b"\0\0\x01\0",
        b"\0\0\x02\0",
        b"\xff\x0a",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"OggS\0",
        b"ID3",
        b"\x1aE\xdf\xa3",
    ];
    let at = |from: usize, magic: &[u8]| start.get(from..).is_some_and(|s| s.starts_with(magic));
    let is_riff = at(0, b"RIFF") && (at(8, b"WEBP") || at(8, b"AVI ") || at(8, b"WAVE"));
    MAGICS.iter().any(|magic| at(0, magic)) || is_riff || at(4, b"ftyp")
}

/// Whether it begins like a font. No site is to embed those of others without their leave.
pub fn is_font(start: &[u8]) -> bool {
    const MAGICS: [&[u8]; 6] = [b"wOFF", b"wOF2", b"OTTO", b"true", b"ttcf", b"\0\x01\0\0"];
    MAGICS.iter().any(|magic| start.starts_with(magic))
}

/// Whether it begins like markup, JSON, or what is put before JSON to keep others from it.
fn is_data(start: &[u8]) -> bool {
    const BREAKERS: [&[u8]; 4] = [b")]}'", b"{}&&", b"for(;;);", b"while(1);"];
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = text.trim_ascii_start();
    let compact: Vec<u8> = text
        .iter()
        .take(16)
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    BREAKERS.iter().any(|breaker| compact.starts_with(breaker))
        || is_markup(text)
        || is_object(text)
        || is_json(text)
}

/// Whether it is JSON, as far as it was looked at.
fn is_json(text: &[u8]) -> bool {
    match serde_json::from_slice::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.is_eof() && text.starts_with(b"["),
    }
}

/// Whether there is nothing to see yet in what says that it is markup: an empty body leaks nothing,
/// and white space for a whole kilobyte is no script that anybody embeds.
fn is_cut_markup(start: &[u8]) -> bool {
    start.len() >= SNIFFED_BYTES && start.trim_ascii().is_empty()
}

/// A tag, a comment, a declaration. A script may begin with `<!--`; so did they in 1996.
fn is_markup(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"<") else {
        return false;
    };
    match rest.first() {
        Some(b'!') => !is_hidden_script(rest),
        Some(next) => next.is_ascii_alphabetic() || matches!(next, b'?' | b'/'),
        None => false,
    }
}

/// After the comment that once hid scripts, nothing on the line's rest is markup.
fn is_hidden_script(after: &[u8]) -> bool {
    let Some(comment) = after.strip_prefix(b"!--") else {
        return false;
    };
    let whole = comment.windows(3).position(|part| part == b"-->");
    let rest = match whole {
        Some(at) => comment[at + 3..].trim_ascii_start(),
        None => match comment.iter().position(|byte| *byte == b'\n') {
            Some(at) => comment[at..].trim_ascii_start(),
            None => return false,
        },
    };
    !rest.is_empty() && !rest.starts_with(b"<")
}

/// A quoted name and a colon in a brace: JSON, which no script begins with.
fn is_object(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"{") else {
        return false;
    };
    let Some(name) = rest.trim_ascii_start().strip_prefix(b"\"") else {
        return false;
    };
    let mut bytes = name.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return name[at + 1..].trim_ascii_start().starts_with(b":"),
            _ => {}
        }
    }
    // Nothing but the name fits into what was looked at.
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &str, nosniff: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert("content-type", content_type.parse().expect("a value"));
        }
        if nosniff {
            headers.insert(
                "x-content-type-options",
                "nosniff".parse().expect("a value"),
            );
        }
        headers
    }

    #[test]
    fn documents_and_data_of_others_are_blocked() {
        let breaker: &[u8] = b")]}'\n[\"secret\"]";
        for (content_type, nosniff, body) in [
            ("text/html", false, &b"<!doctype html><p>secret"[..]),
            ("text/html", true, b"var looks = 'harmless'"),
            ("text/html", false, b"\xef\xbb\xbf  \n<HTML>"),
            ("", false, b"<html>"),
            ("text/plain", false, b"<?xml version='1.0'?>"),
            ("image/png", false, b"<!DOCTYPE html>"),
            ("text/xml", false, b"<a/>"),
            ("application/json", false, b"[1, 2]"),
            ("application/json", false, b"secret()"),
            ("application/vnd.api+json", true, b"{}"),
            ("text/plain", false, b"{ \"secret\" : 1 }"),
            ("text/plain", false, b"[{\"secret\":1}]"),
            ("text/plain", false, b"\"secret\""),
            ("text/plain", false, b"[{\"secret\":[1, {\"cut"),
            ("", false, breaker),
            ("", false, b"for (;;);{}"),
            ("text/plain", true, b"secret"),
            ("text/csv", false, b"a,b"),
            ("application/pdf", false, b"%PDF-1.4"),
            ("application/octet-stream", true, b"secret"),
        ] {
            assert!(
                is_blocked(200, &headers(content_type, nosniff), body),
                "{content_type} {nosniff} {:?}",
                String::from_utf8_lossy(body)
            );
        }
        assert!(is_blocked(404, &headers("", false), b"var a"), "a failure");
    }

    #[test]
    fn what_pages_embed_is_given() {
        for (content_type, nosniff, body) in [
            ("image/png", true, &b"\x89PNG\r\n\x1a\n...."[..]),
            ("text/html", false, b"\xff\xd8\xff\xe0"),
            ("image/webp", true, b"RIFF\0\0\0\0WEBPVP8 "),
            ("image/avif", true, b"\0\0\0\x20ftypavif"),
            (
                "image/svg+xml",
                true,
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            ),
            ("text/css", true, b"a { color: red }"),
            ("text/css", false, b"{\"not\": \"css\"}"),
            ("text/javascript", true, b"var a = 1;"),
            ("text/plain", false, b"var a = 1;"),
            ("text/html", false, b"callback({\"a\": 1})"),
            ("", false, b"{ let a = 1; }"),
            ("", false, b"{\"use strict\"; let a}"),
            (
                "text/html",
                false,
                b"<!-- hidden from old browsers\nvar a = 1;",
            ),
            ("text/plain", false, b""),
        ] {
            assert!(
                !is_blocked(200, &headers(content_type, nosniff), body),
                "{content_type} {nosniff} {:?}",
                String::from_utf8_lossy(body)
            );
        }
        assert!(
            !is_blocked(404, &headers("image/png", false), b"GIF89a"),
            "a picture"
        );
    }

    #[test]
    fn a_comment_before_markup_hides_nothing() {
        for body in [
            &b"<!-- x --><html>"[..],
            b"<!-- x -->\n\n<p>",
            b"<!-- only",
            b"<!--\n<b>",
        ] {
            assert!(is_blocked(200, &headers("text/html", false), body));
        }
    }

    #[test]
    fn fonts_are_known_by_their_first_bytes() {
        assert!(is_font(b"wOF2....") && is_font(b"\0\x01\0\0\0") && !is_font(b"PNG"));
    }
}

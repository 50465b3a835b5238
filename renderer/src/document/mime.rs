//! What a response is, by its `Content-Type` header or else by its first bytes.
//!
//! Source: <https://mimesniff.spec.whatwg.org/>.

use data_url::mime::Mime;

/// What a document is shown as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MimeKind {
    Html,
    Xhtml,
    Image,
    Text,
    /// Cannot be shown; the MIME type.
    Unsupported(String),
}

/// What a response is, and in which encoding.
pub(crate) struct ContentType {
    pub(crate) kind: MimeKind,
    /// The `charset` parameter of the header.
    pub(crate) charset: Option<String>,
}

/// Classifies a response by its header. A missing header, or one that is no MIME type, says
/// nothing: then the first bytes decide.
pub(crate) fn content_type(header: Option<&str>, bytes: &[u8]) -> ContentType {
    let Some(mime) = header.and_then(|header| header.parse::<Mime>().ok()) else {
        return ContentType {
            kind: sniff(bytes),
            charset: None,
        };
    };
    let essence = format!("{}/{}", mime.type_, mime.subtype);
    let kind = match kind_of(&essence) {
        Some(kind) => kind,
        None if essence == "unknown/unknown" => sniff(bytes),
        None => MimeKind::Unsupported(essence),
    };
    ContentType {
        kind,
        charset: charset(&mime).map(str::to_owned),
    }
}

/// The `charset` parameter. Single quotes are no quotes by the standard, but servers send them.
pub(crate) fn charset(mime: &Mime) -> Option<&str> {
    let label = mime.get_parameter("charset")?;
    Some(label.trim_matches('\''))
}

fn kind_of(essence: &str) -> Option<MimeKind> {
    let kind = match essence {
        "text/html" => MimeKind::Html,
        "application/xhtml+xml" => MimeKind::Xhtml,
        "image/png" | "image/jpeg" | "image/jpg" | "image/webp" | "image/gif" => MimeKind::Image,
        "image/svg+xml" | "image/bmp" | "image/x-icon" | "image/vnd.microsoft.icon" => {
            MimeKind::Image
        }
        "application/json" | "application/xml" | "application/javascript" => MimeKind::Text,
        "application/x-javascript" | "application/ecmascript" | "application/toml" => {
            MimeKind::Text
        }
        "application/yaml" | "application/x-yaml" | "application/x-sh" => MimeKind::Text,
        _ if essence.starts_with("text/") => MimeKind::Text,
        _ if essence.ends_with("+json") || essence.ends_with("+xml") => MimeKind::Text,
        _ => return None,
    };
    Some(kind)
}

/// What bytes without a type look like.
fn sniff(bytes: &[u8]) -> MimeKind {
    const SNIFFED_BYTES: usize = 512;
    let head = &bytes[..bytes.len().min(SNIFFED_BYTES)];
    let is_webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    let images: [&[u8]; 6] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"BM",
        b"\0\0\x01\0",
    ];
    if is_webp || images.iter().any(|magic| head.starts_with(magic)) {
        return MimeKind::Image;
    }
    let text = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let start = text[..text.len().min(24)].to_ascii_lowercase();
    let tags: [&[u8]; 11] = [
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<script",
        b"<style",
        b"<h1",
        b"<div",
        b"<p",
        b"<!--",
    ];
    if tags.iter().any(|tag| start.starts_with(tag)) {
        return MimeKind::Html;
    }
    if start.starts_with(b"<svg") {
        return MimeKind::Image;
    }
    let is_binary = |b: &u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    let has_bom = encoding_rs::Encoding::for_bom(head).is_some();
    if !has_bom && head.iter().any(is_binary) {
        return MimeKind::Unsupported("application/octet-stream".to_owned());
    }
    MimeKind::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str) -> MimeKind {
        content_type(Some(header), b"").kind
    }

    #[test]
    fn the_header_decides_and_names_the_charset() {
        let html = content_type(Some("Text/HTML; x=1; Charset=\"KOI8-R\""), b"");
        assert_eq!(html.kind, MimeKind::Html);
        assert_eq!(html.charset.as_deref(), Some("KOI8-R"));
        assert_eq!(kind("application/xhtml+xml"), MimeKind::Xhtml);
        assert_eq!(kind("image/svg+xml"), MimeKind::Image);
        assert_eq!(kind("application/ld+json"), MimeKind::Text);
        assert_eq!(kind("text/x-unheard-of"), MimeKind::Text);
        assert_eq!(
            kind("application/pdf"),
            MimeKind::Unsupported("application/pdf".to_owned())
        );
    }

    #[test]
    fn bytes_without_a_type_are_looked_at() {
        let sniffed = |bytes: &[u8]| content_type(None, bytes).kind;
        assert_eq!(sniffed(b" \n<!DOCTYPE html><p>x"), MimeKind::Html);
        assert_eq!(sniffed(b"\x89PNG\r\n\x1a\n...."), MimeKind::Image);
        assert_eq!(sniffed(b"\0\0\x01\0\x01\0...."), MimeKind::Image);
        assert_eq!(sniffed(b"plain words"), MimeKind::Text);
        let unreadable = content_type(Some("text/html, text/html"), b"<p>x");
        assert_eq!(unreadable.kind, MimeKind::Html);
        assert!(matches!(
            sniffed(b"\x7fELF\x02\x01\x01\0"),
            MimeKind::Unsupported(_)
        ));
    }
}

//! Turns a response into markup: HTML as it is, text escaped, an image in an HTML document. Text
//! that was not sent as markup is never parsed as markup.

use crate::document::charset;
use crate::document::markup::Markup;
use crate::document::mime::{ContentType, MimeKind};

/// The markup that shows all of `bytes`. It does not contain an image, but refers to it by the
/// document's URL.
pub(crate) fn to_markup(content: &ContentType, bytes: &[u8], url: &str) -> (Markup, String) {
    let text = || charset::decode(bytes, content.charset.as_deref());
    let rest = match &content.kind {
        MimeKind::Html | MimeKind::Xhtml => text(),
        MimeKind::Text => text_part(&text()),
        MimeKind::Image | MimeKind::Unsupported(_) => String::new(),
    };
    (markup(&content.kind), intro(&content.kind, url) + &rest)
}

/// The syntax of the markup that shows something of that kind.
pub(crate) fn markup(kind: &MimeKind) -> Markup {
    match kind {
        MimeKind::Xhtml => Markup::Xml,
        _ => Markup::Html,
    }
}

/// What of the markup comes before that which the bytes themselves stand for.
pub(crate) fn intro(kind: &MimeKind, url: &str) -> String {
    match kind {
        MimeKind::Html | MimeKind::Xhtml => String::new(),
        MimeKind::Text => text_intro(url),
        MimeKind::Image => image_document(url),
        MimeKind::Unsupported(essence) => unsupported_document(essence, url),
    }
}

fn text_intro(url: &str) -> String {
    format!(
        "<!doctype html><title>{}</title><style>:root {{ color-scheme: light dark; }} \
         body {{ margin: 12px; }} pre {{ margin: 0; font: 13px/1.4 monospace; \
         white-space: pre-wrap; overflow-wrap: anywhere; }}</style><pre>\n",
        escape(file_name(url)),
    )
}

/// A part of a text, as markup.
pub(crate) fn text_part(text: &str) -> String {
    escape(&text.replace('\0', "\u{fffd}"))
}

fn image_document(url: &str) -> String {
    format!(
        "<!doctype html><title>{}</title><style>body {{ margin: 0; min-height: 100vh; \
         display: flex; align-items: center; justify-content: center; background: #f1f3f5; }} \
         img {{ max-width: 100%; }}</style><img alt=\"\" src=\"{}\">",
        escape(file_name(url)),
        escape(url),
    )
}

fn unsupported_document(essence: &str, url: &str) -> String {
    format!(
        "<!doctype html><title>{}</title><style>body {{ font: 16px/1.5 sans-serif; margin: 64px \
         auto; max-width: 560px; padding: 0 24px; color: #2b3138; }} h1 {{ font-size: 22px; }} \
         code {{ font-family: monospace; overflow-wrap: anywhere; }}</style>\
         <h1>This page cannot be shown</h1><p>{}</p><p><code>{}</code></p>",
        escape(file_name(url)),
        escape(&unsupported_reason(essence)),
        escape(url),
    )
}

/// Why content of that type is not shown.
pub(crate) fn unsupported_reason(essence: &str) -> String {
    format!("Content of type {essence} cannot be shown.")
}

/// The last part of a URL's path, for a title.
fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    if name.is_empty() || url.starts_with("data:") {
        ""
    } else {
        name
    }
}

/// Escapes text for markup and for quoted attribute values.
pub(crate) fn escape(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::mime::content_type;

    #[test]
    fn text_is_never_read_as_markup() {
        let text = content_type(Some("text/plain"), b"");
        let (markup, shown) = to_markup(&text, b"</pre><a href=x>\0", "http://h/a.txt");
        assert_eq!(markup, Markup::Html);
        assert!(shown.contains("&lt;/pre&gt;&lt;a href=x&gt;\u{fffd}"));
        assert!(shown.contains("<title>a.txt</title>"));
    }
}

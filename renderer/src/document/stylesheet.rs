//! Prepares a style sheet for Blitz: converts it to UTF-8, clamps its numbers, and renames each
//! `@import` of an invalid URL, on which Blitz would panic, to an unknown rule.
//!
//! Source: <https://drafts.csswg.org/css-syntax/#input-byte-stream>.

use crate::document::lengths;
use crate::document::mime;
use crate::document::selectors;
use blitz_traits::net::Bytes;
use cssparser::{
    AtRuleParser, CowRcStr, ParseError, Parser, ParserState, QualifiedRuleParser, StyleSheetParser,
};
use data_url::mime::Mime;
use encoding_rs::{Encoding, UTF_8};
use url::Url;

/// What Blitz is to get instead of `bytes`, which came from `url`; `None` if nothing is to be
/// changed, above all when they are no style sheet.
pub(crate) fn prepared(bytes: &Bytes, content_type: Option<&str>, url: &str) -> Option<Bytes> {
    let base = Url::parse(url).ok()?;
    let Ok(text) = std::str::from_utf8(bytes) else {
        // What an answer without a type is for is not known here, and pictures are not text.
        let text = decode(bytes, content_type?)?;
        return Some(Bytes::from(safe(&text, &base).unwrap_or(text)));
    };
    safe(text, &base).map(Bytes::from)
}

/// The style sheet as Blitz can take it; `None` if it can take it as it is.
pub(crate) fn safe(text: &str, base: &Url) -> Option<String> {
    let clamped = lengths::clamped(text).or_else(|| lengths::clamped_svg(text));
    let clamped = selectors::by_attribute(clamped.as_deref().unwrap_or(text)).or(clamped);
    disarmed(clamped.as_deref().unwrap_or(text), base).or(clamped)
}

/// A style sheet that is not UTF-8, by the charset of its header or else of its first rule.
fn decode(bytes: &[u8], content_type: &str) -> Option<String> {
    let mime = content_type.parse::<Mime>().ok()?;
    if !mime.matches("text", "css") {
        return None;
    }
    let label = mime::charset(&mime).map(str::as_bytes);
    let charset = label.and_then(Encoding::for_label);
    let encoding = charset.or_else(|| rule(bytes)).unwrap_or(UTF_8);
    Some(encoding.decode(bytes).0.into_owned())
}

/// What `@charset "…";` says, which must be the very first bytes.
fn rule(bytes: &[u8]) -> Option<&'static Encoding> {
    let rest = bytes.strip_prefix(b"@charset \"")?;
    let end = rest.iter().take(100).position(|byte| *byte == b'"')?;
    rest[end..].starts_with(b"\";").then_some(())?;
    Encoding::for_label(&rest[..end])
}

/// The style sheet with every `@import` disarmed that does not resolve; `None` if there is none.
fn disarmed(text: &str, base: &Url) -> Option<String> {
    // Whatever else is text comes through here too, and is not to be taken apart for nothing.
    if !text.contains('@') {
        return None;
    }
    let mut imports = Imports {
        base,
        unresolved: Vec::new(),
    };
    let mut parser = Parser::new(text);
    // What is not valid is not imported either.
    StyleSheetParser::new(&mut parser, &mut imports).for_each(drop);
    if imports.unresolved.is_empty() {
        return None;
    }
    let mut disarmed = text.to_owned();
    for at in imports.unresolved {
        // The first character of the keyword, be it a letter or an escape, is one byte.
        disarmed.replace_range(at + 1..at + 2, "_");
    }
    Some(disarmed)
}

/// Finds the rules that import what cannot be resolved.
struct Imports<'b> {
    base: &'b Url,
    /// Where they start, in bytes.
    unresolved: Vec<usize>,
}

impl<'i> AtRuleParser<'i> for Imports<'_> {
    /// Whether the rule is an import that cannot be resolved.
    type Prelude = bool;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<bool, ParseError<()>> {
        let is_import = name.eq_ignore_ascii_case("import");
        let is_unresolved = is_import
            && input
                .expect_url_or_string()
                .is_ok_and(|url| url.is_empty() || self.base.join(&url).is_err());
        while input.next().is_ok() {}
        Ok(is_unresolved)
    }

    fn rule_without_block(&mut self, is_unresolved: bool, start: &ParserState) -> Result<(), ()> {
        if is_unresolved {
            self.unresolved.push(start.position().byte_index());
        }
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for Imports<'_> {
    type Prelude = ();
    type QualifiedRule = ();
    type Error = ();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("http://site.test/a/").expect("test URL")
    }

    #[test]
    fn only_imports_that_do_not_resolve_are_touched() {
        for text in [
            "",
            "@import 'a.css'; b { c: d }",
            "b { c: '@import \"\";' }",
            "/* @import ''; */",
            "@media print { @import ''; }",
        ] {
            assert_eq!(disarmed(text, &base()), None, "{text}");
        }
        assert_eq!(
            disarmed(
                "@import 'a'; @\\69mport url(); @import '//' print; b{}",
                &base()
            )
            .as_deref(),
            Some("@import 'a'; @_69mport url(); @_mport '//' print; b{}")
        );
    }

    #[test]
    fn pictures_are_left_alone() {
        let png = Bytes::from_static(b"\x89PNG\r\n\x1a\n@import '';");
        assert_eq!(prepared(&png, Some("image/png"), base().as_str()), None);
        assert_eq!(prepared(&png, None, base().as_str()), None);
    }

    #[test]
    fn the_header_names_the_encoding_before_the_sheet_does() {
        let text = |bytes: &'static [u8], content_type| {
            let bytes = prepared(
                &Bytes::from_static(bytes),
                Some(content_type),
                base().as_str(),
            );
            String::from_utf8(bytes.expect("changed").to_vec()).expect("UTF-8")
        };
        let sheet = b"@charset \"koi8-r\";/*\xe9*/";
        assert!(text(sheet, "Text/CSS; Charset=\"windows-1252\"").ends_with("/*é*/"));
        assert!(text(sheet, "text/css").ends_with("/*И*/"));
        assert!(text(b"/*\xe9*/", "text/css").ends_with("/*\u{fffd}*/"));
    }
}

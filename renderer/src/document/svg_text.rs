//! Text in SVG pictures: Blitz gives its SVG parser no fonts, so the text of a file becomes
//! outlines before Blitz sees it.
//!
//! Trusts: nothing in the picture; one that cannot be read is left as it is.

use crate::fonts::{self, aliases};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use usvg::fontdb::{Database, Family, ID, Query, Stretch, Style, Weight};
use usvg::{
    Font, FontFamily, FontResolver, FontStyle, Indent, Options, Tree, WriteOptions, roxmltree,
};

/// A picture with more text keeps it as it is: not shown. A letter's outline has up to 1 KiB.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// A larger picture is not looked at.
const SOURCE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The picture with outlines instead of text. `None`: the bytes are no SVG picture, or one without
/// text.
pub(crate) fn outlined(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_candidate = bytes.len() <= SOURCE_BYTES_MAX && contains(bytes, b"<svg");
    if !is_candidate || !contains(bytes, b"<text") {
        return None;
    }
    let source = std::str::from_utf8(bytes).ok()?;
    let outlined = outline(source)?;
    Some(outlined.document().into_bytes())
}

/// A picture with its text, laid out; `None` if it cannot be read, or has too much of it.
pub(crate) fn tree(source: &str) -> Option<Tree> {
    let document = roxmltree::Document::parse(source).ok()?;
    read(source, &document)
}

fn read(source: &str, document: &roxmltree::Document<'_>) -> Option<Tree> {
    let options = Options {
        fontdb: fonts::for_svg()?,
        font_resolver: FontResolver {
            select_font: Box::new(select_font),
            ..FontResolver::default()
        },
        ..Options::default()
    };
    let texts = document.descendants().filter(|node| node.is_text());
    let text_bytes: usize = texts.filter_map(|node| node.text()).map(str::len).sum();
    if text_bytes > TEXT_BYTES_MAX {
        return None;
    }
    Tree::from_str(source, &options).ok()
}

/// A picture whose text is outlines.
struct Outlined {
    /// The attributes of its `<svg>` element that say how large it is shown.
    attributes: String,
    view_box: String,
    /// What the `<svg>` element has inside.
    content: String,
}

impl Outlined {
    fn document(&self) -> String {
        let Outlined {
            attributes,
            view_box,
            content,
        } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"{view_box}\"{attributes}>\
             {content}</svg>"
        )
    }
}

fn outline(source: &str) -> Option<Outlined> {
    let document = roxmltree::Document::parse(source).ok()?;
    let tree = read(&in_own_units(source, &document), &document)?;
    let written = tree.to_string(&WriteOptions {
        indent: Indent::None,
        ..WriteOptions::default()
    });
    // `<svg attributes>content</svg>`; no attribute of usvg's has a `>` in it.
    let (_, after_tag) = written.split_once('>')?;
    let (content, _) = after_tag.rsplit_once("</svg>")?;
    let mut attributes = String::new();
    for name in ["width", "height", "preserveAspectRatio"] {
        if let Some(value) = document.root_element().attribute(name) {
            let value = html_escape::encode_double_quoted_attribute(value);
            // Writing to a string cannot fail.
            let _ = write!(attributes, " {name}=\"{value}\"");
        }
    }
    let size = tree.size();
    Some(Outlined {
        attributes,
        view_box: format!("0 0 {} {}", size.width(), size.height()),
        content: content.to_owned(),
    })
}

/// The source without a width and a height beside a view box: usvg would write the content in their
/// units, and a share of the page is not known here.
fn in_own_units<'a>(source: &'a str, document: &roxmltree::Document<'_>) -> Cow<'a, str> {
    let root = document.root_element();
    if root.attribute("viewBox").is_none() {
        return Cow::Borrowed(source);
    }
    let mut rest = source.to_owned();
    let attributes: Vec<_> = root.attributes().collect();
    for attribute in attributes.into_iter().rev() {
        if matches!(attribute.name(), "width" | "height") && attribute.namespace().is_none() {
            rest.replace_range(attribute.range(), "");
        }
    }
    Cow::Owned(rest)
}

/// usvg's own choice, after the names of well-known fonts have become those of the bundled ones.
fn select_font(font: &Font, fonts: &mut Arc<Database>) -> Option<ID> {
    let mut families: Vec<Family<'_>> = Vec::new();
    for family in font.families() {
        families.push(match family {
            FontFamily::Serif => Family::Serif,
            FontFamily::SansSerif => Family::SansSerif,
            FontFamily::Cursive => Family::Cursive,
            FontFamily::Fantasy => Family::Fantasy,
            FontFamily::Monospace => Family::Monospace,
            FontFamily::Named(name) => Family::Name(aliases::family_behind(name).unwrap_or(name)),
        });
    }
    families.push(Family::Serif);
    let is_slanted = font.style() != FontStyle::Normal;
    fonts.query(&Query {
        families: &families,
        weight: Weight(font.weight()),
        stretch: Stretch::Normal,
        style: if is_slanted {
            Style::Italic
        } else {
            Style::Normal
        },
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::harness;

    const PICTURE: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 40' \
                           width='50%'><text x='10' y='25' font-family='Arial'>words</text></svg>";

    fn outlined_text(picture: &str) -> Option<String> {
        let _fonts = harness::bundled_fonts();
        outlined(picture.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("it is text"))
    }

    #[test]
    fn text_becomes_outlines_and_the_size_stays() {
        let picture = outlined_text(PICTURE).expect("it has text");
        assert!(picture.contains("<path"), "{picture}");
        assert!(!picture.contains("<text"), "{picture}");
        assert!(picture.contains("width=\"50%\"") && !picture.contains("height="));
        assert!(picture.contains("viewBox=\"0 0 200 40\""));
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        let much = PICTURE.replace("words", &"w".repeat(TEXT_BYTES_MAX + 1));
        let cut = &PICTURE[..PICTURE.len() - 10];
        for bytes in ["", "<svg><text", "<svg></svg>", cut, &much] {
            assert_eq!(outlined_text(bytes), None, "{bytes:.60}");
        }
        assert_eq!(outlined(b"<svg <text \xff"), None);
    }
}

//! Rewrites the pseudo-classes that never match in Blitz to attributes of ours: the view gives
//! them to the elements that are meant.
//!
//! Source: <https://drafts.csswg.org/css-syntax/#tokenization>.

use crate::document::elements::{RING, TARGET};
use crate::document::lengths::{after_comment, after_name, after_string, after_url, is_name};
use std::ops::Range;

/// Pseudo-classes, without the colon, and the attributes that stand for them.
const REWRITTEN: [(&str, &str); 2] = [("focus-visible", RING), ("target", TARGET)];

/// The style sheet with attributes instead; `None` if it has no such pseudo-class. Only what
/// stands before a `{` is a selector.
pub(crate) fn by_attribute(css: &str) -> Option<String> {
    let bytes = css.as_bytes();
    if !has_any(bytes) {
        return None;
    }
    let mut changes: Vec<(Range<usize>, &str)> = Vec::new();
    let mut maybe: Vec<(Range<usize>, &str)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'"' | b'\'' => after_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => after_comment(bytes, at),
            b'\\' => at + 2,
            // A pseudo-element.
            b':' if bytes.get(at + 1) == Some(&b':') => after_name(bytes, at + 2).max(at + 2),
            b':' => {
                let end = after_name(bytes, at + 1).max(at + 1);
                let is_whole = bytes.get(end) != Some(&b'\\');
                if let Some(attribute) = attribute_for(&css[at + 1..end]).filter(|_| is_whole) {
                    maybe.push((at..end, attribute));
                }
                end
            }
            b'{' => {
                changes.append(&mut maybe);
                at + 1
            }
            b';' | b'}' => {
                maybe.clear();
                at + 1
            }
            byte if is_name(byte) => after_url(bytes, at..after_name(bytes, at)),
            _ => at + 1,
        };
    }
    let mut rewritten = css.to_owned();
    for (range, attribute) in changes.iter().rev() {
        rewritten.replace_range(range.clone(), &format!("[{attribute}]"));
    }
    (!changes.is_empty()).then_some(rewritten)
}

fn attribute_for(name: &str) -> Option<&'static str> {
    let known = REWRITTEN.iter();
    let mut found = known.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, attribute)| *attribute)
}

/// A cheap look: most style sheets have none.
fn has_any(bytes: &[u8]) -> bool {
    REWRITTEN.iter().any(|(name, _)| {
        let mut places = bytes.windows(name.len() + 1);
        places.any(|place| place[0] == b':' && place[1..].eq_ignore_ascii_case(name.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pseudo_classes_before_a_block_become_attributes() {
        for (css, wanted) in [
            (":target{}", "[-bulkhead-target]{}"),
            (
                "a:TARGET b, c:not(:target)>d {}",
                "a[-bulkhead-target] b, c:not([-bulkhead-target])>d {}",
            ),
            (
                "a{color:red;&:target{}}",
                "a{color:red;&[-bulkhead-target]{}}",
            ),
            (
                "@media print{li:target::before{}}",
                "@media print{li[-bulkhead-target]::before{}}",
            ),
            (
                "b:focus-visible:target{}",
                "b[-bulkhead-ring][-bulkhead-target]{}",
            ),
            (
                "é:target/*:target*/[x=':target']{}",
                "é[-bulkhead-target]/*:target*/[x=':target']{}",
            ),
        ] {
            assert_eq!(by_attribute(css).as_deref(), Some(wanted), "{css}");
        }
    }

    #[test]
    fn whatever_else_looks_like_one_stays() {
        for css in [
            "a{x:target}",
            "a{x:target;y:z}b{}",
            "a::target{}",
            "a:target-within{}",
            "a:targets{}",
            "a\\:target{}",
            "a{content:':target';background:url(x:target)}",
            "a{background:url( :target )}b{}",
            "@import 'x:target';b{}",
            "/* a:target{} */",
            ":target",
            ":",
            "::",
        ] {
            assert_eq!(by_attribute(css), None, "{css}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_rewritten_once(text in "(:target|:focus-visible|[-{};:'\"/*\\\\\n éa()]){0,20}") {
            if let Some(once) = by_attribute(&text) {
                prop_assert_eq!(by_attribute(&once), None);
            }
        }
    }
}

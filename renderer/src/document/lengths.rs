//! Clamps the numbers of a style sheet to what layout can hold, before Stylo reads them.
//!
//! Layout computes with 32-bit floats, and ends the process where a pixel is less than one unit in
//! the last place. Browsers clamp at about 2^25 px, this one at 2^22: every pixel counts below
//! 2^23, and a box may lie that far from the edge that it is measured from.
//! [`crate::document::bounds`] clamps what only computing makes large.

use std::ops::Range;

/// The longest length, in pixels.
pub(crate) const PIXELS_MAX: f32 = 4_194_304.0;
/// The largest number of anything else. `z-index` goes that far.
const NUMBER_MAX: f64 = 2_147_483_647.0;

/// The text with its numbers clamped; `None` if none is too large.
pub(crate) fn clamped(css: &str) -> Option<String> {
    let bytes = css.as_bytes();
    if !has_large_number(bytes) {
        return None;
    }
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'"' | b'\'' => after_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => after_comment(bytes, at),
            b'\\' => at + 2,
            b'0'..=b'9' | b'.' | b'+' | b'-' => {
                let number = number(bytes, at);
                if let Some(text) = clamp(css, &number) {
                    changes.push((number.clone(), text));
                }
                // A sign may belong to a name: `--x1e9`.
                if number.is_empty() {
                    after_name(bytes, at)
                } else {
                    number.end
                }
            }
            b'#' => after_name(bytes, at + 1),
            byte if is_name(byte) => after_url(bytes, at..after_name(bytes, at)),
            _ => at + 1,
        };
    }
    if changes.is_empty() {
        return None;
    }
    let mut clamped = css.to_owned();
    for (range, text) in changes.into_iter().rev() {
        clamped.replace_range(range, &text);
    }
    Some(clamped)
}

/// An attribute of SVG, whose numbers are pixels, clamped; `None` if it needs no change.
pub(crate) fn clamped_attribute(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    if !has_large_number(bytes) {
        return None;
    }
    let mut clamped = String::new();
    let mut kept = 0;
    let mut at = 0;
    while at < bytes.len() {
        let number = number(bytes, at);
        let size = value[number.clone()].parse::<f64>().ok();
        if let Some(size) = size.filter(|size| size.abs() > f64::from(PIXELS_MAX)) {
            clamped.push_str(&value[kept..number.start]);
            let max = f64::from(PIXELS_MAX).copysign(size);
            let old = &value[number.clone()];
            clamped.push_str(&written(max, old, &bytes[number.end..]));
            kept = number.end;
        }
        at = if number.is_empty() {
            at + 1
        } else {
            number.end
        };
    }
    clamped.push_str(&value[kept..]);
    (kept > 0).then_some(clamped)
}

/// An SVG image with the attributes of its root clamped; `None` if it needs no change, or is none.
pub(crate) fn clamped_svg(text: &str) -> Option<String> {
    let start = text.find("<svg")?;
    let end = start + text[start..].find('>')?;
    let root = clamped_attribute(&text[start..end])?;
    Some([&text[..start], &root, &text[end..]].concat())
}

/// A cheap look: whether there is a number of five digits or with an exponent, or perhaps a name
/// that looks like one.
fn has_large_number(bytes: &[u8]) -> bool {
    let mut digits = 0;
    bytes.iter().any(|byte| {
        let is_exponent = digits > 0 && matches!(byte, b'e' | b'E');
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        is_exponent || digits >= 5
    })
}

/// The number that stands for the one at `number`, if that is too large for its unit.
fn clamp(css: &str, number: &Range<usize>) -> Option<String> {
    let value: f64 = css[number.clone()].parse().ok()?;
    let unit_end = after_name(css.as_bytes(), number.end);
    let unit = css[number.end..unit_end].to_ascii_lowercase();
    let is_percentage = css.as_bytes().get(number.end) == Some(&b'%');
    let max = match unit.as_str() {
        "" if is_percentage => 10_000.0,
        "" => NUMBER_MAX,
        "px" | "pt" => f64::from(PIXELS_MAX),
        "deg" | "rad" | "grad" | "turn" | "s" | "ms" | "dpi" | "dpcm" | "dppx" | "x" | "fr"
        | "hz" | "khz" => NUMBER_MAX,
        // Relative to fonts and views, and inches: some hundred pixels at most.
        _ => 16_384.0,
    };
    let next = &css.as_bytes()[number.end..];
    (value.abs() > max).then(|| written(max.copysign(value), &css[number.clone()], next))
}

/// The number that stands for that one, as the same token: what is around it must not become a
/// part of it. In `1e9.9e9e9px` the second number begins without a sign or a digit, and its unit
/// begins like an exponent.
fn written(number: f64, old: &str, next: &[u8]) -> String {
    let sign = match old.as_bytes().first() {
        Some(b'+' | b'.') => "+",
        _ => "",
    };
    let exponent = match next {
        [b'e' | b'E', b'0'..=b'9', ..] | [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => "e0",
        _ => "",
    };
    format!("{sign}{number}{exponent}")
}

/// Where the number at `at` stands; empty if there is none.
fn number(bytes: &[u8], at: usize) -> Range<usize> {
    let digits = |mut from: usize| {
        while bytes.get(from).is_some_and(u8::is_ascii_digit) {
            from += 1;
        }
        from
    };
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let start = at + sign(at);
    let mut end = digits(start);
    let mut has_digits = end > start;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
        has_digits = true;
    }
    if !has_digits {
        return at..at;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + sign(end + 1);
        if digits(exponent) > exponent {
            end = digits(exponent);
        }
    }
    at..end
}

/// Whether a byte may stand in a name.
pub(crate) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || !byte.is_ascii()
}

/// Behind the name at `at`, at least one byte further unless nothing is there.
pub(crate) fn after_name(bytes: &[u8], at: usize) -> usize {
    let length = bytes[at.min(bytes.len())..]
        .iter()
        .take_while(|byte| is_name(**byte))
        .count();
    match bytes.get(at) {
        Some(b'+' | b'.') => at + 1,
        _ => at + length,
    }
}

/// Behind the URL that starts with `name`, if it is one without quotes, or behind the name.
pub(crate) fn after_url(bytes: &[u8], name: Range<usize>) -> usize {
    let end = name.end;
    let rest = &bytes[end..];
    if !bytes[name].eq_ignore_ascii_case(b"url") || rest.first() != Some(&b'(') {
        return end;
    }
    let first = rest[1..].iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'"' | b'\'')) {
        return end;
    }
    let close = rest.iter().position(|byte| *byte == b')');
    close.map_or(bytes.len(), |close| end + close)
}

/// Behind the string at `at`.
pub(crate) fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 1,
            // A string does not go beyond its line.
            b'\n' => return end,
            byte if *byte == quote => return end + 1,
            _ => {}
        }
        end += 1;
    }
    bytes.len()
}

/// Behind the comment at `at`.
pub(crate) fn after_comment(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at + 2..];
    let end = rest.windows(2).position(|pair| pair == b"*/");
    end.map_or(bytes.len(), |end| at + 2 + end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_numbers_beyond_their_bound_change() {
        for (text, wanted) in [
            ("p { padding: 3e38px }", "p { padding: 4194304px }"),
            ("p{margin:-1e30px 1px}", "p{margin:-4194304px 1px}"),
            ("a{width:99999999999%}", "a{width:10000%}"),
            (
                "a{width:calc(100% + 1e20em)}",
                "a{width:calc(100% + 16384em)}",
            ),
            ("a{flex:1e39}", "a{flex:2147483647}"),
            ("a{width:1e9e9px}", "a{width:16384e0e9px}"),
            ("a{width:1E5e1e}", "a{width:16384e0e1e}"),
            ("a{width:1e9.9e9px}", "a{width:16384+4194304px}"),
            ("a{width:1e9px+1e9px}", "a{width:4194304px+4194304px}"),
            ("a{width:1e99+1e9px}", "a{width:16384+4194304px}"),
            ("a{font:1.5E+9PX/2 x}", "a{font:4194304PX/2 x}"),
        ] {
            assert_eq!(clamped(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "a { z-index: 2147483647; width: 65000px }",
            "#a1e99 { color: #00000000; background: url('1e99px') }",
            "/* 1e99px */ .x-1e99px { --y1e99: \"1e99px\" }",
            "@media (max-width: 99999px) {}",
            "a::after { content: '\\'1e99px' }",
            "\\31 e99px {}",
            "a { background: url( data:image/png;base64,a+1e99/99999999999b== ) }",
            "é1e99px {}",
        ] {
            assert!(
                clamped(text).is_none_or(|changed| changed == text),
                "{text}"
            );
        }
    }

    #[test]
    fn the_size_of_an_image_is_clamped() {
        let image =
            "<?xml?><svg width='1e38' height=\"99999999999\" viewBox='0 0 5 5'><a x='1e38'/>";
        assert_eq!(
            clamped_svg(image).as_deref(),
            Some("<?xml?><svg width='4194304' height=\"4194304\" viewBox='0 0 5 5'><a x='1e38'/>")
        );
        assert_eq!(clamped_svg("<svg width='100'>"), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_clamped_and_then_stays(text in "[-+.0-9eEpx%#'\"/*\\\\\n é]{0,60}") {
            let once = clamped(&text).unwrap_or(text);
            let twice = clamped(&once).unwrap_or(once.clone());
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn no_pixel_length_is_beyond_the_bound(value in any::<f32>()) {
            let text = format!("a{{padding:{value:e}px}}");
            let text = clamped(&text).unwrap_or(text);
            let number = text.trim_start_matches("a{padding:").trim_end_matches("px}");
            if let Ok(number) = number.parse::<f32>() && number.is_finite() {
                prop_assert!(number.abs() <= PIXELS_MAX);
            }
        }
    }
}

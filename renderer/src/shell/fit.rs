//! Shortens text to a width, with an ellipsis: Blitz has no `text-overflow`.
//!
//! The widths are estimates. One that is too wide costs a letter; the box clips one that is too
//! narrow.

/// `text`, or its beginning with an ellipsis, such that it fits into `width` pixels at `font`
/// pixels.
pub(crate) fn fit(text: &str, width: f32, font: f32) -> String {
    let room = width / font;
    let whole: f32 = text.chars().map(ems).sum();
    if whole <= room {
        return text.to_owned();
    }
    let mut used = ems('…');
    let mut cut = String::new();
    for character in text.chars() {
        used += ems(character);
        if used > room {
            break;
        }
        cut.push(character);
    }
    let cut = cut.trim_end();
    if cut.is_empty() {
        String::new()
    } else {
        format!("{cut}…")
    }
}

/// Width of a character of a plain sans-serif font, in ems.
fn ems(character: char) -> f32 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.29,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.36,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.92,
        'A'..='Z' => 0.72,
        '\u{0}'..='\u{2fff}' => 0.56,
        _ => 1.02,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone_and_the_rest_gets_an_ellipsis() {
        assert_eq!(fit("Short", 200.0, 12.0), "Short");
        let cut = fit("A title that is much too long for its tab", 100.0, 12.0);
        assert!(cut.ends_with('…') && cut.chars().count() < 20, "{cut}");
        assert_eq!(fit("Anything", 5.0, 12.0), "");
        assert!(fit("日本語のとても長い題名です", 60.0, 12.0).ends_with('…'));
    }
}

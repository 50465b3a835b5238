//! Makes text from children and users fit for one line of the shell: cut at a character boundary,
//! and without control and direction characters that would make a line read as another one.

/// Most bytes of a remark.
pub(crate) const REMARK_BYTES_MAX: usize = 1024;

/// The longest beginning of `text` with at most so many bytes; what is cut shows as an ellipsis
/// within them.
pub(crate) fn shorten(text: &str, bytes_max: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(ELLIPSIS.len()));
    format!("{}{ELLIPSIS}", &text[..end])
}

/// Text of several lines, without what would make it read as another one.
pub(crate) fn plain(text: &str) -> String {
    let is_kept = |c: &char| !is_direction(*c) && (!c.is_control() || matches!(c, '\n' | '\t'));
    text.chars().filter(is_kept).collect()
}

/// Whether the character changes the direction in which others are read.
fn is_direction(c: char) -> bool {
    const DIRECTIONS: [std::ops::RangeInclusive<char>; 3] = [
        '\u{200e}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    DIRECTIONS.iter().any(|range| range.contains(&c))
}

/// One line of at most so many bytes.
pub(crate) fn clean(text: &str, bytes_max: usize) -> String {
    let line: String = text
        .chars()
        .filter(|&c| !is_direction(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    shorten(line.trim(), bytes_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(shorten("abcdef", 6), "abcdef");
        assert_eq!(shorten("ääää", 7), "ää…");
        assert!(shorten("ääää", 1).len() <= "…".len());
    }

    #[test]
    fn text_stays_one_line_in_one_direction() {
        assert_eq!(clean(" a\nb\u{202e}c ", 100), "a bc");
    }
}

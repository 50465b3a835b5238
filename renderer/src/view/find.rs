//! Finding text in a page: every match in the order of reading, and the current one.
//!
//! Upper and lower case are the same, and so are all kinds of white space. Text is found across the
//! elements within a block, not across blocks. Text that cannot be seen is not found.

use crate::view::text::{self, Hidden};
use blitz_dom::{BaseDocument, NodeId, ScrollBehavior};
use kurbo::Rect;
use protocol::find::FindMatches;
use protocol::limits::FIND_MATCHES_MAX;
use std::ops::Range;

/// An open search.
#[derive(Debug, Default)]
pub(crate) struct Find {
    pub(crate) request: u32,
    pub(crate) needle: Vec<char>,
    pub(crate) matches: Vec<Match>,
    has_more: bool,
    /// The index of the current one.
    pub(crate) current: Option<usize>,
    /// Whether the text has been laid out anew since.
    pub(crate) is_stale: bool,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) root: NodeId,
    pub(crate) range: Range<usize>,
}

impl Find {
    pub(crate) fn counts(&self) -> FindMatches {
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
        FindMatches {
            current: self.current.map_or(0, number),
            count: self.matches.len().try_into().unwrap_or(u32::MAX),
            has_more: self.has_more,
        }
    }

    pub(crate) fn search(&mut self, document: &BaseDocument) {
        (self.matches, self.has_more) = matches(document, &self.needle);
        self.is_stale = false;
    }
}

/// Where a match begins.
pub(crate) fn place_of(document: &BaseDocument, found: &Match) -> Option<Rect> {
    let rects = text::rects(document, found.root, &found.range);
    rects.into_iter().next()
}

/// The index of the first match that is not above the view; the first of all where none is.
pub(crate) fn first_in_view(document: &BaseDocument, matches: &[Match]) -> usize {
    let top = document.viewport_scroll().y;
    let is_below = |found: &Match| {
        let end = document
            .get_node(found.root)
            .map(|node| text::bounds(node).y1);
        end.is_some_and(|end| end >= top)
            && place_of(document, found).is_some_and(|rect| rect.y0 >= top)
    };
    matches.iter().position(is_below).unwrap_or(0)
}

/// Scrolls the boxes around a match, from the inside out, until it is in view in each.
pub(crate) fn scroll_boxes(document: &mut BaseDocument, found: &Match) {
    let around: Vec<NodeId> = text::ancestors(document, found.root)
        .filter(|node| text::scrolls(node) && !text::is_named(node, &["html", "body"]))
        .map(|node| node.id)
        .collect();
    for id in around {
        let (Some(rect), Some(node)) = (place_of(document, found), document.get_node(id)) else {
            return;
        };
        let bounds = text::bounds(node);
        let scroll = *node.scroll_offset();
        let mut to = (scroll.x, scroll.y);
        if rect.y0 < bounds.y0 || rect.y1 > bounds.y1 {
            to.1 += rect.center().y - bounds.center().y;
        }
        if rect.x0 < bounds.x0 || rect.x1 > bounds.x1 {
            to.0 += rect.center().x - bounds.center().x;
        }
        if to != (scroll.x, scroll.y) {
            document.scroll_to(id, to.0, to.1, ScrollBehavior::Instant);
        }
    }
}

/// All matches up to the most that are counted, and whether there are more.
fn matches(document: &BaseDocument, needle: &[char]) -> (Vec<Match>, bool) {
    let most = FIND_MATCHES_MAX as usize;
    let mut matches = Vec::new();
    if needle.is_empty() {
        return (matches, false);
    }
    let table = failures(needle);
    for root in text::roots(document) {
        let Some(layout) = text::layout_of(document, root) else {
            continue;
        };
        let mut out: Option<Vec<Range<usize>>> = None;
        for range in ranges(&layout.text, needle, &table) {
            let out = out.get_or_insert_with(|| text::hidden(document, root, Hidden::Unseen));
            let at = out.partition_point(|part| part.end <= range.start);
            if out.get(at).is_some_and(|part| part.start < range.end) {
                continue;
            }
            if matches.len() == most {
                return (matches, true);
            }
            matches.push(Match { root, range });
        }
    }
    (matches, false)
}

/// The characters of a text as they are compared, with the bytes that each comes from.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    const SOFT_HYPHEN: char = '\u{ad}';
    let characters = text.char_indices().filter(|(_, it)| *it != SOFT_HYPHEN);
    characters.flat_map(|(at, character)| {
        let range = at..at + character.len_utf8();
        let plain = if character.is_whitespace() {
            ' '
        } else {
            character
        };
        plain
            .to_lowercase()
            .map(move |lower| (lower, range.clone()))
    })
}

/// For each beginning of the needle, the length of its longest end that is a beginning as well.
fn failures(needle: &[char]) -> Vec<usize> {
    let mut table = vec![0; needle.len()];
    let mut length = 0;
    for at in 1..needle.len() {
        while length > 0 && needle[at] != needle[length] {
            length = table[length - 1];
        }
        if needle[at] == needle[length] {
            length += 1;
        }
        table[at] = length;
    }
    table
}

/// Every match in a text, none overlapping another, in time that grows with the text alone (Knuth,
/// Morris and Pratt).
fn ranges<'a>(
    text: &'a str,
    needle: &'a [char],
    table: &'a [usize],
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut length = 0;
    // Where each of the last characters that match began.
    let mut starts = vec![0; needle.len()];
    folded(text).filter_map(move |(character, bytes)| {
        while length > 0 && character != needle[length] {
            let shorter = table[length - 1];
            starts.copy_within(length - shorter..length, 0);
            length = shorter;
        }
        if character != needle[length] {
            return None;
        }
        starts[length] = bytes.start;
        length += 1;
        if length < needle.len() {
            return None;
        }
        length = 0;
        Some(starts[0]..bytes.end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, needle: &str) -> Vec<(usize, usize)> {
        let needle: Vec<char> = folded(needle).map(|(character, _)| character).collect();
        let table = failures(&needle);
        ranges(text, &needle, &table)
            .map(|range| (range.start, range.end))
            .collect()
    }

    #[test]
    fn case_and_kind_of_white_space_do_not_matter() {
        assert_eq!(found("One ONE one", "oNe"), [(0, 3), (4, 7), (8, 11)]);
        assert_eq!(found("a\u{a0}b a\nb", "a b"), [(0, 4), (5, 8)]);
        assert_eq!(found("GRÖSSE größe", "größe"), [(8, 15)]);
        assert_eq!(found("soft\u{ad}ware", "software"), [(0, 10)]);
    }

    #[test]
    fn bytes_are_those_of_the_text_even_where_case_changes_the_length() {
        let text = "İstanbul and KELVIN \u{212a}";
        let ranges = found(text, "istanbul");
        assert!(ranges.is_empty(), "a dotted capital is another letter");
        assert_eq!(found(text, "k").len(), 2);
        for (start, end) in found(text, "n") {
            assert!(text.get(start..end).is_some());
        }
    }

    #[test]
    fn a_match_that_begins_within_a_failed_one_is_found_and_none_overlap() {
        assert_eq!(found("aabaabaaa", "aabaaa"), [(3, 9)]);
        assert_eq!(found("aaaa", "aa"), [(0, 2), (2, 4)]);
        assert!(found("", "a").is_empty());
    }

    #[test]
    fn a_text_made_to_be_slow_is_not() {
        let text = "a".repeat(4_000_000);
        let needle = format!("{}b", "a".repeat(500));
        assert!(found(&text, &needle).is_empty());
    }
}

//! How far a font's glyphs reach around their origins.

use kurbo::Rect;
use peniko::FontData;
use std::collections::HashMap;

/// What every font gets at least, and what is added to its own word: synthetic bold, hinting,
/// variations. In em.
const LEAST: Rect = Rect::new(-0.5, -1.25, 1.5, 0.5);
const SLACK_EM: f64 = 0.25;

/// The boxes of the fonts seen so far.
#[derive(Debug, Default)]
pub(crate) struct GlyphBoxes(HashMap<(u64, u32), Rect>);

impl GlyphBoxes {
    /// What a glyph of the font may touch around its origin, y downwards, in em.
    pub(crate) fn of(&mut self, font: &FontData) -> Rect {
        *self
            .0
            .entry((font.data.id(), font.index))
            .or_insert_with(|| {
                let own = head_box(font.data.as_ref(), font.index).unwrap_or(LEAST);
                own.union(LEAST).inflate(SLACK_EM, SLACK_EM)
            })
    }
}

/// The box that the font's `head` table names for all of its glyphs.
///
/// Source: OpenType, "head — Font Header Table" and "Organization of an OpenType Font".
fn head_box(font: &[u8], index: u32) -> Option<Rect> {
    let bytes = |at: usize, count: usize| font.get(at..at.checked_add(count)?);
    let short = |at: usize| Some(u16::from_be_bytes(bytes(at, 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_be_bytes(bytes(at, 4)?.try_into().ok()?) as usize);
    let start = if bytes(0, 4)? == b"ttcf" {
        long(12 + 4 * index as usize)?
    } else {
        0
    };
    let tables = usize::from(short(start.checked_add(4)?)?);
    let record = (0..tables)
        .map(|table| start + 12 + 16 * table)
        .find(|&at| bytes(at, 4) == Some(b"head"))?;
    let head = long(record + 8)?;
    let em = f64::from(short(head.checked_add(18)?)?);
    if em == 0.0 {
        return None;
    }
    let edge = |at: usize| Some(f64::from(short(head.checked_add(at)?)? as i16) / em);
    Some(Rect::new(edge(36)?, -edge(42)?, edge(40)?, -edge(38)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_says_how_far_its_glyphs_reach_and_garbage_says_nothing() {
        let font = include_bytes!("../../../assets/fonts/LiberationSans-Regular.ttf");
        let rect = head_box(font, 0).expect("a head table");
        assert!(rect.x0 < 0.0 && rect.x1 > 1.0 && rect.y0 < -0.9 && rect.y1 > 0.2);
        for length in [0, 3, 11, 40, 300] {
            assert_eq!(head_box(&font[..length], 0), None, "{length} bytes");
        }
        assert_eq!(
            head_box(b"ttcf\xff\xff\xff\xff\xff\xff\xff\xff", u32::MAX),
            None
        );
    }
}

//! Chooses among the machine's fonts: first a font for each script that is not covered yet, then
//! ordinary styles, until the budget is used up.

use super::blocks::{self, Blocks};
use super::face::Face;
use protocol::bootstrap::FontFamily;
use std::path::{Path, PathBuf};

/// Most files that are chosen, and most bytes of all of them.
pub const FILES_MAX: usize = protocol::bootstrap::FONTS_MAX;
pub const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The fixed-width family that other browsers use where it is installed: fontconfig prefers it.
const MONOSPACE: &str = "DejaVuSansMono";
/// A font file that could be chosen.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub path: PathBuf,
    pub bytes: u64,
    pub face: Face,
}

impl Candidate {
    fn name(&self) -> &str {
        name_of(&self.path)
    }

    /// What it is used for.
    pub fn family(&self) -> FontFamily {
        if self.is_emoji() {
            FontFamily::Emoji
        } else if self.is_monospace() {
            FontFamily::Monospace
        } else {
            FontFamily::System
        }
    }

    fn is_emoji(&self) -> bool {
        self.name().contains("Emoji")
    }

    fn is_monospace(&self) -> bool {
        self.name() == MONOSPACE || self.name().starts_with(&format!("{MONOSPACE}-"))
    }

    fn is_upright_regular(&self) -> bool {
        self.face.weight == 400 && self.face.width == 5 && !self.face.is_slanted
    }

    /// The smaller, the better for text of a script without a font: plain sans-serif fonts first.
    fn rank(&self) -> (u8, u64) {
        let name = self.name();
        let is_special = [
            "Mono",
            "UI",
            "Display",
            "Condensed",
            "Nastaliq",
            "Rashi",
            "Looped",
        ];
        let rank = if is_special.iter().any(|word| name.contains(word)) {
            3
        } else if name.starts_with("NotoSans") {
            0
        } else if name.contains("Sans") {
            1
        } else {
            2
        };
        (rank, self.bytes)
    }

    /// The smaller, the sooner it is wanted by its own name. `None`: too rare a style.
    fn style_rank(&self) -> Option<u8> {
        let Face {
            weight,
            width,
            is_slanted,
            ..
        } = self.face;
        match (weight, width, is_slanted) {
            (400, 5, false) => Some(0),
            (700, 5, false) => Some(1),
            (400, 5, true) => Some(2),
            (700, 5, true) => Some(3),
            _ => None,
        }
    }
}

fn name_of(path: &Path) -> &str {
    path.file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}

/// A font file that is chosen, and the blocks of which it has the characters.
#[derive(Debug)]
pub struct Chosen {
    pub candidate: Candidate,
    pub blocks: Blocks,
}

/// The chosen ones, in the order in which they are asked for a character: the fixed-width family,
/// colour emoji, a font for each script, then all others. `has` says whether a font has all these
/// characters: what a font says about itself is not always true.
pub fn choose(
    mut candidates: Vec<Candidate>,
    has: impl Fn(&Candidate, &str) -> bool,
) -> Vec<Chosen> {
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    let mut choice = Choice {
        is_chosen: vec![false; candidates.len()],
        order: Vec::new(),
        bytes: 0,
        candidates: &candidates,
    };
    choice.take_styles(Candidate::is_monospace);
    let coloured_first = ranked(&candidates, |one| {
        (u8::from(!one.face.has_colour), one.bytes)
    });
    choice.take_best(&coloured_first, Candidate::is_emoji);
    let plain_first = ranked(&candidates, Candidate::rank);
    for &(block, sample) in blocks::SAMPLES {
        let covers = |one: &Candidate| one.face.blocks.contains(block) && has(one, sample);
        choice.take_best(&plain_first, |one| one.is_upright_regular() && covers(one));
    }
    let is_latin = |one: &Candidate| {
        one.face.blocks.contains(blocks::LATIN_EXTENDED_A) && has(one, blocks::LATIN_SAMPLE)
    };
    choice.take_styles(|one| !one.is_emoji() && is_latin(one));
    choice.take_styles(|one| !one.is_emoji());
    let order = choice.order;
    let chosen = order.into_iter().map(|index| {
        let candidate = candidates[index].clone();
        let samples = blocks::SAMPLES.iter();
        let blocks = samples
            .filter(|&&(block, _)| candidate.face.blocks.contains(block))
            .filter(|&&(_, sample)| has(&candidate, sample))
            .map(|&(block, _)| block)
            .collect();
        Chosen { candidate, blocks }
    });
    chosen.collect()
}

/// The places of the candidates, the smallest rank first.
fn ranked<R: Ord>(candidates: &[Candidate], rank: impl Fn(&Candidate) -> R) -> Vec<usize> {
    let mut places: Vec<usize> = (0..candidates.len()).collect();
    places.sort_by_cached_key(|&index| rank(&candidates[index]));
    places
}

struct Choice<'a> {
    candidates: &'a [Candidate],
    is_chosen: Vec<bool>,
    order: Vec<usize>,
    bytes: u64,
}

impl Choice<'_> {
    /// Takes the first wanted one of those in `order`, if it fits and is not there already.
    fn take_best(&mut self, order: &[usize], is_wanted: impl Fn(&Candidate) -> bool) {
        let best = order.iter().copied().find(|&index| {
            (self.is_chosen[index] || self.fits(index)) && is_wanted(&self.candidates[index])
        });
        if let Some(index) = best.filter(|&index| !self.is_chosen[index]) {
            self.take(index);
        }
    }

    /// Takes ordinary styles: regular before bold, and small files before large ones.
    fn take_styles(&mut self, is_wanted: impl Fn(&Candidate) -> bool) {
        let mut rest: Vec<_> = self
            .candidates
            .iter()
            .enumerate()
            .filter_map(|(index, one)| Some((one.style_rank()?, one.bytes, index)))
            .collect();
        rest.sort_unstable();
        for (_, _, index) in rest {
            if self.fits(index) && is_wanted(&self.candidates[index]) {
                self.take(index);
            }
        }
    }

    fn fits(&self, index: usize) -> bool {
        !self.is_chosen[index]
            && self.order.len() < FILES_MAX
            && self.bytes + self.candidates[index].bytes <= BYTES_MAX
    }

    fn take(&mut self, index: usize) {
        self.is_chosen[index] = true;
        self.bytes += self.candidates[index].bytes;
        self.order.push(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARABIC: usize = 13;
    const DEVANAGARI: usize = 15;
    const THAI: usize = 24;
    const CJK: usize = 59;

    fn candidate(name: &str, bytes: u64, blocks: &[usize]) -> Candidate {
        let face = Face {
            weight: 400,
            width: 5,
            has_colour: name.contains("Color"),
            blocks: blocks.iter().copied().collect(),
            ..Face::default()
        };
        Candidate {
            path: PathBuf::from(format!("/fonts/{name}.ttf")),
            bytes,
            face,
        }
    }

    fn names(chosen: &[Chosen]) -> Vec<&str> {
        chosen.iter().map(|one| one.candidate.name()).collect()
    }

    fn choose_honest(candidates: Vec<Candidate>) -> Vec<Chosen> {
        choose(candidates, |_, _| true)
    }

    #[test]
    fn each_script_has_its_font_before_any_other_font_gets_in() {
        // More small files than may be chosen, all before the needed ones in the alphabet.
        let mut candidates: Vec<_> = (0..10_000)
            .map(|number| candidate(&format!("AAA{number:05}"), 1000, &[0]))
            .collect();
        candidates.extend([
            candidate("NotoSansArabic-Regular", 200_000, &[ARABIC]),
            candidate("NotoSansThai-Regular", 30_000, &[THAI]),
            candidate("NotoSansDevanagari-Regular", 200_000, &[DEVANAGARI]),
            candidate("NotoSansCJK-Regular", 19_000_000, &[CJK]),
            candidate("NotoColorEmoji", 10_000_000, &[]),
        ]);
        let chosen = choose_honest(candidates);
        assert_eq!(chosen.len(), FILES_MAX);
        assert_eq!(
            names(&chosen)[..5],
            [
                "NotoColorEmoji",
                "NotoSansCJK-Regular",
                "NotoSansDevanagari-Regular",
                "NotoSansArabic-Regular",
                "NotoSansThai-Regular",
            ]
        );
    }

    #[test]
    fn a_plain_font_is_preferred_and_the_budget_is_kept() {
        let chosen = choose_honest(vec![
            candidate("FancyArabic", 10, &[ARABIC]),
            candidate("NotoNastaliqUrdu", 5, &[ARABIC]),
            candidate("NotoSansArabic-Regular", 200_000, &[ARABIC]),
            candidate("Giant", BYTES_MAX + 1, &[THAI]),
        ]);
        assert_eq!(names(&chosen)[0], "NotoSansArabic-Regular");
        assert!(!names(&chosen).contains(&"Giant"));
        assert!(chosen.iter().map(|one| one.candidate.bytes).sum::<u64>() <= BYTES_MAX);
    }

    #[test]
    fn a_font_that_only_claims_a_script_is_not_taken_for_it() {
        let candidates = vec![
            candidate("NotoSansClaims-Regular", 10, &[THAI]),
            candidate("NotoSansThai-Regular", 30_000, &[THAI]),
        ];
        let chosen = choose(candidates, |one, _| one.name().contains("Thai"));
        assert_eq!(names(&chosen)[0], "NotoSansThai-Regular");
        let made_for_thai = |one: &Chosen| one.blocks.contains(THAI);
        assert_eq!(chosen.iter().filter(|one| made_for_thai(one)).count(), 1);
    }
}

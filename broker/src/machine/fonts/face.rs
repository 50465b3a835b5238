//! What a font file says about itself in its `OS/2` table (the scripts it is for, its weight and
//! its style), and which characters it has. Nothing else of a font is read here.
//!
//! Trusts: no byte; every number is checked against what was read.
//! Source: the OpenType specification, "Organization of an OpenType Font" and "OS/2".

use super::blocks::Blocks;
use read_fonts::tables::cmap::Cmap;
use read_fonts::{FontData, FontRead};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Most tables in a directory; fonts have about 20.
const TABLES_MAX: usize = 128;
/// The part of `OS/2` that all of its versions have, up to `fsSelection`.
const OS2_BYTES: usize = 64;
/// Most bytes of a `cmap`; the largest fonts have half a million.
const CMAP_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// A font file's first face.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// The scripts and blocks that it says it is made for.
    pub blocks: Blocks,
    /// 400 is regular, 700 bold.
    pub weight: u16,
    /// 5 is normal, less is condensed.
    pub width: u16,
    /// Italic or oblique.
    pub is_slanted: bool,
    /// Glyphs have colours.
    pub has_colour: bool,
    /// The place and the length of `cmap`.
    pub(super) cmap: (u32, u32),
}

impl Face {
    /// Reads a file's first face. `None`: the file is no font, or a cut one.
    pub fn read(file: &mut File) -> Option<Face> {
        let mut start = 0;
        let mut head: [u8; 16] = read_at(file, 0)?;
        if head.starts_with(b"ttcf") {
            start = u64::from(u32_at(&head, 12)?);
            head = read_at(file, start)?;
        }
        let is_font = matches!(&head[..4], b"\0\x01\0\0" | b"OTTO" | b"true");
        let tables = usize::from(u16_at(&head, 4)?);
        if !is_font || tables > TABLES_MAX {
            return None;
        }
        let mut directory = vec![0; tables * 16];
        file.seek(SeekFrom::Start(start.checked_add(12)?)).ok()?;
        file.read_exact(&mut directory).ok()?;
        let (mut os2, mut cmap, mut has_colour) = (None, (0, 0), false);
        for table in directory.chunks_exact(16) {
            match &table[..4] {
                b"OS/2" => os2 = u32_at(table, 8),
                b"cmap" => cmap = (u32_at(table, 8)?, u32_at(table, 12)?),
                b"CBDT" | b"COLR" | b"sbix" => has_colour = true,
                _ => {}
            }
        }
        let os2: [u8; OS2_BYTES] = read_at(file, u64::from(os2?))?;
        let mut unicode_ranges = [0; 4];
        for (range, at) in unicode_ranges.iter_mut().zip((42..).step_by(4)) {
            *range = u32_at(&os2, at)?;
        }
        const ITALIC_OR_OBLIQUE: u16 = 1 | 1 << 9;
        Some(Face {
            blocks: Blocks(unicode_ranges),
            weight: u16_at(&os2, 4)?,
            width: u16_at(&os2, 6)?,
            is_slanted: u16_at(&os2, 62)? & ITALIC_OR_OBLIQUE != 0,
            has_colour,
            cmap,
        })
    }

    /// Reads which characters the face has. `None`: the file is cut or broken.
    pub fn charmap(&self, file: &mut File) -> Option<Charmap> {
        let (start, length) = self.cmap;
        if length > CMAP_BYTES_MAX {
            return None;
        }
        let mut bytes = vec![0; length as usize];
        file.seek(SeekFrom::Start(u64::from(start))).ok()?;
        file.read_exact(&mut bytes).ok()?;
        Some(Charmap(bytes))
    }
}

/// A face's `cmap` table.
pub struct Charmap(Vec<u8>);

impl Charmap {
    /// Whether the face has a glyph for every one of these characters.
    pub fn has(&self, text: &str) -> bool {
        let cmap = Cmap::read(FontData::new(&self.0));
        cmap.is_ok_and(|cmap| {
            text.chars().all(|one| {
                cmap.map_codepoint(one)
                    .is_some_and(|glyph| glyph.to_u32() != 0)
            })
        })
    }
}

fn read_at<const LENGTH: usize>(file: &mut File, start: u64) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    file.seek(SeekFrom::Start(start)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/LiberationSans-Regular.ttf");
    const OBLIQUE: &[u8] = include_bytes!("../../../../assets/fonts/LiberationSans-BoldItalic.ttf");
    const GREEK: usize = 7;
    const ARABIC: usize = 13;

    fn face(bytes: &[u8]) -> Option<Face> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("it can be written");
        Face::read(&mut file)
    }

    #[test]
    fn a_face_says_its_style_and_its_scripts() {
        let regular = face(REGULAR).expect("it is a font");
        assert_eq!((regular.weight, regular.width), (400, 5));
        assert!(!regular.is_slanted && !regular.has_colour);
        assert!(regular.blocks.contains(GREEK) && !regular.blocks.contains(ARABIC));
        let oblique = face(OBLIQUE).expect("it is a font");
        assert_eq!(oblique.weight, 700);
        assert!(oblique.is_slanted);
    }

    #[test]
    fn a_face_says_which_characters_it_has() {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(REGULAR).expect("it can be written");
        let face = Face::read(&mut file).expect("it is a font");
        let charmap = face.charmap(&mut file).expect("it has characters");
        assert!(charmap.has("āőşž"));
        assert!(!charmap.has("a的"));
        file.set_len(u64::from(face.cmap.0) + 10)
            .expect("it can be cut");
        assert!(face.charmap(&mut file).is_none());
        assert!(!Charmap(vec![0xff; 100]).has("a"));
    }

    #[test]
    fn a_cut_or_broken_font_is_no_font() {
        for length in (0..512).chain([REGULAR.len() / 2]) {
            let _must_not_panic = face(&REGULAR[..length]);
        }
        assert_eq!(face(b""), None);
        assert_eq!(face(&REGULAR[..300]), None);
        let mut endless = REGULAR.to_vec();
        endless[4..6].fill(0xff);
        assert_eq!(face(&endless), None);
        let mut collection = b"ttcf\0\x01\0\0\0\0\0\x01\xff\xff\xff\xff".to_vec();
        assert_eq!(face(&collection), None);
        collection.extend_from_slice(REGULAR);
        assert_eq!(face(&collection), None);
    }
}

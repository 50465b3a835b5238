//! What the first bytes of a file say of a picture: whether it may move, and its size.

use image::ImageReader;
use std::io::Cursor;

/// Chunks of a PNG file that are looked at; the one that says that it moves stands among the first.
const PNG_CHUNKS_MAX: usize = 64;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Whether the file may be a moving picture. A GIF file does not say so at its beginning.
pub(crate) fn may_move(file: &[u8]) -> bool {
    file.starts_with(b"GIF8") || is_moving_webp(file) || is_moving_png(file)
}

/// Source: WebP Container Specification, "Extended File Format".
pub(crate) fn is_moving_webp(file: &[u8]) -> bool {
    const ANIMATION: u8 = 2;
    let is_extended = file.get(8..16) == Some(b"WEBPVP8X");
    is_extended && file.get(20).is_some_and(|flags| flags & ANIMATION != 0)
}

/// Source: PNG Specification (Third Edition), "acTL Animation Control Chunk".
pub(crate) fn is_moving_png(file: &[u8]) -> bool {
    if !file.starts_with(PNG) {
        return false;
    }
    let mut rest = &file[PNG.len()..];
    for _ in 0..PNG_CHUNKS_MAX {
        let (Some(length), Some(kind)) = (rest.first_chunk::<4>(), rest.get(4..8)) else {
            return false;
        };
        match kind {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let next = (u32::from_be_bytes(*length) as usize).saturating_add(12);
        rest = rest.get(next..).unwrap_or_default();
    }
    false
}

/// How many pixels the file has, if it is a picture that has any.
pub(crate) fn pixels(file: &[u8]) -> Option<u64> {
    let reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// How often the frames of a GIF file are played; endlessly without a number.
///
/// Source: Netscape's looping application extension, whose number counts repetitions. Without one
/// a file is played once, which the decoder does not tell from endlessly.
pub(crate) fn gif_plays(file: &[u8]) -> Option<u32> {
    const NAMES: [&[u8]; 2] = [
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01",
        b"\x21\xff\x0bANIMEXTS1.0\x03\x01",
    ];
    let length = NAMES[0].len();
    let at = file.windows(length).position(|part| NAMES.contains(&part));
    let Some(count) = at.and_then(|at| file.get(at + length..at + length + 2)) else {
        return Some(1);
    };
    match u16::from_le_bytes([count[0], count[1]]) {
        0 => None,
        repetitions => Some(u32::from(repetitions) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_is_told_from_what_does_not_and_any_cut_does_no_harm() {
        let mut png = PNG.to_vec();
        png.extend_from_slice(b"\0\0\0\x02IHDRxxcccc");
        let still = [png.as_slice(), b"\0\0\0\0IDATcccc\0\0\0\0acTLcccc"].concat();
        let moving = [png.as_slice(), b"\0\0\0\x08acTLxxxxxxxxcccc"].concat();
        let huge = [PNG, b"\xff\xff\xff\xffIHDR"].concat();
        let webp = |flags: u8| [b"RIFFxxxxWEBPVP8X\x0a\0\0\0", &[flags][..]].concat();
        assert!(may_move(b"GIF89a") && may_move(&moving) && may_move(&webp(2)));
        assert!(!may_move(&still) && !may_move(&huge) && !may_move(&webp(0x10)));
        for length in 0..moving.len() {
            may_move(&moving[..length]);
        }
        assert!(!may_move(b"") && !may_move(&webp(2)[..20]));
    }

    #[test]
    fn a_gif_says_how_often_it_is_played() {
        let with = |count: &[u8]| [b"GIF89a\x21\xff\x0bNETSCAPE2.0\x03\x01", count].concat();
        assert_eq!(gif_plays(b"GIF89a"), Some(1));
        assert_eq!(gif_plays(&with(&[0, 0, 0])), None);
        assert_eq!(gif_plays(&with(&[2, 1, 0])), Some(0x103));
        assert_eq!(gif_plays(&with(&[2])), Some(1), "cut off");
    }
}

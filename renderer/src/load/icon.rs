//! A document's icon: which one, and its picture at the size of the strip.
//!
//! Trusts: neither the file nor its size. Never: decodes a picture larger than its bounds.
//!
//! Source: the HTML standard, "Link type \"icon\"".

use anyrender::ImageRenderer;
use anyrender_svg::{render_svg_tree, usvg};
use anyrender_vello_cpu::VelloCpuImageRenderer;
use blitz_dom::{BaseDocument, local_name};
use image::imageops::{self, FilterType};
use image::{ImageReader, Limits, RgbaImage};
use kurbo::Affine;
use protocol::limits::ICON_SIDE;
use std::io::Cursor;
use url::Url;

/// Most bytes of an icon's file; a larger one has no effect.
pub(crate) const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Largest width and height of an icon's picture.
const PIXELS_MAX: u32 = 1024;
/// Most memory for its decoding.
const DECODE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Most repetitions in a drawing: each may double what is to be drawn.
const REPETITIONS_MAX: usize = 16;
const SIDE: u32 = ICON_SIDE as u32;

/// Where the icon of a document is: what it says, or else the usual place on a web server.
pub(crate) fn of(document: &BaseDocument, url: &Url) -> Option<Url> {
    let mut best: Option<(u32, String)> = None;
    document.visit(|_, node| {
        let Some(element) = node
            .element_data()
            .filter(|e| e.name.local == local_name!("link"))
        else {
            return;
        };
        let attribute = |name| element.attr(name).unwrap_or("");
        let mut words = attribute(local_name!("rel")).split_ascii_whitespace();
        let is_icon = words.any(|word| word.eq_ignore_ascii_case("icon"));
        let media_type = attribute(local_name!("type"));
        if !is_icon || !(media_type.is_empty() || media_type.starts_with("image/")) {
            return;
        }
        let distance = distance(attribute(local_name!("sizes")));
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, attribute(local_name!("href")).to_owned()));
        }
    });
    match best {
        Some((_, href)) => url.join(&href).ok(),
        None if matches!(url.scheme(), "http" | "https") => url.join("/favicon.ico").ok(),
        None => None,
    }
}

/// How far the size that fits best is from what is shown; smaller ones are worse than larger ones.
fn distance(sizes: &str) -> u32 {
    const UNKNOWN: u32 = 500;
    let sizes = sizes.split_ascii_whitespace().map(|size| {
        if size.eq_ignore_ascii_case("any") {
            return 0;
        }
        let width = size
            .split(['x', 'X'])
            .next()
            .and_then(|w| w.parse::<u32>().ok());
        match width {
            Some(width) if width >= SIDE => width - SIDE,
            Some(width) => 1_000 + SIDE - width,
            None => UNKNOWN,
        }
    });
    sizes.min().unwrap_or(UNKNOWN)
}

/// The icon's pixels, `ICON_BYTES` of them; `None` if the file is no picture within the bounds.
pub(crate) fn pixels(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
        return None;
    }
    raster(bytes).or_else(|| drawing(bytes))
}

fn raster(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS_MAX);
    limits.max_image_height = Some(PIXELS_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    if picture.width() > PIXELS_MAX || picture.height() > PIXELS_MAX {
        return None;
    }
    let picture = picture
        .resize(SIDE, SIDE, FilterType::Triangle)
        .into_rgba8();
    let mut icon = RgbaImage::new(SIDE, SIDE);
    let left = i64::from((SIDE - picture.width().min(SIDE)) / 2);
    let top = i64::from((SIDE - picture.height().min(SIDE)) / 2);
    imageops::overlay(&mut icon, &picture, left, top);
    Some(icon.into_raw())
}

fn drawing(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let count = |word: &str| text.matches(word).count();
    if !text.contains("<svg") || count("<use") + count("<pattern") > REPETITIONS_MAX {
        return None;
    }
    let tree = usvg::Tree::from_str(text, &usvg::Options::default()).ok()?;
    let (width, height) = (
        f64::from(tree.size().width()),
        f64::from(tree.size().height()),
    );
    let scale = f64::from(SIDE) / width.max(height);
    let left = (f64::from(SIDE) - width * scale) / 2.0;
    let top = (f64::from(SIDE) - height * scale) / 2.0;
    let place = Affine::translate((left, top)) * Affine::scale(scale);
    let mut painter = VelloCpuImageRenderer::new(SIDE, SIDE);
    let mut pixels = Vec::new();
    painter.render_to_vec(|scene| render_svg_tree(scene, &tree, place), &mut pixels);
    // What is painted is multiplied by its opacity.
    for pixel in pixels.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]).max(1);
        for value in &mut pixel[..3] {
            *value = (u32::from(*value) * 255 / alpha).min(255) as u8;
        }
    }
    Some(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::ImageFormat;
    use protocol::limits::ICON_BYTES;

    fn file(format: ImageFormat, width: u32) -> Vec<u8> {
        let picture = RgbaImage::from_pixel(width, width, image::Rgba([200, 10, 20, 255]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encoded");
        bytes.into_inner()
    }

    #[test]
    fn icons_of_every_kind_become_one_size() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>\
                   <rect width='8' height='8' fill='#c80a14'/></svg>";
        for bytes in [
            file(ImageFormat::Png, 64),
            file(ImageFormat::Ico, 16),
            svg.as_bytes().to_vec(),
        ] {
            let pixels = pixels(&bytes).expect("an icon");
            assert_eq!(pixels.len(), ICON_BYTES);
            let middle = (16 * ICON_SIDE + 16) * 4;
            assert_eq!(pixels[middle..middle + 4], [200, 10, 20, 255]);
        }
    }

    #[test]
    fn bad_icons_have_no_effect() {
        let png = file(ImageFormat::Png, 64);
        let bomb = file(ImageFormat::Png, 4_000);
        let uses = format!(
            "<svg xmlns='http://www.w3.org/2000/svg'>{}",
            "<use/>".repeat(99)
        );
        for bytes in [
            &[][..],
            &png[..png.len() / 2],
            &bomb,
            &vec![0; FILE_BYTES_MAX + 1],
            uses.as_bytes(),
            b"<svg",
        ] {
            assert_eq!(pixels(bytes), None);
        }
    }

    #[test]
    fn the_size_that_fits_is_chosen() {
        assert!(distance("32x32") < distance("48x48"));
        assert!(distance("192x192") < distance("16x16"));
        assert!(distance("16x16 48x48") < distance(""));
        assert_eq!(distance("any"), 0);
    }
}

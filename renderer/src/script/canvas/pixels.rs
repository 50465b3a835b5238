//! The pixels of a canvas as pages see them: not premultiplied.

use vello_cpu::Pixmap;

/// All pixels.
pub(crate) fn straight(pixels: &Pixmap) -> Vec<u8> {
    let mut bytes = pixels.data_as_u8_slice().to_vec();
    bytes.chunks_exact_mut(4).for_each(straighten);
    bytes
}

fn straighten(pixel: &mut [u8]) {
    let alpha = u32::from(pixel[3]);
    if alpha != 255 && alpha != 0 {
        for part in &mut pixel[..3] {
            *part = ((u32::from(*part) * 255 + alpha / 2) / alpha).min(255) as u8;
        }
    }
}

fn premultiplied(pixel: &[u8]) -> [u8; 4] {
    let alpha = u32::from(pixel[3]);
    let part = |at: usize| ((u32::from(pixel[at]) * alpha + 127) / 255) as u8;
    [part(0), part(1), part(2), pixel[3]]
}

/// A rectangle of pixels; what lies outside is transparent.
pub(crate) fn read(pixels: &Pixmap, x: i32, y: i32, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = vec![0; width as usize * height as usize * 4];
    let (across, down) = (i64::from(pixels.width()), i64::from(pixels.height()));
    let all = pixels.data_as_u8_slice();
    for (row, line) in bytes.chunks_exact_mut(width as usize * 4).enumerate() {
        let from_y = i64::from(y) + row as i64;
        let (left, right) = (
            i64::from(x).max(0),
            (i64::from(x) + i64::from(width)).min(across),
        );
        if from_y < 0 || from_y >= down || left >= right {
            continue;
        }
        let source = ((from_y * across + left) * 4) as usize;
        let target = ((left - i64::from(x)) * 4) as usize;
        let length = ((right - left) * 4) as usize;
        line[target..target + length].copy_from_slice(&all[source..source + length]);
        line.chunks_exact_mut(4).for_each(straighten);
    }
    bytes
}

/// Puts a part of a picture somewhere. `part`: left, top, right and bottom of that part.
pub(crate) fn write(
    pixels: &mut Pixmap,
    data: &[u8],
    width: u32,
    (x, y): (i32, i32),
    part: [u32; 4],
) {
    let (across, down) = (i64::from(pixels.width()), i64::from(pixels.height()));
    let [left, top, right, bottom] = part;
    let all = pixels.data_as_u8_slice_mut();
    for row in top..bottom {
        let to_y = i64::from(y) + i64::from(row);
        if to_y < 0 || to_y >= down {
            continue;
        }
        for column in left..right {
            let to_x = i64::from(x) + i64::from(column);
            if to_x < 0 || to_x >= across {
                continue;
            }
            let from = (row as usize * width as usize + column as usize) * 4;
            let to = ((to_y * across + to_x) * 4) as usize;
            if let (Some(from), Some(to)) = (data.get(from..from + 4), all.get_mut(to..to + 4)) {
                to.copy_from_slice(&premultiplied(from));
            }
        }
    }
    pixels.set_may_have_transparency(true);
}

/// The pixels as a PNG file.
pub(crate) fn png(pixels: &Pixmap) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let (width, height) = (pixels.width().into(), pixels.height().into());
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&straight(pixels)).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// Bytes as text, for a `data:` URL.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let is_there = digit <= three.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_there {
                DIGITS[value as usize] as char
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_bytes_end_as_they_should() {
        let all = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ];
        for (bytes, text) in all {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn pixels_outside_are_transparent_and_those_inside_come_back() {
        let mut pixels = Pixmap::new(3, 2);
        let data: Vec<u8> = (0..16)
            .map(|at| if at % 4 == 3 { 255 } else { at * 9 })
            .collect();
        write(&mut pixels, &data, 2, (1, 0), [0, 0, 2, 2]);
        assert_eq!(read(&pixels, 1, 0, 2, 2), data);
        assert_eq!(read(&pixels, 0, 0, 1, 1), [0; 4]);
        let far = read(&pixels, 2, -1, 2, 2);
        assert_eq!(far[8..12], data[4..8]);
        assert_eq!(far[..8], [0; 8]);
        assert_eq!(read(&pixels, i32::MAX, i32::MIN, 2, 1), [0; 8]);
        write(&mut pixels, &data, 2, (i32::MAX, -5), [0, 0, 2, 2]);
        write(&mut pixels, &data, 9, (0, 0), [0, 0, 9, 9]);
    }

    #[test]
    fn what_is_half_seen_keeps_its_colour() {
        let mut pixels = Pixmap::new(1, 1);
        write(&mut pixels, &[200, 100, 0, 128], 1, (0, 0), [0, 0, 1, 1]);
        let back = straight(&pixels);
        assert!(back[0].abs_diff(200) <= 1 && back[1].abs_diff(100) <= 1 && back[3] == 128);
    }
}

//! A picture that is too large for one request, cut into strips.

use protocol::geometry::Rect;

/// The strips of `rect`, from the top, each of at most `pixels_max` pixels; whole rows as long as a
/// row fits.
pub fn strips(rect: Rect, pixels_max: u32) -> impl Iterator<Item = Rect> {
    let width = rect.width.min(pixels_max).max(1);
    let height = (pixels_max / width).max(1);
    let tops = (rect.y..rect.bottom()).step_by(height as usize);
    tops.flat_map(move |y| {
        let height = height.min(rect.bottom() - y);
        let lefts = (rect.x..rect.right()).step_by(width as usize);
        lefts.map(move |x| Rect::new(x, y, width.min(rect.right() - x), height))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_cover_each_pixel_once_and_none_is_too_large() {
        let rect = Rect::new(3, 5, 11, 7);
        for pixels_max in [1, 4, 11, 12, 25, 76, 77, 1000] {
            let mut seen = [0; 20 * 20];
            for strip in strips(rect, pixels_max) {
                assert!(strip.width * strip.height <= pixels_max, "{strip:?}");
                for y in strip.y..strip.bottom() {
                    for x in strip.x..strip.right() {
                        seen[(y * 20 + x) as usize] += 1;
                    }
                }
            }
            for (at, count) in seen.iter().enumerate() {
                let is_inside = rect.contains(at as u32 % 20, at as u32 / 20);
                assert_eq!(*count, u32::from(is_inside), "{pixels_max}: {at}");
            }
        }
    }

    #[test]
    fn a_picture_that_fits_is_one_strip() {
        let rect = Rect::new(0, 0, 100, 50);
        assert!(strips(rect, 5000).eq([rect]));
        assert_eq!(strips(rect, 4999).count(), 2);
        assert_eq!(strips(Rect::new(1, 1, 0, 0), 10).count(), 0);
    }
}

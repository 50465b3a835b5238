//! Composes surfaces into window pixels.
//!
//! Owns: which surface's pixels are drawn where. Trusts: the scene, which comes from the broker,
//! and the granted size of each surface; its pixels may be anything. Never: allocates per frame,
//! copies a covered pixel, reads or writes outside a surface or canvas.

use crate::effect;
use crate::rects::subtract;
use protocol::geometry::{Rect, Size};
use protocol::gpu::{Scene, SceneItem};
use protocol::ids::SurfaceId;

/// What shows where no surface is (0RGB): neither a page's white nor an empty screen's black.
pub const BACKGROUND: u32 = 0x00e4_e6ea;

/// Where composed pixels go: 0RGB, rows without padding.
pub struct Canvas<'a> {
    /// `size.width * size.height` pixels.
    pub pixels: &'a mut [u32],
    /// Their extent.
    pub size: Size,
}

/// Where surfaces' pixels come from.
pub trait Pictures {
    /// The size of the surface's last good frame; `None` when there is none.
    fn size_of(&self, surface: SurfaceId) -> Option<Size>;
    /// Copies `out.len()` pixels (0RGB) of that frame's row `y` from column `x` on. The caller
    /// stays within [`Pictures::size_of`].
    fn read_row(&self, surface: SurfaceId, y: u32, x: u32, out: &mut [u32]);
}

/// The compositor's scratch memory; it grows to what a scene needs and stays.
#[derive(Default)]
pub struct Compositor {
    open: Vec<Rect>,
    next: Vec<Rect>,
}

impl Compositor {
    /// Draws those pixels of the canvas that are in `damage`, each exactly once: from the topmost
    /// surface that covers it, or the background. Outside `clip` there are no surfaces.
    pub fn compose(
        &mut self,
        scene: &Scene,
        pictures: &impl Pictures,
        damage: &[Rect],
        clip: Rect,
        canvas: &mut Canvas<'_>,
    ) {
        for rect in damage {
            self.open.clear();
            let rect = rect.intersect(Rect::from_size(canvas.size));
            if !rect.is_empty() {
                self.open.push(rect);
            }
            for item in scene.items.iter().rev() {
                let cover = cover_of(item, pictures).intersect(clip);
                for &piece in &self.open {
                    let hit = piece.intersect(cover);
                    draw(item, pictures, hit, canvas);
                    subtract(piece, hit, &mut self.next);
                }
                self.open.clear();
                std::mem::swap(&mut self.open, &mut self.next);
                if self.open.is_empty() {
                    break;
                }
            }
            for &piece in &self.open {
                for y in piece.y..piece.bottom() {
                    row_of(canvas, y, piece).fill(BACKGROUND);
                }
            }
        }
    }

    /// Hands `add` those pixels of `rect` (window pixels within item `index`) that no item above
    /// covers.
    pub fn visible_parts(
        &mut self,
        scene: &Scene,
        pictures: &impl Pictures,
        index: usize,
        rect: Rect,
        mut add: impl FnMut(Rect),
    ) {
        self.open.clear();
        self.open.push(rect);
        for above in scene.items.iter().skip(index + 1) {
            let cover = cover_of(above, pictures);
            for &piece in &self.open {
                subtract(piece, cover, &mut self.next);
            }
            self.open.clear();
            std::mem::swap(&mut self.open, &mut self.next);
        }
        for &piece in &self.open {
            add(piece);
        }
    }
}

/// The window pixels that an item's frame covers: all of them opaque.
pub fn cover_of(item: &SceneItem, pictures: &impl Pictures) -> Rect {
    match pictures.size_of(item.surface) {
        Some(size) => Rect {
            width: item.rect.width.min(size.width),
            height: item.rect.height.min(size.height),
            ..item.rect
        },
        None => Rect::new(0, 0, 0, 0),
    }
}

/// Copies the window pixels `hit`, all within the item's cover, one read and one write each.
fn draw(item: &SceneItem, pictures: &impl Pictures, hit: Rect, canvas: &mut Canvas<'_>) {
    for y in hit.y..hit.bottom() {
        let row = row_of(canvas, y, hit);
        pictures.read_row(item.surface, y - item.rect.y, hit.x - item.rect.x, row);
        effect::apply(item.effect, hit.x, y, row);
    }
}

fn row_of<'a>(canvas: &'a mut Canvas<'_>, y: u32, piece: Rect) -> &'a mut [u32] {
    let start = y as usize * canvas.size.width as usize + piece.x as usize;
    &mut canvas.pixels[start..start + piece.width as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::gpu::Effect;
    use std::cell::RefCell;
    use std::collections::HashMap;

    /// Surfaces of one colour each, that note every pixel read.
    #[derive(Default)]
    struct Plain {
        surfaces: HashMap<SurfaceId, (Size, u32)>,
        reads: RefCell<HashMap<SurfaceId, usize>>,
    }

    impl Plain {
        fn with(mut self, id: u32, width: u32, height: u32, colour: u32) -> Plain {
            self.surfaces
                .insert(SurfaceId(id), (Size::new(width, height), colour));
            self
        }
        fn pixels_read(&self, id: u32) -> usize {
            self.reads
                .borrow()
                .get(&SurfaceId(id))
                .copied()
                .unwrap_or(0)
        }
    }

    impl Pictures for Plain {
        fn size_of(&self, surface: SurfaceId) -> Option<Size> {
            self.surfaces.get(&surface).map(|(size, _)| *size)
        }
        fn read_row(&self, surface: SurfaceId, y: u32, x: u32, out: &mut [u32]) {
            let (size, colour) = self.surfaces[&surface];
            assert!(y < size.height && x as usize + out.len() <= size.width as usize);
            *self.reads.borrow_mut().entry(surface).or_default() += out.len();
            out.fill(colour);
        }
    }

    fn item(id: u32, rect: Rect) -> SceneItem {
        SceneItem {
            surface: SurfaceId(id),
            rect,
            effect: Effect::None,
        }
    }

    fn compose(scene: &Scene, pictures: &Plain, damage: &[Rect], size: Size) -> Vec<u32> {
        let mut pixels = vec![0xdead; (size.width * size.height) as usize];
        let mut canvas = Canvas {
            pixels: &mut pixels,
            size,
        };
        let clip = Rect::from_size(size);
        Compositor::default().compose(scene, pictures, damage, clip, &mut canvas);
        pixels
    }

    #[test]
    fn each_pixel_comes_from_the_topmost_surface_that_covers_it() {
        let pictures = Plain::default().with(1, 8, 8, 0x11).with(2, 3, 3, 0x22);
        let scene = Scene {
            items: vec![
                item(1, Rect::new(1, 1, 8, 8)),
                item(2, Rect::new(2, 2, 4, 4)),
            ],
        };
        let size = Size::new(10, 10);
        let pixels = compose(&scene, &pictures, &[Rect::from_size(size)], size);
        for y in 0..10 {
            for x in 0..10 {
                let wanted = if Rect::new(2, 2, 3, 3).contains(x, y) {
                    0x22
                } else if Rect::new(1, 1, 8, 8).contains(x, y) {
                    0x11
                } else {
                    BACKGROUND
                };
                assert_eq!(pixels[(y * 10 + x) as usize], wanted, "at {x},{y}");
            }
        }
    }

    #[test]
    fn covered_pixels_are_not_copied() {
        let pictures = Plain::default().with(1, 10, 10, 0x11).with(2, 10, 6, 0x22);
        let scene = Scene {
            items: vec![
                item(1, Rect::new(0, 0, 10, 10)),
                item(2, Rect::new(0, 0, 10, 10)),
            ],
        };
        let size = Size::new(10, 10);
        compose(&scene, &pictures, &[Rect::from_size(size)], size);
        assert_eq!((pictures.pixels_read(1), pictures.pixels_read(2)), (40, 60));
    }

    #[test]
    fn only_damaged_pixels_are_written() {
        let pictures = Plain::default().with(1, 10, 10, 0x11);
        let scene = Scene {
            items: vec![item(1, Rect::new(0, 0, 10, 10))],
        };
        let pixels = compose(
            &scene,
            &pictures,
            &[Rect::new(2, 3, 4, 1)],
            Size::new(10, 10),
        );
        assert_eq!(pictures.pixels_read(1), 4);
        assert_eq!(pixels.iter().filter(|&&p| p == 0xdead).count(), 96);
    }

    #[test]
    fn what_sticks_out_of_the_window_is_not_drawn() {
        let pictures = Plain::default().with(1, 20, 20, 0x11);
        let scene = Scene {
            items: vec![
                item(1, Rect::new(8, 8, 20, 20)),
                item(1, Rect::new(u32::MAX, 0, 9, 9)),
            ],
        };
        let damage = [Rect::new(0, 0, u32::MAX, u32::MAX)];
        let pixels = compose(&scene, &pictures, &damage, Size::new(10, 10));
        assert_eq!(pixels.iter().filter(|&&p| p == 0x11).count(), 4);
    }

    #[test]
    fn a_covered_change_is_no_change() {
        let pictures = Plain::default().with(1, 10, 10, 0x11).with(2, 10, 6, 0x22);
        let scene = Scene {
            items: vec![
                item(1, Rect::new(0, 0, 10, 10)),
                item(2, Rect::new(0, 0, 10, 10)),
            ],
        };
        let mut parts = Vec::new();
        let mut compositor = Compositor::default();
        compositor.visible_parts(&scene, &pictures, 0, Rect::new(1, 1, 3, 3), |r| {
            parts.push(r)
        });
        assert_eq!(parts, []);
        compositor.visible_parts(&scene, &pictures, 0, Rect::new(1, 5, 3, 3), |r| {
            parts.push(r)
        });
        assert_eq!(parts, [Rect::new(1, 6, 3, 2)]);
    }
}

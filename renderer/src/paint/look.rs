//! What a drawing command looks like apart from its place, as a hash. Two commands with the same
//! look at the same place paint the same pixels.

use anyrender::Paint;
use kurbo::{Affine, BezPath, PathEl, Point, Stroke};
use peniko::{BlendMode, Fill, FontData, ImageBrush};
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The hash while it is made. Pages can aim at collisions; they would only spoil their own picture.
#[derive(Default)]
pub(crate) struct Look(DefaultHasher);

impl Look {
    /// Begins with what kind of command it is.
    pub(crate) fn of(kind: &str) -> Look {
        let mut look = Look::default();
        kind.hash(&mut look.0);
        look
    }

    pub(crate) fn finish(self) -> u64 {
        self.0.finish()
    }

    pub(crate) fn number(&mut self, number: f64) -> &mut Look {
        self.0.write_u64(number.to_bits());
        self
    }

    pub(crate) fn word(&mut self, word: u64) -> &mut Look {
        self.0.write_u64(word);
        self
    }

    /// The transform without its translation, which is the command's place.
    pub(crate) fn linear(&mut self, transform: Affine) -> &mut Look {
        for part in &transform.as_coeffs()[..4] {
            self.number(*part);
        }
        self
    }

    pub(crate) fn transform(&mut self, transform: Option<Affine>) -> &mut Look {
        match transform {
            Some(transform) => transform.as_coeffs().iter().for_each(|part| {
                self.number(*part);
            }),
            None => {
                self.word(0);
            }
        }
        self
    }

    pub(crate) fn fill(&mut self, fill: Fill) -> &mut Look {
        self.word(fill as u64)
    }

    pub(crate) fn blend(&mut self, blend: BlendMode) -> &mut Look {
        self.word(blend.mix as u64).word(blend.compose as u64)
    }

    fn point(&mut self, point: Point) {
        self.number(point.x).number(point.y);
    }

    pub(crate) fn path(&mut self, path: &BezPath) -> &mut Look {
        for element in path.elements() {
            match *element {
                PathEl::MoveTo(a) => {
                    self.word(1);
                    self.point(a);
                }
                PathEl::LineTo(a) => {
                    self.word(2);
                    self.point(a);
                }
                PathEl::QuadTo(a, b) => {
                    self.word(3);
                    self.point(a);
                    self.point(b);
                }
                PathEl::CurveTo(a, b, c) => {
                    self.word(4);
                    self.point(a);
                    self.point(b);
                    self.point(c);
                }
                PathEl::ClosePath => {
                    self.word(5);
                }
            }
        }
        self
    }

    pub(crate) fn stroke(&mut self, stroke: &Stroke) -> &mut Look {
        self.number(stroke.width)
            .number(stroke.miter_limit)
            .word(stroke.join as u64)
            .word(stroke.start_cap as u64)
            .word(stroke.end_cap as u64)
            .number(stroke.dash_offset);
        for dash in &stroke.dash_pattern {
            self.number(*dash);
        }
        self
    }

    pub(crate) fn font(&mut self, font: &FontData) -> &mut Look {
        self.word(font.data.id()).word(u64::from(font.index))
    }

    pub(crate) fn brush(&mut self, brush: &Paint) -> &mut Look {
        match brush {
            Paint::Solid(color) => {
                self.word(1);
                for part in color.components {
                    self.0.write_u32(part.to_bits());
                }
            }
            Paint::Image(image) => self.image(image),
            // Rare; its parts are numbers without a hash of their own.
            Paint::Gradient(gradient) => self.text(format_args!("{gradient:?}")),
            Paint::Resource(_) | Paint::Custom(_) => {}
        }
        self
    }

    fn image(&mut self, brush: &ImageBrush) {
        let ImageBrush { image, sampler } = brush;
        self.word(image.data.id())
            .word(u64::from(image.width))
            .word(u64::from(image.height));
        self.text(format_args!(
            "{:?}{:?}{sampler:?}",
            image.format, image.alpha_type
        ));
    }

    pub(crate) fn text(&mut self, text: fmt::Arguments<'_>) {
        // Writing into a hash cannot fail.
        let _ = self.write_fmt(text);
    }
}

impl Write for Look {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

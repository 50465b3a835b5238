//! What Blitz draws, mended: moving pictures with the frame that it is time for, and no seams in
//! the background of a line of text.

use crate::pictures::Moving;
use anyrender::{Filter, Glyph, NormalizedCoord, Paint, PaintRef, PaintScene, RenderContext};
use kurbo::{Affine, Rect, Shape, Stroke, Vec2};
use peniko::{BlendMode, Color, Fill, FontData, ImageBrush, StyleRef};
use std::sync::Arc;

/// How far apart two parts of a background may be that are drawn as one, in pixels: what adding up
/// the widths of letters rounds.
const GAP_MAX: f64 = 1.0 / 64.0;

/// The scene that Blitz draws on.
pub(crate) struct Mended<'c, C: PaintScene> {
    canvas: &'c mut C,
    moving: &'c Moving,
    /// Drawn last, and not passed on so far: the next one may go on where it ends.
    last: Option<Ground>,
}

/// A rectangle of one colour, as Blitz draws behind each part of a text.
#[derive(Clone, Copy)]
struct Ground {
    style: Fill,
    transform: Affine,
    color: Color,
    rect: Rect,
}

impl Ground {
    /// Both as one, if `next` begins where this one ends.
    fn joined(&self, next: &Ground) -> Option<Ground> {
        let is_like = self.style == next.style
            && self.transform == next.transform
            && self.color == next.color
            && (self.rect.y0, self.rect.y1) == (next.rect.y0, next.rect.y1)
            && self.rect.x0 < next.rect.x0
            && (self.rect.x1 - next.rect.x0).abs() < GAP_MAX;
        is_like.then(|| Ground {
            rect: self.rect.union(next.rect),
            ..*self
        })
    }
}

impl<'c, C: PaintScene> Mended<'c, C> {
    pub(crate) fn new(canvas: &'c mut C, moving: &'c Moving) -> Mended<'c, C> {
        Mended {
            canvas,
            moving,
            last: None,
        }
    }

    /// The scene below, with all that was drawn so far.
    fn below(&mut self) -> &mut C {
        if let Some(Ground {
            style,
            transform,
            color,
            rect,
        }) = self.last.take()
        {
            self.canvas.fill(style, transform, color, None, &rect);
        }
        self.canvas
    }
}

impl<C: PaintScene> Drop for Mended<'_, C> {
    fn drop(&mut self) {
        self.below();
    }
}

impl<C: PaintScene> RenderContext for Mended<'_, C> {}

impl<C: PaintScene> PaintScene for Mended<'_, C> {
    fn reset(&mut self) {
        self.last = None;
        self.canvas.reset();
    }

    fn push_layer(
        &mut self,
        fill: Fill,
        blend: impl Into<BlendMode>,
        alpha: f32,
        transform: Affine,
        clip: &impl Shape,
        filter: Option<Arc<Filter>>,
        backdrop_filter: Option<Arc<Filter>>,
    ) {
        self.below()
            .push_layer(fill, blend, alpha, transform, clip, filter, backdrop_filter);
    }

    fn push_clip_layer(&mut self, fill: Fill, transform: Affine, clip: &impl Shape) {
        self.below().push_clip_layer(fill, transform, clip);
    }

    fn pop_layer(&mut self) {
        self.below().pop_layer();
    }

    fn stroke<'a>(
        &mut self,
        style: &Stroke,
        transform: Affine,
        brush: impl Into<PaintRef<'a>>,
        brush_transform: Option<Affine>,
        shape: &impl Shape,
    ) {
        self.below()
            .stroke(style, transform, brush, brush_transform, shape);
    }

    fn fill<'a>(
        &mut self,
        style: Fill,
        transform: Affine,
        brush: impl Into<PaintRef<'a>>,
        brush_transform: Option<Affine>,
        shape: &impl Shape,
    ) {
        let brush = brush.into();
        if let (Paint::Solid(color), None, Some(rect)) = (&brush, brush_transform, shape.as_rect())
        {
            let ground = Ground {
                style,
                transform,
                color: *color,
                rect,
            };
            if let Some(joined) = self.last.and_then(|last| last.joined(&ground)) {
                self.last = Some(joined);
            } else {
                self.below();
                self.last = Some(ground);
            }
            return;
        }
        let moving = self.moving;
        let brush: PaintRef<'_> = match brush {
            Paint::Image(first) => Paint::Image(ImageBrush {
                image: moving.frame(first.image).unwrap_or(first.image),
                sampler: first.sampler,
            }),
            other => other,
        };
        self.below()
            .fill(style, transform, brush, brush_transform, shape);
    }

    fn draw_glyphs<'a, 's: 'a>(
        &'s mut self,
        font: &'a FontData,
        font_size: f32,
        hint: bool,
        normalized_coords: &'a [NormalizedCoord],
        embolden: Vec2,
        style: impl Into<StyleRef<'a>>,
        brush: impl Into<PaintRef<'a>>,
        brush_alpha: f32,
        transform: Affine,
        glyph_transform: Option<Affine>,
        glyphs: impl Iterator<Item = Glyph> + Clone,
    ) {
        self.below().draw_glyphs(
            font,
            font_size,
            hint,
            normalized_coords,
            embolden,
            style,
            brush,
            brush_alpha,
            transform,
            glyph_transform,
            glyphs,
        );
    }

    fn draw_box_shadow(
        &mut self,
        transform: Affine,
        rect: Rect,
        brush: Color,
        radius: f64,
        std_dev: f64,
    ) {
        self.below()
            .draw_box_shadow(transform, rect, brush, radius, std_dev);
    }
}

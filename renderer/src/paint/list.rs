//! A recorded drawing: the commands that can be seen, in order, each with the pixels it may touch
//! and what it looks like.
//!
//! Owns: the recording. Trusts: nothing about the commands' numbers. Never: keeps a command that
//! touches no pixel of the surface.

use crate::paint::glyphs::GlyphBoxes;
use crate::paint::look::Look;
use crate::paint::pixels::{NOTHING, covered, touched};
use anyrender::recording::{
    BoxShadowCommand, ClipCommand, FillCommand, GlyphRunCommand, LayerCommand, RenderCommand,
    StrokeCommand,
};
use anyrender::{Filter, Glyph, NormalizedCoord, Paint, PaintRef, PaintScene, RenderContext};
use kurbo::{Affine, BezPath, PathEl, Shape, Stroke, Vec2};
use peniko::{BlendMode, Color, Fill, FontData, StyleRef};
use protocol::geometry::{Rect, Size};
use std::sync::Arc;

/// What anyrender flattens curves with.
const TOLERANCE: f64 = 0.1;
/// Standard deviations at which a blurred shadow has faded.
const SHADOW_REACH: f64 = 4.0;
/// A glyph run whose first origin is so many font sizes above or below the surface is not seen:
/// a run is one line, and marks do not stand so far from it.
const FAR_AWAY_EM: f64 = 50.0;

/// One command.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) command: RenderCommand,
    /// What it looks like, apart from where it is.
    pub(crate) look: u64,
    /// Where it is: the translation of its transform.
    pub(crate) place: (f64, f64),
    /// The pixels that it, or for a layer anything in it, may touch.
    pub(crate) bounds: Rect,
    /// The pixels that no enclosing layer clips, not even in part.
    pub(crate) clear: Rect,
    /// Where it looks the same at every pixel: a fill of one colour, a clip that clips nothing.
    pub(crate) even: Rect,
    /// What it looks like there.
    pub(crate) even_look: u64,
    /// Whether nothing below shows through there.
    pub(crate) is_opaque: bool,
    /// For the beginning of a layer: the item of its end.
    pub(crate) end: usize,
}

/// A layer that has not ended.
#[derive(Debug)]
struct Open {
    item: usize,
    bounds: Rect,
    clear: Rect,
    /// Whether it and all around it only clip.
    only_clips: bool,
}

/// The drawing of one surface. It is drawn on like any scene.
#[derive(Debug)]
pub(crate) struct DisplayList {
    size: Size,
    items: Vec<Item>,
    open: Vec<Open>,
    /// Layers that have not ended and that cannot be seen, nor anything in them.
    unseen: usize,
    boxes: GlyphBoxes,
}

impl DisplayList {
    pub(crate) fn new(size: Size) -> DisplayList {
        DisplayList {
            size,
            items: Vec::new(),
            open: Vec::new(),
            unseen: 0,
            boxes: GlyphBoxes::default(),
        }
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The numbers of the images whose pixels can be seen.
    pub(crate) fn images(&self) -> impl Iterator<Item = u64> {
        self.items.iter().filter_map(|item| match &item.command {
            RenderCommand::Fill(FillCommand {
                brush: Paint::Image(image),
                ..
            }) => Some(image.image.data.id()),
            _ => None,
        })
    }

    /// The innermost layer's pixels that can be seen at all, and those that nothing clips.
    fn window(&self) -> (Rect, Rect) {
        let whole = Rect::from_size(self.size);
        self.open
            .last()
            .map_or((whole, whole), |open| (open.bounds, open.clear))
    }

    fn push(&mut self, command: RenderCommand, transform: Affine, look: Look, seen: Seen) {
        let Vec2 { x, y } = transform.translation();
        let (_, clear) = self.window();
        self.items.push(Item {
            command,
            look: look.finish(),
            place: (x, y),
            bounds: seen.bounds,
            clear,
            even: seen.even,
            even_look: seen.even_look,
            is_opaque: seen.is_opaque && self.open.last().is_none_or(|open| open.only_clips),
            end: 0,
        });
    }

    /// Begins a layer whose contents are clipped to `clip`.
    fn open(&mut self, command: RenderCommand, transform: Affine, clip: &BezPath, look: Look) {
        let (window, clear) = self.window();
        let bounds = touched(clip.control_box(), transform, window);
        if self.unseen > 0 || bounds.is_empty() {
            self.unseen += 1;
            return;
        }
        let whole = rectangle(clip).map_or(NOTHING, |rect| covered(rect, transform, clear));
        let is_clip = matches!(command, RenderCommand::PushClipLayer(_));
        let seen = Seen {
            even: if is_clip { whole } else { NOTHING },
            even_look: Look::of("a clip that clips nothing").finish(),
            ..Seen::within(bounds)
        };
        let only_clips = is_clip && self.open.last().is_none_or(|open| open.only_clips);
        self.push(command, transform, look, seen);
        self.open.push(Open {
            only_clips,
            item: self.items.len() - 1,
            bounds,
            clear: whole,
        });
    }
}

/// The pixels that matter for a command.
struct Seen {
    bounds: Rect,
    even: Rect,
    even_look: u64,
    is_opaque: bool,
}

impl Seen {
    fn within(bounds: Rect) -> Seen {
        Seen {
            bounds,
            even: NOTHING,
            even_look: 0,
            is_opaque: false,
        }
    }
}

fn owned(brush: PaintRef<'_>) -> Paint {
    match brush {
        Paint::Solid(color) => Paint::Solid(color),
        Paint::Gradient(gradient) => Paint::Gradient(gradient.clone()),
        Paint::Image(image) => Paint::Image(image.to_owned()),
        Paint::Resource(id) => Paint::Resource(id),
        Paint::Custom(_) => Paint::Solid(Color::TRANSPARENT),
    }
}

/// The rectangle that the path is, if it is one whose edges lie along the axes.
fn rectangle(path: &BezPath) -> Option<kurbo::Rect> {
    let elements = path.elements();
    let &[
        PathEl::MoveTo(a),
        PathEl::LineTo(b),
        PathEl::LineTo(c),
        PathEl::LineTo(d),
        ..,
    ] = elements
    else {
        return None;
    };
    let closes = match elements[4..] {
        [] | [PathEl::ClosePath] => true,
        [PathEl::LineTo(e)] | [PathEl::LineTo(e), PathEl::ClosePath] => e == a,
        _ => false,
    };
    let along = a.y == b.y && b.x == c.x && c.y == d.y && d.x == a.x
        || a.x == b.x && b.y == c.y && c.x == d.x && d.y == a.y;
    (closes && along).then(|| kurbo::Rect::from_points(a, c))
}

impl RenderContext for DisplayList {}

impl PaintScene for DisplayList {
    fn reset(&mut self) {
        self.items.clear();
        self.open.clear();
        self.unseen = 0;
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
        let clip = clip.to_path(TOLERANCE);
        let blend = blend.into();
        let mut look = Look::of("layer");
        look.fill(fill)
            .blend(blend)
            .number(f64::from(alpha))
            .linear(transform)
            .path(&clip);
        look.text(format_args!("{filter:?}{backdrop_filter:?}"));
        let command = RenderCommand::PushLayer(LayerCommand {
            fill,
            blend,
            alpha,
            transform,
            clip: clip.clone(),
            filter,
            backdrop_filter,
        });
        self.open(command, transform, &clip, look);
    }

    fn push_clip_layer(&mut self, fill: Fill, transform: Affine, clip: &impl Shape) {
        let clip = clip.to_path(TOLERANCE);
        let mut look = Look::of("clip");
        look.fill(fill).linear(transform).path(&clip);
        let command = RenderCommand::PushClipLayer(ClipCommand {
            fill,
            transform,
            clip: clip.clone(),
        });
        self.open(command, transform, &clip, look);
    }

    fn pop_layer(&mut self) {
        if self.unseen > 0 {
            self.unseen -= 1;
            return;
        }
        let Some(open) = self.open.pop() else { return };
        let end = self.items.len();
        let begin = &mut self.items[open.item];
        begin.end = end;
        let mut look = Look::of("end");
        look.word(begin.look);
        let item = Item {
            command: RenderCommand::PopLayer,
            look: look.finish(),
            place: begin.place,
            bounds: begin.bounds,
            clear: begin.clear,
            even: begin.even,
            even_look: begin.even_look ^ 1,
            is_opaque: false,
            end: 0,
        };
        self.items.push(item);
    }

    fn stroke<'a>(
        &mut self,
        style: &Stroke,
        transform: Affine,
        brush: impl Into<PaintRef<'a>>,
        brush_transform: Option<Affine>,
        shape: &impl Shape,
    ) {
        let reach = style.width / 2.0 * style.miter_limit.max(std::f64::consts::SQRT_2);
        let shape = shape.to_path(TOLERANCE);
        let bounds = shape.control_box().inflate(reach, reach);
        let bounds = touched(bounds, transform, self.window().0);
        if self.unseen > 0 || bounds.is_empty() {
            return;
        }
        let brush = owned(brush.into());
        let mut look = Look::of("stroke");
        look.stroke(style)
            .linear(transform)
            .brush(&brush)
            .transform(brush_transform)
            .path(&shape);
        let command = RenderCommand::Stroke(StrokeCommand {
            style: style.clone(),
            transform,
            brush,
            brush_transform,
            shape,
        });
        self.push(command, transform, look, Seen::within(bounds));
    }

    fn fill<'a>(
        &mut self,
        fill: Fill,
        transform: Affine,
        brush: impl Into<PaintRef<'a>>,
        brush_transform: Option<Affine>,
        shape: &impl Shape,
    ) {
        let shape = shape.to_path(TOLERANCE);
        let (window, clear) = self.window();
        let bounds = touched(shape.control_box(), transform, window);
        if self.unseen > 0 || bounds.is_empty() {
            return;
        }
        let brush = owned(brush.into());
        let mut seen = Seen::within(bounds);
        if let Paint::Solid(color) = brush
            && let Some(rect) = rectangle(&shape)
        {
            let mut look = Look::of("one colour");
            look.brush(&brush);
            seen.even = covered(rect, transform, clear);
            seen.even_look = look.finish();
            seen.is_opaque = color.components[3] == 1.0;
        }
        let mut look = Look::of("fill");
        look.fill(fill)
            .linear(transform)
            .brush(&brush)
            .transform(brush_transform)
            .path(&shape);
        let command = RenderCommand::Fill(FillCommand {
            fill,
            transform,
            brush,
            brush_transform,
            shape,
        });
        self.push(command, transform, look, seen);
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
        let em = f64::from(font_size);
        if self.unseen > 0 || self.is_far_away(glyphs.clone().next(), em, transform) {
            return;
        }
        let run = GlyphRunCommand {
            font_data: font.clone(),
            font_size,
            hint,
            normalized_coords: normalized_coords.to_vec(),
            embolden,
            style: style.into().to_owned(),
            brush: owned(brush.into()),
            brush_alpha,
            transform,
            glyph_transform,
            glyphs: glyphs.collect(),
        };
        let Some(bounds) = glyph_bounds(&run, self.boxes.of(font)) else {
            return;
        };
        let bounds = touched(bounds, transform, self.window().0);
        if bounds.is_empty() {
            return;
        }
        let look = glyph_look(&run);
        let command = RenderCommand::GlyphRun(run);
        self.push(command, transform, look, Seen::within(bounds));
    }

    fn draw_box_shadow(
        &mut self,
        transform: Affine,
        rect: kurbo::Rect,
        brush: Color,
        radius: f64,
        std_dev: f64,
    ) {
        let reach = SHADOW_REACH * std_dev + 1.0;
        let bounds = touched(rect.inflate(reach, reach), transform, self.window().0);
        if self.unseen > 0 || bounds.is_empty() {
            return;
        }
        let mut look = Look::of("shadow");
        look.linear(transform)
            .brush(&Paint::Solid(brush))
            .number(radius)
            .number(std_dev);
        for edge in [rect.x0, rect.y0, rect.x1, rect.y1] {
            look.number(edge);
        }
        let command = RenderCommand::BoxShadow(BoxShadowCommand {
            transform,
            rect,
            brush,
            radius,
            std_dev,
        });
        self.push(command, transform, look, Seen::within(bounds));
    }
}

impl DisplayList {
    /// Whether a glyph run that begins there is far above or below the surface. Long texts have
    /// many such runs.
    fn is_far_away(&self, first: Option<Glyph>, em: f64, transform: Affine) -> bool {
        let Some(first) = first else { return true };
        let [_, skew, _, scale, ..] = transform.as_coeffs();
        let y = (transform * kurbo::Point::new(f64::from(first.x), f64::from(first.y))).y;
        let reach = FAR_AWAY_EM * em * scale.abs();
        skew == 0.0 && (y < -reach || y > f64::from(self.size.height) + reach)
    }
}

/// What the run may touch, before its transform. `around` is what one glyph may, in em.
fn glyph_bounds(run: &GlyphRunCommand, around: kurbo::Rect) -> Option<kurbo::Rect> {
    let point = |glyph: &Glyph| kurbo::Point::new(f64::from(glyph.x), f64::from(glyph.y));
    let first = point(run.glyphs.first()?);
    let origins = run
        .glyphs
        .iter()
        .fold(kurbo::Rect::from_points(first, first), |rect, glyph| {
            rect.union_pt(point(glyph))
        });
    let around = around.scale_from_origin(f64::from(run.font_size));
    let skewed = run.glyph_transform;
    let around = skewed.map_or(around, |by| by.transform_rect_bbox(around));
    let line = match &run.style {
        peniko::Style::Stroke(stroke) => stroke.width,
        peniko::Style::Fill(_) => 0.0,
    };
    let (bold_x, bold_y) = (run.embolden.x.abs() + line, run.embolden.y.abs() + line);
    Some(kurbo::Rect::new(
        origins.x0 + around.x0 - bold_x,
        origins.y0 + around.y0 - bold_y,
        origins.x1 + around.x1 + bold_x,
        origins.y1 + around.y1 + bold_y,
    ))
}

fn glyph_look(run: &GlyphRunCommand) -> Look {
    let mut look = Look::of("glyphs");
    look.font(&run.font_data)
        .number(f64::from(run.font_size))
        .number(run.embolden.x)
        .number(run.embolden.y)
        .number(f64::from(run.brush_alpha))
        .linear(run.transform)
        .transform(run.glyph_transform)
        .brush(&run.brush)
        .word(u64::from(run.hint));
    for coord in &run.normalized_coords {
        look.word(*coord as u64);
    }
    match &run.style {
        peniko::Style::Stroke(stroke) => look.stroke(stroke),
        peniko::Style::Fill(fill) => look.fill(*fill),
    };
    for glyph in &run.glyphs {
        let place = u64::from(glyph.x.to_bits()) << 32 | u64::from(glyph.y.to_bits());
        look.word(u64::from(glyph.id)).word(place);
    }
    look
}

//! One canvas: its bitmap, and the state that its next draw is drawn with.
//!
//! Trusts: no number of the page.

use crate::script::canvas::path::{ELEMENTS_MAX, Path};
use crate::script::canvas::style::{Style, image};
use crate::script::canvas::surface::{Draw, Surface};
use kurbo::{Affine, BezPath, Cap, Join, ParamCurveArclen, Point, Rect, Shape, Stroke};
use peniko::color::AlphaColor;
use peniko::{BlendMode, Compose, Extend, Fill, Mix};
use std::sync::Arc;
use vello_cpu::{PaintType, Pixmap};

/// States that `save` may pile up.
pub(crate) const STATES_MAX: usize = 10_000;
/// Clips in force at once.
const CLIPS_MAX: usize = 1_024;
/// Dashes of one line, about.
const DASHES_MAX: f64 = 20_000.0;
/// Most parts of a pattern of dashes.
const DASH_PARTS_MAX: usize = 64;
/// The widest line.
const LINE_MAX: f64 = 1e5;

/// A font as text is drawn with it.
#[derive(Clone, Debug)]
pub(crate) struct Font {
    pub(crate) size: f32,
    pub(crate) weight: f32,
    pub(crate) is_italic: bool,
    pub(crate) family: String,
}

/// What `save` saves.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) transform: Affine,
    pub(crate) fill: Style,
    pub(crate) stroke: Style,
    pub(crate) line: Stroke,
    pub(crate) alpha: f32,
    pub(crate) blend: BlendMode,
    pub(crate) is_smooth: bool,
    pub(crate) font: Font,
    clips: usize,
}

impl Default for State {
    fn default() -> State {
        State {
            transform: Affine::IDENTITY,
            fill: Style::Color(AlphaColor::BLACK),
            stroke: Style::Color(AlphaColor::BLACK),
            line: Stroke::new(1.0)
                .with_caps(Cap::Butt)
                .with_join(Join::Miter)
                .with_miter_limit(10.0),
            alpha: 1.0,
            blend: BlendMode::default(),
            is_smooth: true,
            font: Font {
                size: 10.0,
                weight: 400.0,
                is_italic: false,
                family: "sans-serif".to_owned(),
            },
            clips: 0,
        }
    }
}

/// What is done with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Fill,
    Stroke,
    Clip,
}

/// A canvas that a script draws on.
pub(crate) struct Drawing {
    pub(crate) surface: Surface,
    pub(crate) state: State,
    saved: Vec<State>,
    clips: Vec<(BezPath, Fill)>,
    pub(crate) path: Path,
    /// Whether its size is one that no bitmap has: nothing of it is shown.
    pub(crate) is_void: bool,
}

impl Drawing {
    pub(crate) fn new(width: u16, height: u16) -> Drawing {
        Drawing {
            surface: Surface::new(width, height),
            state: State::default(),
            saved: Vec::new(),
            clips: Vec::new(),
            path: Path::default(),
            is_void: false,
        }
    }

    /// As it was when it was made.
    pub(crate) fn reset(&mut self) {
        self.surface.wipe();
        self.surface.unclip(0);
        self.surface.is_clean = true;
        self.state = State::default();
        self.saved.clear();
        self.clips.clear();
        self.path = Path::default();
    }

    pub(crate) fn save(&mut self) {
        if self.saved.len() < STATES_MAX {
            self.saved.push(self.state.clone());
        }
    }

    pub(crate) fn restore(&mut self) {
        if let Some(state) = self.saved.pop() {
            self.state = state;
            self.clips.truncate(self.state.clips);
            self.surface.unclip(self.state.clips);
        }
    }

    fn style(&self, deed: Deed) -> &Style {
        match deed {
            Deed::Stroke => &self.state.stroke,
            _ => &self.state.fill,
        }
    }

    /// Fills, strokes or clips with a path that stands in pixels.
    pub(crate) fn use_path(&mut self, deed: Deed, rule: Fill, path: &BezPath) {
        if deed == Deed::Clip {
            if self.clips.len() < CLIPS_MAX {
                self.clips.push((path.clone(), rule));
                self.state.clips = self.clips.len();
            }
            return;
        }
        let Some(inverse) = inverse(self.state.transform) else {
            return;
        };
        // A pen is as wide as the plane is stretched, so lines are drawn in that plane.
        let path = match deed {
            Deed::Stroke => inverse * path.clone(),
            _ => path.clone(),
        };
        let line = line_for(&self.state.line, &path);
        self.draw(
            deed,
            path.elements().len(),
            deed == Deed::Stroke,
            |context, _| {
                if deed == Deed::Stroke {
                    context.set_stroke(line);
                    context.stroke_path(&path);
                } else {
                    context.set_fill_rule(rule);
                    context.fill_path(&path);
                }
            },
        );
    }

    /// Draws with the style of a deed. The shape stands in the plane, or in pixels.
    pub(crate) fn draw(
        &mut self,
        deed: Deed,
        curves: usize,
        is_in_plane: bool,
        with: impl FnOnce(&mut vello_cpu::RenderContext, &mut vello_cpu::Resources),
    ) {
        let (alpha, is_smooth) = (self.state.alpha, self.state.is_smooth);
        let Some((paint, of_paint)) = self.style(deed).paint(alpha, is_smooth) else {
            return;
        };
        let (transform, paint_transform) = match is_in_plane {
            true => (self.state.transform, of_paint),
            false => (Affine::IDENTITY, self.state.transform * of_paint),
        };
        if let Style::Pattern(pattern) = self.style(deed) {
            self.surface.is_clean &= !pattern.is_foreign;
        }
        let area = self.area_of_pattern(deed);
        let kept = self.clips.len();
        self.clips.extend(area.map(|area| (area, Fill::NonZero)));
        let draw = Draw {
            transform,
            paint,
            paint_transform,
            blend: self.state.blend,
            clips: &self.clips,
            curves,
        };
        self.surface.draw(draw, with);
        if self.clips.len() > kept {
            self.clips.truncate(kept);
            self.surface.unclip(kept);
        }
    }

    /// Where a pattern that is not repeated is drawn at all, in pixels.
    fn area_of_pattern(&self, deed: Deed) -> Option<BezPath> {
        let Style::Pattern(pattern) = self.style(deed) else {
            return None;
        };
        let [across, down] = pattern.repeats;
        if across && down {
            return None;
        }
        const ENDLESS: f64 = 1e5;
        let side = |repeats: bool, length: u16| match repeats {
            true => (-ENDLESS, ENDLESS),
            false => (0.0, f64::from(length)),
        };
        let (x0, x1) = side(across, pattern.image.width());
        let (y0, y1) = side(down, pattern.image.height());
        let area = Rect::new(x0, y0, x1, y1).to_path(0.1);
        Some(self.state.transform * pattern.transform * area)
    }

    /// Fills (0), strokes (1) or clears (2) a rectangle.
    pub(crate) fn rectangle(&mut self, deed: u32, rect: [f64; 4]) {
        let [x, y, width, height] = rect;
        if !rect.iter().all(|number| number.is_finite()) {
            return;
        }
        let place = self.state.transform;
        if deed == 1 || !is_straight(place) {
            let mut path = Path::default();
            path.add(5, &[x, y, width, height, 0.0, 0.0, 0.0, 0.0], place);
            return match deed {
                0 => self.use_path(Deed::Fill, Fill::NonZero, &path.curves),
                1 => self.use_path(Deed::Stroke, Fill::NonZero, &path.curves),
                _ => self.clear(&path.curves),
            };
        }
        let rect = Rect::from_points((x, y), (x + width, y + height));
        let rect = place.transform_rect_bbox(rect);
        let size = &self.surface;
        let bitmap = Rect::new(0.0, 0.0, f64::from(size.width), f64::from(size.height));
        let rect = rect.intersect(bitmap);
        if rect.area() <= 0.0 {
            return;
        }
        let is_whole = rect == rect.round();
        match deed {
            0 => self.draw(Deed::Fill, 0, false, |context, _| context.fill_rect(&rect)),
            _ if is_whole && self.clips.is_empty() => self.surface.wipe_part(rect),
            _ => self.clear(&rect.to_path(0.1)),
        }
    }

    fn clear(&mut self, area: &BezPath) {
        let draw = Draw {
            transform: Affine::IDENTITY,
            paint: PaintType::Solid(AlphaColor::BLACK),
            paint_transform: Affine::IDENTITY,
            blend: BlendMode::new(Mix::Normal, Compose::DestOut),
            clips: &self.clips,
            curves: 4,
        };
        self.surface
            .draw(draw, |context, _| context.fill_path(area));
    }

    /// Draws a part of an image into a rectangle.
    pub(crate) fn image(&mut self, pixels: Arc<Pixmap>, from: Rect, to: Rect) {
        let scale = (to.width() / from.width(), to.height() / from.height());
        let paint_transform = Affine::translate((to.x0, to.y0))
            * Affine::scale_non_uniform(scale.0, scale.1)
            * Affine::translate((-from.x0, -from.y0));
        let state = &self.state;
        if inverse(state.transform).is_none() || !paint_transform.is_finite() {
            return;
        }
        let draw = Draw {
            transform: state.transform,
            paint: image(pixels, state.alpha, state.is_smooth, [Extend::Pad; 2]),
            paint_transform,
            blend: state.blend,
            clips: &self.clips,
            curves: 0,
        };
        self.surface.draw(draw, |context, _| context.fill_rect(&to));
    }

    /// Whether a pixel is inside a path, or on its line.
    pub(crate) fn is_hit(&self, deed: Deed, rule: Fill, path: &BezPath, at: Point) -> bool {
        if !at.is_finite() || path.elements().len() >= ELEMENTS_MAX {
            return false;
        }
        let winding = match deed {
            Deed::Stroke => {
                let Some(inverse) = inverse(self.state.transform) else {
                    return false;
                };
                let path = inverse * path.clone();
                let line = line_for(&self.state.line, &path);
                let outline = kurbo::stroke(
                    path.elements().iter().copied(),
                    &line,
                    &Default::default(),
                    0.1,
                );
                outline.winding(inverse * at)
            }
            _ => path.winding(at),
        };
        match rule {
            Fill::EvenOdd => winding % 2 != 0,
            Fill::NonZero => winding != 0,
        }
    }

    pub(crate) fn set_dashes(&mut self, parts: &[f64], offset: f64) {
        let all: f64 = parts.iter().sum();
        let is_line = all <= 0.0 || parts.len() > DASH_PARTS_MAX;
        let line = std::mem::take(&mut self.state.line);
        let offset = if offset.is_finite() && all > 0.0 {
            offset.rem_euclid(all)
        } else {
            0.0
        };
        let parts: &[f64] = if is_line { &[] } else { parts };
        self.state.line = line.with_dashes(offset, parts.iter().copied());
    }

    pub(crate) fn set_line_width(&mut self, width: f64) {
        self.state.line.width = width.min(LINE_MAX);
    }
}

fn is_straight(transform: Affine) -> bool {
    let [_, b, c, ..] = transform.as_coeffs();
    b == 0.0 && c == 0.0
}

/// The way back, if there is one that can be computed with.
pub(crate) fn inverse(transform: Affine) -> Option<Affine> {
    let inverse = transform.inverse();
    (transform.determinant().abs() > 1e-12 && inverse.is_finite()).then_some(inverse)
}

/// The line for a path; without dashes if they were too many.
fn line_for(line: &Stroke, path: &BezPath) -> Stroke {
    if line.dash_pattern.is_empty() {
        return line.clone();
    }
    let length: f64 = path.segments().map(|segment| segment.arclen(1.0)).sum();
    let pattern: f64 = line.dash_pattern.iter().sum();
    let dashes = length / pattern * line.dash_pattern.len() as f64;
    match dashes < DASHES_MAX {
        true => line.clone(),
        false => Stroke {
            dash_pattern: Default::default(),
            ..line.clone()
        },
    }
}

//! The bitmap of a canvas, and what has been drawn on it since it was looked at last.
//!
//! Owns: the pixels. Never: lets more wait than a bound; then it is drawn into the bitmap.

use crate::script::canvas::style::{image, is_everywhere};
use kurbo::{Affine, BezPath, Rect};
use peniko::{BlendMode, Extend, Fill};
use std::sync::Arc;
use vello_cpu::{PaintType, Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};

/// What may wait to be drawn: draws, and parts of long paths.
const WAITING_MAX: usize = 4_096;
/// So many curves count as one more draw.
const CURVES_PER_DRAW: usize = 32;

/// One draw.
pub(crate) struct Draw<'a> {
    pub(crate) transform: Affine,
    pub(crate) paint: PaintType,
    pub(crate) paint_transform: Affine,
    pub(crate) blend: BlendMode,
    /// The clips around it, in pixels.
    pub(crate) clips: &'a [(BezPath, Fill)],
    /// Curves of what is drawn.
    pub(crate) curves: usize,
}

/// A bitmap.
pub(crate) struct Surface {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pixels: Arc<Pixmap>,
    scene: Option<Box<Scene>>,
    /// Whether all that was drawn is the page's own.
    pub(crate) is_clean: bool,
    /// Whether the document shows something else.
    pub(crate) is_changed: bool,
}

/// What waits to be drawn.
struct Scene {
    context: RenderContext,
    resources: Resources,
    waiting: usize,
    /// Whether the pixels that were there are part of it.
    has_ground: bool,
    /// How many clips are in force.
    clips: usize,
}

impl Surface {
    pub(crate) fn new(width: u16, height: u16) -> Surface {
        Surface {
            width,
            height,
            pixels: Arc::new(Pixmap::new(width, height)),
            scene: None,
            is_clean: true,
            is_changed: true,
        }
    }

    /// The pixels as they are now.
    pub(crate) fn pixels(&mut self) -> Arc<Pixmap> {
        self.flush();
        self.pixels.clone()
    }

    /// The same, to be changed.
    pub(crate) fn pixels_mut(&mut self) -> &mut Pixmap {
        self.flush();
        self.is_changed = true;
        Arc::make_mut(&mut self.pixels)
    }

    /// Nothing is drawn any more.
    pub(crate) fn wipe(&mut self) {
        if let Some(scene) = &mut self.scene {
            scene.reset();
        }
        self.is_changed = true;
        match Arc::get_mut(&mut self.pixels) {
            Some(pixels) => pixels.data_as_u8_slice_mut().fill(0),
            None => self.pixels = Arc::new(Pixmap::new(self.width, self.height)),
        }
    }

    /// Nothing is drawn in a rectangle of whole pixels any more.
    pub(crate) fn wipe_part(&mut self, part: Rect) {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let (left, right) = (part.x0.clamp(0.0, width), part.x1.clamp(0.0, width));
        let (top, bottom) = (part.y0.clamp(0.0, height), part.y1.clamp(0.0, height));
        if left >= right || top >= bottom {
            return;
        }
        if right - left == width && bottom - top == height {
            return self.wipe();
        }
        let row = usize::from(self.width) * 4;
        let columns = left as usize * 4..right as usize * 4;
        let rows = top as usize..bottom as usize;
        let bytes = self.pixels_mut().data_as_u8_slice_mut();
        for line in bytes
            .chunks_exact_mut(row)
            .skip(rows.start)
            .take(rows.len())
        {
            line[columns.clone()].fill(0);
        }
    }

    /// Draws what waits into the bitmap, and gives its memory back.
    pub(crate) fn settle(&mut self) {
        self.flush();
        self.scene = None;
    }

    fn flush(&mut self) {
        let Some(scene) = self.scene.as_mut().filter(|scene| scene.waiting > 0) else {
            return;
        };
        scene.context.flush();
        let mut settings = RasterizerSettings::default();
        if scene.has_ground {
            let mut pixels = Pixmap::new(self.width, self.height);
            let resources = &mut scene.resources;
            scene
                .context
                .render_with(pixels.as_mut(), resources, settings);
            self.pixels = Arc::new(pixels);
        } else {
            settings.target_init = TargetInit::SrcOver;
            let pixels = Arc::make_mut(&mut self.pixels).as_mut();
            scene
                .context
                .render_with(pixels, &mut scene.resources, settings);
        }
        scene.reset();
    }

    /// Draws with whatever `with` does to the painter.
    pub(crate) fn draw(
        &mut self,
        draw: Draw<'_>,
        with: impl FnOnce(&mut RenderContext, &mut Resources),
    ) {
        self.is_changed = true;
        let is_plain = draw.blend == BlendMode::default();
        let has_ground = self.scene.as_ref().is_some_and(|scene| scene.has_ground);
        if !is_plain && !has_ground {
            // Mixing needs what is there already.
            self.flush();
        }
        let (width, height) = (self.width, self.height);
        let scene = self
            .scene
            .get_or_insert_with(|| Box::new(Scene::new(width, height)));
        if !is_plain && !has_ground {
            scene.begin_with(self.pixels.clone());
        }
        scene.clip(draw.clips);
        let context = &mut scene.context;
        let is_everywhere = is_everywhere(draw.blend);
        if is_everywhere {
            let clip = draw.clips.last();
            context.set_transform(Affine::IDENTITY);
            context.set_fill_rule(clip.map_or(Fill::NonZero, |(_, rule)| *rule));
            let clip = clip.map(|(clip, _)| clip);
            context.push_layer(clip, Some(draw.blend), None, None, None);
        } else {
            context.set_blend_mode(draw.blend);
        }
        context.set_fill_rule(Fill::NonZero);
        context.set_transform(draw.transform);
        context.set_paint(draw.paint);
        context.set_paint_transform(draw.paint_transform);
        with(context, &mut scene.resources);
        if is_everywhere {
            context.pop_layer();
        }
        context.set_blend_mode(BlendMode::default());
        scene.waiting += 1 + draw.curves / CURVES_PER_DRAW;
        if scene.waiting > WAITING_MAX {
            self.flush();
        }
    }
}

impl Scene {
    fn new(width: u16, height: u16) -> Scene {
        Scene {
            context: RenderContext::new(width, height),
            resources: Resources::new(),
            waiting: 0,
            has_ground: false,
            clips: 0,
        }
    }

    fn reset(&mut self) {
        self.context.reset();
        (self.waiting, self.has_ground, self.clips) = (0, false, 0);
    }

    /// Begins with the pixels that are there.
    fn begin_with(&mut self, ground: Arc<Pixmap>) {
        let (width, height) = (f64::from(ground.width()), f64::from(ground.height()));
        self.reset();
        let context = &mut self.context;
        context.set_transform(Affine::IDENTITY);
        context.set_paint(image(ground, 1.0, false, [Extend::Pad; 2]));
        context.set_paint_transform(Affine::IDENTITY);
        context.set_blend_mode(BlendMode::default());
        context.fill_rect(&Rect::new(0.0, 0.0, width, height));
        (self.waiting, self.has_ground) = (1, true);
    }

    /// Sets those clips that are not in force.
    fn clip(&mut self, clips: &[(BezPath, Fill)]) {
        self.unclip(clips.len());
        self.context.set_transform(Affine::IDENTITY);
        for (clip, rule) in &clips[self.clips..] {
            self.context.set_fill_rule(*rule);
            self.context.push_clip_path(clip);
            self.clips += 1;
        }
    }

    fn unclip(&mut self, kept: usize) {
        while self.clips > kept {
            self.context.pop_clip();
            self.clips -= 1;
        }
    }
}

impl Surface {
    /// The clips beyond so many are not in force any more.
    pub(crate) fn unclip(&mut self, kept: usize) {
        if let Some(scene) = &mut self.scene {
            scene.unclip(kept);
        }
    }
}

//! Paints a recorded drawing, or a part of it.

use crate::paint::list::{DisplayList, Item};
use anyrender::PaintScene;
use anyrender::recording::RenderCommand;
use kurbo::Affine;
use protocol::geometry::Rect;

/// Draws the commands that touch `part`, whose upper left corner becomes the scene's.
pub(crate) fn replay(list: &DisplayList, part: Rect, scene: &mut impl PaintScene) {
    let items = list.items();
    let by = Affine::translate((-f64::from(part.x), -f64::from(part.y)));
    let mut at = 0;
    while let Some(item) = items.get(at) {
        let is_seen = !item.bounds.intersect(part).is_empty();
        if is_seen {
            draw(item, by, scene);
        } else if item.end > at {
            // Nor is anything in the layer seen.
            at = item.end;
        }
        at += 1;
    }
}

fn draw(item: &Item, by: Affine, scene: &mut impl PaintScene) {
    match &item.command {
        RenderCommand::PushLayer(layer) => scene.push_layer(
            layer.fill,
            layer.blend,
            layer.alpha,
            by * layer.transform,
            &layer.clip,
            layer.filter.clone(),
            layer.backdrop_filter.clone(),
        ),
        RenderCommand::PushClipLayer(layer) => {
            scene.push_clip_layer(layer.fill, by * layer.transform, &layer.clip);
        }
        RenderCommand::PopLayer => scene.pop_layer(),
        RenderCommand::Stroke(stroke) => scene.stroke(
            &stroke.style,
            by * stroke.transform,
            stroke.brush.as_ref(),
            stroke.brush_transform,
            &stroke.shape,
        ),
        RenderCommand::Fill(fill) => scene.fill(
            fill.fill,
            by * fill.transform,
            fill.brush.as_ref(),
            fill.brush_transform,
            &fill.shape,
        ),
        RenderCommand::GlyphRun(run) => scene.draw_glyphs(
            &run.font_data,
            run.font_size,
            run.hint,
            &run.normalized_coords,
            run.embolden,
            &run.style,
            run.brush.as_ref(),
            run.brush_alpha,
            by * run.transform,
            run.glyph_transform,
            run.glyphs.iter().copied(),
        ),
        RenderCommand::BoxShadow(shadow) => scene.draw_box_shadow(
            by * shadow.transform,
            shadow.rect,
            shadow.brush,
            shadow.radius,
            shadow.std_dev,
        ),
    }
}

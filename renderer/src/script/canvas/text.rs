//! Text on a canvas: one line, in one font.

use crate::script::canvas::drawing::{Deed, Drawing, Font};
use kurbo::Affine;
use parley::{
    FontContext, FontFamily, FontStyle, FontWeight, Layout, LayoutContext, PositionedLayoutItem,
    StyleProperty,
};

/// Longest text that is drawn or measured.
const BYTES_MAX: usize = 64 << 10;

/// What lays text out.
pub(crate) struct Texts {
    fonts: FontContext,
    layouts: LayoutContext<()>,
}

/// How wide and high a text is, from its origin at the baseline.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extent {
    pub(crate) width: f64,
    pub(crate) ascent: f64,
    pub(crate) descent: f64,
}

/// Where a text is to stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// What it is pressed into, if it is wider.
    pub(crate) width_max: f64,
    /// Which part of its width lies before the place.
    pub(crate) before: f64,
    /// 0 alphabetic, 1 top, 2 middle, 3 bottom, 4 hanging.
    pub(crate) baseline: u32,
}

impl Texts {
    pub(crate) fn new(fonts: FontContext) -> Texts {
        Texts {
            fonts,
            layouts: LayoutContext::new(),
        }
    }

    fn lay_out(&mut self, text: &str, font: &Font) -> Layout<()> {
        let text = &text[..text.floor_char_boundary(BYTES_MAX)];
        // All white space is a blank.
        let text: String = text
            .chars()
            .map(|c| if c.is_ascii_whitespace() { ' ' } else { c })
            .collect();
        let mut builder = self
            .layouts
            .ranged_builder(&mut self.fonts, &text, 1.0, false);
        builder.push_default(StyleProperty::FontSize(font.size));
        builder.push_default(StyleProperty::FontWeight(FontWeight::new(font.weight)));
        if font.is_italic {
            builder.push_default(StyleProperty::FontStyle(FontStyle::Italic));
        }
        let family = FontFamily::from(font.family.as_str());
        builder.push_default(StyleProperty::FontFamily(family));
        let mut layout = builder.build(&text);
        layout.break_all_lines(None);
        layout
    }

    pub(crate) fn measure(&mut self, text: &str, font: &Font) -> Extent {
        let extent = extent(&self.lay_out(text, font));
        // What lays text out gives an empty line the width of a blank.
        let width = if text.is_empty() { 0.0 } else { extent.width };
        Extent { width, ..extent }
    }

    /// Fills or strokes a text.
    pub(crate) fn draw(&mut self, drawing: &mut Drawing, deed: Deed, text: &str, place: Place) {
        if !(place.x.is_finite() && place.y.is_finite()) || place.width_max <= 0.0 {
            return;
        }
        let layout = self.lay_out(text, &drawing.state.font);
        let all = extent(&layout);
        let squeeze = match all.width > place.width_max {
            true => place.width_max / all.width,
            false => 1.0,
        };
        let up = match place.baseline {
            1 => all.ascent,
            2 => (all.ascent - all.descent) / 2.0,
            3 => -all.descent,
            4 => all.ascent * 0.8,
            _ => 0.0,
        };
        let before = drawing.state.transform;
        let left = place.x - all.width * squeeze * place.before;
        drawing.state.transform = before
            * Affine::translate((left, place.y + up))
            * Affine::scale_non_uniform(squeeze, 1.0);
        if drawing.state.transform.is_finite() {
            draw_line(drawing, deed, &layout);
        }
        drawing.state.transform = before;
    }
}

fn extent(layout: &Layout<()>) -> Extent {
    let Some(line) = layout.lines().next() else {
        return Extent::default();
    };
    let mut extent = Extent {
        width: f64::from(line.metrics().advance),
        ..Extent::default()
    };
    for run in line.runs() {
        let metrics = run.font_metrics();
        extent.ascent = extent.ascent.max(f64::from(metrics.ascent));
        extent.descent = extent.descent.max(f64::from(metrics.descent));
    }
    extent
}

fn draw_line(drawing: &mut Drawing, deed: Deed, layout: &Layout<()>) {
    let Some(line) = layout.lines().next() else {
        return;
    };
    let baseline = line.metrics().baseline;
    for item in line.items() {
        let PositionedLayoutItem::GlyphRun(run) = item else {
            continue;
        };
        let font = run.run();
        let glyphs = run.positioned_glyphs().map(|glyph| vello_cpu::Glyph {
            id: glyph.id,
            x: glyph.x,
            y: glyph.y - baseline,
        });
        let stroke = drawing.state.line.clone();
        let count = glyphs.clone().count();
        let axes: Vec<i16> = font
            .normalized_coords()
            .iter()
            .map(|c| c.to_bits())
            .collect();
        drawing.draw(deed, count, true, |context, resources| {
            context.set_stroke(stroke);
            let painter = context
                .glyph_run(resources, font.font())
                .font_size(font.font_size())
                .hint(false)
                .normalized_coords(&axes);
            // A glyph that cannot be had is not drawn.
            let _ = match deed {
                Deed::Stroke => painter.stroke_glyphs(glyphs),
                _ => painter.fill_glyphs(glyphs),
            };
        });
    }
}

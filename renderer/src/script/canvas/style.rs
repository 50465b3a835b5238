//! With what a canvas draws: colours, gradients, patterns, and how they are mixed.

use kurbo::Affine;
use kurbo::Point;
use peniko::color::{AlphaColor, DynamicColor, Srgb, parse_color};
use peniko::{
    BlendMode, ColorStop, ColorStops, Compose, Extend, Gradient, ImageBrush, ImageQuality,
    ImageSampler, LinearGradientPosition, Mix, RadialGradientPosition, SweepGradientPosition,
};
use std::sync::Arc;
use vello_cpu::{ImageSource, PaintType, Pixmap};

/// The longest colour.
const COLOR_BYTES_MAX: usize = 256;
/// Most stops of a gradient.
pub(crate) const STOPS_MAX: usize = 1_024;

/// With what lines or areas are drawn.
#[derive(Clone, Debug)]
pub(crate) enum Style {
    Color(AlphaColor<Srgb>),
    Gradient(Arc<Gradient>),
    Pattern(Pattern),
    /// What draws nothing: a gradient without stops.
    Nothing,
}

/// An image that is repeated.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) image: Arc<Pixmap>,
    pub(crate) repeats: [bool; 2],
    pub(crate) transform: Affine,
    pub(crate) is_foreign: bool,
}

impl Style {
    /// What the painter takes, and in which plane.
    pub(crate) fn paint(&self, alpha: f32, is_smooth: bool) -> Option<(PaintType, Affine)> {
        Some(match self {
            Style::Color(color) => {
                let paint = PaintType::Solid(color.multiply_alpha(alpha));
                (paint, Affine::IDENTITY)
            }
            Style::Gradient(gradient) => {
                let gradient = gradient.as_ref().clone().multiply_alpha(alpha);
                (PaintType::Gradient(gradient), Affine::IDENTITY)
            }
            Style::Pattern(pattern) => {
                let extends = pattern.repeats.map(|repeats| match repeats {
                    true => Extend::Repeat,
                    false => Extend::Pad,
                });
                let image = image(pattern.image.clone(), alpha, is_smooth, extends);
                (image, pattern.transform)
            }
            Style::Nothing => return None,
        })
    }
}

/// An image to draw with.
pub(crate) fn image(
    image: Arc<Pixmap>,
    alpha: f32,
    is_smooth: bool,
    extends: [Extend; 2],
) -> PaintType {
    PaintType::Image(ImageBrush {
        image: ImageSource::Pixmap(image),
        sampler: ImageSampler {
            x_extend: extends[0],
            y_extend: extends[1],
            quality: match is_smooth {
                true => ImageQuality::Medium,
                false => ImageQuality::Low,
            },
            alpha,
        },
    })
}

/// The colour that a page names.
pub(crate) fn color(text: &str) -> Option<AlphaColor<Srgb>> {
    let text = text.trim();
    if text.len() > COLOR_BYTES_MAX {
        return None;
    }
    if text.eq_ignore_ascii_case("currentcolor") {
        return Some(AlphaColor::BLACK);
    }
    let color: DynamicColor = parse_color(text).ok()?;
    let color = color.to_alpha_color::<Srgb>();
    color
        .components
        .iter()
        .all(|part| part.is_finite())
        .then_some(color)
}

/// The colour as a page reads it.
pub(crate) fn written(color: AlphaColor<Srgb>) -> String {
    let bytes = color.to_rgba8();
    if bytes.a == 255 {
        return format!("#{:02x}{:02x}{:02x}", bytes.r, bytes.g, bytes.b);
    }
    // As few digits as give the same byte.
    let alpha = f64::from(bytes.a) / 255.0;
    let short = (alpha * 100.0).round() / 100.0;
    let is_same = (short * 255.0).round() as u8 == bytes.a;
    let alpha = if is_same {
        short
    } else {
        (alpha * 1000.0).round() / 1000.0
    };
    format!("rgba({}, {}, {}, {alpha})", bytes.r, bytes.g, bytes.b)
}

/// A gradient of a kind (0 linear, 1 radial, 2 conic), with its stops.
pub(crate) fn gradient(kind: u32, numbers: &[f64], stops: &[(f64, String)]) -> Style {
    let &[a, b, c, d, e, f] = numbers else {
        return Style::Nothing;
    };
    if stops.is_empty() || !numbers.iter().all(|number| number.abs() < 1e6) {
        return Style::Nothing;
    }
    let is_point = match kind {
        0 => (a, b) == (c, d),
        1 => (a, b, c) == (d, e, f),
        _ => false,
    };
    if is_point {
        return Style::Nothing;
    }
    let mut sorted: Vec<(f64, AlphaColor<Srgb>)> = stops
        .iter()
        .take(STOPS_MAX)
        .filter_map(|(at, text)| Some((at.clamp(0.0, 1.0), color(text)?)))
        .collect();
    sorted.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let stops: Vec<ColorStop> = sorted
        .into_iter()
        .map(|(at, color)| ColorStop {
            offset: at as f32,
            color: DynamicColor::from_alpha_color(color),
        })
        .collect();
    if stops.is_empty() {
        return Style::Nothing;
    }
    let kind = match kind {
        0 => LinearGradientPosition {
            start: Point::new(a, b),
            end: Point::new(c, d),
        }
        .into(),
        1 => RadialGradientPosition {
            start_center: Point::new(a, b),
            start_radius: c.max(0.0) as f32,
            end_center: Point::new(d, e),
            end_radius: f.max(0.0) as f32,
        }
        .into(),
        _ => {
            let start = (c % std::f64::consts::TAU) as f32;
            SweepGradientPosition {
                center: Point::new(a, b),
                start_angle: start,
                end_angle: start + std::f32::consts::TAU,
            }
            .into()
        }
    };
    Style::Gradient(Arc::new(Gradient {
        kind,
        extend: Extend::Pad,
        stops: ColorStops(stops.into_iter().collect()),
        ..Gradient::default()
    }))
}

/// How what is drawn and what is there are mixed, by its name.
pub(crate) fn blend(name: &str) -> Option<BlendMode> {
    let compose = match name {
        "source-over" => Some(Compose::SrcOver),
        "source-in" => Some(Compose::SrcIn),
        "source-out" => Some(Compose::SrcOut),
        "source-atop" => Some(Compose::SrcAtop),
        "destination-over" => Some(Compose::DestOver),
        "destination-in" => Some(Compose::DestIn),
        "destination-out" => Some(Compose::DestOut),
        "destination-atop" => Some(Compose::DestAtop),
        "lighter" => Some(Compose::Plus),
        "copy" => Some(Compose::Copy),
        "xor" => Some(Compose::Xor),
        _ => None,
    };
    if let Some(compose) = compose {
        return Some(BlendMode::new(Mix::Normal, compose));
    }
    let mix = match name {
        "multiply" => Mix::Multiply,
        "screen" => Mix::Screen,
        "overlay" => Mix::Overlay,
        "darken" => Mix::Darken,
        "lighten" => Mix::Lighten,
        "color-dodge" => Mix::ColorDodge,
        "color-burn" => Mix::ColorBurn,
        "hard-light" => Mix::HardLight,
        "soft-light" => Mix::SoftLight,
        "difference" => Mix::Difference,
        "exclusion" => Mix::Exclusion,
        "hue" => Mix::Hue,
        "saturation" => Mix::Saturation,
        "color" => Mix::Color,
        "luminosity" => Mix::Luminosity,
        _ => return None,
    };
    Some(BlendMode::new(mix, Compose::SrcOver))
}

/// Whether it changes pixels where nothing is drawn.
pub(crate) fn is_everywhere(blend: BlendMode) -> bool {
    matches!(
        blend.compose,
        Compose::SrcIn | Compose::SrcOut | Compose::DestIn | Compose::DestAtop | Compose::Copy
    )
}

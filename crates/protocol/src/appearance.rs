//! How a document is to look, apart from its size: scale, zoom, colour scheme.

use crate::geometry::Size;
use crate::limits::{
    SCALE_PERCENT_MAX, SCALE_PERCENT_MIN, SURFACE_HEIGHT_MAX, SURFACE_WIDTH_MAX, ZOOM_PERCENT_MAX,
    ZOOM_PERCENT_MIN,
};
use crate::misbehaviour::Misbehaviour;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A factor, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Percent(pub u16);

impl Percent {
    /// The factor 1.
    pub const HUNDRED: Percent = Percent(100);

    /// The factor as a number.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// Whether a display may have this scale.
    pub const fn is_valid_scale(self) -> bool {
        self.0 >= SCALE_PERCENT_MIN && self.0 <= SCALE_PERCENT_MAX
    }

    /// Whether a page may have this zoom.
    pub const fn is_valid_zoom(self) -> bool {
        self.0 >= ZOOM_PERCENT_MIN && self.0 <= ZOOM_PERCENT_MAX
    }

    /// The scale of a display nearest to `factor`; `None` if it is no number or not positive.
    pub fn nearest_scale(factor: f64) -> Option<Percent> {
        if !factor.is_finite() || factor <= 0.0 {
            return None;
        }
        let percent = (factor * 100.0).round();
        let (least, most) = (f64::from(SCALE_PERCENT_MIN), f64::from(SCALE_PERCENT_MAX));
        Some(Percent(percent.clamp(least, most) as u16))
    }

    /// So many pixels at the factor 1, in pixels of this factor.
    pub fn of(self, pixels: u32) -> u32 {
        let scaled = u64::from(pixels) * u64::from(self.0);
        u32::try_from((scaled + 50) / 100).unwrap_or(u32::MAX)
    }

    /// A size in pixels of this factor, in pixels at the factor 1; at least 1 by 1.
    pub fn without(self, size: Size) -> Size {
        let side = |length: u32| {
            let unscaled = u64::from(length) * 100 / u64::from(self.0.max(1));
            u32::try_from(unscaled).unwrap_or(u32::MAX).max(1)
        };
        Size::new(side(size.width), side(size.height))
    }

    /// The same of both sides of a size, as far as a surface may be that large.
    pub fn of_size(self, size: Size) -> Size {
        let width = self.of(size.width).clamp(1, SURFACE_WIDTH_MAX);
        Size::new(width, self.of(size.height).clamp(1, SURFACE_HEIGHT_MAX))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColorScheme {
    /// Dark text on a light ground.
    #[default]
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// How a document is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Appearance {
    /// Device pixels for one pixel of the layout at zoom 1: the scale of the display.
    pub scale: Percent,
    /// What the user has enlarged the page to, on top of the scale.
    pub zoom: Percent,
    /// What `prefers-color-scheme` says.
    pub color_scheme: ColorScheme,
}

impl Default for Appearance {
    /// What every surface has until something else is said.
    fn default() -> Appearance {
        Appearance {
            scale: Percent::HUNDRED,
            zoom: Percent::HUNDRED,
            color_scheme: ColorScheme::Light,
        }
    }
}

impl Appearance {
    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        if self.scale.is_valid_scale() && self.zoom.is_valid_zoom() {
            Ok(())
        } else {
            Err(Misbehaviour::ValueOutOfRange)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_rounded_and_kept_within_bounds() {
        assert_eq!(Percent::nearest_scale(1.25), Some(Percent(125)));
        assert_eq!(Percent::nearest_scale(128.0 / 96.0), Some(Percent(133)));
        assert_eq!(
            Percent::nearest_scale(0.01),
            Some(Percent(SCALE_PERCENT_MIN))
        );
        assert_eq!(
            Percent::nearest_scale(1e30),
            Some(Percent(SCALE_PERCENT_MAX))
        );
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Percent::nearest_scale(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_scaled_size_is_a_size_that_a_surface_may_have() {
        assert_eq!(
            Percent(150).of_size(Size::new(1280, 801)),
            Size::new(1920, 1202)
        );
        assert!(
            Percent(400)
                .of_size(Size::new(u32::MAX, 1))
                .is_valid_surface()
        );
        assert!(Percent(50).of_size(Size::new(1, 1)).is_valid_surface());
    }

    #[test]
    fn an_impossible_scale_or_zoom_is_misbehaviour() {
        let plain = Appearance::default();
        assert_eq!(plain.check(), Ok(()));
        for (scale, zoom) in [(49, 100), (401, 100), (100, 24), (100, 501), (0, 0)] {
            let odd = Appearance {
                scale: Percent(scale),
                zoom: Percent(zoom),
                ..plain
            };
            assert_eq!(odd.check(), Err(Misbehaviour::ValueOutOfRange), "{odd:?}");
        }
    }
}

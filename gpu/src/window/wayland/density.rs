//! How many pixels of a buffer stand for one unit of a surface, in which the compositor counts.
//!
//! Source: the 120ths of wp_fractional_scale_v1,
//! <https://wayland.app/protocols/fractional-scale-v1>.

use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::limits::{
    SCALE_PERCENT_MAX, SCALE_PERCENT_MIN, SURFACE_HEIGHT_MAX, SURFACE_WIDTH_MAX,
};

/// The parts of the factor 1.
const PARTS: u32 = 120;
const LEAST: u32 = SCALE_PERCENT_MIN as u32 * PARTS / 100;
const MOST: u32 = SCALE_PERCENT_MAX as u32 * PARTS / 100;

/// The largest density, as a whole number.
pub const WHOLE_MAX: u32 = MOST / PARTS;

/// Pixels for one unit, in 120ths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Density(u32);

impl Density {
    /// A pixel is a unit.
    pub const ONE: Density = Density(PARTS);

    /// That many pixels, as far as a scale may go.
    pub fn whole(pixels: i32) -> Density {
        let pixels = u32::try_from(pixels).unwrap_or(1);
        Density(pixels.clamp(1, WHOLE_MAX) * PARTS)
    }

    /// That many 120ths of a pixel, as far as a scale may go.
    pub fn parts(parts: u32) -> Density {
        Density(parts.clamp(LEAST, MOST))
    }

    /// The density as a scale of pages.
    pub fn percent(self) -> Percent {
        Percent::nearest_scale(self.factor()).unwrap_or(Percent::HUNDRED)
    }

    /// The density as a number.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }

    /// The next whole number of pixels.
    pub fn rounded_up(self) -> u32 {
        self.0.div_ceil(PARTS)
    }

    /// So many units in pixels, at least one.
    pub fn pixels(self, units: u32) -> u32 {
        let parts = u64::from(units) * u64::from(self.0);
        let pixels = (parts + u64::from(PARTS) / 2) / u64::from(PARTS);
        u32::try_from(pixels).unwrap_or(u32::MAX).max(1)
    }

    /// A size in pixels; `units` is one that [`Density::clamped`] returned.
    pub fn size(self, units: Size) -> Size {
        Size::new(self.pixels(units.width), self.pixels(units.height))
    }

    /// The units that are nearest to a size in pixels.
    pub fn units(self, pixels: Size) -> Size {
        let units = |pixels: u32| {
            let parts = u64::from(pixels) * u64::from(PARTS) + u64::from(self.0) / 2;
            u32::try_from(parts / u64::from(self.0)).unwrap_or(u32::MAX)
        };
        self.clamped(Size::new(units(pixels.width), units(pixels.height)))
    }

    /// The nearest size in units whose pixels a surface may have.
    pub fn clamped(self, units: Size) -> Size {
        let most = |pixels: u32| (u64::from(pixels) * u64::from(PARTS) / u64::from(self.0)) as u32;
        Size::new(
            units.width.clamp(1, most(SURFACE_WIDTH_MAX)),
            units.height.clamp(1, most(SURFACE_HEIGHT_MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_pixels_and_back() {
        let size = Size::new(801, 500);
        for (density, pixels) in [
            (Density::ONE, (801, 500)),
            (Density::whole(2), (1602, 1000)),
            (Density::parts(180), (1202, 750)),
            (Density::parts(60), (401, 250)),
        ] {
            let (width, height) = pixels;
            assert_eq!(density.size(size), Size::new(width, height), "{density:?}");
        }
        assert_eq!(Density::parts(180).units(Size::new(1202, 750)), size);
        assert_eq!(Density::parts(150).percent(), Percent(125));
    }

    #[test]
    fn whatever_a_compositor_says_a_surface_can_have_the_pixels() {
        let mut densities: Vec<Density> =
            [i32::MIN, 0, 1, 3, 7, i32::MAX].map(Density::whole).into();
        densities.extend([0, 1, 59, 61, 119, 121, 133, 479, u32::MAX].map(Density::parts));
        for density in densities {
            assert!(density.percent().is_valid_scale(), "{density:?}");
            for side in [0, 1, 2, 1919, 1920, 2561, 7680, 7681, u32::MAX] {
                let units = density.clamped(Size::new(side, side));
                assert!(density.size(units).is_valid_surface(), "{density:?} {side}");
                let units = density.units(Size::new(side, side));
                assert!(density.size(units).is_valid_surface(), "{density:?} {side}");
            }
        }
    }
}

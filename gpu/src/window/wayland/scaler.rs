//! How a surface says that its buffer has other pixels than the surface has units.
//!
//! Source: wl_surface.set_buffer_scale and viewporter, <https://wayland.app/protocols/viewporter>.

use super::density::Density;
use super::globals::Globals;
use super::hears::Hears;
use fractional_scale::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use fractional_scale::wp_fractional_scale_v1::WpFractionalScaleV1;
use protocol::geometry::Size;
use viewporter::wp_viewport::WpViewport;
use viewporter::wp_viewporter::WpViewporter;
use wayland_client::QueueHandle;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::wp::fractional_scale::v1::client as fractional_scale;
use wayland_protocols::wp::viewporter::client as viewporter;

/// Makes scalers: for any density where the compositor has what that needs.
#[derive(Clone)]
pub struct Scaling {
    exact: Option<(WpFractionalScaleManagerV1, WpViewporter)>,
}

/// The scaler of one surface.
pub enum Scaler {
    /// A whole number of pixels for each unit.
    Whole,
    /// Any.
    Exact(WpViewport),
}

impl Scaling {
    /// What the compositor has.
    pub fn new<D: Hears>(globals: &Globals, queue: &QueueHandle<D>) -> Scaling {
        let manager = globals.bind(queue, 1..=1, ());
        Scaling {
            exact: manager.zip(globals.bind(queue, 1..=1, ())),
        }
    }

    /// Tells the density that the compositor prefers for a surface, in parts of a pixel, if it can.
    pub fn watch<D: Hears>(
        &self,
        surface: &WlSurface,
        queue: &QueueHandle<D>,
    ) -> Option<WpFractionalScaleV1> {
        let (manager, _) = self.exact.as_ref()?;
        Some(manager.get_fractional_scale(surface, queue, ()))
    }

    /// A scaler of that surface.
    pub fn scaler<D: Hears>(&self, surface: &WlSurface, queue: &QueueHandle<D>) -> Scaler {
        match &self.exact {
            Some((_, viewporter)) => Scaler::Exact(viewporter.get_viewport(surface, queue, ())),
            None => Scaler::Whole,
        }
    }
}

impl Scaler {
    /// The surface's next buffer has the pixels of that many units.
    pub fn scale(&self, surface: &WlSurface, density: Density, units: Size) {
        match self {
            Scaler::Whole => surface.set_buffer_scale(density.rounded_up().cast_signed()),
            Scaler::Exact(viewport) => {
                let side = |units: u32| i32::try_from(units.max(1)).unwrap_or(i32::MAX);
                viewport.set_destination(side(units.width), side(units.height));
            }
        }
    }
}

impl Drop for Scaler {
    fn drop(&mut self) {
        if let Scaler::Exact(viewport) = self {
            viewport.destroy();
        }
    }
}

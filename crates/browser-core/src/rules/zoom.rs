//! Scale, zoom and colour scheme: what every surface is to look like.
//!
//! Trusts: the gpu process on the scale of its display, within bounds. Never: sends a process more
//! than it answers.

use crate::action::{self, Action};
use crate::state::core::Core;
use crate::state::liveness::UNANSWERED_MAX;
use crate::state::tab::Tab;
use crate::state::zoom::ZoomStep;
use protocol::appearance::{Appearance, Percent};
use protocol::ids::{SurfaceId, TabId};
use protocol::surface::SurfacePart;

/// Pixels that the wheel turns, with Ctrl held, for one step.
const WHEEL_STEP: f32 = 30.0;

impl Core {
    /// The scale of the window.
    pub(crate) fn scale(&self) -> Percent {
        self.config.scale.unwrap_or(self.window.scale)
    }

    /// The scale of a surface: that of the window, unless automation has chosen one for a page.
    pub(crate) fn scale_for(&self, part: SurfacePart, tab: Option<TabId>) -> Percent {
        let tab = tab.filter(|_| part == SurfacePart::Page);
        let chosen = tab.and_then(|tab| self.tabs.find(tab)?.page_scale);
        chosen.unwrap_or(self.scale())
    }

    /// How much the tab's page is enlarged.
    pub(crate) fn zoom_of(&self, tab: &Tab) -> Percent {
        self.zooms.of(tab.url())
    }

    /// Changes the zoom of the tab's site.
    pub(crate) fn zoom(&mut self, tab: TabId, step: ZoomStep) {
        if let Some(tab) = self.tabs.find(tab) {
            let url = tab.url().to_owned();
            self.zooms.step(&url, step);
        }
    }

    /// The wheel was turned over the page with Ctrl held.
    pub(crate) fn zoom_by_wheel(&mut self, delta_y: f32) {
        let Some(tab) = self.tabs.active else { return };
        let turned = &mut self.input.zoom_turned;
        if *turned * delta_y < 0.0 {
            *turned = 0.0;
        }
        *turned += delta_y;
        if turned.abs() >= WHEEL_STEP {
            let step = if *turned > 0.0 {
                ZoomStep::Out
            } else {
                ZoomStep::In
            };
            *turned = 0.0;
            self.zoom(tab, step);
        }
    }

    /// Tells the producers of all surfaces how these are to look, where that has changed.
    pub(crate) fn tell_appearance(&mut self) {
        // What nobody sees is told before it is shown.
        let seen = self.surfaces.iter().filter(|(_, it)| !it.is_hidden());
        for surface in seen.map(|(id, _)| id).collect::<Vec<_>>() {
            self.tell_appearance_of(surface);
        }
    }

    /// Tells the producer of a surface. One that answers nothing is told when it does again.
    pub(crate) fn tell_appearance_of(&mut self, id: SurfaceId) {
        let Some(surface) = self.surfaces.get(id) else {
            return;
        };
        let mut zoom = Percent::HUNDRED;
        if let Some(tab) = surface.tab.and_then(|tab| self.tabs.find(tab)) {
            // A page that is on show until the next one has painted stays as it is.
            if tab.current().is_none_or(|slot| slot.surface != id) {
                return;
            }
            zoom = self.zoom_of(tab);
        }
        self.tell(id, zoom);
    }

    /// A document of that URL is to be committed in the tab: it is to be laid out once.
    pub(crate) fn tell_zoom(&mut self, tab: TabId, url: &str) {
        let zoom = self.zooms.of(url);
        let slot = self.tabs.find(tab).and_then(Tab::current);
        if let Some(surface) = slot.map(|slot| slot.surface) {
            self.tell(surface, zoom);
        }
    }

    fn tell(&mut self, id: SurfaceId, zoom: Percent) {
        let Some(surface) = self.surfaces.get(id) else {
            return;
        };
        let appearance = Appearance {
            scale: self.scale_for(surface.part, surface.tab),
            zoom,
            color_scheme: self.config.color_scheme,
        };
        if surface.appearance == appearance {
            return;
        }
        let now = self.now;
        let Some(producer) = surface.producer else {
            return;
        };
        let Some(process) = self.processes.living_mut(producer) else {
            return;
        };
        if process.unanswered.count() >= UNANSWERED_MAX {
            return;
        }
        let sequence = process.unanswered.send(now);
        if let Some(surface) = self.surfaces.get_mut(id) {
            surface.appearance = appearance;
        }
        self.emit(Action::SetAppearance(action::SetAppearance {
            process: producer,
            surface: id,
            sequence,
            appearance,
        }));
    }
}

//! The pixels of what nobody sees are given back, and painted again when it is shown.
//!
//! Never: gives back what is on show, or the last picture of the tab that was shown before, so that
//! going to and fro between two tabs waits for no paint.

use crate::action::{self, Action};
use crate::state::core::Core;
use crate::state::liveness::UNANSWERED_MAX;
use crate::state::surface::{Pixels, Surface};
use crate::state::tab::Tab;
use protocol::appearance::Appearance;
use protocol::ids::{Generation, ProcessId, SurfaceId, TabId};
use protocol::surface::SurfacePart;

impl Core {
    /// A surface that nobody sees yet.
    pub(crate) fn create_hidden(
        &mut self,
        id: SurfaceId,
        part: SurfacePart,
        producer: ProcessId,
        tab: Option<TabId>,
    ) -> SurfaceId {
        let size = self.rect_for(part, tab).size().clamped_to_surface();
        let surface = Surface {
            part,
            producer: Some(producer),
            tab,
            pixels: Pixels::Hidden,
            generation: Generation(0),
            size,
            appearance: Appearance::default(),
            answered: Generation(0),
            gpu: None,
            is_live: false,
        };
        self.surfaces.insert(id, surface);
        self.tell_hidden(id);
        id
    }

    /// Gives back the pixels of tabs that are not on show.
    pub(crate) fn hide_surfaces(&mut self) {
        let unseen = self.tabs.iter().filter(|tab| !self.keeps_pixels(tab));
        let unseen = unseen.flat_map(|tab| [tab.front, tab.next]).flatten();
        let has_pixels = |id: &SurfaceId| self.surfaces.get(*id).is_some_and(|s| !s.is_hidden());
        let unseen = unseen.map(|slot| slot.surface).filter(has_pixels);
        for surface in unseen.collect::<Vec<_>>() {
            self.hide_surface(surface);
        }
    }

    /// A page that is still to be loaded would wait for a frame that nobody asks for.
    fn keeps_pixels(&self, tab: &Tab) -> bool {
        let is_loaded = tab.committed.as_ref().is_some_and(|it| it.is_loaded);
        let was_shown_last = self.tabs.shown_before == Some(tab.id);
        self.tabs.active == Some(tab.id) || (was_shown_last && is_loaded)
    }

    fn hide_surface(&mut self, id: SurfaceId) {
        let Some(producer) = self.surfaces.get(id).map(|surface| surface.producer) else {
            return;
        };
        if producer.is_some_and(|producer| !self.takes_more(producer)) {
            return;
        }
        self.input.forget_surface(id);
        self.tell_hidden(id);
    }

    /// Whether it answers often enough to be told that a surface comes or goes.
    fn takes_more(&self, producer: ProcessId) -> bool {
        let process = self.processes.living(producer);
        process.is_some_and(|process| process.unanswered.count() < UNANSWERED_MAX)
    }

    fn tell_hidden(&mut self, id: SurfaceId) {
        let now = self.now;
        let Some(surface) = self.surfaces.get_mut(id) else {
            return;
        };
        surface.pixels = Pixels::Hidden;
        surface.is_live = false;
        let (gpu, part, size) = (surface.gpu.take(), surface.part, surface.size);
        let producer = surface.producer;
        let process = producer.and_then(|producer| self.processes.living_mut(producer));
        let told = process.map(|process| (process.id, process.unanswered.send(now)));
        self.emit(Action::HideSurface(action::HideSurface {
            surface: id,
            told,
            gpu,
            part,
            size,
        }));
    }

    /// What comes on show gets its pixels again, if there is anybody to paint them.
    pub(crate) fn show_surface(&mut self, id: SurfaceId) {
        let Some(surface) = self.surfaces.get(id).filter(|it| it.is_hidden()) else {
            return;
        };
        let (part, tab, producer) = (surface.part, surface.tab, surface.producer);
        let (Some(gpu), Some(producer)) = (self.window.gpu, producer) else {
            return;
        };
        if !self.takes_more(producer) {
            return;
        }
        let size = self.rect_for(part, tab).size().clamped_to_surface();
        let Some(surface) = self.surfaces.get_mut(id) else {
            return;
        };
        surface.pixels = Pixels::Returning;
        surface.generation = Generation(surface.generation.0 + 1);
        surface.size = size;
        surface.gpu = Some(gpu);
        let generation = surface.generation;
        self.emit(Action::ReattachSurface(action::ReattachSurface {
            surface: id,
            producer: Some(producer),
            gpu,
            generation,
            size,
        }));
    }
}

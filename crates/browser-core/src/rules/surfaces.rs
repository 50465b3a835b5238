//! Surfaces: who produces them, how large they are, and their place between producer and gpu.
//!
//! Trusts: the gpu process on the size of the window and on what it has shown. Never: gives a
//! surface a second producer, or uses a generation twice.

use crate::action::{self, Action};
use crate::death::DeathCause;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::Dialog;
use crate::state::surface::{Pixels, Surface};
use protocol::appearance::Appearance;
use protocol::geometry::{Rect, Size};
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, ProcessId, Role, SurfaceId, TabId};
use protocol::input::Cursor;
use protocol::limits::{SHELL_HEIGHT, UNANSWERED_RESIZES_MAX};
use protocol::misbehaviour::Misbehaviour;
use protocol::surface::SurfacePart;

/// The card's size where the page has room for it, in pixels at scale 1.
const CARD: Size = Size::new(560, 300);
/// The size of the bar for finding text, likewise.
const FIND: Size = Size::new(400, 46);
/// Pixels between that bar and the right edge of the page, likewise.
const FIND_GAP: u32 = 16;

impl Core {
    pub(crate) fn strip_rect(&self) -> Rect {
        let height = if self.config.shell {
            let height = self.scale().of(SHELL_HEIGHT);
            height.min(self.window.size.height)
        } else {
            0
        };
        Rect::new(0, 0, self.window.size.width, height)
    }

    /// All that the strip leaves; at least one pixel, though that may lie outside a tiny window.
    pub(crate) fn page_rect(&self) -> Rect {
        let top = self.strip_rect().height;
        let Size { width, height } = self.window.size;
        Rect::new(0, top, width.max(1), height.saturating_sub(top).max(1))
    }

    pub(crate) fn card_rect(&self) -> Rect {
        let (page, card) = (self.page_rect(), self.scale().of_size(CARD));
        let (width, height) = (card.width.min(page.width), card.height.min(page.height));
        let (x, y) = ((page.width - width) / 2, (page.height - height) / 2);
        Rect::new(page.x + x, page.y + y, width, height)
    }

    /// At the top of the page, in the middle.
    pub(crate) fn dialog_rect(&self) -> Rect {
        let tab = self.tabs.shown();
        let dialog = tab.and_then(|tab| tab.dialogs.open.as_ref());
        let size = dialog.map_or(Size::new(1, 1), Dialog::size);
        let (page, size) = (self.page_rect(), self.scale().of_size(size));
        let (width, height) = (size.width.min(page.width), size.height.min(page.height));
        Rect::new(page.x + (page.width - width) / 2, page.y, width, height)
    }

    pub(crate) fn popup_rect(&self) -> Rect {
        let popup = self.popup.as_ref();
        popup.map_or(Rect::new(0, 0, 1, 1), |popup| popup.rect)
    }

    /// At the top of the page, to the right.
    pub(crate) fn find_rect(&self) -> Rect {
        let (page, scale) = (self.page_rect(), self.scale());
        let size = scale.of_size(FIND);
        let (width, height) = (size.width.min(page.width), size.height.min(page.height));
        let gap = scale.of(FIND_GAP).min(page.width - width);
        Rect::new(page.x + page.width - width - gap, page.y, width, height)
    }

    pub(crate) fn rect_of(&self, part: SurfacePart) -> Rect {
        match part {
            SurfacePart::Card => self.card_rect(),
            SurfacePart::Dialog => self.dialog_rect(),
            SurfacePart::Find => self.find_rect(),
            SurfacePart::Page => self.page_rect(),
            SurfacePart::Popup => self.popup_rect(),
            SurfacePart::Strip => self.strip_rect(),
        }
    }

    /// That of a tab's page may have been chosen by automation.
    pub(crate) fn rect_for(&self, part: SurfacePart, tab: Option<TabId>) -> Rect {
        let rect = self.rect_of(part);
        let tab = tab.filter(|_| part == SurfacePart::Page);
        let tab = tab.and_then(|tab| self.tabs.find(tab));
        let chosen = tab.and_then(|tab| tab.picture_size.or(tab.page_size));
        let scale = tab.and_then(|tab| tab.page_scale);
        let window = self.scale();
        let chosen = chosen.or_else(|| scale.map(|_| window.without(rect.size())));
        chosen.map_or(rect, |size| {
            let size = scale.unwrap_or(window).of_size(size).clamped_to_surface();
            Rect::new(rect.x, rect.y, size.width, size.height)
        })
    }

    pub(crate) fn create_surface(
        &mut self,
        part: SurfacePart,
        producer: ProcessId,
        tab: Option<TabId>,
    ) -> SurfaceId {
        let surface = self.ids.surface();
        let size = self.rect_for(part, tab).size().clamped_to_surface();
        let (gpu, generation) = (self.window.gpu, Generation(1));
        if tab.is_some() && tab != self.tabs.active {
            return self.create_hidden(surface, part, producer, tab);
        }
        let entry = Surface {
            part,
            producer: Some(producer),
            tab,
            pixels: Pixels::Held,
            generation,
            size,
            appearance: Appearance::default(),
            answered: Generation(0),
            gpu,
            is_live: false,
        };
        self.surfaces.insert(surface, entry);
        self.emit(Action::CreateSurface(action::CreateSurface {
            surface,
            producer,
            gpu,
            part,
            generation,
            size,
        }));
        if tab.is_none() {
            self.tell_appearance_of(surface);
        }
        surface
    }

    pub(crate) fn drop_surface(&mut self, id: SurfaceId) {
        let Some(Surface { producer, gpu, .. }) = self.surfaces.remove(id) else {
            return;
        };
        self.input.forget_surface(id);
        self.emit(Action::DropSurface(action::DropSurface {
            surface: id,
            producer,
            gpu,
        }));
    }

    /// Strip, bar, card and popup come and go with what they show; what is on show has the window's
    /// size.
    pub(crate) fn keep_surfaces(&mut self) {
        let shell = self
            .ready_service(&self.services.shell)
            .filter(|_| self.window.gpu.is_some());
        if self.window.strip.is_none()
            && let Some(shell) = shell
        {
            self.window.strip = Some(self.create_surface(SurfacePart::Strip, shell, None));
        }
        let is_card_wanted = self.tabs.active.is_some_and(|tab| self.card(tab).is_some());
        match (self.window.card, shell) {
            (None, Some(shell)) if is_card_wanted => {
                self.window.card = Some(self.create_surface(SurfacePart::Card, shell, None));
            }
            (Some(card), _) if !is_card_wanted => {
                self.window.card = None;
                self.drop_surface(card);
            }
            _ => {}
        }
        self.keep_popup_surface(shell);
        self.keep_dialog_surface(shell);
        let is_find_wanted = self.tabs.shown().is_some_and(|tab| tab.find.is_some());
        match (self.window.find, shell) {
            (None, Some(shell)) if is_find_wanted => {
                self.window.find = Some(self.create_surface(SurfacePart::Find, shell, None));
            }
            (Some(find), _) if !is_find_wanted => {
                self.window.find = None;
                self.drop_surface(find);
            }
            _ => {}
        }
        let tab = self.tabs.shown();
        let pages = tab
            .into_iter()
            .flat_map(|tab| [tab.front, tab.next])
            .flatten();
        let pages = pages.map(|slot| slot.surface);
        let shown: Vec<SurfaceId> = self.window.parts().chain(pages).collect();
        for surface in shown {
            self.show_surface(surface);
            self.fit_surface(surface);
        }
    }

    fn keep_popup_surface(&mut self, shell: Option<ProcessId>) {
        match (self.window.popup, shell) {
            (None, Some(shell)) if self.popup.is_some() => {
                self.window.popup = Some(self.create_surface(SurfacePart::Popup, shell, None));
            }
            (Some(popup), _) if self.popup.is_none() => {
                self.window.popup = None;
                self.drop_surface(popup);
            }
            _ => {}
        }
    }

    fn keep_dialog_surface(&mut self, shell: Option<ProcessId>) {
        let tab = self.tabs.shown();
        let is_wanted = tab.is_some_and(|tab| tab.dialogs.open.is_some());
        match (self.window.dialog, shell) {
            (None, Some(shell)) if is_wanted => {
                self.window.dialog = Some(self.create_surface(SurfacePart::Dialog, shell, None));
            }
            (Some(dialog), _) if !is_wanted => {
                self.window.dialog = None;
                self.drop_surface(dialog);
            }
            _ => {}
        }
    }

    fn fit_surface(&mut self, id: SurfaceId) {
        let Some((part, tab)) = self.surfaces.get(id).map(|it| (it.part, it.tab)) else {
            return;
        };
        let size = self.rect_for(part, tab).size().clamped_to_surface();
        let Some(surface) = self.surfaces.get_mut(id) else {
            return;
        };
        let unanswered = surface.generation.0 - surface.answered.0;
        if let Some(producer) = surface.producer
            && !surface.is_hidden()
            && surface.size != size
            && unanswered <= UNANSWERED_RESIZES_MAX
        {
            self.give_regions(id, producer, size);
        }
    }

    /// Gives a surface its next regions.
    pub(crate) fn give_regions(&mut self, id: SurfaceId, producer: ProcessId, size: Size) {
        let Some(surface) = self.surfaces.get_mut(id) else {
            return;
        };
        surface.size = size;
        surface.generation = Generation(surface.generation.0 + 1);
        let (generation, gpu) = (surface.generation, surface.gpu);
        self.emit(Action::ResizeSurface(action::ResizeSurface {
            surface: id,
            producer,
            gpu,
            generation,
            size,
        }));
    }

    pub(crate) fn on_gpu(&mut self, id: ProcessId, message: FromGpu) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        let is_ready = process.role == Role::Gpu && process.is_ready();
        let is_first = self.window.gpu != Some(id);
        if !is_ready || is_first != matches!(message, FromGpu::Ready { .. }) {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        match message {
            FromGpu::Ready { size, scale, .. } => {
                self.window.gpu = Some(id);
                self.window.has_stood = true;
                self.window.scale = scale;
                self.resized(id, size);
                self.reattach_all(id);
            }
            FromGpu::Resized { size, scale } => {
                self.window.scale = scale;
                self.resized(id, size);
            }
            FromGpu::Input { event } => self.on_input(event),
            FromGpu::CloseRequested => self.quit(),
            FromGpu::DisplayLost => self.display_lost(),
            FromGpu::FirstFrame {
                surface,
                generation,
            } => {
                self.on_first_frame(id, surface, generation);
            }
            FromGpu::ProducerMisbehaved {
                surface,
                misbehaviour,
            } => {
                self.on_producer_misbehaved(id, surface, misbehaviour);
            }
            FromGpu::Captured { .. } => {}
            FromGpu::Painted { surface, frame } => self.on_painted(surface, frame),
            FromGpu::Done { sequence } => self.on_done(id, sequence),
        }
    }

    fn on_producer_misbehaved(&mut self, gpu: ProcessId, id: SurfaceId, how: Misbehaviour) {
        let Some(surface) = self.surfaces.get(id) else {
            return self.check_was_surface(gpu, id);
        };
        match (surface.producer, how) {
            (None, _) => {}
            // Of the channel that it has given back, as it was told.
            (Some(_), Misbehaviour::ClosedChannel) if surface.pixels != Pixels::Held => {}
            // A dying process hangs up too, and of what it dies is not known yet.
            (Some(process), Misbehaviour::ClosedChannel) => self.emit(Action::HungUp { process }),
            (Some(producer), how) => self.condemn(producer, DeathCause::Misbehaved(how)),
        }
    }

    fn resized(&mut self, gpu: ProcessId, size: Size) {
        self.window.size = size;
        self.close_popup();
        self.record(RecordKind::Window { size }, None, Some(gpu));
    }

    /// A surface that is gone is no news; one that never was is a lie.
    fn check_was_surface(&mut self, gpu: ProcessId, surface: SurfaceId) {
        if !self.ids.was_surface(surface) {
            self.on_misbehaved(gpu, Misbehaviour::ForeignId);
        }
    }

    fn on_first_frame(&mut self, gpu: ProcessId, id: SurfaceId, generation: Generation) {
        let Some(surface) = self.surfaces.get_mut(id) else {
            return self.check_was_surface(gpu, id);
        };
        if generation > surface.generation {
            return self.on_misbehaved(gpu, Misbehaviour::StaleGeneration);
        }
        surface.answered = surface.answered.max(generation);
        if generation < surface.generation || surface.is_hidden() {
            return;
        }
        surface.pixels = Pixels::Held;
        if std::mem::replace(&mut surface.is_live, true) {
            return;
        }
        let (tab, producer) = (surface.tab, surface.producer);
        self.record(RecordKind::SurfaceLive { surface: id }, tab, producer);
        let is_next =
            |tab: &crate::state::tab::Tab| tab.next.is_some_and(|slot| slot.surface == id);
        if let Some(tab) = tab
            && self.tabs.find(tab).is_some_and(is_next)
        {
            self.swap(tab);
        }
    }

    /// Shows a new gpu process all that there is.
    fn reattach_all(&mut self, gpu: ProcessId) {
        let surfaces: Vec<SurfaceId> = self.surfaces.ids();
        for id in surfaces {
            let Some((part, tab)) = self.surfaces.get(id).map(|it| (it.part, it.tab)) else {
                continue;
            };
            let size = self.rect_for(part, tab).size().clamped_to_surface();
            let surface = self.surfaces.get_mut(id);
            let Some(surface) = surface.filter(|surface| !surface.is_hidden()) else {
                continue;
            };
            surface.gpu = Some(gpu);
            surface.is_live = false;
            if surface.producer.is_some() {
                surface.generation = Generation(surface.generation.0 + 1);
                surface.size = size;
            }
            let (producer, generation, size) = (surface.producer, surface.generation, surface.size);
            let surface = id;
            self.emit(Action::ReattachSurface(action::ReattachSurface {
                surface,
                producer,
                gpu,
                generation,
                size,
            }));
        }
    }

    pub(crate) fn gpu_lost(&mut self) {
        self.window.gpu = None;
        self.window.scene_told = None;
        self.window.title_told = None;
        self.window.cursor_told = Cursor::Default;
        self.input.forget_window();
        self.close_popup();
        self.surfaces.forget_gpu();
        self.end_x11_filter();
    }
}

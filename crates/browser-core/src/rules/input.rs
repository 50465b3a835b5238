//! Which surface an input belongs to.
//!
//! Trusts: the gpu process on what the user did, because it has the window. Never: sends an input
//! to a page other than the tab's committed one, or more inputs than a process may leave
//! unanswered.

use crate::action::{self, Action};
use crate::state::core::Core;
use crate::state::input::{Focus, HELD_MAX};
use crate::state::liveness::{UNANSWERED_MAX, UNANSWERED_MOVES_MAX};
use protocol::ids::{ProcessId, SurfaceId};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::surface::SurfacePart;

impl Core {
    /// An input in window pixels.
    pub(crate) fn on_input(&mut self, event: InputEvent) {
        match event {
            InputEvent::KeyDown {
                key,
                modifiers,
                repeat,
            } => {
                self.input.menu_wanted = None;
                if !self.is_own_key(key, modifiers, repeat) {
                    self.send_to_focus(event);
                }
            }
            InputEvent::KeyUp { .. } => self.send_to_focus(event),
            InputEvent::Focus(is_focused) => self.input.is_window_focused = is_focused,
            InputEvent::PointerLeave => {
                if self.input.captured.is_none() {
                    self.hover(None);
                }
            }
            _ if self.popup_pointer(&event) => {
                let under = self.hit(&event);
                self.hover(under);
            }
            InputEvent::PointerMove { .. } | InputEvent::Wheel { .. } => {
                let target = self.pointer_target(&event);
                self.hover(target);
                if let InputEvent::Wheel {
                    delta_y, modifiers, ..
                } = event
                    && modifiers.ctrl
                    && self.config.shell
                {
                    return self.zoom_by_wheel(delta_y);
                }
                self.send_to(target, event);
            }
            InputEvent::PointerDown { button, x, y, .. } => {
                self.input.menu_wanted = None;
                let target = self.pointer_target(&event);
                self.hover(target);
                if button == Button::Right
                    && let Some(page) = target.filter(|&target| self.is_page(target))
                {
                    self.focus_surface(target);
                    return self.want_page_menu(page, Some((x, y)));
                }
                if !self.input.buttons.contains(&button) {
                    self.input.buttons.push(button);
                }
                self.input.captured = target;
                self.focus_surface(target);
                self.send_to(target, event);
            }
            // It went down on a menu, or opened one.
            InputEvent::PointerUp { button, .. } if !self.input.buttons.contains(&button) => {}
            InputEvent::PointerUp { button, .. } => {
                let target = self.pointer_target(&event);
                self.send_to(target, event);
                self.input.buttons.retain(|&held| held != button);
                if self.input.buttons.is_empty() {
                    self.input.captured = None;
                    let under = self.hit(&event);
                    self.hover(under);
                }
            }
        }
    }

    /// Does what the key means to the browser itself; `false` when it means nothing to it.
    fn is_own_key(&mut self, key: Key, modifiers: Modifiers, repeat: bool) -> bool {
        self.config.shell
            && (self.popup_key(key)
                || self.dialog_key(key, repeat)
                || self.shortcut(key, modifiers, repeat))
    }

    fn pointer_target(&self, event: &InputEvent) -> Option<SurfaceId> {
        self.input.captured.or_else(|| self.hit(event))
    }

    /// The topmost surface at the event's place.
    fn hit(&self, event: &InputEvent) -> Option<SurfaceId> {
        let (x, y) = event.position()?;
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let items = self.scene().items;
        let is_hit = |rect: &protocol::geometry::Rect| rect.contains(x as u32, y as u32);
        items
            .iter()
            .rev()
            .find(|item| is_hit(&item.rect))
            .map(|item| item.surface)
    }

    fn hover(&mut self, surface: Option<SurfaceId>) {
        if self.input.hovered == surface {
            return;
        }
        if let Some(left) = self.input.hovered {
            self.send_input(left, InputEvent::PointerLeave);
        }
        self.input.hovered = surface;
    }

    fn focus_surface(&mut self, surface: Option<SurfaceId>) {
        let part = surface
            .and_then(|surface| self.surfaces.get(surface))
            .map(|s| s.part);
        match part {
            Some(SurfacePart::Card) => self.input.focus = Focus::Card,
            Some(SurfacePart::Find) => self.input.focus = Focus::Find,
            Some(SurfacePart::Dialog | SurfacePart::Page) => self.input.focus = Focus::Page,
            Some(SurfacePart::Strip) => self.input.focus = Focus::Strip,
            Some(SurfacePart::Popup) | None => {}
        }
    }

    fn is_page(&self, surface: SurfaceId) -> bool {
        let surface = self.surfaces.get(surface);
        surface.is_some_and(|surface| surface.part == SurfacePart::Page)
    }

    /// The surface that the keyboard goes to.
    pub(crate) fn focus_target(&self) -> Option<SurfaceId> {
        match self.input.focus {
            Focus::Card => self.window.card,
            Focus::Find => self.window.find,
            Focus::Strip => self.window.strip,
            Focus::Page if self.window.dialog.is_some() => self.window.dialog,
            // The page under a card does not listen.
            Focus::Page if self.window.card.is_some() => self.window.card,
            Focus::Page => self.tabs.shown()?.current().map(|slot| slot.surface),
        }
    }

    /// Puts the keyboard into the address bar.
    pub(crate) fn focus_address(&mut self) {
        if let Some(process) = self.ready_service(&self.services.shell) {
            self.input.focus = Focus::Strip;
            self.emit(Action::FocusAddress { process });
        }
    }

    /// Tells the surfaces between which the keyboard has moved.
    pub(crate) fn tell_focus(&mut self) {
        if self.window.gpu.is_none() {
            return;
        }
        if self.input.focus == Focus::Card && self.window.card.is_none() {
            self.input.focus = Focus::Page;
        }
        if self.input.focus == Focus::Find && self.window.find.is_none() {
            self.input.focus = Focus::Page;
        }
        let is_produced = |&surface: &SurfaceId| {
            self.surfaces
                .get(surface)
                .is_some_and(|surface| surface.producer.is_some())
        };
        let target = self
            .focus_target()
            .filter(|_| self.input.is_window_focused)
            .filter(is_produced);
        if self.input.focus_told == target {
            return;
        }
        if let Some(old) = self.input.focus_told {
            self.send_input(old, InputEvent::Focus(false));
        }
        if let Some(new) = target {
            self.send_input(new, InputEvent::Focus(true));
        }
        self.input.focus_told = target;
    }

    fn send_to_focus(&mut self, event: InputEvent) {
        let Some(surface) = self.focus_target() else {
            return;
        };
        // What the user types after a paste comes after its text.
        if self.pastes.len() == 0 {
            self.send_input(surface, event);
        } else if self.input.held.len() < HELD_MAX {
            self.input.held.push_back((surface, event));
        }
    }

    /// Sends the keys that waited for the text of a paste, unless the keyboard is elsewhere now.
    pub(crate) fn send_held(&mut self) {
        while self.pastes.len() == 0
            && let Some((surface, event)) = self.input.held.pop_front()
        {
            if self.focus_target() == Some(surface) {
                self.send_input(surface, event);
            }
        }
    }

    /// An event in window pixels to a surface.
    fn send_to(&mut self, surface: Option<SurfaceId>, event: InputEvent) {
        let Some(id) = surface else { return };
        let Some(part) = self.surfaces.get(id).map(|surface| surface.part) else {
            return;
        };
        let rect = self.rect_of(part);
        self.send_input(id, event.translated(rect.x as f32, rect.y as f32));
    }

    /// An event in the surface's own pixels to its producer, if there is one that listens.
    pub(crate) fn send_input(&mut self, surface: SurfaceId, event: InputEvent) {
        let Some(producer) = self.listener(surface) else {
            return;
        };
        // A page under a dialog hears of nothing but that it has lost pointer and keyboard.
        let tab = self.surfaces.get(surface).and_then(|it| it.tab);
        let is_loss = matches!(event, InputEvent::Focus(_) | InputEvent::PointerLeave);
        if !is_loss && tab.is_some_and(|tab| self.is_covered(tab)) {
            return;
        }
        let Some(process) = self.processes.living_mut(producer) else {
            return;
        };
        let count = process.unanswered.count();
        if event.is_move() && count >= UNANSWERED_MOVES_MAX {
            process.unanswered.hold(surface, event);
            return;
        }
        if count >= UNANSWERED_MAX {
            return;
        }
        if matches!(
            event,
            InputEvent::PointerDown { .. } | InputEvent::KeyDown { .. }
        ) {
            process.activated = true;
            process.acted = true;
            process.has_acted = true;
        }
        let held = process.unanswered.take_held();
        if let Some((moved, held)) = held
            && count + 1 < UNANSWERED_MAX
            && self.surfaces.get(moved).and_then(|s| s.producer) == Some(producer)
        {
            // The pointer moved before this happened.
            self.emit_input(producer, moved, held);
        }
        self.emit_input(producer, surface, event);
    }

    fn emit_input(&mut self, process: ProcessId, surface: SurfaceId, event: InputEvent) {
        let now = self.now;
        let Some(entry) = self.processes.living_mut(process) else {
            return;
        };
        let sequence = entry.unanswered.send(now);
        self.emit(Action::Input(action::Input {
            process,
            surface,
            sequence,
            event,
        }));
    }

    /// The number of the next thing that is sent to the producer of a surface; nothing if nobody
    /// listens there, or has left so many unanswered.
    pub(crate) fn address(
        &mut self,
        surface: SurfaceId,
        unanswered_max: usize,
    ) -> Option<(ProcessId, u32)> {
        let (now, id) = (self.now, self.listener(surface)?);
        let process = self.processes.living_mut(id)?;
        if process.unanswered.count() >= unanswered_max {
            return None;
        }
        Some((id, process.unanswered.send(now)))
    }

    /// The living producer of a surface.
    pub(crate) fn listener(&self, surface: SurfaceId) -> Option<ProcessId> {
        let entry = self.surfaces.get(surface)?;
        // A page that is on show only until the next one has painted is committed no more.
        let tab = entry.tab.and_then(|tab| self.tabs.find(tab));
        if tab.is_some_and(|tab| tab.current().is_none_or(|slot| slot.surface != surface)) {
            return None;
        }
        self.processes
            .living(entry.producer?)
            .map(|process| process.id)
    }
}

//! The open menu or list: where it is, and what keys and the pointer do to it.
//!
//! Trusts: the gpu process on what the user did. Never: asks the shell where a row is or whether it
//! was clicked; the shell only paints.

use crate::action::Action;
use crate::state::core::Core;
use crate::state::input::Focus;
use crate::state::popup::{Popup, PopupKind, Row};
use protocol::geometry::Rect;
use protocol::input::{Button, InputEvent, Key};

/// Width of a menu at scale 1, where the window has room for it.
const MENU_WIDTH: u32 = 300;
/// Where the list under the address bar begins, and what it leaves to the right, at scale 1.
const ADDRESSES_X: u32 = 112;
const ADDRESSES_MARGIN: u32 = 10;

impl Core {
    /// Opens a menu at a place of the window, or as near to it as the window allows.
    pub(crate) fn open_menu(&mut self, rows: Vec<Row>, x: f32, y: f32) {
        let mut popup = Popup::new(PopupKind::Menu, self.tabs.active, rows, self.scale());
        let window = self.window.size;
        let width = self.scale().of(MENU_WIDTH).min(window.width).max(1);
        let height = popup.height().min(window.height).max(1);
        popup.rect = Rect::new(
            (x.max(0.0) as u32).min(window.width.saturating_sub(width)),
            (y.max(0.0) as u32).min(window.height.saturating_sub(height)),
            width,
            height,
        );
        self.popup = Some(popup);
    }

    /// Opens the list under the address bar, or closes it if there is nothing to list.
    pub(crate) fn open_addresses(&mut self, rows: Vec<Row>) {
        if rows.is_empty() {
            self.close_popup_of(PopupKind::Addresses);
            return;
        }
        let mut popup = Popup::new(PopupKind::Addresses, self.tabs.active, rows, self.scale());
        let (strip, scale) = (self.strip_rect(), self.scale());
        let room = strip
            .width
            .saturating_sub(scale.of(ADDRESSES_X + ADDRESSES_MARGIN));
        let below = self.window.size.height.saturating_sub(strip.height);
        popup.rect = Rect::new(
            scale.of(ADDRESSES_X).min(strip.width.saturating_sub(1)),
            strip.height,
            room.max(1),
            popup.height().min(below).max(1),
        );
        self.popup = Some(popup);
    }

    pub(crate) fn close_popup(&mut self) {
        self.popup = None;
    }

    fn close_popup_of(&mut self, kind: PopupKind) {
        self.popup.take_if(|popup| popup.kind == kind);
    }

    /// What it is about has gone: it goes too.
    pub(crate) fn keep_popup(&mut self) {
        let (active, focus) = (self.tabs.active, self.input.focus);
        let is_focused = self.input.is_window_focused;
        let has_shell = self.ready_service(&self.services.shell).is_some();
        let can_be_seen = has_shell && self.window.gpu.is_some();
        self.popup.take_if(|popup| {
            let is_over = match popup.kind {
                PopupKind::Menu => !is_focused,
                PopupKind::Addresses => focus != Focus::Strip,
            };
            is_over || !can_be_seen || popup.tab != active
        });
    }

    pub(crate) fn tell_popup(&mut self) {
        let Some(process) = self.ready_service(&self.services.shell) else {
            return;
        };
        let popup = self.popup.as_ref().map(Popup::view);
        if self.popup_told != popup {
            self.popup_told.clone_from(&popup);
            self.emit(Action::UpdatePopup { process, popup });
        }
    }

    /// Does what the key means to the open menu or list; `false` when it means nothing to it.
    pub(crate) fn popup_key(&mut self, key: Key) -> bool {
        let Some(popup) = &mut self.popup else {
            return false;
        };
        let is_menu = popup.kind == PopupKind::Menu;
        match key {
            Key::ArrowDown => popup.step(1),
            Key::ArrowUp => popup.step(-1),
            Key::Home if is_menu => popup.select_end(false),
            Key::End if is_menu => popup.select_end(true),
            Key::Enter if is_menu || popup.chosen().is_some() => self.choose_selected(),
            Key::Character(' ') if is_menu => self.choose_selected(),
            // The address bar then shows the page's address again.
            Key::Escape | Key::Tab => {
                self.close_popup();
                return is_menu;
            }
            _ => return is_menu,
        }
        true
    }

    fn choose_selected(&mut self) {
        if let Some(choice) = self.popup.as_ref().and_then(Popup::chosen) {
            self.close_popup();
            self.choose(choice);
        }
    }

    /// Does what the pointer means to the open menu or list; `false` when it means nothing to it.
    pub(crate) fn popup_pointer(&mut self, event: &InputEvent) -> bool {
        let Some(popup) = &mut self.popup else {
            return false;
        };
        let Some((x, y)) = event.position() else {
            return false;
        };
        let is_inside = x >= 0.0 && y >= 0.0 && popup.rect.contains(x as u32, y as u32);
        let is_menu = popup.kind == PopupKind::Menu;
        let row = popup.row_at(x, y);
        match *event {
            InputEvent::PointerMove { .. } => {
                if is_inside {
                    popup.select(row);
                }
                is_inside || is_menu
            }
            InputEvent::PointerDown { button, .. } => {
                popup.pressed = row;
                if !is_inside {
                    self.close_popup();
                }
                // The secondary button opens another menu where it is.
                is_inside || is_menu && button != Button::Right
            }
            // A button that went down elsewhere is released there.
            InputEvent::PointerUp { button, .. } if self.input.buttons.contains(&button) => false,
            InputEvent::PointerUp { .. } => {
                if row.is_some() && popup.pressed.take() == row {
                    popup.select(row);
                    self.choose_selected();
                }
                true
            }
            _ => is_inside || is_menu,
        }
    }
}

//! Pointer capture, hover, and the focus of the keyboard.

use protocol::ids::{ProcessId, SurfaceId};
use protocol::input::{Button, InputEvent};
use std::collections::VecDeque;

/// Where the keyboard goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The card over the active tab.
    Card,
    /// The bar for finding text.
    Find,
    /// The active tab's page.
    #[default]
    Page,
    /// The shell's strip.
    Strip,
}

/// Most keys that wait for the text of a paste; further ones are dropped.
pub(crate) const HELD_MAX: usize = 64;

/// A menu that the user wants, while the page says what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MenuWanted {
    pub(crate) process: ProcessId,
    pub(crate) sequence: u32,
    pub(crate) surface: SurfaceId,
    /// Where in the window; by keyboard nowhere.
    pub(crate) at: Option<(f32, f32)>,
}

/// Pointer and keyboard.
#[derive(Debug)]
pub(crate) struct InputState {
    pub(crate) hovered: Option<SurfaceId>,
    /// Has the pointer while a button is down.
    pub(crate) captured: Option<SurfaceId>,
    pub(crate) buttons: Vec<Button>,
    pub(crate) focus: Focus,
    /// The surface that was told that it has the keyboard.
    pub(crate) focus_told: Option<SurfaceId>,
    pub(crate) is_window_focused: bool,
    /// Whatever the user does next ends it.
    pub(crate) menu_wanted: Option<MenuWanted>,
    /// Keys for a surface that come after a paste whose text is not there yet.
    pub(crate) held: VecDeque<(SurfaceId, InputEvent)>,
    /// Pixels that the wheel has turned, with Ctrl held, since the zoom changed last.
    pub(crate) zoom_turned: f32,
}

impl Default for InputState {
    fn default() -> InputState {
        InputState {
            hovered: None,
            captured: None,
            buttons: Vec::new(),
            focus: Focus::Page,
            focus_told: None,
            is_window_focused: true,
            menu_wanted: None,
            held: VecDeque::new(),
            zoom_turned: 0.0,
        }
    }
}

impl InputState {
    pub(crate) fn forget_surface(&mut self, surface: SurfaceId) {
        for kept in [&mut self.hovered, &mut self.captured, &mut self.focus_told] {
            *kept = kept.filter(|&kept| kept != surface);
        }
        self.held.retain(|(held, _)| *held != surface);
    }

    /// The window is gone; another one begins without buttons held.
    pub(crate) fn forget_window(&mut self) {
        self.hovered = None;
        self.captured = None;
        self.buttons.clear();
        self.menu_wanted = None;
        self.held.clear();
        self.is_window_focused = true;
    }

    /// The surfaces named here, for the invariants.
    pub(crate) fn surfaces(&self) -> impl Iterator<Item = SurfaceId> {
        [self.hovered, self.captured, self.focus_told]
            .into_iter()
            .flatten()
    }
}

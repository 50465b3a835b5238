//! Keyboard shortcuts of the browser. The core takes them before any page or the shell sees them,
//! so they work even if everything else hangs.

use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::input::Focus;
use crate::state::zoom::ZoomStep;
use protocol::clipboard::Edit;
use protocol::find::FindStep;
use protocol::ids::TabId;
use protocol::input::{Key, Modifiers};

impl Core {
    /// Does what the key means; `false` when it means nothing here and goes to the focus.
    pub(crate) fn shortcut(&mut self, key: Key, modifiers: Modifiers, repeat: bool) -> bool {
        let Modifiers {
            shift,
            ctrl,
            alt,
            meta,
        } = modifiers;
        match (ctrl, alt, meta) {
            (true, false, false) => self.ctrl_shortcut(key, shift, repeat),
            (false, true, false) => match (key, self.tabs.active) {
                (Key::Character('d' | 'D'), _) => self.once(repeat, Core::focus_address),
                (Key::ArrowLeft, Some(tab)) => self.take(|core| core.go_back(tab)),
                (Key::ArrowRight, Some(tab)) => self.take(|core| core.go_forward(tab)),
                _ => false,
            },
            (false, false, false) => match (key, self.tabs.active) {
                (Key::Insert, _) if shift => self.take(Core::paste_focused),
                (Key::Delete, _) if shift => self.once(repeat, |core| core.edit_focused(Edit::Cut)),
                (Key::ContextMenu, _) => self.menu_key(repeat, false),
                (Key::Function(10), _) if shift => self.menu_key(repeat, false),
                (Key::Function(3), Some(tab)) => {
                    self.take(|core| core.find_step(tab, direction(shift)))
                }
                (Key::Escape, Some(tab))
                    if self.input.focus == Focus::Page && self.has_find(tab) =>
                {
                    self.take(|core| core.close_find(tab))
                }
                (Key::Function(5), Some(tab)) => self.leave_once(repeat, tab, Leave::Reload),
                (Key::Escape, Some(tab))
                    if self.input.focus == Focus::Page
                        && self.tabs.find(tab).is_some_and(|tab| self.is_loading(tab)) =>
                {
                    self.take(|core| core.stop(tab))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn ctrl_shortcut(&mut self, key: Key, shift: bool, repeat: bool) -> bool {
        if key == Key::Tab {
            return self.take(|core| core.cycle_tabs(if shift { -1 } else { 1 }));
        }
        match (key, self.tabs.active) {
            (Key::PageUp | Key::PageDown, _) => {
                let by = if key == Key::PageUp { -1 } else { 1 };
                return self.take(|core| match shift {
                    true => core.move_active_tab(by),
                    false => core.cycle_tabs(by),
                });
            }
            (Key::Insert, _) if !shift => {
                return self.once(repeat, |core| core.edit_focused(Edit::Copy));
            }
            (Key::ContextMenu | Key::Function(10), _) => return self.menu_key(repeat, true),
            (Key::Function(4), Some(tab)) => return self.leave_once(repeat, tab, Leave::Close),
            (Key::Function(5), Some(tab)) => return self.leave_once(repeat, tab, Leave::Reload),
            _ => {}
        }
        let Key::Character(character) = key else {
            return false;
        };
        match (character.to_ascii_lowercase(), self.tabs.active) {
            ('a', _) if !shift => self.once(repeat, |core| core.edit_focused(Edit::SelectAll)),
            ('c', _) if !shift => self.once(repeat, |core| core.edit_focused(Edit::Copy)),
            ('x', _) if !shift => self.once(repeat, |core| core.edit_focused(Edit::Cut)),
            ('v', _) => self.take(Core::paste_focused),
            ('t', _) if shift => self.once(repeat, Core::reopen_tab),
            ('t', _) if !shift => self.once(repeat, Core::open_new_tab),
            ('q', _) if !shift => self.once(repeat, Core::quit),
            ('l', _) if !shift => self.once(repeat, Core::focus_address),
            ('w', Some(tab)) if !shift => self.leave_once(repeat, tab, Leave::Close),
            ('+' | '=', Some(tab)) => self.take(|core| core.zoom(tab, ZoomStep::In)),
            ('-' | '_', Some(tab)) => self.take(|core| core.zoom(tab, ZoomStep::Out)),
            ('0', Some(tab)) if !shift => self.take(|core| core.zoom(tab, ZoomStep::Reset)),
            ('f', Some(tab)) if !shift => self.once(repeat, |core| core.open_find(tab)),
            ('g', Some(tab)) => self.take(|core| core.find_step(tab, direction(shift))),
            ('u', Some(tab)) if !shift => self.once(repeat, |core| core.open_source(tab)),
            ('r', Some(tab)) => self.leave_once(repeat, tab, Leave::Reload),
            (digit @ '1'..='9', _) if !shift => self.once(repeat, |core| {
                if let Some(tab) = core.tab_of_digit(digit) {
                    core.activate(tab);
                }
            }),
            _ => false,
        }
    }

    /// The address bar opens its own menu: it knows what is selected in it.
    fn menu_key(&mut self, repeat: bool, of_tab: bool) -> bool {
        let is_address = self.input.focus == Focus::Strip && !of_tab;
        !is_address && self.once(repeat, |core| core.menu_by_key(of_tab))
    }

    /// The tab that Ctrl and a digit mean: by its place, and with 9 the last one.
    fn tab_of_digit(&self, digit: char) -> Option<TabId> {
        let place = digit.to_digit(10)? as usize;
        let tab = if place == 9 {
            self.tabs.last()
        } else {
            self.tabs.at(place.checked_sub(1)?)
        };
        tab.map(|tab| tab.id)
    }

    fn take(&mut self, act: impl FnOnce(&mut Core)) -> bool {
        act(self);
        true
    }

    fn leave_once(&mut self, repeat: bool, tab: TabId, leave: Leave) -> bool {
        self.once(repeat, |core| core.leave(tab, leave))
    }

    /// Acts on the press and swallows what a held key repeats.
    fn once(&mut self, repeat: bool, act: impl FnOnce(&mut Core)) -> bool {
        if !repeat {
            act(self);
        }
        true
    }
}

/// Where the next match of a text is looked for.
fn direction(shift: bool) -> FindStep {
    if shift {
        FindStep::Previous
    } else {
        FindStep::Next
    }
}

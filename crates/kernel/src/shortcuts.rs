//! The keys that are the browser's own: taken before any page or the shell sees them, so that they
//! work whatever hangs.

use crate::input::Focus;
use crate::kernel::Kernel;
use protocol::ids::TabId;
use protocol::input::{Key, Modifiers};

impl Kernel {
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
            (false, true, false) => match (key, self.active) {
                (Key::ArrowLeft, Some(tab)) => self.take(|kernel| kernel.go_back(tab)),
                (Key::ArrowRight, Some(tab)) => self.take(|kernel| kernel.go_forward(tab)),
                _ => false,
            },
            (false, false, false) => match (key, self.active) {
                (Key::Function(5), Some(tab)) => self.once(repeat, |kernel| kernel.reload(tab)),
                (Key::Escape, Some(tab))
                    if self.input.focus == Focus::Page && self.is_loading(tab) =>
                {
                    self.take(|kernel| kernel.stop(tab))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn ctrl_shortcut(&mut self, key: Key, shift: bool, repeat: bool) -> bool {
        if key == Key::Tab {
            return self.take(|kernel| kernel.cycle_tabs(if shift { -1 } else { 1 }));
        }
        let Key::Character(character) = key else {
            return false;
        };
        match (character.to_ascii_lowercase(), self.active) {
            ('t', _) if !shift => self.once(repeat, Kernel::open_new_tab),
            ('q', _) if !shift => self.once(repeat, Kernel::quit),
            ('l', _) if !shift => self.once(repeat, Kernel::focus_address),
            ('w', Some(tab)) if !shift => self.once(repeat, |kernel| kernel.close_tab(tab)),
            ('r', Some(tab)) => self.once(repeat, |kernel| kernel.reload(tab)),
            (digit @ '1'..='9', _) if !shift => self.once(repeat, |kernel| {
                if let Some(tab) = kernel.tab_of_digit(digit) {
                    kernel.activate(tab);
                }
            }),
            _ => false,
        }
    }

    /// The tab that Ctrl and a digit mean: by its place, and with 9 the last one.
    fn tab_of_digit(&self, digit: char) -> Option<TabId> {
        let place = digit.to_digit(10)? as usize;
        let tab = if place == 9 {
            self.tabs.last()
        } else {
            self.tabs.get(place - 1)
        };
        tab.map(|tab| tab.id)
    }

    fn take(&mut self, act: impl FnOnce(&mut Kernel)) -> bool {
        act(self);
        true
    }

    /// Acts on the press and swallows what a held key repeats.
    fn once(&mut self, repeat: bool, act: impl FnOnce(&mut Kernel)) -> bool {
        if !repeat {
            act(self);
        }
        true
    }
}

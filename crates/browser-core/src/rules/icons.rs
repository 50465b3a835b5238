//! The icons of pages, on their way from renderers to the shell.
//!
//! Trusts: no icon; it is a picture of fixed size that a page may choose. Never: keeps one for
//! another site.

use crate::action::Action;
use crate::state::core::Core;
use crate::state::tab::{Icon, Tab};
use protocol::ids::{ProcessId, TabId};
use protocol::misbehaviour::Misbehaviour;
use std::collections::BTreeMap;

/// Instead of a serial: no icon.
const NONE: u64 = 0;

impl Core {
    pub(crate) fn on_icon(&mut self, id: TabId, process: ProcessId, pixels: Vec<u8>) {
        let serial = self.ids.icon();
        let tab = self.tabs.find_mut(id);
        let Some(committed) = tab.and_then(|tab| tab.committed.as_mut()) else {
            return;
        };
        if std::mem::replace(&mut committed.has_told_icon, true) {
            return self.on_misbehaved(process, Misbehaviour::WrongState);
        }
        committed.icon = (!pixels.is_empty()).then_some(Icon { serial, pixels });
    }

    /// Tells the shell each icon that it does not know. It knows of the tabs already.
    pub(crate) fn tell_icons(&mut self) {
        let Some(process) = self.ready_service(&self.services.shell) else {
            return;
        };
        if self.shell_told.is_none() {
            self.icons_told.clear();
            return;
        }
        let mut told = BTreeMap::new();
        let mut news = Vec::new();
        for tab in self.tabs.iter() {
            let icon = icon_of(tab);
            let serial = icon.map_or(NONE, |icon| icon.serial);
            if self.icons_told.get(&tab.id).copied().unwrap_or(NONE) != serial {
                let pixels = icon.map(|icon| icon.pixels.clone()).unwrap_or_default();
                news.push((tab.id, pixels));
            }
            told.insert(tab.id, serial);
        }
        self.icons_told = told;
        for (tab, pixels) in news {
            self.emit(Action::ShowIcon {
                process,
                tab,
                pixels,
            });
        }
    }
}

fn icon_of(tab: &Tab) -> Option<&Icon> {
    tab.committed.as_ref()?.icon.as_ref()
}

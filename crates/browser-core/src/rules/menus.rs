//! Context menus and the list under the address bar: what stands in them, and what a choice does.
//!
//! Trusts: a renderer on what lies under the pointer in its own page, for the menu that the user
//! opened there and no later one. Never: does what a page asks for without a choice of the user.

use crate::action::Action;
use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::input::{Focus, MenuWanted};
use crate::state::liveness::{Slowness, UNANSWERED_MAX};
use crate::state::popup::{Choice, Row};
use crate::state::process::Asked;
use crate::state::script::ScriptStop;
use protocol::clipboard::{Edit, Target};
use protocol::ids::{ProcessId, SurfaceId, TabId};
use protocol::misbehaviour::Misbehaviour;
use url::Url;

/// Most addresses in the list under the address bar.
const ADDRESSES_MAX: usize = 8;
/// Where the menu of a site begins, at scale 1.
const SITE_MENU_X: u32 = 112;
/// Where a menu is that belongs to no place, from the corner of the page.
const CORNER: f32 = 12.0;

impl Core {
    /// The user wants a menu at a place of the page (or, by keyboard, at what has the focus): asks
    /// the page what is there. One that does not answer gets the menu without.
    pub(crate) fn want_page_menu(&mut self, surface: SurfaceId, at: Option<(f32, f32)>) {
        let page = self.page_rect();
        let tab = self.surfaces.get(surface).and_then(|surface| surface.tab);
        let Some(tab) = tab.filter(|_| self.config.shell) else {
            return;
        };
        let is_slow = self
            .listener(surface)
            .and_then(|process| self.processes.get(process))
            .is_none_or(|process| {
                process.unanswered.slowness != Slowness::None || process.dialog.is_some()
            });
        let asked = if is_slow {
            None
        } else {
            self.address(surface, UNANSWERED_MAX)
        };
        let Some((process, sequence)) = asked else {
            let rows = self.page_rows(tab, surface, &Target::default(), None);
            let (x, y) = at.unwrap_or((page.x as f32 + CORNER, page.y as f32 + CORNER));
            return self.open_menu(rows, x, y);
        };
        if let Some(process) = self.processes.living_mut(process) {
            process.asked.push_back((sequence, Asked::Target));
        }
        self.input.menu_wanted = Some(MenuWanted {
            process,
            sequence,
            surface,
            at,
        });
        let at = at.map(|(x, y)| (x - page.x as f32, y - page.y as f32));
        self.emit(Action::Inspect {
            process,
            surface,
            sequence,
            at,
        });
    }

    /// A renderer says what is there.
    pub(crate) fn on_inspected(&mut self, id: ProcessId, sequence: u32, target: &Target) {
        if !self.take_asked(id, sequence, Asked::Target) {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        let is_it = |wanted: &mut MenuWanted| wanted.process == id && wanted.sequence == sequence;
        let Some(wanted) = self.input.menu_wanted.take_if(is_it) else {
            return;
        };
        let tab = self.processes.get(id).and_then(|process| process.tab);
        let is_shown = tab.is_some() && tab == self.tabs.active;
        let Some(tab) = tab.filter(|_| is_shown && self.listener(wanted.surface) == Some(id))
        else {
            return;
        };
        let rows = self.page_rows(tab, wanted.surface, target, Some(id));
        let page = self.page_rect();
        let (x, y) = wanted.at.unwrap_or((
            page.x as f32 + target.x.clamp(0.0, page.width as f32),
            page.y as f32 + target.y.clamp(0.0, page.height as f32),
        ));
        self.open_menu(rows, x, y);
    }

    fn page_rows(
        &self,
        id: TabId,
        surface: SurfaceId,
        target: &Target,
        process: Option<ProcessId>,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        let address = |text: &Option<String>| Url::parse(text.as_deref()?).ok().map(String::from);
        if let (Some(link), Some(process)) = (address(&target.link), process) {
            let open = Choice::Open(id, process, link.clone());
            rows.push(Row::new("Open link in new tab", "", open));
            rows.push(Row::new("Copy link address", "", Choice::CopyAddress(link)));
        }
        let image = address(&target.image).filter(|url| url.starts_with("http"));
        if let (Some(image), Some(process)) = (image, process) {
            let open = Choice::Open(id, process, image.clone());
            rows.push(Row::new("Open image in new tab", "", open).begins_group());
            rows.push(Row::new(
                "Copy image address",
                "",
                Choice::CopyAddress(image),
            ));
        }
        if target.is_editable {
            rows.extend(text_rows(surface, target.has_selection));
        } else if target.has_selection {
            rows.push(Row::new("Copy", "Ctrl+C", Choice::Copy(surface)).begins_group());
        }
        if rows.is_empty() {
            let tab = self.tabs.find(id);
            let can_go_back = tab.is_some_and(|tab| tab.history.back().is_some());
            let can_go_forward = tab.is_some_and(|tab| tab.history.forward().is_some());
            rows.push(Row::new("Back", "Alt+Left", Choice::Back(id)).enabled(can_go_back));
            let forward = Row::new("Forward", "Alt+Right", Choice::Forward(id));
            rows.push(forward.enabled(can_go_forward));
            rows.push(Row::new("Reload", "Ctrl+R", Choice::Reload(id)));
            let all = Row::new("Select all", "Ctrl+A", Choice::SelectAll(surface));
            rows.push(all.enabled(process.is_some()).begins_group());
            let source = Row::new("View source", "Ctrl+U", Choice::ViewSource(id));
            rows.push(source.enabled(self.has_source(id)).begins_group());
        }
        rows
    }

    /// The menu of a tab in the strip.
    pub(crate) fn open_tab_menu(&mut self, tab: TabId, x: f32, y: f32) {
        let has_others = self.tabs.len() > 1;
        let has_closed = self.closed_tabs.len() > 0;
        let close_others = Row::new("Close other tabs", "", Choice::CloseOthers(tab));
        let reopen = Row::new("Reopen closed tab", "Ctrl+Shift+T", Choice::Reopen);
        let rows = vec![
            Row::new("New tab", "Ctrl+T", Choice::NewTab),
            Row::new("Reload", "Ctrl+R", Choice::Reload(tab)).begins_group(),
            Row::new("Duplicate", "", Choice::Duplicate(tab)),
            Row::new("Close", "Ctrl+W", Choice::Close(tab)).begins_group(),
            close_others.enabled(has_others),
            reopen.enabled(has_closed),
        ];
        let rows = rows.into_iter().chain(self.script_rows(tab));
        self.open_menu(rows.collect(), x, y);
    }

    /// What can be done about the scripts of a tab's page.
    fn script_rows(&self, id: TabId) -> [Row; 3] {
        let tab = self.tabs.find(id);
        let can_stop = tab.map(|tab| self.script_stop(tab)) == Some(ScriptStop::Possible);
        let are_on = tab.and_then(|tab| self.site_scripts(tab));
        let text = match are_on {
            Some(false) => "Turn on scripts of this site",
            _ => "Turn off scripts of this site",
        };
        let stop = Row::new("Stop the script", "", Choice::StopScript(id));
        let toggle = Row::new(text, "", Choice::ToggleScripts(id));
        [
            stop.enabled(can_stop).begins_group(),
            toggle.enabled(are_on.is_some()),
            Row::new("Console", "", Choice::Console(id)),
        ]
    }

    /// The menu of the active tab's site, under the word for what its address is worth.
    pub(crate) fn open_site_menu(&mut self, tab: TabId) {
        let strip = self.strip_rect();
        let x = self.scale().of(SITE_MENU_X) as f32;
        self.open_menu(self.script_rows(tab).into(), x, strip.height as f32);
    }

    /// The menu of the address bar.
    pub(crate) fn open_address_menu(&mut self, x: f32, y: f32, has_selection: bool) {
        if let Some(strip) = self.window.strip {
            self.open_menu(text_rows(strip, has_selection).into(), x, y);
        }
    }

    /// The menu key: a menu for where the keyboard is. `of_tab`: for the active tab.
    pub(crate) fn menu_by_key(&mut self, of_tab: bool) {
        let Some(tab) = self.tabs.active else { return };
        let page = self.page_rect();
        match self.focus_target() {
            Some(surface) if !of_tab && self.input.focus == Focus::Page => {
                self.want_page_menu(surface, None);
            }
            _ => self.open_tab_menu(tab, page.x as f32 + CORNER, page.y as f32),
        }
    }

    /// The user has typed into the address bar: the addresses that this may become.
    pub(crate) fn on_typed(&mut self, text: &str) {
        let Some(tab) = self
            .tabs
            .active
            .filter(|_| self.input.focus == Focus::Strip)
        else {
            return;
        };
        let found = self.visits.matching(text, ADDRESSES_MAX);
        let row = |visit: &crate::state::visits::Visit| {
            let title = if visit.title.is_empty() {
                &visit.url
            } else {
                &visit.title
            };
            Row::new(title, &visit.url, Choice::Go(tab, visit.url.clone()))
        };
        self.open_addresses(found.iter().map(row).collect());
        self.complete(text);
    }

    /// Does what the user chose.
    pub(crate) fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Back(tab) => self.go_back(tab),
            Choice::Close(tab) => self.leave(tab, Leave::Close),
            Choice::CloseOthers(tab) => self.close_others(tab),
            Choice::Console(tab) => {
                self.open_typed(&format!("bulkhead://console?tab={}", tab.0), true);
            }
            Choice::Copy(surface) => self.edit(surface, Edit::Copy),
            Choice::CopyAddress(text) => self.emit(Action::SetClipboard { text }),
            Choice::Cut(surface) => self.edit(surface, Edit::Cut),
            Choice::Duplicate(tab) => self.duplicate(tab),
            Choice::Forward(tab) => self.go_forward(tab),
            Choice::Go(tab, address) => {
                self.input.focus = Focus::Page;
                self.leave(tab, Leave::Go(address));
            }
            Choice::NewTab => self.open_new_tab(),
            Choice::Open(tab, process, address) => {
                if self.current_process(tab) == Some(process)
                    && let Some(entry) = self.processes.living_mut(process)
                {
                    entry.activated = true;
                    self.on_link(tab, process, &address, true);
                }
            }
            Choice::Paste(surface) => self.paste(surface),
            Choice::Reload(tab) => self.leave(tab, Leave::Reload),
            Choice::Reopen => self.reopen_tab(),
            Choice::SelectAll(surface) => self.edit(surface, Edit::SelectAll),
            Choice::StopScript(tab) => self.stop_script(tab),
            Choice::ToggleScripts(tab) => self.toggle_scripts(tab),
            Choice::ViewSource(tab) => self.open_source(tab),
        }
    }
}

/// What can be done to the text of an input.
fn text_rows(surface: SurfaceId, has_selection: bool) -> [Row; 4] {
    let cut = Row::new("Cut", "Ctrl+X", Choice::Cut(surface)).begins_group();
    let copy = Row::new("Copy", "Ctrl+C", Choice::Copy(surface));
    let all = Row::new("Select all", "Ctrl+A", Choice::SelectAll(surface));
    [
        cut.enabled(has_selection),
        copy.enabled(has_selection),
        Row::new("Paste", "Ctrl+V", Choice::Paste(surface)),
        all.begins_group(),
    ]
}

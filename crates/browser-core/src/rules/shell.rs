//! What the shell shows, and what it asks for.
//!
//! Trusts: the shell on what the user clicked; the shell asks, and the core decides. Never: tells
//! the shell anything but committed state.

use crate::action::Action;
use crate::address;
use crate::death::DeathCause;
use crate::state::core::Core;
use crate::state::dialog::Leave;
use crate::state::input::Focus;
use crate::state::liveness::Slowness;
use crate::state::tab::Tab;
use crate::state::zoom::ZoomStep;
use crate::text::{self, REMARK_BYTES_MAX};
use protocol::appearance::Percent;
use protocol::ids::{ProcessId, Role, SurfaceId, TabId};
use protocol::limits::HANG_CARD_MS;
use protocol::misbehaviour::Misbehaviour;
use protocol::shell::{
    Card, CardButton, FindView, FromShell, Security, ShellState, TabMark, TabView,
};
use url::Url;

/// Bytes of a title in the strip.
const STRIP_TITLE_BYTES_MAX: usize = 160;
/// Bytes of all of them: with the longest URL and all remarks they fit into one message. Where
/// there are many tabs, there is no room for a long title in the strip either.
const STRIP_TITLES_BYTES_MAX: usize = 12 * 1024;
/// Bytes of a line on a card.
const CARD_LINE_BYTES_MAX: usize = 300;
/// Bytes of a host name; DNS allows no more.
const HOST_BYTES_MAX: usize = 255;

impl Core {
    pub(crate) fn on_shell(&mut self, id: ProcessId, message: FromShell) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        if process.role != Role::Shell || !process.is_ready() {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        if let FromShell::Activate(tab)
        | FromShell::Close(tab)
        | FromShell::CardButton(tab, _)
        | FromShell::Move(tab, _)
        | FromShell::Dialog { tab, .. }
        | FromShell::TabMenu { tab, .. } = message
            && self.tabs.find(tab).is_none()
        {
            if !self.ids.was_tab(tab) {
                self.on_misbehaved(id, Misbehaviour::ForeignId);
            }
            return;
        }
        match message {
            FromShell::Activate(tab) => {
                self.activate(tab);
                self.input.focus = Focus::Page;
            }
            FromShell::CardButton(tab, button) => self.on_card_button(tab, button),
            FromShell::Close(tab) => self.leave(tab, Leave::Close),
            FromShell::Dialog {
                tab,
                serial,
                answer,
            } => self.on_dialog_answer(tab, serial, answer),
            FromShell::Move(tab, place) => self.tabs.shift(tab, usize::from(place)),
            FromShell::TabMenu { tab, x, y } => self.open_tab_menu(tab, x, y),
            FromShell::AddressMenu {
                x,
                y,
                has_selection,
            } => self.open_address_menu(x, y, has_selection),
            FromShell::Typed(text) => self.on_typed(&text),
            FromShell::NewTab => self.open_new_tab(),
            FromShell::Go(address) => {
                self.input.focus = Focus::Page;
                match self.tabs.active {
                    Some(tab) => self.leave(tab, Leave::Go(address)),
                    None => {
                        self.open_typed(&address, true);
                    }
                }
            }
            message => {
                if let Some(tab) = self.tabs.active {
                    self.on_shell_of_tab(tab, message);
                }
            }
        }
    }

    /// What the user wants of the active tab.
    fn on_shell_of_tab(&mut self, tab: TabId, message: FromShell) {
        match message {
            FromShell::Back => self.go_back(tab),
            FromShell::Forward => self.go_forward(tab),
            FromShell::Reload => self.leave(tab, Leave::Reload),
            FromShell::Stop => self.stop(tab),
            FromShell::StopScript => self.stop_script(tab),
            FromShell::SiteMenu => self.open_site_menu(tab),
            FromShell::OpenBlocked => self.open_blocked(tab),
            FromShell::ResetZoom => self.zoom(tab, ZoomStep::Reset),
            FromShell::Find(text) => self.find_text(tab, text),
            FromShell::FindStep(step) if self.has_find(tab) => self.find_step(tab, step),
            FromShell::CloseFind => self.close_find(tab),
            _ => {}
        }
    }

    /// A button that its card does not have (any more) does nothing.
    fn on_card_button(&mut self, tab: TabId, button: CardButton) {
        let Some(card) = self.card(tab).filter(|card| card.buttons.contains(&button)) else {
            return;
        };
        match button {
            CardButton::Close => self.close_tab(card.tab),
            CardButton::Reload => self.reload(card.tab),
            CardButton::StopScript => self.stop_script(tab),
            CardButton::Kill => {
                if let Some(process) = self.current_process(tab) {
                    self.condemn(process, DeathCause::Wanted);
                }
            }
            CardButton::Wait => {
                let now = self.now;
                if let Some(process) = self.current_process(tab)
                    && let Some(process) = self.processes.living_mut(process)
                {
                    process.unanswered.wait(now);
                }
            }
        }
    }

    pub(crate) fn shell_lost(&mut self) {
        self.shell_told = None;
        self.popup_told = None;
        self.dialog_told = None;
        self.icons_told.clear();
        self.close_popup();
        let parts: Vec<SurfaceId> = self.window.parts().collect();
        let window = &mut self.window;
        (window.strip, window.card) = (None, None);
        (window.find, window.popup, window.dialog) = (None, None, None);
        for surface in parts {
            self.drop_surface(surface);
        }
    }

    pub(crate) fn tell_shell(&mut self) {
        let Some(process) = self.ready_service(&self.services.shell) else {
            return;
        };
        let state = self.shell_state();
        if self.shell_told.as_ref() != Some(&state) {
            self.shell_told = Some(state.clone());
            self.emit(Action::UpdateShell {
                process,
                state: Box::new(state),
            });
        }
    }

    fn shell_state(&self) -> ShellState {
        let tab = self.tabs.shown();
        let url = tab.map_or("", Tab::url);
        let host = Url::parse(url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let process = self.tabs.active.and_then(|tab| self.current_process(tab));
        let process = process.and_then(|process| self.processes.get(process));
        ShellState {
            tabs: self.tabs.iter().map(|tab| self.tab_view(tab)).collect(),
            active: self.tabs.active,
            url: url.to_owned(),
            host: text::shorten(&host.unwrap_or_default(), HOST_BYTES_MAX),
            security: tab.map_or(Security::Builtin, security),
            can_go_back: tab.is_some_and(|tab| tab.history.back().is_some()),
            can_go_forward: tab.is_some_and(|tab| tab.history.forward().is_some()),
            loading: tab.is_some_and(|tab| self.is_loading(tab)),
            zoom: tab.map_or(Percent::HUNDRED, |tab| self.zoom_of(tab)),
            find: tab.and_then(|tab| tab.find.as_ref()).map(|find| FindView {
                text: find.text.clone(),
                matches: find.matches,
            }),
            hover_link: process.and_then(|process| process.hover_link.clone()),
            notice: tab.and_then(|tab| tab.notice.clone()),
            banner: self.banner(),
            blocked_popup: tab.and_then(|tab| blocked_host(tab.blocked_popup.as_deref()?)),
            can_stop_script: tab.is_some_and(|tab| self.offers_stop(tab)),
            card: tab.and_then(|tab| self.card(tab.id)),
        }
    }

    fn tab_view(&self, tab: &Tab) -> TabView {
        let title = tab
            .committed
            .as_ref()
            .map_or("", |committed| &committed.title);
        let title = if title.is_empty() { tab.url() } else { title };
        let share = STRIP_TITLES_BYTES_MAX / self.tabs.len().max(1);
        let title = text::clean(title, share.min(STRIP_TITLE_BYTES_MAX));
        TabView {
            tab: tab.id,
            title,
            mark: self.mark(tab),
        }
    }

    pub(crate) fn mark(&self, tab: &Tab) -> TabMark {
        if tab.pending.is_none() && tab.crash.is_some() {
            TabMark::Crashed
        } else if self.slowness(tab) != Slowness::None {
            TabMark::Slow
        } else if self.is_loading(tab) {
            TabMark::Loading
        } else {
            TabMark::Ready
        }
    }

    pub(crate) fn slowness(&self, tab: &Tab) -> Slowness {
        let process = tab.committed_process();
        let process = process.and_then(|process| self.processes.get(process));
        process.map_or(Slowness::None, |process| process.unanswered.slowness)
    }

    /// Whether something more of the tab's page is to come.
    pub(crate) fn is_loading(&self, tab: &Tab) -> bool {
        let committed = tab.committed.as_ref();
        let is_unfinished = committed.is_some_and(|committed| !committed.is_loaded);
        tab.pending.is_some() || (is_unfinished && tab.crash.is_none())
    }

    fn banner(&self) -> Option<String> {
        let gpu = &self.services.gpu;
        let network = &self.services.network;
        let mut remarks: Vec<&str> = self.config.banner.as_deref().into_iter().collect();
        if gpu.is_failing() {
            remarks.push("The gpu process keeps dying. Its window comes back within seconds.");
        }
        if network.is_failing() {
            remarks.push("The network process keeps dying. Reload a page to try again.");
        }
        if remarks.is_empty() {
            return None;
        }
        Some(text::clean(&remarks.join(" "), REMARK_BYTES_MAX))
    }

    /// The card over the tab, if it has one.
    pub(crate) fn card(&self, id: TabId) -> Option<Card> {
        let tab = self.tabs.find(id)?;
        if let Some(crash) = &tab.crash {
            let heading = match crash.cause {
                DeathCause::Wanted => "The process of this tab was ended",
                DeathCause::SpawnFailed(_) | DeathCause::HandshakeTimeout => {
                    "This tab could not be started"
                }
                _ => "This tab has crashed",
            };
            return Some(Card {
                tab: id,
                heading: heading.to_owned(),
                cause: text::clean(&crash.cause.to_string(), CARD_LINE_BYTES_MAX),
                details: crash.details.clone(),
                buttons: vec![CardButton::Reload, CardButton::Close],
            });
        }
        let (cause, buttons) = self.hang_card(tab)?;
        let mut cause = cause.to_owned();
        if cause.is_empty() {
            cause = format!("no response for {} seconds", HANG_CARD_MS / 1000);
        }
        let process = self.processes.get(self.current_process(id)?)?;
        Some(Card {
            tab: id,
            heading: "This tab does not respond".to_owned(),
            cause,
            details: vec![format!(
                "process {} (pid {})",
                process.id,
                process.pid.unwrap_or(0)
            )],
            buttons,
        })
    }
}

/// What the strip says of an address that a page tried to open.
fn blocked_host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str().unwrap_or(url.scheme());
    Some(text::clean(host, HOST_BYTES_MAX))
}

/// What the tab's address is worth.
fn security(tab: &Tab) -> Security {
    let Some(committed) = &tab.committed else {
        let is_builtin = tab.requested.starts_with("bulkhead:");
        return if is_builtin {
            Security::Builtin
        } else {
            Security::Plain
        };
    };
    if committed.error.is_some() {
        return Security::Error;
    }
    let page = address::source_of(&committed.url).unwrap_or(&committed.url);
    match page.split(':').next() {
        Some("bulkhead") => Security::Builtin,
        Some("https") => Security::Secure,
        Some("file") => Security::File,
        _ => Security::Plain,
    }
}

//! What the user decides about a page's scripts.
//!
//! Trusts: no renderer to end its scripts; one that does not is killed if the user wants it.

use crate::action::Action;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::liveness::Slowness;
use crate::state::script::ScriptStop;
use crate::state::tab::Tab;
use protocol::ids::{ProcessId, TabId};
use protocol::shell::CardButton;

impl Core {
    /// Ends the scripts of the tab's page, if it runs any.
    pub(crate) fn stop_script(&mut self, tab: TabId) {
        let now = self.now;
        let process = self.current_process(tab);
        let process = process.and_then(|process| self.processes.living_mut(process));
        if let Some(process) = process
            && process.scripts.stop_at(now) == ScriptStop::Possible
        {
            process.scripts.ask_to_stop(now);
            let process = process.id;
            self.emit(Action::StopScript { process });
        }
    }

    pub(crate) fn on_script_stopped(&mut self, tab: TabId, id: ProcessId) {
        if let Some(process) = self.processes.living_mut(id) {
            process.scripts.end();
            self.record(RecordKind::ScriptStopped, Some(tab), Some(id));
        }
    }

    /// Whether the tab's page is one whose scripts can be turned off; then whether they are on.
    pub(crate) fn site_scripts(&self, tab: &Tab) -> Option<bool> {
        let committed = tab.committed.as_ref()?;
        let is_made_here = committed.site.is_builtin() || committed.error.is_some();
        let can_run = self.config.script && !is_made_here;
        can_run.then(|| self.scripts_off.allow(&committed.url))
    }

    /// Turns the scripts of the tab's site off, or on again.
    pub(crate) fn toggle_scripts(&mut self, id: TabId) {
        let Some(tab) = self.tabs.find(id) else {
            return;
        };
        let Some(were_on) = self.site_scripts(tab) else {
            return;
        };
        let url = tab.url().to_owned();
        self.scripts_off.toggle(&url);
        let now = if were_on { "off" } else { "on" };
        let notice = format!("scripts of this site are {now}: reload the page");
        self.set_notice(id, notice);
    }

    /// How far the page's scripts are with ending.
    pub(crate) fn script_stop(&self, tab: &Tab) -> ScriptStop {
        let process = tab.committed_process();
        let process = process.and_then(|process| self.processes.get(process));
        process.map_or(ScriptStop::Needless, |it| it.scripts.stop_at(self.now))
    }

    /// Whether the strip offers to end them.
    pub(crate) fn offers_stop(&self, tab: &Tab) -> bool {
        self.slowness(tab) != Slowness::None && self.script_stop(tab) == ScriptStop::Possible
    }

    /// Whether the tab has the card of one that does not respond; then its cause and its buttons.
    pub(crate) fn hang_card(&self, tab: &Tab) -> Option<(&'static str, Vec<CardButton>)> {
        let (stop, slowness) = (self.script_stop(tab), self.slowness(tab));
        let is_overdue = stop == ScriptStop::Overdue && slowness != Slowness::None;
        if slowness != Slowness::Carded && !is_overdue {
            return None;
        }
        let (wait, kill) = (CardButton::Wait, CardButton::Kill);
        Some(match stop {
            ScriptStop::Needless => ("", vec![wait, kill]),
            ScriptStop::Possible => ("", vec![CardButton::StopScript, wait, kill]),
            ScriptStop::Asked => ("its script is being stopped", vec![wait, kill]),
            ScriptStop::Overdue => ("its script does not stop", vec![kill, wait]),
        })
    }
}

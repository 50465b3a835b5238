//! Injects faults: the break-it addresses break a process instead of opening a page.
//!
//! Trusts: the caller to pass on only what the user or the automation asked for, or what the page
//! of the break-it addresses links to. Web content can inject nothing.

use crate::action::Action;
use crate::death::DeathCause;
use crate::state::core::Core;
use crate::state::fault::{Fault, PAGE};
use crate::state::navigation::NavigationKind;
use protocol::ids::{Role, TabId};
use protocol::renderer::BreakAction;

impl Core {
    /// A break-it address was given for that tab.
    pub(crate) fn break_tab(&mut self, tab: TabId, fault: Fault) {
        if self.current_process(tab).is_some() {
            self.inject(tab, fault);
            return;
        }
        self.begin(tab, PAGE, NavigationKind::New);
        if let Some(tab) = self.tabs.find_mut(tab) {
            tab.fault_when_painted = Some(fault);
        }
    }

    /// Breaks what is there; what is not there cannot be broken.
    pub(crate) fn inject(&mut self, tab: TabId, fault: Fault) {
        let (process, action) = match fault {
            Fault::Page(action) => (self.current_process(tab), action),
            Fault::Kill => {
                if let Some(process) = self.current_process(tab) {
                    const SIGKILL: i32 = 9;
                    self.condemn(process, DeathCause::Signal(SIGKILL));
                }
                return;
            }
            Fault::Gpu => return self.break_service(Role::Gpu, BreakAction::Crash),
            Fault::Network => return self.break_service(Role::Network, BreakAction::Crash),
        };
        if let Some(process) = process {
            self.emit(Action::Break { process, action });
        }
    }

    /// Breaks the process of a service, if it is there.
    pub(crate) fn break_service(&mut self, role: Role, action: BreakAction) {
        let process = self.services.of(role).process;
        if let Some(process) = process.filter(|&process| self.processes.is_ready(process)) {
            self.emit(Action::Break { process, action });
        }
    }

    /// Injects the fault that waited for the tab's page.
    pub(crate) fn inject_waiting(&mut self, tab: TabId) {
        if let Some(fault) = self
            .tabs
            .find_mut(tab)
            .and_then(|tab| tab.fault_when_painted.take())
        {
            self.inject(tab, fault);
        }
    }
}

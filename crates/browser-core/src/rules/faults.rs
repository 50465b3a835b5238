//! Injects faults: the break-it addresses break a process instead of opening a page.
//!
//! Trusts: the caller to pass on only what the user or the automation asked for, or what the page
//! of the break-it addresses links to. Web content can inject nothing.

use crate::action::Action;
use crate::death::DeathCause;
use crate::state::core::Core;
use crate::state::injection::{Injection, PAGE};
use crate::state::navigation::NavigationKind;
use protocol::fault::Fault;
use protocol::ids::{Role, TabId};

impl Core {
    /// A break-it address was given for that tab. Without a process, the tab first opens the page
    /// that explains these addresses.
    pub(crate) fn inject_or_explain(&mut self, tab: TabId, injection: Injection) {
        if self.current_process(tab).is_some() {
            self.inject(tab, injection);
            return;
        }
        self.begin(tab, PAGE, NavigationKind::New);
        if let Some(tab) = self.tabs.find_mut(tab) {
            tab.injection_when_painted = Some(injection);
        }
    }

    /// Breaks what is there; what is not there cannot be broken.
    pub(crate) fn inject(&mut self, tab: TabId, injection: Injection) {
        let fault = match injection {
            Injection::Page(fault) => fault,
            Injection::Kill => {
                if let Some(process) = self.current_process(tab) {
                    const SIGKILL: i32 = 9;
                    self.condemn(process, DeathCause::Signal(SIGKILL));
                }
                return;
            }
            Injection::Gpu => return self.inject_into_service(Role::Gpu, Fault::Crash),
            Injection::Network => return self.inject_into_service(Role::Network, Fault::Crash),
        };
        if let Some(process) = self.current_process(tab) {
            self.emit(Action::Inject { process, fault });
        }
    }

    /// Breaks the process of a service, if it is there.
    pub(crate) fn inject_into_service(&mut self, role: Role, fault: Fault) {
        let process = self.services.of(role).process;
        if let Some(process) = process.filter(|&process| self.processes.is_ready(process)) {
            self.emit(Action::Inject { process, fault });
        }
    }

    /// Injects the fault that waited for the tab's page.
    pub(crate) fn inject_waiting(&mut self, tab: TabId) {
        if let Some(injection) = self
            .tabs
            .find_mut(tab)
            .and_then(|tab| tab.injection_when_painted.take())
        {
            self.inject(tab, injection);
        }
    }
}

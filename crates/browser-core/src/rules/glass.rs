//! What built-in pages ask for beside being loaded: the stream of what they show, and acts on the
//! browser.
//!
//! Trusts: no renderer on which page it shows, which follows from the site it is locked to. Never:
//! acts for a page that the user has not acted on since its last act.

use crate::action::{Action, ChildSignal};
use crate::state::core::Core;
use crate::state::live_pages;
use protocol::act::{Act, ActKind, TourKey};
use protocol::fault::Fault;
use protocol::ids::{NavigationId, ProcessId, Role, TabId};
use protocol::misbehaviour::Misbehaviour;

impl Core {
    /// A document wants its page's stream; `is_shown`: it is the one that its tab shows.
    pub(crate) fn on_open_stream(
        &mut self,
        id: ProcessId,
        navigation: NavigationId,
        stream: u32,
        is_shown: bool,
    ) {
        let Some(page) = self.page_of(id) else {
            return self.on_misbehaved(id, Misbehaviour::ForeignOrigin);
        };
        if is_shown {
            self.emit(Action::OpenStream {
                process: id,
                navigation,
                stream,
                page,
            });
        }
    }

    /// A document wants something done.
    pub(crate) fn on_act(
        &mut self,
        id: ProcessId,
        navigation: NavigationId,
        request: u32,
        act: Act,
    ) {
        let Some(page) = self.page_of(id) else {
            return self.on_misbehaved(id, Misbehaviour::ForeignOrigin);
        };
        let may_act = live_pages::NAMES.contains(&page.as_str());
        let process = self.processes.living_mut(id);
        let is_wanted = process.is_some_and(|it| std::mem::take(&mut it.activated));
        let refusal = match (may_act, is_wanted) {
            (true, true) if is_of_the_browser(act.kind) => {
                return self.emit(Action::CarryOut {
                    process: id,
                    navigation,
                    request,
                    act,
                });
            }
            (true, true) => self.act(id, &page, act).err(),
            (true, false) => Some("an act needs a click or a key in its page".to_owned()),
            (false, _) => Some("this page has no acts".to_owned()),
        };
        self.emit(Action::Acted {
            process: id,
            navigation,
            request,
            refusal,
        });
    }

    /// The name of the built-in page for which that renderer is.
    fn page_of(&self, id: ProcessId) -> Option<String> {
        let site = self.processes.get(id)?.site.as_ref()?;
        live_pages::page_of(site).map(str::to_owned)
    }

    fn act(&mut self, id: ProcessId, page: &str, act: Act) -> Result<(), String> {
        let signal = match act.kind {
            ActKind::Kill => ChildSignal::Kill,
            ActKind::Segfault => ChildSignal::Segfault,
            ActKind::Stop => ChildSignal::Stop,
            ActKind::Continue => ChildSignal::Continue,
            ActKind::Hang => return self.inject_into_child(act.of, Fault::Hang),
            ActKind::ExhaustMemory => return self.inject_into_child(act.of, Fault::Memory),
            ActKind::TryCanaries => return self.replace_spare(),
            ActKind::Attack
            | ActKind::EveryAttack
            | ActKind::SlowMotion
            | ActKind::StartTrace
            | ActKind::StopTrace => return Ok(()),
            ActKind::Reload => {
                let tab = TabId(act.of);
                self.tabs
                    .find(tab)
                    .ok_or_else(|| format!("there is no tab {}", act.of))?;
                self.reload(tab);
                return Ok(());
            }
            ActKind::Tour(key) => return self.guide_tour(id, page, key),
        };
        let process = self.child_of(act.of)?;
        self.emit(Action::Signal { process, signal });
        Ok(())
    }

    /// Ends the spare renderer, whose place a new one takes.
    fn replace_spare(&mut self) -> Result<(), String> {
        let spare = self.services.spare.process.filter(|spare| {
            let process = self.processes.living(*spare);
            process.is_some_and(|process| process.is_ready())
        });
        let spare = spare.ok_or("the spare renderer is not ready at the moment")?;
        self.services.spare.process = None;
        self.dismiss(spare);
        Ok(())
    }

    /// The tour is shown with pages of the demo site.
    fn guide_tour(&mut self, id: ProcessId, page: &str, key: TourKey) -> Result<(), String> {
        let tab = self.processes.get(id).and_then(|process| process.tab);
        let tab = tab.filter(|_| page == live_pages::TOUR);
        let tab = tab.ok_or("only bulkhead://tour guides the tour")?;
        let demo = self.services.demo.process;
        if !demo.is_some_and(|demo| self.processes.is_ready(demo)) {
            return Err("the demo site does not run; `bulkhead tour` starts with it".to_owned());
        }
        self.emit(Action::Tour { tab, key });
        Ok(())
    }

    pub(crate) fn inject_into_child(&mut self, pid: u32, fault: Fault) -> Result<(), String> {
        let process = self.child_of(pid)?;
        let takes_faults = self.processes.get(process).is_some_and(|process| {
            let has_no_lane = matches!(process.role, Role::Demo | Role::X11Filter);
            process.is_ready() && !has_no_lane
        });
        if !takes_faults {
            return Err(format!(
                "process {pid} takes signals only: Kill, Segfault, Stop and Continue"
            ));
        }
        self.emit(Action::Inject { process, fault });
        Ok(())
    }

    /// The living child with that id on the host.
    pub(crate) fn child_of(&self, pid: u32) -> Result<ProcessId, String> {
        let mut all = self.processes.values();
        let found = all.find(|process| process.pid == Some(pid));
        let living = found.and_then(|process| self.processes.living(process.id));
        living
            .map(|process| process.id)
            .ok_or_else(|| format!("there is no process {pid} any more"))
    }
}

/// Whether an act concerns the browser as a whole, and not one process or tab.
fn is_of_the_browser(kind: ActKind) -> bool {
    matches!(
        kind,
        ActKind::Attack
            | ActKind::EveryAttack
            | ActKind::SlowMotion
            | ActKind::StartTrace
            | ActKind::StopTrace
    )
}

//! The invariants of the core that its state alone can show, checked after every event in tests
//! and debug builds. Those about the stream of actions (3, 4, 7, 9, 12, 13 and the order in 2) are
//! checked by an observer of that stream, in this crate's tests.

use crate::state::clipboard::PASTES_MAX;
use crate::state::core::Core;
use crate::state::ids::GRANTED_MAX;
use crate::state::input::HELD_MAX;
use crate::state::liveness::UNANSWERED_MAX;
use crate::state::navigation::LoadStage;
use crate::state::process::{Process, ProcessStage};
use crate::state::{closed_tabs, visits};
use protocol::ids::{ProcessId, Role, SurfaceId};
use protocol::limits::{self, RESTART_PAUSE_MS_MAX};
use protocol::surface::SurfacePart;
use std::collections::BTreeSet;

/// `Ok` or the invariant that is broken, with what breaks it.
type Check = Result<(), String>;

fn ensure(holds: bool, violation: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(violation()) }
}

impl Core {
    /// Whether every invariant that the state shows holds; else the first one that does not.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.check_grants()?;
        self.check_surfaces()?;
        self.check_addresses()?;
        self.check_navigations()?;
        self.check_limits()?;
        self.check_restarts()?;
        self.check_dead()?;
        self.check_tabs()
    }

    /// 1 and 2. A process has at most one site lock, set before its first document; nothing reaches
    /// a process unless it is sealed and locked.
    fn check_grants(&self) -> Check {
        for process in self.processes.values() {
            let id = process.id;
            let was_sealed = process.tier.is_some();
            ensure(process.site.is_none() || was_sealed, || {
                format!("2: {id} locked unsealed")
            })?;
            ensure(process.network.is_none() || process.site.is_some(), || {
                format!("2: {id} may fetch without a site")
            })?;
            let may_fetch = process.site.as_ref().is_some_and(|site| site.may_fetch());
            ensure(process.network.is_none() || may_fetch, || {
                format!("2: {id} may not fetch")
            })?;
            let has_document = process.role == Role::Renderer && !process.navigations.is_empty();
            ensure(!has_document || process.site.is_some(), || {
                format!("1: {id} has a document and no site")
            })?;
        }
        Ok(())
    }

    /// 5. A live surface has one producer, which is sealed; and it has one place.
    fn check_surfaces(&self) -> Check {
        let mut places = BTreeSet::new();
        let slots = self
            .tabs
            .iter()
            .flat_map(|tab| [tab.front, tab.next])
            .flatten();
        let parts = self.window.parts();
        for surface in slots.map(|slot| slot.surface).chain(parts) {
            ensure(places.insert(surface), || {
                format!("5: {surface} has two places")
            })?;
        }
        let known: BTreeSet<SurfaceId> = self.surfaces.ids().into_iter().collect();
        ensure(places == known, || {
            format!("5: surfaces {known:?} in places {places:?}")
        })?;
        for (id, surface) in self.surfaces.iter() {
            let Some(producer) = surface.producer else {
                continue;
            };
            let process = self.processes.get(producer);
            ensure(process.is_some_and(Process::is_ready), || {
                format!("5: {id} is produced by {producer}, which is not ready")
            })?;
            let role = if surface.part == SurfacePart::Page {
                Role::Renderer
            } else {
                Role::Shell
            };
            ensure(
                process.is_some_and(|p| p.role == role && p.tab == surface.tab),
                || format!("5: {id} is produced by {producer}, which is another's"),
            )?;
            let gpu = self.window.gpu.filter(|_| !surface.is_hidden());
            ensure(surface.gpu == gpu, || {
                format!("5: {id} is shown by another gpu")
            })?;
        }
        for tab in self.tabs.iter() {
            for slot in [tab.front, tab.next].into_iter().flatten() {
                let producer = self.surfaces.get(slot.surface).and_then(|s| s.producer);
                ensure(producer == slot.process, || {
                    format!("5: {} and its surface", tab.id)
                })?;
            }
        }
        let named = self.input.surfaces();
        let named: Vec<SurfaceId> = named.filter(|id| !self.surfaces.has(*id)).collect();
        ensure(named.is_empty(), || format!("5: input goes to {named:?}"))
    }

    /// 6. What is committed stands in a process of its site, and its address is in the history.
    fn check_addresses(&self) -> Check {
        for tab in self.tabs.iter() {
            let Some(committed) = &tab.committed else {
                ensure(tab.front.is_none() && tab.next.is_none(), || {
                    format!("6: {} shows something uncommitted", tab.id)
                })?;
                continue;
            };
            if let Some(process) = tab.current().and_then(|slot| slot.process) {
                let site = self.processes.get(process).and_then(|p| p.site.as_ref());
                ensure(site == Some(&committed.site), || {
                    format!("6: {} shows {} in {site:?}", tab.id, committed.site)
                })?;
            }
            ensure(
                tab.history
                    .current()
                    .is_some_and(|entry| entry.url == committed.url),
                || format!("6: {} is not where its history says", tab.id),
            )?;
            let document = tab.history.current().and_then(|entry| entry.document);
            ensure(document == Some(committed.navigation), || {
                format!("6: the history of {} has another document", tab.id)
            })?;
        }
        Ok(())
    }

    /// 7. A navigation is pending in one tab at most, and waits for something that can come.
    fn check_navigations(&self) -> Check {
        let mut seen = BTreeSet::new();
        for tab in self.tabs.iter() {
            let Some(pending) = &tab.pending else {
                continue;
            };
            let id = pending.id;
            ensure(seen.insert(id), || format!("7: {id} is pending twice"))?;
            let can_end = match &pending.stage {
                LoadStage::WaitNetwork => self.services.network.is_configured(),
                LoadStage::Fetching(network) => {
                    self.services.network.process == Some(*network)
                        && self.processes.is_ready(*network)
                }
                LoadStage::Building => self.building.contains(&id),
                LoadStage::WaitProcess { process, .. } => self
                    .processes
                    .living(*process)
                    .is_some_and(|p| !p.is_ready() && p.tab == Some(tab.id)),
            };
            ensure(can_end, || {
                format!("7 and 13: {id} waits for nothing: {:?}", pending.stage)
            })?;
            let committed = tab.committed.as_ref();
            ensure(committed.is_none_or(|c| c.navigation < id), || {
                format!("7: {id} is pending and over")
            })?;
        }
        Ok(())
    }

    /// 8. Tabs, processes, surface bytes and queues stay within their limits.
    fn check_limits(&self) -> Check {
        ensure(self.tabs.len() <= self.config.capacity.tabs, || {
            "8: too many tabs".to_owned()
        })?;
        ensure(
            self.processes.len() <= self.config.capacity.processes,
            || "8: too many processes".to_owned(),
        )?;
        for tab in self.tabs.iter() {
            ensure(self.contexts.has(tab.context), || {
                format!("8: {} outlives its context", tab.id)
            })?;
            ensure(tab.history.len() <= limits::HISTORY_ENTRIES_MAX, || {
                format!("8: history of {}", tab.id)
            })?;
            let surfaces = self.surfaces.values().filter(|s| s.tab == Some(tab.id));
            let bytes: usize = surfaces
                .map(|s| s.size.frame_bytes().unwrap_or(usize::MAX) * limits::FRAME_SLOTS)
                .sum();
            ensure(bytes <= limits::SURFACE_BYTES_PER_TAB_MAX, || {
                format!("8: {} has {bytes} bytes of surfaces", tab.id)
            })?;
        }
        let is_within = self.pastes.len() <= PASTES_MAX
            && self.input.held.len() <= HELD_MAX
            && self.visits.len() <= visits::REMEMBERED_MAX
            && self.contexts.len() <= limits::CONTEXTS_MAX
            && self.closed_tabs.len() <= closed_tabs::REMEMBERED_MAX;
        ensure(is_within, || "8: pastes, visits, closed tabs".to_owned())?;
        for process in self.processes.values() {
            let untaken = process.storage.as_ref().map_or(0, |used| used.untaken);
            let is_within = untaken <= limits::STORAGE_UNTAKEN_MAX
                && process.unanswered.count() <= UNANSWERED_MAX
                && process.asked.len() <= UNANSWERED_MAX
                && process.navigations.len() <= GRANTED_MAX;
            ensure(is_within, || format!("8: queues of {}", process.id))?;
        }
        ensure(self.storage.is_within_bounds(), || "8: storage".to_owned())?;
        let zoomed = self.zooms.len();
        ensure(zoomed <= limits::ZOOMED_SITES_MAX, || {
            format!("8: the zoom of {zoomed} sites")
        })?;
        let is_valid = self
            .surfaces
            .values()
            .all(|surface| surface.size.is_valid_surface());
        ensure(is_valid, || "8: a surface of impossible size".to_owned())
    }

    /// 10. A service that should run does, or waits no longer than the policy says.
    fn check_restarts(&self) -> Check {
        let latest = self.now.0 + RESTART_PAUSE_MS_MAX;
        let is_kept = self
            .services
            .all()
            .into_iter()
            .filter_map(|service| service.restart_at(self.now))
            .all(|at| at.0 <= latest);
        ensure(is_kept, || "10: too long a pause".to_owned())
    }

    /// 11. A dead process holds no grants: nothing refers to one that is not alive.
    fn check_dead(&self) -> Check {
        let services = self
            .services
            .all()
            .into_iter()
            .filter_map(|service| service.process);
        let slots = self
            .tabs
            .iter()
            .flat_map(|tab| [tab.front, tab.next])
            .flatten();
        let slots = slots.filter_map(|slot| slot.process);
        let awaited = self.tabs.iter().filter_map(|tab| tab.awaited_process());
        let bodies = self
            .tabs
            .iter()
            .filter_map(|tab| tab.committed.as_ref()?.body_from);
        let pending = self
            .tabs
            .iter()
            .filter_map(|tab| tab.pending.as_ref()?.body_from);
        let fetches = self
            .processes
            .values()
            .filter_map(|process| process.network);
        let referred = services
            .chain(slots)
            .chain(awaited)
            .chain(bodies)
            .chain(pending);
        for id in referred.chain(fetches).chain(self.window.gpu) {
            ensure(self.processes.living(id).is_some(), || {
                format!("11: {id} is dead and holds something")
            })?;
        }
        let is_free = |process: &Process| process.network.is_none();
        let dead = self
            .processes
            .values()
            .filter(|p| matches!(p.stage, ProcessStage::Ending(_)));
        for process in dead {
            ensure(is_free(process), || {
                format!("11: {} is dead and may fetch", process.id)
            })?;
        }
        Ok(())
    }

    /// 9 and 13. Each living renderer serves one tab or is the spare; each tab is live, crashed or
    /// waiting for something; and one of them is shown.
    fn check_tabs(&self) -> Check {
        for tab in self.tabs.iter() {
            let is_live =
                tab.committed.is_some() && tab.current().is_some_and(|s| s.process.is_some());
            let is_settled = is_live != tab.crash.is_some() || tab.pending.is_some();
            ensure(is_settled, || {
                format!("13: {} is neither live nor crashed", tab.id)
            })?;
            ensure(!(is_live && tab.crash.is_some()), || {
                format!("13: {} is both", tab.id)
            })?;
        }
        let mut serving: BTreeSet<ProcessId> = self.services.spare.process.into_iter().collect();
        for tab in self.tabs.iter() {
            let slots = [tab.front, tab.next]
                .into_iter()
                .flatten()
                .filter_map(|s| s.process);
            for process in slots.chain(tab.awaited_process()) {
                ensure(serving.insert(process), || {
                    format!("9: {process} serves two")
                })?;
                let its = self.processes.get(process).and_then(|p| p.tab);
                ensure(its == Some(tab.id), || {
                    format!("9: {process} serves another tab")
                })?;
            }
        }
        let is_idle =
            |p: &&Process| p.role == Role::Renderer && !p.is_ending() && !serving.contains(&p.id);
        let idle = self.processes.values().find(is_idle).map(|p| p.id);
        ensure(idle.is_none(), || format!("9: {idle:?} serves nobody"))?;
        let is_shown = self
            .tabs
            .active
            .is_some_and(|active| self.tabs.find(active).is_some());
        ensure(is_shown != self.tabs.is_empty(), || {
            "13: no tab is shown".to_owned()
        })
    }
}

//! Identifiers: where new ones come from, and which ones a process was granted. No id is ever
//! issued twice.

use protocol::ids::{ContextId, NavigationId, ProcessId, SurfaceId, TabId};
use std::collections::BTreeSet;

/// Ids remembered one by one per process; older ones are remembered by their highest.
const REMEMBERED_MAX: usize = 256;

/// The next id of each kind.
#[derive(Debug)]
pub(crate) struct Ids {
    process: u32,
    tab: u32,
    context: u32,
    surface: u32,
    navigation: u64,
    icon: u64,
    opaque_site: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Ids {
        Ids {
            process: 1,
            tab: 1,
            context: ContextId::DEFAULT.0 + 1,
            surface: 1,
            navigation: 1,
            icon: 1,
            opaque_site: seed,
        }
    }

    pub(crate) fn process(&mut self) -> ProcessId {
        self.process += 1;
        ProcessId(self.process - 1)
    }

    pub(crate) fn tab(&mut self) -> TabId {
        self.tab += 1;
        TabId(self.tab - 1)
    }

    pub(crate) fn context(&mut self) -> ContextId {
        self.context += 1;
        ContextId(self.context - 1)
    }

    pub(crate) fn surface(&mut self) -> SurfaceId {
        self.surface += 1;
        SurfaceId(self.surface - 1)
    }

    pub(crate) fn navigation(&mut self) -> NavigationId {
        self.navigation += 1;
        NavigationId(self.navigation - 1)
    }

    /// Never 0.
    pub(crate) fn icon(&mut self) -> u64 {
        self.icon += 1;
        self.icon - 1
    }

    /// A number for the next opaque site.
    pub(crate) fn opaque_site(&mut self) -> u64 {
        self.opaque_site = self.opaque_site.wrapping_add(1);
        self.opaque_site
    }

    /// Whether there has ever been that tab.
    pub(crate) fn was_tab(&self, tab: TabId) -> bool {
        (1..self.tab).contains(&tab.0)
    }

    /// Whether there has ever been that process.
    pub(crate) fn was_process(&self, process: ProcessId) -> bool {
        (1..self.process).contains(&process.0)
    }

    /// Whether there has ever been that surface.
    pub(crate) fn was_surface(&self, surface: SurfaceId) -> bool {
        (1..self.surface).contains(&surface.0)
    }
}

/// The navigations that one process was told of: it may name these and no others.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    ids: BTreeSet<NavigationId>,
    /// The highest one that is no longer remembered by itself. Everything up to it counts as given:
    /// an old id changes nothing anyway.
    forgotten: Option<NavigationId>,
}

impl Granted {
    pub(crate) fn grant(&mut self, id: NavigationId) {
        self.ids.insert(id);
        if self.ids.len() > REMEMBERED_MAX {
            self.forgotten = self.ids.pop_first();
        }
    }

    pub(crate) fn has(&self, id: NavigationId) -> bool {
        self.ids.contains(&id) || self.forgotten.is_some_and(|highest| id <= highest)
    }

    /// Whether it is the one given last.
    pub(crate) fn is_last(&self, id: NavigationId) -> bool {
        self.ids.last() == Some(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Bound of [`Granted::len`], for the invariants.
pub(crate) const GRANTED_MAX: usize = REMEMBERED_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_given_long_ago_count_as_given_and_later_ones_do_not() {
        let mut given = Granted::default();
        for id in 1..=1000 {
            given.grant(NavigationId(id * 2));
        }
        assert!(given.has(NavigationId(2)) && given.has(NavigationId(2000)));
        assert!(!given.has(NavigationId(1999)) && !given.has(NavigationId(2002)));
        assert_eq!(given.len(), GRANTED_MAX);
    }
}

//! Pastes that wait for the text of the clipboard.

use protocol::ids::{NavigationId, ProcessId, SurfaceId};
use std::collections::VecDeque;

/// Most pastes that wait at once; the next one is not begun.
const WAITING_MAX: usize = 8;

/// One paste: what the user asked for, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paste {
    pub(crate) request: u32,
    pub(crate) surface: SurfaceId,
    /// Who showed the surface then.
    pub(crate) process: ProcessId,
    /// The document that it showed then, if it is a page.
    pub(crate) navigation: Option<NavigationId>,
}

/// The pastes that wait.
#[derive(Debug, Default)]
pub(crate) struct Pastes {
    last: u32,
    waiting: VecDeque<Paste>,
}

impl Pastes {
    /// Remembers a paste and gives it a number; `None` when too many wait.
    pub(crate) fn begin(
        &mut self,
        surface: SurfaceId,
        process: ProcessId,
        navigation: Option<NavigationId>,
    ) -> Option<u32> {
        if self.waiting.len() >= WAITING_MAX {
            return None;
        }
        self.last = self.last.wrapping_add(1);
        self.waiting.push_back(Paste {
            request: self.last,
            surface,
            process,
            navigation,
        });
        Some(self.last)
    }

    /// The paste of that number, once.
    pub(crate) fn take(&mut self, request: u32) -> Option<Paste> {
        let at = self.waiting.iter().position(|p| p.request == request)?;
        self.waiting.remove(at)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

/// Bound of [`Pastes::len`], for the invariants.
pub(crate) const PASTES_MAX: usize = WAITING_MAX;

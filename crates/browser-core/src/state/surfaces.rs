//! All surfaces.

use crate::state::surface::Surface;
use protocol::ids::{ProcessId, SurfaceId};
use std::collections::BTreeMap;

/// All surfaces, in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Surfaces {
    by_id: BTreeMap<SurfaceId, Surface>,
}

impl Surfaces {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SurfaceId, &Surface)> {
        self.by_id.iter().map(|(&id, surface)| (id, surface))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Surface> {
        self.by_id.values()
    }

    /// Their ids, so that each can be changed while the table is walked.
    pub(crate) fn ids(&self) -> Vec<SurfaceId> {
        self.by_id.keys().copied().collect()
    }

    pub(crate) fn has(&self, surface: SurfaceId) -> bool {
        self.by_id.contains_key(&surface)
    }

    pub(crate) fn get(&self, surface: SurfaceId) -> Option<&Surface> {
        self.by_id.get(&surface)
    }

    pub(crate) fn get_mut(&mut self, surface: SurfaceId) -> Option<&mut Surface> {
        self.by_id.get_mut(&surface)
    }

    pub(crate) fn insert(&mut self, id: SurfaceId, surface: Surface) {
        self.by_id.insert(id, surface);
    }

    pub(crate) fn remove(&mut self, surface: SurfaceId) -> Option<Surface> {
        self.by_id.remove(&surface)
    }

    pub(crate) fn clear(&mut self) {
        self.by_id.clear();
    }

    /// The process has died: its surfaces keep their last frame and have no producer.
    pub(crate) fn forget_producer(&mut self, process: ProcessId) {
        for surface in self.by_id.values_mut() {
            surface.producer = surface.producer.filter(|&producer| producer != process);
        }
    }

    /// The gpu process has died: no surface is shown by any.
    pub(crate) fn forget_gpu(&mut self) {
        for surface in self.by_id.values_mut() {
            surface.gpu = None;
            surface.is_live = false;
        }
    }
}

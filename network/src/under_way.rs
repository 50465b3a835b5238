//! The loads of one channel that are under way, by id.
//!
//! Trusts: no peer to name an id that exists. Never: lets a cancelled load send its last message.

use crate::wait::{Stop, lock};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

/// Loads by their id.
#[derive(Debug)]
pub struct UnderWay<K>(Mutex<HashMap<K, Arc<Stop>>>);

impl<K> Default for UnderWay<K> {
    fn default() -> Self {
        UnderWay(Mutex::default())
    }
}

impl<K: Hash + Eq> UnderWay<K> {
    /// Starts a load. `None` if the id is in use or `limit` loads are under way.
    pub fn begin(&self, id: K, limit: usize) -> Option<Arc<Stop>> {
        let mut loads = lock(&self.0);
        if loads.len() >= limit || loads.contains_key(&id) {
            return None;
        }
        let stop = Stop::new();
        loads.insert(id, stop.clone());
        Some(stop)
    }

    /// Notes that a load has finished. Returns whether its last message may be sent: not if it was
    /// cancelled. To be called before that message, since the receiver may reuse the id at once.
    pub fn end(&self, id: &K, stop: &Arc<Stop>) -> bool {
        let mut loads = lock(&self.0);
        let is_this = loads.get(id).is_some_and(|other| Arc::ptr_eq(other, stop));
        if is_this {
            loads.remove(id);
        }
        is_this
    }

    /// Removes a load that is to be stopped.
    pub fn cancel(&self, id: &K) -> Option<Arc<Stop>> {
        lock(&self.0).remove(id)
    }

    /// Removes all loads.
    pub fn cancel_all(&self) -> Vec<Arc<Stop>> {
        lock(&self.0).drain().map(|(_, stop)| stop).collect()
    }
}

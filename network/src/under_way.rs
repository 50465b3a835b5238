//! The loads of one channel that are under way.
//!
//! Owns: which ids are in use, and how to stop each. Trusts: nobody to name an id that exists.
//! Never: says that a load still wants an answer after it was cancelled.

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
    /// A new load; none if the id is in use or `limit` loads are under way.
    pub fn begin(&self, id: K, limit: usize) -> Option<Arc<Stop>> {
        let mut loads = lock(&self.0);
        if loads.len() >= limit || loads.contains_key(&id) {
            return None;
        }
        let stop = Stop::new();
        loads.insert(id, stop.clone());
        Some(stop)
    }

    /// The load has ended by itself; whether it still wants its last message. Called before that
    /// message is sent: its receiver may use the id again at once.
    pub fn end(&self, id: &K, stop: &Arc<Stop>) -> bool {
        let mut loads = lock(&self.0);
        let is_this = loads.get(id).is_some_and(|other| Arc::ptr_eq(other, stop));
        if is_this {
            loads.remove(id);
        }
        is_this
    }

    /// Takes a load that is to be stopped.
    pub fn cancel(&self, id: &K) -> Option<Arc<Stop>> {
        lock(&self.0).remove(id)
    }

    /// Takes all of them.
    pub fn cancel_all(&self) -> Vec<Arc<Stop>> {
        lock(&self.0).drain().map(|(_, stop)| stop).collect()
    }
}

//! The numbers by which clients know nodes.

use crate::inspect::limits::FOLLOWED_MAX;
use blitz_dom::{BaseDocument, NodeId};
use std::collections::{BTreeSet, HashMap};

/// Numbers that all sessions share; they do not change while the node is there.
#[derive(Default)]
pub(crate) struct Backends {
    ids: HashMap<NodeId, u32>,
    nodes: HashMap<u32, NodeId>,
    last: u32,
    /// How many there may be before those of nodes that are gone are looked for.
    bound: usize,
}

impl Backends {
    pub(crate) fn id(&mut self, document: &BaseDocument, node: NodeId) -> u32 {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        if self.ids.len() > self.bound {
            self.ids
                .retain(|node, _| document.get_node(*node).is_some());
            self.nodes
                .retain(|_, node| document.get_node(*node).is_some());
            self.bound = 2 * self.ids.len() + 1_000;
        }
        self.last += 1;
        self.ids.insert(node, self.last);
        self.nodes.insert(self.last, node);
        self.last
    }

    pub(crate) fn node(&self, id: i32) -> Option<NodeId> {
        let id = u32::try_from(id).ok()?;
        self.nodes.get(&id).copied()
    }
}

/// What a session knows of the tree.
#[derive(Default)]
pub(crate) struct Dom {
    pub(crate) is_enabled: bool,
    ids: HashMap<NodeId, u32>,
    nodes: HashMap<u32, NodeId>,
    last: u32,
    /// The nodes whose changes it is told.
    followed: HashMap<NodeId, Followed>,
    /// How the tree was counted when it was last told of changes.
    pub(crate) version: Option<u32>,
}

/// A node as a session knows it.
#[derive(Default)]
pub(crate) struct Followed {
    /// Those that it knows, if it has been told of them.
    pub(crate) children: Option<Vec<NodeId>>,
    pub(crate) count: usize,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: Option<String>,
}

impl Dom {
    /// There is another document, or the session begins anew. Numbers are not used again.
    pub(crate) fn forget(&mut self) {
        self.ids.clear();
        self.nodes.clear();
        self.followed.clear();
        self.version = None;
    }

    pub(crate) fn node(&self, id: i32) -> Option<NodeId> {
        let id = u32::try_from(id).ok()?;
        self.nodes.get(&id).copied()
    }

    /// The number of a node, if the session knows it.
    pub(crate) fn id(&self, node: NodeId) -> Option<u32> {
        self.ids.get(&node).copied()
    }

    /// Makes a node known.
    pub(crate) fn bind(&mut self, node: NodeId) -> u32 {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        self.last += 1;
        self.ids.insert(node, self.last);
        self.nodes.insert(self.last, node);
        self.last
    }

    /// Its changes are told from now on, unless too many are.
    pub(crate) fn follow(&mut self, node: NodeId, known: Followed) {
        if self.followed.len() < FOLLOWED_MAX || self.followed.contains_key(&node) {
            self.followed.insert(node, known);
        }
    }

    pub(crate) fn known(&self, node: NodeId) -> Option<&Followed> {
        self.followed.get(&node)
    }

    pub(crate) fn known_mut(&mut self, node: NodeId) -> Option<&mut Followed> {
        self.followed.get_mut(&node)
    }

    /// Whether it has been told of the node's children.
    pub(crate) fn is_open(&self, node: NodeId) -> bool {
        self.known(node)
            .is_some_and(|known| known.children.is_some())
    }

    /// All nodes whose changes are told, in the order in which they became known.
    pub(crate) fn all(&self) -> Vec<NodeId> {
        let followed = self.followed.keys();
        let all: BTreeSet<(u32, u64)> = followed
            .filter_map(|node| Some((self.id(*node)?, node.as_u64())))
            .collect();
        let nodes = all.into_iter().map(|(_, raw)| NodeId::from_u64(raw));
        nodes.collect()
    }

    /// A node is gone from where it was: it and what was known to be in it are unknown again.
    pub(crate) fn unbind(&mut self, node: NodeId) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if let Some(id) = self.ids.remove(&node) {
                self.nodes.remove(&id);
            }
            let known = self.followed.remove(&node);
            waiting.extend(known.and_then(|known| known.children).unwrap_or_default());
        }
    }
}

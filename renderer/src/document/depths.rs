//! Bounds the depth of a tree: what would stand deeper is put beside its parent instead of into it,
//! as every browser does. Layout, painting, cloning and dropping recurse, on a stack of 8 MiB.

use blitz_dom::{BaseDocument, NodeId};
use std::cell::RefCell;
use std::collections::HashMap;

/// The bound of one document, and the templates in it: what stands in one has no parent.
pub(crate) struct Depths {
    depth_max: usize,
    /// The templates, by what holds their contents.
    templates: RefCell<HashMap<NodeId, NodeId>>,
}

impl Depths {
    pub(crate) fn new(depth_max: usize) -> Depths {
        Depths {
            depth_max,
            templates: RefCell::default(),
        }
    }

    /// Remembers what holds the contents of a template.
    pub(crate) fn add_contents(&self, contents: NodeId, template: NodeId) {
        self.templates.borrow_mut().insert(contents, template);
    }

    /// Into what a child element of `parent` goes: into it, unless that is as deep as may be.
    pub(crate) fn host(&self, document: &BaseDocument, parent: NodeId) -> NodeId {
        let mut depth = self.depth(document, parent);
        let mut host = parent;
        while !self.takes_children(host, depth) {
            let Some(up) = self.up(document, host) else {
                return host;
            };
            (host, depth) = (up, depth - 1);
        }
        host
    }

    /// What stands in a template must not come out of it, so that contents go one step deeper.
    fn takes_children(&self, node: NodeId, depth: usize) -> bool {
        let is_at_bound = depth == self.depth_max;
        depth < self.depth_max || is_at_bound && self.templates.borrow().contains_key(&node)
    }

    fn depth(&self, document: &BaseDocument, node: NodeId) -> usize {
        std::iter::successors(Some(node), |at| self.up(document, *at)).count() - 1
    }

    fn up(&self, document: &BaseDocument, node: NodeId) -> Option<NodeId> {
        let parent = document.get_node(node)?.parent;
        parent.or_else(|| self.templates.borrow().get(&node).copied())
    }
}

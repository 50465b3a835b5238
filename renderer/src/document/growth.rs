//! What the parser has added that scripts have to know of, and that a tree does not tell quickly.
//! It is noted from the time when somebody first asks.

use blitz_dom::{LocalName, local_name};
use html5ever::Attribute;
use std::collections::HashSet;

/// The most names that are kept for scripts which do not ask.
const NAMES_MAX: usize = 100_000;

#[derive(Default)]
pub(crate) struct Growth {
    /// The names of event handlers in the markup.
    pub(crate) handlers: HashSet<LocalName>,
    /// The ids and names of elements. `None`: they were not noted, and the tree must be asked.
    pub(crate) names: Option<Vec<String>>,
}

impl Growth {
    /// Notes what an element is made with.
    pub(crate) fn note(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            let name = &attribute.name.local;
            if name.starts_with("on") {
                self.handlers.insert(name.clone());
            }
            let is_name = *name == local_name!("id") || *name == local_name!("name");
            if is_name && let Some(names) = &mut self.names {
                if names.len() == NAMES_MAX {
                    self.names = None;
                } else {
                    names.push(attribute.value.to_string());
                }
            }
        }
    }

    /// What was noted since the last time.
    pub(crate) fn take(&mut self) -> Growth {
        let noted = Growth {
            handlers: HashSet::new(),
            names: Some(Vec::new()),
        };
        std::mem::replace(self, noted)
    }
}

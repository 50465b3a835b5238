//! The scripts that a document has run, for whoever inspects it.
//!
//! Never: keeps anything while nobody inspects the document, or more than its bounds.

use crate::script::limits::{SOURCES_BYTES_MAX, SOURCES_MAX};
use std::cell::{Cell, Ref, RefCell};

/// A script.
pub(crate) struct Source {
    /// As the engine's account of a stack names it.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) is_module: bool,
}

/// The scripts in the order in which they came.
#[derive(Default)]
pub(crate) struct Sources {
    is_keeping: Cell<bool>,
    all: RefCell<Vec<Source>>,
    bytes: Cell<usize>,
}

impl Sources {
    /// Scripts are kept from now on.
    pub(crate) fn keep(&self) {
        self.is_keeping.set(true);
    }

    /// A script is about to be compiled.
    pub(crate) fn add(&self, name: &str, text: &str, is_module: bool) {
        let bytes = self.bytes.get() + name.len() + text.len();
        let has_room = bytes <= SOURCES_BYTES_MAX && self.all.borrow().len() < SOURCES_MAX;
        if self.is_keeping.get() && has_room {
            self.bytes.set(bytes);
            self.all.borrow_mut().push(Source {
                name: name.to_owned(),
                text: text.to_owned(),
                is_module,
            });
        }
    }

    pub(crate) fn all(&self) -> Ref<'_, [Source]> {
        Ref::map(self.all.borrow(), Vec::as_slice)
    }

    /// The number of the last script of that name, counted from 1; 0: there is none.
    pub(crate) fn number_of(&self, name: &str) -> usize {
        let all = self.all.borrow();
        let at = all.iter().rposition(|source| source.name == name);
        at.map_or(0, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_kept_while_somebody_looks_and_within_bounds() {
        let sources = Sources::default();
        sources.add("before", "1", false);
        assert!(sources.all().is_empty());
        sources.keep();
        sources.add("a", "1", false);
        sources.add("b", "2", true);
        sources.add("a", "3", false);
        assert_eq!(sources.number_of("a"), 3);
        assert_eq!(sources.number_of("before"), 0);
        sources.add("large", &"x".repeat(SOURCES_BYTES_MAX), false);
        assert_eq!(sources.all().len(), 3);
        for _ in 0..SOURCES_MAX {
            sources.add("c", "", false);
        }
        assert_eq!(sources.all().len(), SOURCES_MAX);
    }
}

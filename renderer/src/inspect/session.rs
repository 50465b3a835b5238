//! What one client has asked for.

use crate::document::media::Emulated;
use crate::inspect::dom::Dom;
use crate::inspect::fault::Fault;
use crate::inspect::limits::{BINDINGS_MAX, SCRIPTS_BYTES_MAX, SCRIPTS_MAX};
use std::collections::BTreeMap;

/// A session.
#[derive(Default)]
pub(crate) struct Session {
    /// Whether it hears of contexts, the console and exceptions.
    pub(crate) hears_runtime: bool,
    /// Whether it hears of what becomes of the document.
    pub(crate) hears_page: bool,
    pub(crate) hears_lifecycle: bool,
    /// Of how many scripts of the document it has been told, if it wants to be.
    pub(crate) scripts_known: Option<usize>,
    pub(crate) dom: Dom,
    /// How the document is to believe that it is shown.
    pub(crate) emulated: Emulated,
    /// What its pages are to call the browser.
    pub(crate) user_agent: Option<String>,
    /// Functions that it has put into pages: into which worlds, if not into all.
    pub(crate) bindings: BTreeMap<String, Option<String>>,
    pub(crate) scripts: Vec<FirstScript>,
    last_script: u32,
}

/// A script that runs before those of each document.
pub(crate) struct FirstScript {
    id: String,
    pub(crate) source: String,
    /// The world that it runs in; an empty one is the page's.
    pub(crate) world: String,
}

impl Session {
    pub(crate) fn add_script(&mut self, source: &str, world: &str) -> Result<String, Fault> {
        let bytes: usize = self.scripts.iter().map(|script| script.source.len()).sum();
        if self.scripts.len() >= SCRIPTS_MAX || bytes + source.len() > SCRIPTS_BYTES_MAX {
            return Err(Fault::server("Too many scripts"));
        }
        self.last_script += 1;
        let id = self.last_script.to_string();
        self.scripts.push(FirstScript {
            id: id.clone(),
            source: source.to_owned(),
            world: world.to_owned(),
        });
        Ok(id)
    }

    pub(crate) fn remove_script(&mut self, id: &str) -> Result<(), Fault> {
        let at = self.scripts.iter().position(|script| script.id == id);
        let at = at.ok_or_else(|| Fault::server("Script not found"))?;
        self.scripts.remove(at);
        Ok(())
    }

    pub(crate) fn add_binding(&mut self, name: &str, world: Option<&str>) -> Result<(), Fault> {
        if self.bindings.len() >= BINDINGS_MAX && !self.bindings.contains_key(name) {
            return Err(Fault::server("Too many bindings"));
        }
        self.bindings
            .insert(name.to_owned(), world.map(str::to_owned));
        Ok(())
    }

    /// Whether it wants anything done before a document's first script.
    pub(crate) fn wants_to_be_first(&self) -> bool {
        !self.scripts.is_empty() || !self.bindings.is_empty()
    }
}

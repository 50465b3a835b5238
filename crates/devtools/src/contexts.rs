//! Browser contexts, as clients know them.

use crate::names;
use crate::session::SessionKey;

/// A context: tabs that share cookies and storage.
#[derive(Debug)]
pub struct Context {
    pub name: String,
    /// The session with whose end it is closed.
    pub ends_with: Option<SessionKey>,
}

impl Context {
    pub fn new(ends_with: Option<SessionKey>) -> Context {
        Context {
            name: names::random(),
            ends_with,
        }
    }
}

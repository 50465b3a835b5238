//! Who hears what the inspector's program has to say.

use std::cell::RefCell;
use std::rc::Rc;

/// Who hears what the inspector has to say.
pub(crate) trait Teller {
    /// The answer to a call that was not answered at once.
    fn answer(&self, call: u32, text: String);
    /// Something has happened that a session wants to know.
    fn event(&self, session: u32, method: &str, params: &str);
    /// A page has called a function that clients have put into it.
    fn bound(&self, name: &str, payload: &str, context: u32);
}

/// The one who hears now; the inspector may change, or go.
pub(crate) type Hearer = Rc<RefCell<Option<Rc<dyn Teller>>>>;

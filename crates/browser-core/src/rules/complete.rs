//! Completes what the user types into the address bar: to a host of this session, and behind a host
//! to an address of it.
//!
//! Never: completes to what would lead elsewhere than the address that was visited, or what already
//! names a fault.

use crate::action::Action;
use crate::address;
use crate::state::core::Core;
use crate::state::injection::injection_of;

impl Core {
    /// Tells the shell what `text`, which was just typed, can be completed to.
    pub(crate) fn complete(&mut self, text: &str) {
        let Some(process) = self.ready_service(&self.services.shell) else {
            return;
        };
        // Else `crash` could not be typed any more once `crashes` was visited.
        let is_fault =
            address::parse(text).is_ok_and(|url| matches!(injection_of(&url), Some(Ok(_))));
        if is_fault {
            return;
        }
        let means =
            |whole: &str, url: &str| address::parse(whole).is_ok_and(|meant| meant.as_str() == url);
        let found = self.visits.completions(text);
        let mut found = found.filter(|found| means(&[text, &found.rest].concat(), &found.url));
        if let Some(completion) = found.next() {
            let (typed, rest) = (text.to_owned(), completion.rest);
            drop(found);
            self.emit(Action::Complete {
                process,
                typed,
                rest,
            });
        }
    }
}

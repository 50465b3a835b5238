//! The search for text in one tab's page.

use protocol::find::{FindMatches, FindStep};

/// An open bar for finding text.
#[derive(Debug, Default)]
pub(crate) struct Find {
    pub(crate) text: String,
    /// The search that the renderer was asked for last and has not answered.
    pub(crate) waiting: Option<u32>,
    /// The search that was answered last, whose answer may come again.
    pub(crate) answered: Option<u32>,
    /// What to ask for next: one question is on its way at a time.
    pub(crate) wanted: Option<FindStep>,
    pub(crate) matches: Option<FindMatches>,
}

impl Find {
    /// Takes in an answer. Returns whether the next question may be asked.
    pub(crate) fn answer(&mut self, request: u32, matches: FindMatches) -> bool {
        if self.waiting == Some(request) {
            self.waiting = None;
            self.answered = Some(request);
        }
        if self.answered == Some(request) {
            self.matches = Some(matches);
        }
        self.waiting.is_none()
    }
}

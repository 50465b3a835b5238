//! What the text in the address bar is completed to while the user types at its end.

use protocol::input::{InputEvent, Key};

/// The completion of the text in the address bar.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    /// Whether the last key was a character.
    is_by_character: bool,
    /// The text that may be completed: the user has just typed its last character.
    wanted: Option<String>,
    /// What the text was completed to last.
    whole: String,
}

impl Completion {
    /// Something is done to the address bar.
    pub(crate) fn hear(&mut self, event: &InputEvent) {
        if let InputEvent::KeyDown { key, modifiers, .. } = event {
            let is_command = modifiers.ctrl || modifiers.alt || modifiers.meta;
            self.is_by_character = matches!(key, Key::Character(_)) && !is_command;
        }
    }

    /// The text is this now. Returns what it can be completed with at once: the rest of what it was
    /// completed to before.
    pub(crate) fn typed(&mut self, text: &str, is_at_end: bool) -> Option<String> {
        // A paste, or whatever changes the text next, is no character.
        let is_by_character = std::mem::take(&mut self.is_by_character);
        self.wanted = (is_by_character && is_at_end).then(|| text.to_owned());
        // Each of these may be an address that breaks something: the broker says whether it is.
        let is_own = text.starts_with("bulkhead:");
        let wanted = self.wanted.as_ref().filter(|_| !is_own);
        let rest = wanted.and(self.whole.strip_prefix(text));
        let rest = rest.filter(|rest| !rest.is_empty()).map(str::to_owned);
        if rest.is_none() {
            self.whole.clear();
        }
        rest
    }

    /// The whole text, if `typed` is what may be completed.
    pub(crate) fn of(&mut self, typed: &str, rest: &str) -> Option<String> {
        if self.wanted.as_deref() != Some(typed) {
            return None;
        }
        self.whole = [typed, rest].concat();
        Some(self.whole.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::input::Modifiers;

    /// What stands behind the text at once when its last character is typed.
    fn typed(completion: &mut Completion, text: &str) -> Option<String> {
        completion.hear(&InputEvent::KeyDown {
            key: Key::Character('x'),
            modifiers: Modifiers::default(),
            repeat: false,
        });
        completion.typed(text, true)
    }

    #[test]
    fn the_rest_stays_while_it_is_typed() {
        let mut completion = Completion::default();
        assert_eq!(typed(&mut completion, "do"), None);
        let whole = completion.of("do", "cs.test");
        assert_eq!(whole.as_deref(), Some("docs.test"));
        assert_eq!(typed(&mut completion, "doc").as_deref(), Some("s.test"));
        assert_eq!(typed(&mut completion, "dog"), None);
        assert_eq!(typed(&mut completion, "doc"), None);
        assert_eq!(completion.of("do", "cs.test"), None, "it has come too late");
    }

    #[test]
    fn no_rest_stays_behind_an_address_of_the_browser() {
        let mut completion = Completion::default();
        assert_eq!(typed(&mut completion, "bulkhead://cras"), None);
        assert!(completion.of("bulkhead://cras", "hes").is_some());
        assert_eq!(typed(&mut completion, "bulkhead://crash"), None);
    }
}

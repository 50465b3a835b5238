//! The keys of the tour in a terminal, a line each.
//!
//! Trusts: whoever is at the terminal. Never: blocks; a line is read when it is there.

use crate::poller::Source;
use crate::state::Broker;
use browser_core::{Command, Event};
use nix::errno::Errno;
use protocol::act::TourKey;
use std::io::{IsTerminal, stdin, stdout};

/// More than that of one line is no key.
const LINE_BYTES: usize = 256;

/// Standard input, while the browser watches it.
#[derive(Debug)]
pub struct Keyboard(());

impl Keyboard {
    /// Whether a user is at the terminal.
    pub fn is_there() -> bool {
        stdin().is_terminal() && stdout().is_terminal()
    }

    /// Has the browser watch it; nothing if it cannot be watched.
    pub fn watch(browser: &Broker) -> Option<Keyboard> {
        let added = browser.poller.add(stdin(), Source::Keyboard);
        added
            .inspect_err(|error| tracing::warn!("the terminal has no keys: {error}"))
            .ok()
            .map(Keyboard)
    }

    /// Ends the watch.
    pub fn forget(self, browser: &Broker) {
        browser.poller.remove(stdin());
    }
}

impl Broker {
    /// A line was typed in the terminal.
    pub(crate) fn read_keyboard(&mut self) {
        let mut line = [0; LINE_BYTES];
        match nix::unistd::read(stdin(), &mut line) {
            Ok(count @ 1..) => match key_of(&line[..count]) {
                Some(key) => self.tour.press(None, key),
                None => self.events.push_back(Event::Command(Command::Quit)),
            },
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            // Ctrl+D, or the terminal is gone.
            Ok(0) | Err(_) => self.events.push_back(Event::Command(Command::Quit)),
        }
    }
}

/// What a line means; none: the tour is left.
fn key_of(line: &[u8]) -> Option<TourKey> {
    let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
    match first.map(u8::to_ascii_lowercase) {
        Some(b'b') => Some(TourKey::Back),
        Some(b'a') => Some(TourKey::Again),
        Some(b's') => Some(TourKey::Skip),
        Some(b'q') => None,
        _ => Some(TourKey::Next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_key_and_an_empty_one_goes_on() {
        for (line, key) in [
            ("\n", Some(TourKey::Next)),
            ("n\n", Some(TourKey::Next)),
            (" B\n", Some(TourKey::Back)),
            ("again\n", Some(TourKey::Again)),
            ("s\n", Some(TourKey::Skip)),
            ("q\n", None),
        ] {
            assert_eq!(key_of(line.as_bytes()), key, "{line:?}");
        }
    }
}

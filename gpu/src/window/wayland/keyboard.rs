//! The keyboard: its layout, what is held, and the repeating of a held key.
//!
//! Trusts: the compositor for the order of presses. Never: repeats faster than a bound.

use super::keymap::{Composer, Layout, number, state};
use crate::window::event::RawKey;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};
use wayland_client::protocol::wl_keyboard::WlKeyboard;

/// Repeats a second, at most.
const RATE_MAX: u32 = 200;
/// The longest time before a held key repeats.
const DELAY_MAX: Duration = Duration::from_secs(10);

/// The keyboard of the seat.
pub struct Keyboard {
    /// Its object, while there is one.
    pub proxy: Option<WlKeyboard>,
    layout: Option<Layout>,
    composer: Composer,
    modifiers: u32,
    group: u32,
    pace: Pace,
    held: Option<Held>,
}

/// How a held key repeats.
#[derive(Clone, Copy, Debug)]
struct Pace {
    delay: Duration,
    /// None: it does not.
    interval: Option<Duration>,
}

struct Held {
    code: u32,
    key: RawKey,
    at: Instant,
}

impl Keyboard {
    /// A keyboard whose layout is not known. Reads the sequences of dead keys from their files.
    pub fn new() -> Keyboard {
        Keyboard {
            proxy: None,
            layout: None,
            composer: Composer::load(),
            modifiers: 0,
            group: 0,
            // What X servers do, for compositors that do not say.
            pace: Pace {
                delay: Duration::from_millis(500),
                interval: Some(Duration::from_millis(33)),
            },
            held: None,
        }
    }

    /// Modifiers held, as X11 has them.
    pub fn state(&self) -> u32 {
        state(self.modifiers)
    }

    /// Takes the compositor's keymap. One that cannot be used changes nothing.
    pub fn take_keymap(&mut self, file: &OwnedFd, bytes: u32) {
        match Layout::read(file, bytes) {
            Ok(layout) => {
                self.layout = Some(layout);
                self.forget();
            }
            Err(error) => tracing::error!("the keymap of the compositor cannot be used: {error}"),
        }
    }

    /// How a held key repeats: so many times a second (0: not) after so many milliseconds.
    pub fn set_pace(&mut self, rate: i32, delay_ms: i32) {
        let rate = u32::try_from(rate).unwrap_or(0).min(RATE_MAX);
        let delay = Duration::from_millis(u64::try_from(delay_ms).unwrap_or(0));
        self.pace = Pace {
            delay: delay.min(DELAY_MAX),
            interval: (rate > 0).then(|| Duration::from_secs(1) / rate),
        };
        self.held = None;
    }

    /// What is held beside keys, and which layout is in use.
    pub fn set_modifiers(&mut self, modifiers: u32, group: u32) {
        self.modifiers = modifiers;
        self.group = group;
    }

    /// The window has lost the keyboard, or gets it.
    pub fn forget(&mut self) {
        self.held = None;
        self.composer.reset();
    }

    /// A key went down; what is to be told of it.
    pub fn press(&mut self, code: u32, now: Instant) -> Option<RawKey> {
        let layout = self.layout.as_ref()?;
        let meaning = layout.press(code, self.modifiers, self.group);
        let is_whole = meaning.key.keysym;
        let told = self.composer.feed(meaning.key)?;
        // Composed text has no key that could repeat.
        if meaning.repeats && told.keysym == is_whole && self.pace.interval.is_some() {
            self.held = Some(Held {
                code,
                key: told.clone(),
                at: now + self.pace.delay,
            });
        }
        Some(told)
    }

    /// A key went up.
    pub fn release(&mut self, code: u32) -> RawKey {
        if self.held.as_ref().is_some_and(|held| held.code == code) {
            self.held = None;
        }
        RawKey {
            keycode: number(code),
            state: self.state(),
            ..RawKey::default()
        }
    }

    /// When the held key repeats.
    pub fn repeats_at(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.at)
    }

    /// The held key, if it is due. One that is late does not catch up.
    pub fn repeat(&mut self, now: Instant) -> Option<RawKey> {
        let (held, interval) = (self.held.as_mut()?, self.pace.interval?);
        if held.at > now {
            return None;
        }
        held.at = (held.at + interval).max(now);
        Some(held.key.clone())
    }
}

//! Translates raw events to input. A press is reported once, with its release; control characters
//! are dropped.

use super::event::{RawEvent, RawKey};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use x11_dl::{keysym as sym, xlib};

/// What one notch of the wheel scrolls, in pixels.
pub const NOTCH_PIXELS: f32 = 53.0;

/// What is held, between events.
pub struct Translator {
    /// What each key of the keyboard meant when it went down.
    held: [Option<Key>; 256],
    /// Where the pointer has moved to since the last event that was passed on.
    moved: Option<InputEvent>,
}

impl Translator {
    /// Nothing is held.
    pub fn new() -> Translator {
        Translator {
            held: [None; 256],
            moved: None,
        }
    }

    /// Appends what `event` means. Of several moves in a row only the last one is appended, with
    /// the next event of another kind or with [`Translator::finish`].
    pub fn translate(&mut self, event: &RawEvent, out: &mut Vec<InputEvent>) {
        if let RawEvent::Motion { at, state } = *event {
            let (x, y) = place(at);
            self.moved = Some(InputEvent::PointerMove {
                x,
                y,
                modifiers: modifiers(state),
            });
            return;
        }
        self.finish(out);
        match event {
            RawEvent::Key(key) if key.down => self.key_down(key, out),
            RawEvent::Key(key) => {
                if let Some(meaning) = self.held[usize::from(key.keycode)].take() {
                    out.push(InputEvent::KeyUp {
                        key: meaning,
                        modifiers: modifiers(key.state),
                    });
                }
            }
            &RawEvent::Button {
                down,
                button,
                at,
                state,
            } => {
                out.extend(button_event(down, button, at, modifiers(state)));
            }
            &RawEvent::Scroll { at, delta, state } => {
                let (x, y) = place(at);
                out.push(InputEvent::Wheel {
                    x,
                    y,
                    delta_x: delta.0,
                    delta_y: delta.1,
                    modifiers: modifiers(state),
                });
            }
            RawEvent::Leave => out.push(InputEvent::PointerLeave),
            RawEvent::Focus(gained) => self.focus(*gained, out),
            RawEvent::Motion { .. }
            | RawEvent::Configured(_)
            | RawEvent::Exposed(_)
            | RawEvent::CloseRequested => {}
        }
    }

    /// Appends the move that is still held back.
    pub fn finish(&mut self, out: &mut Vec<InputEvent>) {
        out.extend(self.moved.take());
    }

    fn key_down(&mut self, raw: &RawKey, out: &mut Vec<InputEvent>) {
        let modifiers = modifiers(raw.state);
        let mut meanings = meanings(raw, modifiers);
        let Some(first) = meanings.next() else { return };
        let mut repeat = false;
        // Composed text has no key of its own, so nothing will be released.
        if raw.keycode != 0 {
            repeat = self.held[usize::from(raw.keycode)].replace(first).is_some();
        }
        out.push(InputEvent::KeyDown {
            key: first,
            modifiers,
            repeat,
        });
        out.extend(meanings.map(|key| InputEvent::KeyDown {
            key,
            modifiers,
            repeat,
        }));
    }

    /// With the keyboard gone, no release will come: every key that is held is released now.
    fn focus(&mut self, gained: bool, out: &mut Vec<InputEvent>) {
        if !gained {
            let held = self.held.iter_mut().filter_map(Option::take);
            let modifiers = Modifiers::default();
            out.extend(held.map(|key| InputEvent::KeyUp { key, modifiers }));
        }
        out.push(InputEvent::Focus(gained));
    }
}

/// What a key means with no modifier, in a layout that has Latin letters where there is one.
/// `in_group`: what it means in each layout; `active`: the layout in use.
pub fn base_keysym(active: u32, in_group: impl Fn(u32) -> u32) -> u32 {
    let base = in_group(active);
    if is_latin(base) {
        return base;
    }
    let mut others = (0..4).map(in_group);
    others.find(|&other| is_latin_letter(other)).unwrap_or(base)
}

fn is_latin(keysym: u32) -> bool {
    // Letters of Latin-1, and everything that is no letter of another script: functions keys, too.
    keysym != 0 && (keysym <= 0xff || keysym >= 0xfd00)
}

fn is_latin_letter(keysym: u32) -> bool {
    char::from_u32(keysym).is_some_and(|c| c.is_ascii_alphabetic())
}

/// The keys that a press stands for: none, one, or one for each character of composed text.
fn meanings(raw: &RawKey, modifiers: Modifiers) -> impl Iterator<Item = Key> {
    let shortcut = modifiers.ctrl || modifiers.alt;
    let named = named(raw.keysym).or_else(|| named(raw.base).filter(|_| raw.keysym == 0));
    let single = named.or_else(|| {
        let base = shortcut.then(|| character(raw.base)).flatten()?;
        Some(Key::Character(base.to_lowercase().next().unwrap_or(base)))
    });
    let typed = if single.is_none() && !shortcut {
        raw.text.as_str()
    } else {
        ""
    };
    // A key that has a character which the locale cannot say.
    let unsaid = (single.is_none() && !shortcut && typed.is_empty())
        .then(|| character(raw.keysym))
        .flatten();
    let characters: Vec<char> = typed.chars().chain(unsaid).collect();
    let characters = characters.into_iter().filter(|c| !c.is_control());
    single.into_iter().chain(characters.map(Key::Character))
}

/// The keys that type nothing, also those of the number pad.
fn named(keysym: u32) -> Option<Key> {
    Some(match keysym {
        sym::XK_Left | sym::XK_KP_Left => Key::ArrowLeft,
        sym::XK_Right | sym::XK_KP_Right => Key::ArrowRight,
        sym::XK_Up | sym::XK_KP_Up => Key::ArrowUp,
        sym::XK_Down | sym::XK_KP_Down => Key::ArrowDown,
        sym::XK_BackSpace => Key::Backspace,
        sym::XK_Delete | sym::XK_KP_Delete => Key::Delete,
        sym::XK_End | sym::XK_KP_End => Key::End,
        sym::XK_Return | sym::XK_KP_Enter => Key::Enter,
        sym::XK_Escape => Key::Escape,
        sym::XK_Home | sym::XK_KP_Home => Key::Home,
        sym::XK_Insert | sym::XK_KP_Insert => Key::Insert,
        sym::XK_Menu => Key::ContextMenu,
        sym::XK_Page_Down | sym::XK_KP_Page_Down => Key::PageDown,
        sym::XK_Page_Up | sym::XK_KP_Page_Up => Key::PageUp,
        sym::XK_Tab | sym::XK_KP_Tab | sym::XK_ISO_Left_Tab => Key::Tab,
        sym::XK_F1..=sym::XK_F12 => Key::Function(u8::try_from(keysym - sym::XK_F1 + 1).ok()?),
        _ => return None,
    })
}

/// The character that a keysym is by its number (X Window System Protocol, appendix A).
fn character(keysym: u32) -> Option<char> {
    match keysym {
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym),
        0x0100_0100..=0x0110_ffff => char::from_u32(keysym - 0x0100_0000),
        _ => None,
    }
}

fn button_event(
    down: bool,
    button: u32,
    at: (i32, i32),
    modifiers: Modifiers,
) -> Option<InputEvent> {
    let (x, y) = place(at);
    let wheel = |delta_x, delta_y| {
        down.then_some(InputEvent::Wheel {
            x,
            y,
            delta_x,
            delta_y,
            modifiers,
        })
    };
    let button = match button {
        1 => Button::Left,
        2 => Button::Middle,
        3 => Button::Right,
        4 => return wheel(0.0, -NOTCH_PIXELS),
        5 => return wheel(0.0, NOTCH_PIXELS),
        6 => return wheel(-NOTCH_PIXELS, 0.0),
        7 => return wheel(NOTCH_PIXELS, 0.0),
        _ => return None,
    };
    Some(if down {
        InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        }
    } else {
        InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        }
    })
}

fn place((x, y): (i32, i32)) -> (f32, f32) {
    // Window coordinates are 16 bits wide: exact.
    (x as f32, y as f32)
}

fn modifiers(state: u32) -> Modifiers {
    Modifiers {
        shift: state & xlib::ShiftMask != 0,
        ctrl: state & xlib::ControlMask != 0,
        alt: state & xlib::Mod1Mask != 0,
        meta: state & xlib::Mod4Mask != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(keycode: u8, keysym: u32, base: u32, text: &str, state: u32) -> RawEvent {
        let text = text.to_owned();
        RawEvent::Key(RawKey {
            down: true,
            keycode,
            keysym,
            base,
            text,
            state,
        })
    }

    fn release(keycode: u8) -> RawEvent {
        RawEvent::Key(RawKey {
            keycode,
            ..RawKey::default()
        })
    }

    fn told(events: &[RawEvent]) -> Vec<InputEvent> {
        let (mut translator, mut out) = (Translator::new(), Vec::new());
        for event in events {
            translator.translate(event, &mut out);
        }
        translator.finish(&mut out);
        out
    }

    fn keys(events: &[RawEvent]) -> Vec<(Key, bool)> {
        let down = |event: &InputEvent| match *event {
            InputEvent::KeyDown { key, repeat, .. } => Some((key, repeat)),
            _ => None,
        };
        told(events).iter().filter_map(down).collect()
    }

    #[test]
    fn a_press_is_told_once_and_its_repeats_as_repeats() {
        let a = press(38, sym::XK_A, sym::XK_a, "A", xlib::ShiftMask);
        let events = [a.clone(), a.clone(), release(38), a];
        let key = Key::Character('A');
        assert_eq!(keys(&events), [(key, false), (key, true), (key, false)]);
    }

    #[test]
    fn the_release_names_the_key_that_went_down() {
        let events = [
            press(38, sym::XK_A, sym::XK_a, "A", xlib::ShiftMask),
            release(38),
        ];
        let up = InputEvent::KeyUp {
            key: Key::Character('A'),
            modifiers: Modifiers::default(),
        };
        assert_eq!(told(&events).last(), Some(&up));
    }

    #[test]
    fn a_shortcut_carries_the_unshifted_letter_and_no_control_character() {
        let state = xlib::ControlMask | xlib::ShiftMask;
        let events = [press(28, sym::XK_T, sym::XK_t, "\u{14}", state)];
        assert_eq!(keys(&events), [(Key::Character('t'), false)]);
    }

    #[test]
    fn a_shortcut_in_another_script_carries_the_latin_letter() {
        let events = [press(28, 0x6c5, sym::XK_t, "е", xlib::ControlMask)];
        assert_eq!(keys(&events), [(Key::Character('t'), false)]);
    }

    #[test]
    fn named_keys_type_nothing() {
        let events = [
            press(36, sym::XK_Return, sym::XK_Return, "\r", 0),
            press(22, sym::XK_BackSpace, sym::XK_BackSpace, "\u{8}", 0),
            press(23, sym::XK_ISO_Left_Tab, sym::XK_Tab, "", xlib::ShiftMask),
            press(71, sym::XK_F5, sym::XK_F5, "", 0),
            press(50, sym::XK_Shift_L, sym::XK_Shift_L, "", 0),
        ];
        let named = [Key::Enter, Key::Backspace, Key::Tab, Key::Function(5)];
        assert_eq!(keys(&events), named.map(|key| (key, false)));
    }

    #[test]
    fn composed_text_is_told_character_by_character() {
        let events = [press(0, 0, 0, "né", 0), press(0, 0, 0, "€", 0)];
        let typed = ['n', 'é', '€'].map(|c| (Key::Character(c), false));
        assert_eq!(keys(&events), typed);
    }

    #[test]
    fn a_character_that_the_locale_cannot_say_comes_from_the_keysym() {
        let events = [press(20, 0x0100_20ac, 0x0100_20ac, "", 0)];
        assert_eq!(keys(&events), [(Key::Character('€'), false)]);
    }

    #[test]
    fn moves_in_a_row_are_told_once_before_what_follows() {
        let motion = |x| RawEvent::Motion {
            at: (x, 5),
            state: 0,
        };
        let click = RawEvent::Button {
            down: true,
            button: 1,
            at: (9, 5),
            state: 0,
        };
        let events = told(&[motion(1), motion(9), click, motion(10), motion(11)]);
        let places: Vec<_> = events.iter().filter_map(InputEvent::position).collect();
        assert_eq!(places, [(9.0, 5.0), (9.0, 5.0), (11.0, 5.0)]);
    }

    #[test]
    fn a_wheel_notch_down_is_positive_and_its_release_is_nothing() {
        let notch = |down| RawEvent::Button {
            down,
            button: 5,
            at: (3, 4),
            state: 0,
        };
        let modifiers = Modifiers::default();
        let wheel = InputEvent::Wheel {
            x: 3.0,
            y: 4.0,
            delta_x: 0.0,
            delta_y: NOTCH_PIXELS,
            modifiers,
        };
        assert_eq!(told(&[notch(true), notch(false)]), [wheel]);
    }

    #[test]
    fn losing_the_keyboard_releases_what_is_held() {
        let events = [
            press(38, sym::XK_a, sym::XK_a, "a", 0),
            RawEvent::Focus(false),
            release(38),
        ];
        let told = told(&events);
        let up = InputEvent::KeyUp {
            key: Key::Character('a'),
            modifiers: Modifiers::default(),
        };
        assert_eq!(told[1..], [up, InputEvent::Focus(false)]);
    }
}

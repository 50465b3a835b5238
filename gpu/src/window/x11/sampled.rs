//! Input sampled from minifb's state, for when minifb presents: it consumes the events then. A
//! click that begins and ends between two samples is lost, and held keys do not repeat.

use crate::window::keys::NOTCH_PIXELS;
use minifb::{InputCallback, MouseButton, MouseMode, Window};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use std::cell::RefCell;
use std::rc::Rc;

/// The last sample.
pub struct Sampled {
    recorded: Rc<RefCell<Vec<Recorded>>>,
    buttons: [bool; BUTTONS.len()],
    place: Option<(f32, f32)>,
    active: bool,
}

#[derive(Clone, Copy)]
enum Recorded {
    Typed(char),
    Key(minifb::Key, bool),
}

struct Recorder(Rc<RefCell<Vec<Recorded>>>);

impl InputCallback for Recorder {
    fn add_char(&mut self, code_point: u32) {
        let typed = char::from_u32(code_point).map(Recorded::Typed);
        self.0.borrow_mut().extend(typed);
    }

    fn set_key_state(&mut self, key: minifb::Key, down: bool) {
        self.0.borrow_mut().push(Recorded::Key(key, down));
    }
}

impl Sampled {
    /// Begins to listen to the window.
    pub fn new(window: &mut Window) -> Sampled {
        let recorded = Rc::new(RefCell::new(Vec::new()));
        window.set_input_callback(Box::new(Recorder(Rc::clone(&recorded))));
        let buttons = [false; BUTTONS.len()];
        Sampled {
            recorded,
            buttons,
            place: None,
            active: false,
        }
    }

    /// Appends what has changed since the last sample. To be called after each update of the
    /// window.
    pub fn sample(&mut self, window: &mut Window, out: &mut Vec<InputEvent>) {
        let modifiers = held_modifiers(window);
        if window.is_active() != self.active {
            self.active = !self.active;
            out.push(InputEvent::Focus(self.active));
        }
        self.sample_pointer(window, modifiers, out);
        for recorded in self.recorded.borrow_mut().drain(..) {
            out.extend(key_event(recorded, modifiers));
        }
    }

    fn sample_pointer(&mut self, window: &Window, modifiers: Modifiers, out: &mut Vec<InputEvent>) {
        let place = window.get_mouse_pos(MouseMode::Discard);
        if place != self.place {
            out.push(match place {
                Some((x, y)) => InputEvent::PointerMove { x, y, modifiers },
                None => InputEvent::PointerLeave,
            });
            self.place = place;
        }
        let (x, y) = window.get_mouse_pos(MouseMode::Clamp).unwrap_or_default();
        for (held, (mouse, button)) in self.buttons.iter_mut().zip(BUTTONS) {
            let down = window.get_mouse_down(mouse);
            if down != *held {
                *held = down;
                out.push(if down {
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
                });
            }
        }
        if let Some((across, along)) = window.get_scroll_wheel() {
            let (delta_x, delta_y) = (-NOTCH_PIXELS * across, -NOTCH_PIXELS * along);
            out.push(InputEvent::Wheel {
                x,
                y,
                delta_x,
                delta_y,
                modifiers,
            });
        }
    }
}

/// A character tells of a press by itself; a key does so where no character stands for it.
fn key_event(recorded: Recorded, modifiers: Modifiers) -> Option<InputEvent> {
    let shortcut = modifiers.ctrl || modifiers.alt;
    let down = |key| InputEvent::KeyDown {
        key,
        modifiers,
        repeat: false,
    };
    match recorded {
        Recorded::Typed(c) => (!shortcut && !c.is_control()).then(|| down(Key::Character(c))),
        Recorded::Key(key, true) => {
            let named = named(key);
            let base = base_character(key).filter(|_| shortcut).map(Key::Character);
            named.or(base).map(down)
        }
        Recorded::Key(key, false) => {
            let key = named(key).or_else(|| base_character(key).map(Key::Character))?;
            Some(InputEvent::KeyUp { key, modifiers })
        }
    }
}

fn held_modifiers(window: &Window) -> Modifiers {
    use minifb::Key as M;
    let held = |left, right| window.is_key_down(left) || window.is_key_down(right);
    Modifiers {
        shift: held(M::LeftShift, M::RightShift),
        ctrl: held(M::LeftCtrl, M::RightCtrl),
        alt: window.is_key_down(M::LeftAlt),
        meta: held(M::LeftSuper, M::RightSuper),
    }
}

fn named(key: minifb::Key) -> Option<Key> {
    use minifb::Key as M;
    let function = |number| Some(Key::Function(number));
    match key {
        M::Left => Some(Key::ArrowLeft),
        M::Right => Some(Key::ArrowRight),
        M::Up => Some(Key::ArrowUp),
        M::Down => Some(Key::ArrowDown),
        M::Backspace => Some(Key::Backspace),
        M::Delete => Some(Key::Delete),
        M::End => Some(Key::End),
        M::Enter | M::NumPadEnter => Some(Key::Enter),
        M::Escape => Some(Key::Escape),
        M::Home => Some(Key::Home),
        M::PageDown => Some(Key::PageDown),
        M::PageUp => Some(Key::PageUp),
        M::Tab => Some(Key::Tab),
        M::F1 => function(1),
        M::F2 => function(2),
        M::F3 => function(3),
        M::F4 => function(4),
        M::F5 => function(5),
        M::F6 => function(6),
        M::F7 => function(7),
        M::F8 => function(8),
        M::F9 => function(9),
        M::F10 => function(10),
        M::F11 => function(11),
        M::F12 => function(12),
        _ => None,
    }
}

/// The letter or digit on a key, which is what a shortcut names.
fn base_character(key: minifb::Key) -> Option<char> {
    let number = key as u8;
    match number {
        0..=9 => Some(char::from(b'0' + number)),
        10..=35 => Some(char::from(b'a' + (number - 10))),
        _ => match key {
            minifb::Key::Space => Some(' '),
            minifb::Key::Minus => Some('-'),
            minifb::Key::Equal => Some('='),
            _ => None,
        },
    }
}

const BUTTONS: [(MouseButton, Button); 3] = [
    (MouseButton::Left, Button::Left),
    (MouseButton::Middle, Button::Middle),
    (MouseButton::Right, Button::Right),
];

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Modifiers = Modifiers {
        shift: false,
        ctrl: false,
        alt: false,
        meta: false,
    };

    fn keys(recorded: &[Recorded], modifiers: Modifiers) -> Vec<Key> {
        let down = |&event: &Recorded| match key_event(event, modifiers) {
            Some(InputEvent::KeyDown { key, .. }) => Some(key),
            _ => None,
        };
        recorded.iter().filter_map(down).collect()
    }

    #[test]
    fn a_press_is_told_once_whatever_minifb_tells_first() {
        let key = Recorded::Key(minifb::Key::A, true);
        for order in [[key, Recorded::Typed('å')], [Recorded::Typed('å'), key]] {
            assert_eq!(keys(&order, NONE), [Key::Character('å')]);
        }
    }

    #[test]
    fn a_shortcut_is_told_once_with_the_letter_on_the_key() {
        let pressed = [
            Recorded::Key(minifb::Key::T, true),
            Recorded::Typed('\u{14}'),
        ];
        let ctrl = Modifiers { ctrl: true, ..NONE };
        assert_eq!(keys(&pressed, ctrl), [Key::Character('t')]);
    }

    #[test]
    fn named_keys_type_nothing() {
        let pressed = [
            Recorded::Key(minifb::Key::Enter, true),
            Recorded::Typed('\r'),
        ];
        assert_eq!(keys(&pressed, NONE), [Key::Enter]);
    }
}

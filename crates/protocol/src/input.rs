//! What a user does with pointer, wheel and keyboard.
#![allow(missing_docs, reason = "a field whose name says all needs no sentence")]

use crate::misbehaviour::Misbehaviour;
use serde::{Deserialize, Serialize};

/// Keys held while something else happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifiers {
    /// Either Shift key.
    pub shift: bool,
    /// Either Ctrl key.
    pub ctrl: bool,
    /// Either Alt key.
    pub alt: bool,
    /// Either Super key.
    pub meta: bool,
}

/// A button of the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Button {
    /// The primary one.
    Left,
    /// The wheel pressed.
    Middle,
    /// The secondary one.
    Right,
}

/// A key by its meaning, after the keyboard layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// Left arrow.
    ArrowLeft,
    /// Right arrow.
    ArrowRight,
    /// Up arrow.
    ArrowUp,
    /// Down arrow.
    ArrowDown,
    /// Backspace.
    Backspace,
    /// A key that types this character; control characters never come.
    Character(char),
    /// The key that opens a context menu.
    ContextMenu,
    /// Delete.
    Delete,
    /// End.
    End,
    /// Enter, also that of the number pad.
    Enter,
    /// Escape.
    Escape,
    /// A function key, 1 to 12.
    Function(u8),
    /// Home.
    Home,
    /// Insert.
    Insert,
    /// Page Down.
    PageDown,
    /// Page Up.
    PageUp,
    /// Tab.
    Tab,
}

/// One thing that happened, in pixels of the surface (or, from the gpu process, of the window).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputEvent {
    /// A key went down; `repeat` when held.
    KeyDown {
        key: Key,
        /// Keys held with it.
        modifiers: Modifiers,
        /// Whether it repeats because it is held.
        repeat: bool,
    },
    /// A key went up.
    KeyUp {
        key: Key,
        /// Keys held with it.
        modifiers: Modifiers,
    },
    /// The pointer moved there.
    PointerMove {
        /// From the left edge.
        x: f32,
        /// From the top edge.
        y: f32,
        /// Keys held with it.
        modifiers: Modifiers,
    },
    /// A button went down.
    PointerDown {
        /// From the left edge.
        x: f32,
        /// From the top edge.
        y: f32,
        button: Button,
        /// Keys held with it.
        modifiers: Modifiers,
    },
    /// A button went up.
    PointerUp {
        /// From the left edge.
        x: f32,
        /// From the top edge.
        y: f32,
        button: Button,
        /// Keys held with it.
        modifiers: Modifiers,
    },
    /// The pointer left the surface.
    PointerLeave,
    /// The wheel turned: positive `delta_y` shows what is further down. The deltas are in pixels at
    /// scale 1, whatever the display's scale.
    Wheel {
        /// From the left edge.
        x: f32,
        /// From the top edge.
        y: f32,
        /// Pixels to the right.
        delta_x: f32,
        /// Pixels down.
        delta_y: f32,
        /// Keys held with it.
        modifiers: Modifiers,
    },
    /// The surface gained or lost the keyboard.
    Focus(bool),
}

impl InputEvent {
    /// The place of a pointer event.
    pub fn position(&self) -> Option<(f32, f32)> {
        match *self {
            InputEvent::PointerMove { x, y, .. }
            | InputEvent::PointerDown { x, y, .. }
            | InputEvent::PointerUp { x, y, .. }
            | InputEvent::Wheel { x, y, .. } => Some((x, y)),
            _ => None,
        }
    }

    /// The same event with its place moved by `-dx`, `-dy`: from window to surface pixels.
    pub fn translated(mut self, dx: f32, dy: f32) -> InputEvent {
        match &mut self {
            InputEvent::PointerMove { x, y, .. }
            | InputEvent::PointerDown { x, y, .. }
            | InputEvent::PointerUp { x, y, .. }
            | InputEvent::Wheel { x, y, .. } => {
                *x -= dx;
                *y -= dy;
            }
            _ => {}
        }
        self
    }

    /// The same event with its place so many times as far from the corner.
    pub fn scaled(mut self, factor: f32) -> InputEvent {
        match &mut self {
            InputEvent::PointerMove { x, y, .. }
            | InputEvent::PointerDown { x, y, .. }
            | InputEvent::PointerUp { x, y, .. }
            | InputEvent::Wheel { x, y, .. } => {
                *x *= factor;
                *y *= factor;
            }
            _ => {}
        }
        self
    }

    /// Whether it only moves something: the pointer, or by the wheel the view.
    pub fn is_move(&self) -> bool {
        matches!(
            self,
            InputEvent::PointerMove { .. } | InputEvent::Wheel { .. }
        )
    }

    /// One event that does what this one and then `next` do, if both only move and there is one:
    /// the later place of the pointer, or both turns of the wheel in the same direction.
    pub fn merged(self, next: InputEvent) -> Option<InputEvent> {
        let merged = match (self, next) {
            (
                InputEvent::PointerMove { modifiers: a, .. },
                InputEvent::PointerMove { modifiers: b, .. },
            ) if a == b => next,
            (
                InputEvent::Wheel {
                    x,
                    y,
                    delta_x,
                    delta_y,
                    modifiers,
                },
                InputEvent::Wheel {
                    x: next_x,
                    y: next_y,
                    delta_x: right,
                    delta_y: down,
                    modifiers: next_modifiers,
                },
            ) if (x, y, modifiers) == (next_x, next_y, next_modifiers)
                && delta_x * right >= 0.0
                && delta_y * down >= 0.0 =>
            {
                InputEvent::Wheel {
                    x,
                    y,
                    delta_x: delta_x + right,
                    delta_y: delta_y + down,
                    modifiers,
                }
            }
            _ => return None,
        };
        merged.check().is_ok().then_some(merged)
    }

    /// The range checks of [`crate::Message::check`].
    pub fn check(&self) -> Result<(), Misbehaviour> {
        let in_range = |v: f32| v.is_finite() && v.abs() <= 1.0e6;
        let fine = match *self {
            InputEvent::Wheel {
                x,
                y,
                delta_x,
                delta_y,
                ..
            } => [x, y, delta_x, delta_y].into_iter().all(in_range),
            InputEvent::KeyDown { key, .. } | InputEvent::KeyUp { key, .. } => match key {
                Key::Character(c) => !c.is_control(),
                Key::Function(n) => (1..=12).contains(&n),
                _ => true,
            },
            _ => self
                .position()
                .is_none_or(|(x, y)| in_range(x) && in_range(y)),
        };
        if fine {
            Ok(())
        } else {
            Err(Misbehaviour::ValueOutOfRange)
        }
    }
}

/// The shape of the pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursor {
    /// An arrow.
    #[default]
    Default,
    /// A hand: something to click.
    Pointer,
    /// A bar: text.
    Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(x: f32, delta_y: f32) -> InputEvent {
        InputEvent::Wheel {
            x,
            y: 5.0,
            delta_x: 0.0,
            delta_y,
            modifiers: Modifiers::default(),
        }
    }

    fn moved(x: f32, shift: bool) -> InputEvent {
        let modifiers = Modifiers {
            shift,
            ..Modifiers::default()
        };
        InputEvent::PointerMove {
            x,
            y: 5.0,
            modifiers,
        }
    }

    #[test]
    fn turns_of_the_wheel_in_one_direction_at_one_place_are_added() {
        assert_eq!(
            wheel(1.0, 30.0).merged(wheel(1.0, 12.5)),
            Some(wheel(1.0, 42.5))
        );
        // At the end of a page, there and back is not the same as nothing.
        assert_eq!(wheel(1.0, 30.0).merged(wheel(1.0, -12.0)), None);
        assert_eq!(wheel(1.0, 30.0).merged(wheel(2.0, 30.0)), None);
        assert_eq!(
            wheel(1.0, 9.0e5).merged(wheel(1.0, 9.0e5)),
            None,
            "out of range"
        );
    }

    #[test]
    fn of_two_places_the_later_one_counts_and_nothing_else_is_merged() {
        assert_eq!(
            moved(1.0, false).merged(moved(2.0, false)),
            Some(moved(2.0, false))
        );
        assert_eq!(moved(1.0, false).merged(moved(2.0, true)), None);
        assert_eq!(moved(1.0, false).merged(wheel(1.0, 3.0)), None);
        let leave = InputEvent::PointerLeave;
        assert_eq!(leave.merged(leave), None);
        assert!(moved(1.0, false).is_move() && wheel(1.0, 2.0).is_move() && !leave.is_move());
    }
}

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

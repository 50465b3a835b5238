//! What a display server tells about a window: raw, and as the rest of the gpu process hears it.

use protocol::geometry::{Rect, Size};
use protocol::input::InputEvent;

/// What has happened to the window.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowEvent {
    /// The close button.
    CloseRequested,
    /// Pixels were lost and must be shown again.
    Exposed(Rect),
    /// Pointer, wheel, key or focus.
    Input(InputEvent),
    /// Another size.
    Resized(Size),
}

/// An event of the window as the display server tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum RawEvent {
    /// A key.
    Key(RawKey),
    /// A button of the pointer, by X11's number; the wheel is buttons 4 to 7.
    Button {
        /// Pressed or released.
        down: bool,
        /// Its number.
        button: u32,
        /// Where, in window pixels.
        at: (i32, i32),
        /// Modifiers and buttons held.
        state: u32,
    },
    /// The wheel turned, or two fingers moved.
    Scroll {
        /// Where, in window pixels.
        at: (i32, i32),
        /// Pixels to the right and down.
        delta: (f32, f32),
        /// Modifiers and buttons held.
        state: u32,
    },
    /// The pointer moved.
    Motion {
        /// Where to, in window pixels.
        at: (i32, i32),
        /// Modifiers and buttons held.
        state: u32,
    },
    /// The pointer left the window.
    Leave,
    /// The window gained or lost the keyboard.
    Focus(bool),
    /// The window's size, which may be what it was.
    Configured(Size),
    /// Pixels of the window were lost.
    Exposed(Rect),
    /// The close button.
    CloseRequested,
}

/// A key that went down or up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawKey {
    /// Pressed or released.
    pub down: bool,
    /// Which key of the keyboard; 0 for text that an input method has composed.
    pub keycode: u8,
    /// What it means with the modifiers that are held.
    pub keysym: u32,
    /// What it means with no modifier, in a layout that has Latin letters where there is one: the
    /// key of a shortcut.
    pub base: u32,
    /// What it types; empty on release.
    pub text: String,
    /// Modifiers and buttons held before.
    pub state: u32,
}

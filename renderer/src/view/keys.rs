//! Converts the protocol's keys to Blitz's.

use blitz_traits::events::{BlitzKeyEvent, KeyState};
use keyboard_types::{Code, Key as BlitzKey, Location, Modifiers as BlitzModifiers, NamedKey};
use protocol::input::{Key, Modifiers};

/// A key event as Blitz takes it.
pub(crate) fn event(key: Key, mods: Modifiers, repeat: bool, state: KeyState) -> BlitzKeyEvent {
    BlitzKeyEvent {
        key: blitz_key(key),
        code: Code::Unidentified,
        modifiers: modifiers(mods),
        location: Location::Standard,
        is_auto_repeating: repeat,
        is_composing: false,
        state,
        text: None,
    }
}

pub(crate) fn modifiers(held: Modifiers) -> BlitzModifiers {
    let mut modifiers = BlitzModifiers::empty();
    modifiers.set(BlitzModifiers::SHIFT, held.shift);
    modifiers.set(BlitzModifiers::CONTROL, held.ctrl);
    modifiers.set(BlitzModifiers::ALT, held.alt);
    modifiers.set(BlitzModifiers::META, held.meta);
    modifiers
}

fn blitz_key(key: Key) -> BlitzKey {
    let named = match key {
        Key::Character(character) => return BlitzKey::Character(character.to_string()),
        Key::ArrowLeft => NamedKey::ArrowLeft,
        Key::ArrowRight => NamedKey::ArrowRight,
        Key::ArrowUp => NamedKey::ArrowUp,
        Key::ArrowDown => NamedKey::ArrowDown,
        Key::Backspace => NamedKey::Backspace,
        Key::Delete => NamedKey::Delete,
        Key::End => NamedKey::End,
        Key::Enter => NamedKey::Enter,
        Key::Escape => NamedKey::Escape,
        Key::ContextMenu => NamedKey::ContextMenu,
        Key::Home => NamedKey::Home,
        Key::Insert => NamedKey::Insert,
        Key::PageDown => NamedKey::PageDown,
        Key::PageUp => NamedKey::PageUp,
        Key::Tab => NamedKey::Tab,
        Key::Function(number) => function_key(number),
    };
    BlitzKey::Named(named)
}

fn function_key(number: u8) -> NamedKey {
    match number {
        1 => NamedKey::F1,
        2 => NamedKey::F2,
        3 => NamedKey::F3,
        4 => NamedKey::F4,
        5 => NamedKey::F5,
        6 => NamedKey::F6,
        7 => NamedKey::F7,
        8 => NamedKey::F8,
        9 => NamedKey::F9,
        10 => NamedKey::F10,
        11 => NamedKey::F11,
        _ => NamedKey::F12,
    }
}

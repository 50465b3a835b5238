//! Keys and buttons of the protocol as inputs of the browser.

use crate::command::Params;
use crate::reply::Failure;
use protocol::input::{Button, InputEvent, Key, Modifiers};

/// Inputs of one command; longer texts are refused.
const CHARACTERS_MAX: usize = 16 * 1024;

fn modifiers(params: &Params) -> Result<Modifiers, Failure> {
    let bits = params.optional_count("modifiers")?.unwrap_or(0);
    Ok(Modifiers {
        alt: bits & 1 != 0,
        ctrl: bits & 2 != 0,
        meta: bits & 4 != 0,
        shift: bits & 8 != 0,
    })
}

/// `Input.dispatchMouseEvent`; nothing where no button goes down or up.
pub fn mouse(params: &Params) -> Result<Option<InputEvent>, Failure> {
    let kind = params.text("type")?;
    let modifiers = modifiers(params)?;
    let place = |name: &str| -> Result<f32, Failure> {
        let value = params.number(name)?;
        let is_possible = value.is_finite() && value.abs() < 1.0e5;
        let wrong = || Failure::params(format!("Failed to deserialize params.{name}"));
        is_possible.then_some(value as f32).ok_or_else(wrong)
    };
    let (x, y) = (place("x")?, place("y")?);
    let button = match params.optional_text("button")?.unwrap_or("none") {
        "none" | "back" | "forward" => None,
        "left" => Some(Button::Left),
        "middle" => Some(Button::Middle),
        "right" => Some(Button::Right),
        _ => return Err(Failure::params("Invalid mouse button")),
    };
    Ok(match kind {
        "mouseMoved" => Some(InputEvent::PointerMove { x, y, modifiers }),
        "mousePressed" => button.map(|button| InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        }),
        "mouseReleased" => button.map(|button| InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        }),
        "mouseWheel" => {
            params.number("deltaX")?;
            params.number("deltaY")?;
            Some(InputEvent::Wheel {
                x,
                y,
                delta_x: place("deltaX")?,
                delta_y: place("deltaY")?,
                modifiers,
            })
        }
        _ => return Err(Failure::params("Unexpected event type")),
    })
}

/// `Input.dispatchKeyEvent`; nothing for keys that the browser has no word for, such as Shift.
pub fn key(params: &Params) -> Result<Option<InputEvent>, Failure> {
    let kind = params.text("type")?;
    let modifiers = modifiers(params)?;
    let text = params.optional_text("text")?.unwrap_or_default();
    let name = params.optional_text("key")?.unwrap_or_default();
    let repeat = params.flag("autoRepeat")?;
    let down = |key| InputEvent::KeyDown {
        key,
        modifiers,
        repeat,
    };
    let is_command = modifiers.ctrl || modifiers.alt || modifiers.meta;
    Ok(match kind {
        "keyDown" => typed(text).or_else(|| named(name)).map(down),
        // The character comes by itself, as `char`.
        "rawKeyDown" => {
            let key = named(name);
            let is_character = matches!(key, Some(Key::Character(_)));
            key.filter(|_| is_command || !is_character).map(down)
        }
        "char" => typed(text).map(down),
        "keyUp" => named(name).map(|key| InputEvent::KeyUp { key, modifiers }),
        _ => return Err(Failure::params("Unexpected event type")),
    })
}

/// `Input.insertText`: as if it were typed.
pub fn insert(params: &Params) -> Result<Vec<InputEvent>, Failure> {
    let text = params.text("text")?;
    if text.len() > CHARACTERS_MAX {
        return Err(Failure::server("The text is too long"));
    }
    let modifiers = Modifiers::default();
    let keys = text.chars().filter_map(|character| match character {
        '\n' | '\r' => Some(Key::Enter),
        character => (!character.is_control()).then_some(Key::Character(character)),
    });
    let events = keys.flat_map(|key| {
        let down = InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        };
        [down, InputEvent::KeyUp { key, modifiers }]
    });
    Ok(events.collect())
}

/// The key that types that text.
fn typed(text: &str) -> Option<Key> {
    let mut characters = text.chars();
    let first = characters.next()?;
    if characters.next().is_some() {
        return None;
    }
    match first {
        '\r' | '\n' => Some(Key::Enter),
        character => (!character.is_control()).then_some(Key::Character(character)),
    }
}

/// The key of that name, as in `KeyboardEvent.key`.
fn named(name: &str) -> Option<Key> {
    Some(match name {
        "ArrowLeft" => Key::ArrowLeft,
        "ArrowRight" => Key::ArrowRight,
        "ArrowUp" => Key::ArrowUp,
        "ArrowDown" => Key::ArrowDown,
        "Backspace" => Key::Backspace,
        "ContextMenu" => Key::ContextMenu,
        "Delete" => Key::Delete,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "Insert" => Key::Insert,
        "PageDown" => Key::PageDown,
        "PageUp" => Key::PageUp,
        "Tab" => Key::Tab,
        name => match name.strip_prefix('F').and_then(|n| n.parse().ok()) {
            Some(number @ 1..=12) => Key::Function(number),
            _ => return typed(name),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(value: serde_json::Value) -> Params {
        Params(value.as_object().expect("an object").clone())
    }

    #[test]
    fn keys_are_those_of_puppeteer_and_playwright() {
        let of = |value| key(&params(value)).expect("well-formed");
        let down = |key| {
            Some(InputEvent::KeyDown {
                key,
                modifiers: Modifiers::default(),
                repeat: false,
            })
        };
        let typed = json!({"type": "keyDown", "key": "A", "text": "A", "code": "KeyA"});
        assert_eq!(of(typed), down(Key::Character('A')));
        let enter = json!({"type": "keyDown", "key": "Enter", "text": "\r"});
        assert_eq!(of(enter), down(Key::Enter));
        assert_eq!(of(json!({"type": "keyDown", "key": "Shift"})), None);
        assert_eq!(
            of(json!({"type": "keyDown", "key": "F5"})),
            down(Key::Function(5))
        );
        assert_eq!(of(json!({"type": "rawKeyDown", "key": "b"})), None);
        assert_eq!(
            of(json!({"type": "char", "text": "b"})),
            down(Key::Character('b'))
        );
        let select = of(json!({"type": "rawKeyDown", "key": "a", "modifiers": 2}));
        assert!(matches!(select, Some(InputEvent::KeyDown { modifiers, .. }) if modifiers.ctrl));
        assert!(key(&params(json!({"type": "press"}))).is_err());
    }

    #[test]
    fn the_mouse_needs_a_place_that_can_be() {
        let at =
            |x: serde_json::Value| mouse(&params(json!({"type": "mouseMoved", "x": x, "y": 2})));
        assert!(matches!(
            at(json!(1.5)),
            Ok(Some(InputEvent::PointerMove { .. }))
        ));
        for odd in [json!(1.0e300), json!("1"), json!(null)] {
            assert!(at(odd).is_err());
        }
        let none = json!({"type": "mousePressed", "x": 1, "y": 1});
        assert_eq!(mouse(&params(none)), Ok(None));
    }
}

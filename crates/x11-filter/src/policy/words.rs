//! The words that a policy has for numbers: bits, classes, and the atoms that every server has.
//!
//! Source: the X Window System Protocol, version 11.

/// The number of a word, for a field of that name.
pub fn number(field: &str, word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let words: &[(&str, u32)] = match field {
        "attributes" => ATTRIBUTES,
        "class" => &[("InputOutput", 1)],
        "event-mask" => EVENTS,
        "values" => VALUES,
        "affect-which" | "select-all" => XKB_EVENTS,
        _ => &[],
    };
    let mut words = words.iter();
    words
        .find(|(known, _)| *known == word)
        .map(|(_, number)| *number)
}

/// The atoms that every server has from its start, as far as policies name them.
pub const PREDEFINED_ATOMS: &[(&str, u32)] = &[("RESOURCE_MANAGER", 23), ("WM_NAME", 39)];

/// Attributes of a window.
const ATTRIBUTES: &[(&str, u32)] = &[
    ("background-pixel", 1 << 1),
    ("border-pixel", 1 << 3),
    ("backing-store", 1 << 6),
    ("event-mask", 1 << 11),
    ("colormap", 1 << 13),
    ("cursor", 1 << 14),
];

const EVENTS: &[(&str, u32)] = &[
    ("KeyPress", 1 << 0),
    ("KeyRelease", 1 << 1),
    ("ButtonPress", 1 << 2),
    ("ButtonRelease", 1 << 3),
    ("EnterWindow", 1 << 4),
    ("LeaveWindow", 1 << 5),
    ("PointerMotion", 1 << 6),
    ("Exposure", 1 << 15),
    ("StructureNotify", 1 << 17),
    ("FocusChange", 1 << 21),
];

/// Values of a graphics context and of a window's configuration.
const VALUES: &[(&str, u32)] = &[
    ("foreground", 1 << 2),
    ("background", 1 << 3),
    ("graphics-exposures", 1 << 16),
    ("width", 1 << 2),
    ("height", 1 << 3),
    ("stack-mode", 1 << 6),
];

const XKB_EVENTS: &[(&str, u32)] = &[("NewKeyboardNotify", 1 << 0), ("MapNotify", 1 << 1)];

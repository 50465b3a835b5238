//! The requests that a policy can name, and where their fields lie.
//!
//! Sources: the X Window System Protocol, version 11, appendix B; the encodings of MIT-SHM, XKB,
//! RENDER, XFIXES and BIG-REQUESTS.

/// A request.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its name; an extension's stands before it, with a dot.
    pub name: &'static str,
    /// The extension; none for the core protocol.
    pub extension: Option<&'static str>,
    /// The first byte, or for an extension the second one.
    pub opcode: u8,
    /// The bytes that each such request has at least.
    pub bytes_min: usize,
    /// Its fields, as far as a policy can ask for them.
    pub fields: &'static [Field],
    /// Whether a descriptor comes along.
    pub has_descriptor: bool,
}

/// A field of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in policies.
    pub name: &'static str,
    /// Its first byte, in a request whose length stands in bytes 2 and 3.
    pub at: usize,
    /// What stands there.
    pub kind: FieldKind,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A number of one byte.
    Byte,
    /// A number of two bytes.
    Short,
    /// A number of four bytes: an id, a mask.
    Long,
    /// The number of an atom.
    Atom,
    /// A text; at `at` its length in two bytes, here its first byte.
    Text(usize),
    /// The value that bit `bit` of the mask at `at` announces; the values begin at byte `first`.
    Listed {
        /// Which bit.
        bit: u32,
        /// Where the values begin.
        first: usize,
    },
}

/// The request of that name.
pub fn find(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}

const fn field(name: &'static str, at: usize, kind: FieldKind) -> Field {
    Field { name, at, kind }
}

const fn id(name: &'static str, at: usize) -> Field {
    field(name, at, Long)
}

const fn core(name: &'static str, opcode: u8, bytes: usize, fields: &'static [Field]) -> Shape {
    Shape {
        name,
        extension: None,
        opcode,
        bytes_min: bytes,
        fields,
        has_descriptor: false,
    }
}

const fn of(
    extension: &'static str,
    name: &'static str,
    opcode: u8,
    bytes: usize,
    fields: &'static [Field],
) -> Shape {
    Shape {
        name,
        extension: Some(extension),
        opcode,
        bytes_min: bytes,
        fields,
        has_descriptor: false,
    }
}

/// With a descriptor.
const fn carrying(mut shape: Shape) -> Shape {
    shape.has_descriptor = true;
    shape
}

use FieldKind::{Atom, Byte, Listed, Long, Short, Text};

const EVENT_MASK_BIT: u32 = 11;
const CREATE_WINDOW: &[Field] = &[
    id("window", 4),
    id("parent", 8),
    field("class", 22, Short),
    field("attributes", 28, Long),
    field(
        "event-mask",
        28,
        Listed {
            bit: EVENT_MASK_BIT,
            first: 32,
        },
    ),
];
const CHANGE_ATTRIBUTES: &[Field] = &[
    id("window", 4),
    field("attributes", 8, Long),
    field(
        "event-mask",
        8,
        Listed {
            bit: EVENT_MASK_BIT,
            first: 12,
        },
    ),
];
const WINDOW: &[Field] = &[id("window", 4)];
const DRAWABLE: &[Field] = &[id("drawable", 4)];
const CURSOR: &[Field] = &[id("cursor", 4)];
const PICTURE: &[Field] = &[id("picture", 4)];
const FONT: &[Field] = &[id("font", 4)];
const NAME_AT_4: &[Field] = &[field("name", 4, Text(8))];
const CONFIGURE: &[Field] = &[id("window", 4), field("values", 8, Short)];
const CHANGE_PROPERTY: &[Field] = &[id("window", 4), field("property", 8, Atom)];
const GET_PROPERTY: &[Field] = &[
    field("delete", 1, Byte),
    id("window", 4),
    field("property", 8, Atom),
];
const OPEN_FONT: &[Field] = &[id("font", 4), field("name", 8, Text(12))];
const CREATE_PIXMAP: &[Field] = &[
    id("pixmap", 4),
    id("drawable", 8),
    field("width", 12, Short),
    field("height", 14, Short),
];
const CREATE_GC: &[Field] = &[id("gc", 4), id("drawable", 8), id("values", 12)];
const PUT_IMAGE: &[Field] = &[id("drawable", 4), id("gc", 8)];
const CREATE_CURSOR: &[Field] = &[id("cursor", 4), id("source", 8), id("mask", 12)];
const GLYPH_CURSOR: &[Field] = &[id("cursor", 4), id("source-font", 8), id("mask-font", 12)];
const SHM_PUT_IMAGE: &[Field] = &[id("drawable", 4), id("gc", 8), id("segment", 32)];
const SEGMENT: &[Field] = &[id("segment", 4)];
const SELECT_EVENTS: &[Field] = &[
    field("affect-which", 6, Short),
    field("select-all", 10, Short),
];
const CREATE_PICTURE: &[Field] = &[id("picture", 4), id("drawable", 8), id("values", 16)];
const PICTURE_CURSOR: &[Field] = &[id("cursor", 4), id("source", 8)];

const BIG: &str = "BIG-REQUESTS";
const SHM: &str = "MIT-SHM";
const XKB: &str = "XKEYBOARD";
const RENDER: &str = "RENDER";
const XFIXES: &str = "XFIXES";

/// All of them.
pub const SHAPES: &[Shape] = &[
    core("CreateWindow", 1, 32, CREATE_WINDOW),
    core("ChangeWindowAttributes", 2, 12, CHANGE_ATTRIBUTES),
    core("GetWindowAttributes", 3, 8, WINDOW),
    core("DestroyWindow", 4, 8, WINDOW),
    core("MapWindow", 8, 8, WINDOW),
    core("ConfigureWindow", 12, 12, CONFIGURE),
    core("GetGeometry", 14, 8, DRAWABLE),
    core("InternAtom", 16, 8, NAME_AT_4),
    core("ChangeProperty", 18, 24, CHANGE_PROPERTY),
    core("GetProperty", 20, 24, GET_PROPERTY),
    core("GetInputFocus", 43, 4, &[]),
    core("OpenFont", 45, 12, OPEN_FONT),
    core("CloseFont", 46, 8, FONT),
    core("CreatePixmap", 53, 16, CREATE_PIXMAP),
    core("FreePixmap", 54, 8, &[id("pixmap", 4)]),
    core("CreateGC", 55, 16, CREATE_GC),
    core("FreeGC", 60, 8, &[id("gc", 4)]),
    core("ClearArea", 61, 16, WINDOW),
    core("PutImage", 72, 24, PUT_IMAGE),
    core("CreateCursor", 93, 32, CREATE_CURSOR),
    core("CreateGlyphCursor", 94, 32, GLYPH_CURSOR),
    core("FreeCursor", 95, 8, CURSOR),
    core("QueryExtension", 98, 8, NAME_AT_4),
    core("GetKeyboardMapping", 101, 8, &[]),
    core("GetModifierMapping", 119, 4, &[]),
    of(BIG, "BIG-REQUESTS.Enable", 0, 4, &[]),
    of(SHM, "MIT-SHM.Detach", 2, 8, SEGMENT),
    of(SHM, "MIT-SHM.PutImage", 3, 40, SHM_PUT_IMAGE),
    carrying(of(SHM, "MIT-SHM.AttachFd", 6, 12, SEGMENT)),
    of(XKB, "XKEYBOARD.UseExtension", 0, 8, &[]),
    of(XKB, "XKEYBOARD.SelectEvents", 1, 16, SELECT_EVENTS),
    of(XKB, "XKEYBOARD.GetMap", 8, 28, &[]),
    of(XKB, "XKEYBOARD.PerClientFlags", 21, 28, &[]),
    of(RENDER, "RENDER.QueryVersion", 0, 12, &[]),
    of(RENDER, "RENDER.QueryPictFormats", 1, 4, &[]),
    of(RENDER, "RENDER.CreatePicture", 4, 20, CREATE_PICTURE),
    of(RENDER, "RENDER.FreePicture", 7, 8, PICTURE),
    of(RENDER, "RENDER.CreateCursor", 27, 16, PICTURE_CURSOR),
    of(RENDER, "RENDER.CreateAnimCursor", 31, 8, CURSOR),
    of(XFIXES, "XFIXES.QueryVersion", 0, 12, &[]),
    of(XFIXES, "XFIXES.SetCursorName", 23, 12, CURSOR),
];

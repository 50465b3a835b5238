//! What a client of an X server can do to its neighbours: the requests, one by one.

use crate::x11_client::{intern_atom, query_extension, request};

/// A request that no window needs.
pub struct X11Attack {
    /// Its name.
    pub name: &'static str,
    /// What a refusal calls it.
    pub called: &'static str,
    /// The extension that it belongs to.
    pub extension: Option<&'static str>,
    /// The request.
    pub request: fn(&X11Target) -> Vec<u8>,
}

/// Whom it is about.
#[derive(Clone, Copy, Debug)]
pub struct X11Target {
    /// The root window.
    pub root: u32,
    /// The attacker's own window.
    pub own: u32,
    /// A graphics context of the attacker's.
    pub gc: u32,
    /// An id that the attacker has not used.
    pub fresh: u32,
    /// The window of another client.
    pub other: u32,
    /// The first byte of the extension's requests.
    pub major: u8,
}

/// The attack of that name.
pub fn find(name: &str) -> Option<&'static X11Attack> {
    ALL.iter().find(|attack| attack.name == name)
}

const fn core(
    name: &'static str,
    called: &'static str,
    request: fn(&X11Target) -> Vec<u8>,
) -> X11Attack {
    X11Attack {
        name,
        called,
        extension: None,
        request,
    }
}

const fn of(
    extension: &'static str,
    name: &'static str,
    request: fn(&X11Target) -> Vec<u8>,
) -> X11Attack {
    X11Attack {
        name,
        called: "of extension",
        extension: Some(extension),
        request,
    }
}

/// Bytes 4 to 35 of a key press.
const KEY_PRESS: [u32; 8] = [2 | 38 << 8, 0, 0, 0, 0, 0, 0, 1 << 16];
const WHOLE: u32 = !0;
const AREA: u32 = 10 << 16 | 10;

fn get_image(drawable: u32) -> Vec<u8> {
    request(73, 2, &[drawable, 0, AREA, WHOLE])
}

fn copy_area(from: u32, target: &X11Target) -> Vec<u8> {
    request(62, 0, &[from, target.own, target.gc, 0, 0, AREA])
}

fn change_property(window: u32, property: u32) -> Vec<u8> {
    request(
        18,
        0,
        &[window, property, 31, 8, 4, u32::from_le_bytes(*b"evil")],
    )
}

/// All of them.
pub const ALL: &[X11Attack] = &[
    of("XTEST", "x11-xtest-fake-input", |t| {
        request(t.major, 2, &[2 | 38 << 8, 0, 0, 0, 0, 0, 0, 0])
    }),
    core("x11-send-event", "SendEvent", |t| {
        let mut words = vec![t.other, 1];
        words.extend(KEY_PRESS);
        request(25, 0, &words)
    }),
    core("x11-get-image-root", "GetImage", |t| get_image(t.root)),
    core("x11-get-image-other", "GetImage", |t| get_image(t.other)),
    core("x11-get-image-own", "GetImage", |t| get_image(t.own)),
    core("x11-copy-area-root", "CopyArea", |t| copy_area(t.root, t)),
    core("x11-copy-area-other", "CopyArea", |t| copy_area(t.other, t)),
    core("x11-grab-keyboard", "GrabKeyboard", |t| {
        request(31, 1, &[t.own, 0, 1 | 1 << 8])
    }),
    core("x11-grab-pointer", "GrabPointer", |t| {
        request(26, 1, &[t.own, 0x4c | 1 << 16 | 1 << 24, 0, 0, 0])
    }),
    core("x11-grab-key", "GrabKey", |t| {
        request(33, 1, &[t.root, 0x8000 | 38 << 16 | 1 << 24, 1])
    }),
    core("x11-grab-button", "GrabButton", |t| {
        request(
            28,
            1,
            &[t.root, 0x4 | 1 << 16 | 1 << 24, 0, 0, 9 | 0x8000 << 16],
        )
    }),
    core("x11-grab-server", "GrabServer", |_| request(36, 0, &[])),
    core("x11-query-keymap", "QueryKeymap", |_| request(44, 0, &[])),
    core("x11-query-pointer", "QueryPointer", |t| {
        request(38, 0, &[t.root])
    }),
    core("x11-query-tree", "QueryTree", |t| request(15, 0, &[t.root])),
    of("RECORD", "x11-record", |t| {
        let range = [0, 0, 0, 0, 2 << 16 | 3 << 24, 0];
        let mut words = vec![t.fresh, 0, 1, 1, 3];
        words.extend(range);
        request(t.major, 1, &words)
    }),
    core("x11-convert-selection", "ConvertSelection", |t| {
        request(24, 0, &[t.own, 1, 31, 9, 0])
    }),
    core("x11-set-selection-owner", "SetSelectionOwner", |t| {
        request(22, 0, &[t.own, 1, 0])
    }),
    core("x11-get-selection-owner", "GetSelectionOwner", |_| {
        request(23, 0, &[1])
    }),
    core("x11-change-property-other", "ChangeProperty", |t| {
        change_property(t.other, 39)
    }),
    core("x11-change-property-root", "ChangeProperty", |t| {
        change_property(t.root, 23)
    }),
    core("x11-get-property-other", "GetProperty", |t| {
        request(20, 0, &[t.other, 39, 0, 0, 100])
    }),
    core("x11-get-property-root", "GetProperty", |t| {
        request(20, 0, &[t.root, 9, 0, 0, 100])
    }),
    core("x11-delete-property-root", "GetProperty", |t| {
        request(20, 1, &[t.root, 23, 0, 0, 100])
    }),
    core("x11-keys-of-others", "ChangeWindowAttributes", |t| {
        request(2, 0, &[t.other, 1 << 11, 3])
    }),
    core("x11-keys-of-the-root", "ChangeWindowAttributes", |t| {
        request(2, 0, &[t.root, 1 << 11, 3])
    }),
    core("x11-set-input-focus", "SetInputFocus", |t| {
        request(42, 1, &[t.other, 0])
    }),
    core("x11-kill-client", "KillClient", |t| {
        request(113, 0, &[t.other])
    }),
    core("x11-warp-pointer", "WarpPointer", |t| {
        request(41, 0, &[0, t.root, 0, 0, AREA])
    }),
    core("x11-unmap-other", "UnmapWindow", |t| {
        request(10, 0, &[t.other])
    }),
    core("x11-destroy-other", "DestroyWindow", |t| {
        request(4, 0, &[t.other])
    }),
    core("x11-move-other", "ConfigureWindow", |t| {
        request(12, 0, &[t.other, 3, 5, 5])
    }),
    core("x11-move-own", "ConfigureWindow", |t| {
        request(12, 0, &[t.own, 3, 5, 5])
    }),
    core("x11-window-in-another", "CreateWindow", |t| {
        request(1, 0, &[t.fresh, t.other, 0, AREA, 1 << 16, 0, 0])
    }),
    core("x11-unmanaged-window", "CreateWindow", |t| {
        request(1, 0, &[t.fresh, t.root, 0, AREA, 1 << 16, 0, 1 << 9, 1])
    }),
    core("x11-invisible-window", "CreateWindow", |t| {
        request(1, 0, &[t.fresh, t.root, 0, AREA, 2 << 16, 0, 0])
    }),
    core("x11-second-window", "CreateWindow", |t| {
        request(1, 0, &[t.fresh, t.root, 0, AREA, 1 << 16, 0, 0])
    }),
    core("x11-draw-on-all-windows", "CreateGC", |t| {
        request(55, 0, &[t.fresh, t.root, 1 << 15, 1])
    }),
    core("x11-change-keyboard", "ChangeKeyboardMapping", |_| {
        request(100, 1, &[38 | 1 << 8, 0x61])
    }),
    core("x11-bell", "Bell", |_| request(104, 50, &[])),
    core("x11-list-hosts", "ListHosts", |_| request(110, 0, &[])),
    core("x11-list-extensions", "ListExtensions", |_| {
        request(99, 0, &[])
    }),
    core("x11-keep-after-close", "SetCloseDownMode", |_| {
        request(112, 1, &[])
    }),
    of("XInputExtension", "x11-raw-keys", |t| {
        request(t.major, 46, &[t.root, 1, 1 | 1 << 16, 1 << 13])
    }),
    of("Composite", "x11-redirect-others", |t| {
        request(t.major, 1, &[t.other, 0])
    }),
    of("SHAPE", "x11-shape-other", |t| {
        request(t.major, 7, &[t.other])
    }),
];

/// A request that does no harm but breaks the protocol, or is too much: its name, what a refusal
/// says of it, and the request.
pub type Malformed = (&'static str, &'static str, fn() -> Vec<u8>);

/// All of them.
pub const MALFORMED: &[Malformed] = &[
    ("x11-length-0", "has no length", || {
        vec![43, 0, 0, 0, 0, 0, 0, 0]
    }),
    ("x11-too-short", "is too short", || request(20, 0, &[1])),
    ("x11-lying-name", "is too short", || {
        let mut lie = query_extension("MIT-SHM");
        lie[4] = 200;
        lie
    }),
    ("x11-long-name", "on no list", || {
        intern_atom(&"x".repeat(1000))
    }),
];

//! Finds a display for the window, and the environment that the gpu process needs to reach it.
//!
//! Trusts: the user's environment. Never: talks to the display; the gpu process does.

use std::ffi::CString;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// The variables that a windowed gpu process gets; all others are cleared.
const VARIABLES: [&str; 7] = [
    "DISPLAY",
    "HOME",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XCURSOR_PATH",
    "XCURSOR_SIZE",
    "XDG_RUNTIME_DIR",
];

/// Whether a server accepts connections where `WAYLAND_DISPLAY` or `DISPLAY` points.
pub fn is_available() -> bool {
    wayland_socket().is_some_and(|path| UnixStream::connect(path).is_ok())
        || match x11_socket() {
            Some(Some(path)) => UnixStream::connect(path).is_ok(),
            // A display over TCP is not tested: the broker opens no network connections.
            Some(None) => true,
            None => false,
        }
}

/// Whether only the network leads to the display. The gpu process then keeps the host's network
/// namespace until it has connected.
pub fn needs_network() -> bool {
    let wayland = wayland_socket().is_some_and(|path| path.exists());
    let local_x11 = matches!(x11_socket(), Some(Some(path)) if path.exists());
    !wayland && !local_x11
}

/// The environment of a windowed gpu process, as `NAME=VALUE`.
pub fn environment() -> Vec<CString> {
    VARIABLES
        .iter()
        .filter_map(|name| {
            let value = std::env::var(name).ok()?;
            CString::new(format!("{name}={value}")).ok()
        })
        .collect()
}

fn wayland_socket() -> Option<PathBuf> {
    let name = std::env::var("WAYLAND_DISPLAY")
        .ok()
        .filter(|name| !name.is_empty())?;
    let folder = std::env::var("XDG_RUNTIME_DIR").ok()?;
    Some(PathBuf::from(folder).join(name))
}

/// `None`: no X display is named. `Some(None)`: one over TCP. `Some(Some(path))`: a local one.
fn x11_socket() -> Option<Option<PathBuf>> {
    let display = std::env::var("DISPLAY")
        .ok()
        .filter(|display| !display.is_empty())?;
    let (host, rest) = display.rsplit_once(':')?;
    let number = rest.split('.').next().unwrap_or(rest);
    let is_local = host.is_empty() || host == "unix";
    Some(is_local.then(|| PathBuf::from(format!("/tmp/.X11-unix/X{number}"))))
}

//! Finds a display for the window, and the environment that the gpu process needs to reach it.
//!
//! Trusts: the user's environment. Never: talks to the display; the gpu process does.

use protocol::appearance::Percent;
use std::env;
use std::ffi::CString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};

/// What a user can do who gets no window.
pub const DISPLAY_ADVICE: &str = "Set DISPLAY or WAYLAND_DISPLAY to a display that accepts this \
                                  user, or use --headless (with --screenshot FILE.png for a \
                                  picture)";

/// A display server that the environment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    /// An X server, on a socket of the file system.
    X11,
    /// An X server that only the host's network namespace leads to: over TCP, or on an abstract
    /// socket.
    X11OverNetwork,
    Wayland,
}

impl Server {
    /// The variables that its clients get; all others are cleared. Those of the other display
    /// system are not among them: the display libraries would try it.
    fn variables(self) -> &'static [&'static str] {
        match self {
            Server::X11 | Server::X11OverNetwork => &[
                "DISPLAY",
                "HOME",
                "XAUTHORITY",
                "XCURSOR_PATH",
                "XCURSOR_SIZE",
            ],
            Server::Wayland => &[
                "HOME",
                "WAYLAND_DISPLAY",
                "XCURSOR_PATH",
                "XCURSOR_SIZE",
                "XDG_RUNTIME_DIR",
            ],
        }
    }
}

/// Whether a server accepts connections where `WAYLAND_DISPLAY` or `DISPLAY` points.
pub fn is_available() -> bool {
    find().is_some()
}

/// Whether only the network leads to the display. The process that connects then keeps the host's
/// network namespace.
pub fn needs_network() -> bool {
    find() == Some(Server::X11OverNetwork)
}

/// The scale that the user's environment asks for by `GDK_SCALE`.
pub fn wanted_scale() -> Option<Percent> {
    let text = env::var("GDK_SCALE").ok().filter(|it| !it.is_empty())?;
    let scale = text.trim().parse().ok().and_then(Percent::nearest_scale);
    if scale.is_none() {
        tracing::warn!("GDK_SCALE is {text:?}, which is no scale");
    }
    scale
}

/// The name of the X server, if the window is to be there.
pub fn x11_name() -> Option<String> {
    find().filter(|server| *server != Server::Wayland)?;
    variable("DISPLAY")
}

/// The environment of a client, as `NAME=VALUE`.
pub fn environment() -> Vec<CString> {
    variables(&[])
}

/// The environment of a windowed gpu process. It does not lead to an X server: the X11 filter
/// stands between.
pub fn window_environment() -> Vec<CString> {
    variables(&["DISPLAY", "XAUTHORITY"])
}

/// The variables of the server for the window, without those.
fn variables(without: &[&str]) -> Vec<CString> {
    let names = find().map_or(&[][..], Server::variables);
    names
        .iter()
        .filter(|name| !without.contains(name))
        .filter_map(|name| {
            let value = env::var(name).ok()?;
            CString::new(format!("{name}={value}")).ok()
        })
        .collect()
}

/// The server for the window: an X server (XWayland in a Wayland session) before a compositor.
fn find() -> Option<Server> {
    find_x11().or_else(find_wayland)
}

fn find_x11() -> Option<Server> {
    let display = variable("DISPLAY")?;
    let (host, rest) = display.rsplit_once(':')?;
    if !host.is_empty() && host != "unix" {
        // A display over TCP is not tested: the broker opens no network connections.
        return Some(Server::X11OverNetwork);
    }
    let number = rest.split('.').next().unwrap_or(rest);
    let path = format!("/tmp/.X11-unix/X{number}");
    if UnixStream::connect(&path).is_ok() {
        return Some(Server::X11);
    }
    let address = SocketAddr::from_abstract_name(&path).ok()?;
    let is_abstract = UnixStream::connect_addr(&address).is_ok();
    is_abstract.then_some(Server::X11OverNetwork)
}

fn find_wayland() -> Option<Server> {
    let name = variable("WAYLAND_DISPLAY")?;
    let path = if Path::new(&name).is_absolute() {
        PathBuf::from(name)
    } else {
        PathBuf::from(variable("XDG_RUNTIME_DIR")?).join(name)
    };
    UnixStream::connect(path).ok().map(|_| Server::Wayland)
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

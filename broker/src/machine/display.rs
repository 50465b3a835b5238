//! Finds the display servers for the window, and the environment that the gpu process needs to
//! reach them.
//!
//! Trusts: the user's environment. Never: talks to a display; the gpu process does.

use clap::ValueEnum;
use std::env;
use std::ffi::CString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};

/// What a user can do who gets no window.
pub const DISPLAY_ADVICE: &str = "Set DISPLAY or WAYLAND_DISPLAY to a display that accepts this \
                                  user, or use --headless (with --screenshot FILE.png for a \
                                  picture)";

/// The variables that every windowed gpu process gets. All but these and those of the display
/// servers that it may try are cleared.
const VARIABLES: [&str; 4] = ["HOME", "XCURSOR_PATH", "XCURSOR_SIZE", "XCURSOR_THEME"];

/// Which display server the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DisplayServer {
    /// The Wayland compositor if there is one, else the X server.
    Auto,
    /// The Wayland compositor that WAYLAND_DISPLAY names.
    Wayland,
    /// The X server that DISPLAY names; XWayland in a Wayland session.
    X11,
}

impl DisplayServer {
    /// Whether a server accepts connections where the environment points.
    pub fn is_available(self) -> bool {
        self.has_wayland() || self.x11().is_some()
    }

    /// Whether only the network leads to the display. The gpu process then keeps the host's network
    /// namespace until it has connected.
    pub fn needs_network(self) -> bool {
        !self.has_wayland() && self.x11() == Some(Way::Network)
    }

    /// The environment of a windowed gpu process, as `NAME=VALUE`. It names only servers that the
    /// process may try.
    pub fn environment(self) -> Vec<CString> {
        let mut names = VARIABLES.to_vec();
        let has_wayland = self.has_wayland();
        if has_wayland {
            names.extend(["WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"]);
        }
        match self.x11() {
            // The gpu process of a compositor has no network.
            Some(Way::Network) if has_wayland => {}
            Some(_) => names.extend(["DISPLAY", "XAUTHORITY"]),
            None => {}
        }
        let pair = |name: &&str| CString::new(format!("{name}={}", env::var(name).ok()?)).ok();
        names.iter().filter_map(pair).collect()
    }

    fn has_wayland(self) -> bool {
        self != DisplayServer::X11 && has_wayland()
    }

    fn x11(self) -> Option<Way> {
        (self != DisplayServer::Wayland).then(x11).flatten()
    }
}

/// What leads to an X server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A socket in the file system.
    File,
    /// TCP, or an abstract socket: the network namespace of the host.
    Network,
}

fn x11() -> Option<Way> {
    let display = variable("DISPLAY")?;
    let (host, rest) = display.rsplit_once(':')?;
    if !host.is_empty() && host != "unix" {
        // A display over TCP is not tested: the broker opens no network connections.
        return Some(Way::Network);
    }
    let number = rest.split('.').next().unwrap_or(rest);
    let path = format!("/tmp/.X11-unix/X{number}");
    if UnixStream::connect(&path).is_ok() {
        return Some(Way::File);
    }
    let address = SocketAddr::from_abstract_name(&path).ok()?;
    let is_abstract = UnixStream::connect_addr(&address).is_ok();
    is_abstract.then_some(Way::Network)
}

fn has_wayland() -> bool {
    let Some(name) = variable("WAYLAND_DISPLAY") else {
        return false;
    };
    let folder = variable("XDG_RUNTIME_DIR").filter(|folder| Path::new(folder).is_absolute());
    let path = match folder {
        _ if Path::new(&name).is_absolute() => PathBuf::from(name),
        Some(folder) => Path::new(&folder).join(name),
        None => return false,
    };
    UnixStream::connect(path).is_ok()
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

//! Finds the display server for the window, and the environment that processes need to reach it.
//!
//! Trusts: the user's environment. Never: asks a display server more than what it offers; the gpu
//! process and the X11 filter do the talking.

use crate::machine::wayland;
use clap::ValueEnum;
use protocol::appearance::Percent;
use std::env;
use std::ffi::CString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What a user can do who gets no window.
pub const DISPLAY_ADVICE: &str = "Set DISPLAY or WAYLAND_DISPLAY to a display that accepts this \
                                  user, or use --headless (with --screenshot FILE.png for a \
                                  picture)";

/// The variables that the process of the window gets, whatever shows it.
const VARIABLES: [&str; 4] = ["HOME", "XCURSOR_PATH", "XCURSOR_SIZE", "XCURSOR_THEME"];
const WAYLAND_VARIABLES: [&str; 2] = ["WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"];
const X11_VARIABLES: [&str; 2] = ["DISPLAY", "XAUTHORITY"];

/// Which display server the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DisplayServer {
    /// The Wayland compositor if one answers, else the X server.
    Auto,
    /// The Wayland compositor that WAYLAND_DISPLAY names.
    Wayland,
    /// The X server that DISPLAY names; XWayland in a Wayland session.
    X11,
}

/// A display server that the environment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// A compositor that answers.
    Wayland {
        /// Whether the user lets an X server beside it be used.
        or_x11: bool,
    },
    /// An X server, on a socket of the file system.
    X11,
    /// An X server that only the host's network namespace leads to: over TCP, or on an abstract
    /// socket.
    X11OverNetwork,
}

/// Why there is no server for a window.
#[derive(Debug, Error)]
pub enum NoDisplay {
    /// The environment names none that is there.
    #[error("there is no display")]
    NotNamed,
    /// What it names cannot be used.
    #[error("there is no display that can be used: {0}")]
    Unusable(String),
}

impl DisplayServer {
    /// The server for the window.
    ///
    /// # Errors
    /// None is there that can be used.
    pub fn find(self) -> Result<Server, NoDisplay> {
        let or_x11 = self == DisplayServer::Auto;
        let wayland = || has_wayland().map(|()| Server::Wayland { or_x11 });
        let x11 = || find_x11().ok_or(NoDisplay::NotNamed);
        match self {
            // What a compositor lacks tells more than that there is no X server either.
            DisplayServer::Auto => wayland().or_else(|why| x11().map_err(|_| why)),
            DisplayServer::Wayland => wayland(),
            DisplayServer::X11 => x11(),
        }
    }
}

impl Server {
    /// Whether only the network leads to it. The process that connects then keeps the host's
    /// network namespace.
    pub fn needs_network(self) -> bool {
        self == Server::X11OverNetwork
    }

    /// The name of the X server, if it is one.
    pub fn x11_name(self) -> Option<String> {
        match self {
            Server::X11 | Server::X11OverNetwork => variable("DISPLAY"),
            Server::Wayland { .. } => None,
        }
    }

    /// The environment of a windowed gpu process, as `NAME=VALUE`; it gets nothing else. It never
    /// leads to an X server: the X11 filter stands between.
    pub fn window_environment(self) -> Vec<CString> {
        let wayland = match self {
            Server::Wayland { .. } => &WAYLAND_VARIABLES[..],
            Server::X11 | Server::X11OverNetwork => &[],
        };
        values([&VARIABLES, wayland].concat())
    }

    /// The environment of the clipboard process. Where a compositor gives the clipboard to its
    /// focused window alone, XWayland passes it on.
    pub fn clipboard_environment(self) -> Vec<CString> {
        let names: &[&[&str]] = match self {
            Server::Wayland { or_x11: true } => &[&["HOME"], &WAYLAND_VARIABLES, &X11_VARIABLES],
            Server::Wayland { or_x11: false } => &[&["HOME"], &WAYLAND_VARIABLES],
            Server::X11 | Server::X11OverNetwork => &[&["HOME"], &X11_VARIABLES],
        };
        values(names.concat())
    }
}

/// Those variables that are set, as `NAME=VALUE`.
fn values(names: Vec<&str>) -> Vec<CString> {
    let pair = |name: &&str| CString::new(format!("{name}={}", env::var(name).ok()?)).ok();
    names.iter().filter_map(pair).collect()
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

/// Whether a compositor gives what the window needs.
fn has_wayland() -> Result<(), NoDisplay> {
    let name = variable("WAYLAND_DISPLAY").ok_or(NoDisplay::NotNamed)?;
    let folder = variable("XDG_RUNTIME_DIR").filter(|folder| Path::new(folder).is_absolute());
    let path = match folder {
        _ if Path::new(&name).is_absolute() => PathBuf::from(name),
        Some(folder) => Path::new(&folder).join(name),
        None => return Err(NoDisplay::NotNamed),
    };
    let offered = UnixStream::connect(&path).and_then(wayland::offered);
    let reason = match offered.map(|offered| wayland::lacking(&offered)) {
        Ok(None) => return Ok(()),
        Ok(Some(lacking)) => {
            format!("the compositor at {} offers no {lacking}", path.display())
        }
        Err(error) => format!("no compositor answers at {}: {error}", path.display()),
    };
    tracing::warn!("{reason}");
    Err(NoDisplay::Unusable(reason))
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

//! Finds the display server for the window, and the environment that processes need to reach it.
//!
//! Trusts: the user's environment. Never: asks a display server more than whether it is there; the
//! gpu process and the X11 filter do the talking.

use clap::ValueEnum;
use protocol::appearance::Percent;
use std::env;
use std::ffi::CString;
use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a user can do who gets no window.
pub const DISPLAY_ADVICE: &str = "Set DISPLAY or WAYLAND_DISPLAY to a display that accepts this \
                                  user, or use --headless (with --screenshot FILE.png for a \
                                  picture)";

/// How long a compositor may take to say that it is there.
const ANSWER_MAX: Duration = Duration::from_secs(1);

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

impl DisplayServer {
    /// The server for the window, if one is there.
    pub fn find(self) -> Option<Server> {
        let or_x11 = self == DisplayServer::Auto;
        let wayland = || has_wayland().then_some(Server::Wayland { or_x11 });
        match self {
            DisplayServer::Auto => wayland().or_else(find_x11),
            DisplayServer::Wayland => wayland(),
            DisplayServer::X11 => find_x11(),
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
    let answer = UnixStream::connect(&path).and_then(is_compositor);
    match answer {
        Ok(true) => true,
        Ok(false) => {
            tracing::warn!("{} is no compositor", path.display());
            false
        }
        Err(error) => {
            tracing::warn!("no compositor answers at {}: {error}", path.display());
            false
        }
    }
}

/// Whether a compositor answers `wl_display.sync`, which every one must: the object of the answer
/// is the one that the question made.
fn is_compositor(mut stream: UnixStream) -> std::io::Result<bool> {
    const DISPLAY_OBJECT: u32 = 1;
    const CALLBACK_OBJECT: u32 = 2;
    // The length of the message, and 0 for the request `sync`.
    const HEAD: u32 = 12 << 16;
    stream.set_write_timeout(Some(ANSWER_MAX))?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    let question = [DISPLAY_OBJECT, HEAD, CALLBACK_OBJECT].map(u32::to_ne_bytes);
    stream.write_all(question.as_flattened())?;
    let mut answer = [0; 12];
    let count = stream.read(&mut answer)?;
    Ok(count >= 4 && answer[..4] == CALLBACK_OBJECT.to_ne_bytes())
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of a server that answers so and hangs up.
    fn made_of(answer: &[u8]) -> bool {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        theirs.write_all(answer).expect("written");
        theirs
            .shutdown(std::net::Shutdown::Write)
            .expect("half closed");
        is_compositor(ours).expect("an answer")
    }

    #[test]
    fn only_the_answer_of_a_compositor_counts() {
        let words = |words: [u32; 3]| words.map(u32::to_ne_bytes).concat();
        assert!(made_of(&words([2, 12 << 16, 7])));
        // An error of the display, and what is no Wayland.
        assert!(!made_of(&words([1, 12 << 16, 7])));
        assert!(!made_of(b"HTTP/1.1 400"));
        assert!(!made_of(b""));
    }
}

//! The one channel that a child is born with (descriptor 3), and the handshake on it: child
//! `Hello`, broker `Bootstrap`; the child warms up, seals itself, says `Sealed`; the broker looks
//! from outside. Only then content follows, on the control channel of the child's role. The fonts
//! of the machine follow when the broker has read them.

use crate::appearance::Percent;
use crate::geometry::Size;
use crate::ids::{ProcessId, Role};
use crate::limits::{
    DEVTOOLS_ORIGINS_MAX, SANDBOX_LAYERS_MAX, TEXT_BYTES_MAX, X11_AUTHORITY_BYTES_MAX,
};
use crate::misbehaviour::{Misbehaviour, check_text};
use crate::{HandleKind, Message};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// The descriptor number of the bootstrap channel in a new child.
pub const BOOTSTRAP_FD: i32 = 3;

/// Child to broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromChild {
    /// First message: the child is there. The broker kills a child of another protocol.
    Hello {
        /// [`crate::PROTOCOL_HASH`] of the child's build.
        protocol_hash: u64,
        /// The role it was started as.
        role: Role,
    },
    /// Second and last: the child has put its sandbox on. With `listener`, the listener of its
    /// seccomp filter comes along. The broker looks for itself; the answers can only make what it
    /// finds worse.
    Sealed {
        /// Whether a listener comes along.
        listener: bool,
        /// What came back when the child attacked its own layers.
        canaries: Vec<CanaryAnswer>,
    },
    /// Instead of `Sealed`: why the child could not start. It exits right after.
    Failed {
        /// In a user's words.
        reason: String,
    },
}

/// The kernel's answer to the attack on one layer of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryAnswer {
    /// The layer, by the number that the sandbox gives it.
    pub layer: u8,
    /// The errno, or 0: the call succeeds and tells nothing of the host.
    pub errno: i32,
}

/// Broker to child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToChild {
    /// The answer to `Hello`: all that the child needs to begin. Legal once.
    Bootstrap {
        /// Its id, for logs.
        process: ProcessId,
        /// What its role needs to know.
        config: RoleConfig,
        /// The log filter, in the words of `tracing_subscriber::filter::Targets`.
        log_filter: String,
        /// Whether the region of its flight recorder comes last of all.
        ring: bool,
    },
    /// The fonts of this machine, for a renderer or the shell, which shows nothing without them.
    /// Comes with their region if there are any. Legal once, after `Bootstrap`.
    Fonts {
        /// The fonts in the region.
        fonts: Vec<FontEntry>,
    },
}

/// What each role needs to know. The control channel of the role always comes along first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RoleConfig {
    /// Comes with the control channel and the listening socket.
    Demo,
    /// Comes with the control channel, the listening socket if there is one, and the two ends of
    /// the pipe if there is one: to read from and to write to.
    Devtools(DevtoolsConfig),
    /// Comes with the control channel, and with the channel to the X11 filter if there is one.
    Gpu {
        /// Window or headless target.
        target: GpuTarget,
        /// Its size at the start, in pixels at scale 1.
        size: Size,
        /// The scale that the user wants; without, the display's own is taken.
        scale: Option<Percent>,
        /// Whether the X server is reached through an X11 filter.
        x11_filter: bool,
    },
    /// Comes with the control channel.
    Network(NetworkConfig),
    /// Comes with the control channel.
    Renderer,
    /// Comes with the control channel and the command channel.
    Shell,
    /// Comes with the control channel and the channel from the gpu process.
    X11Filter(X11FilterConfig),
}

/// What the devtools process needs to know of the browser that it speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevtoolsConfig {
    /// The port of the listening socket, if there is one.
    pub port: Option<u16>,
    /// Whether a client is at the ends of a pipe.
    pub has_pipe: bool,
    /// The part of the browser's address that nobody can guess.
    pub browser_id: String,
    /// Web origins that may connect; `*` stands for all.
    pub origins: Vec<String>,
    /// The version of the browser.
    pub version: String,
    /// The `User-Agent` header.
    pub user_agent: String,
}

/// What the X11 filter needs from files and variables that it may not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct X11FilterConfig {
    /// The name of the X server, as in `DISPLAY`.
    pub display: String,
    /// The scheme of the user's authority there; empty without one.
    pub authority_name: Vec<u8>,
    /// Its secret.
    pub authority_data: Vec<u8>,
}

/// What the gpu process composes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GpuTarget {
    /// No display: pixels in memory.
    Headless,
    /// A window.
    Window,
}

/// What a font is used for when a page asks for a generic family. Of two fonts for the same family,
/// the first is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FontFamily {
    /// `monospace`.
    Monospace,
    /// `sans-serif`, and whatever else is generic.
    SansSerif,
    /// `serif`.
    Serif,
    /// Pictographs in colour, or in black where the machine has no others.
    Emoji,
    /// One of the machine's fonts: by its own name, and for characters that no other font has.
    System,
}

/// One font file in the region of the fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FontEntry {
    /// What for.
    pub family: FontFamily,
    /// First byte.
    pub offset: u64,
    /// Length.
    pub bytes: u64,
    /// The scripts and blocks of which it has the characters: bits as in `ulUnicodeRange` of the
    /// `OS/2` table.
    pub blocks: [u32; 4],
}

/// Most fonts in the region.
pub const FONTS_MAX: usize = 128;

/// What the network process needs from files that it may not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkConfig {
    /// Name servers, best first.
    pub resolvers: Vec<SocketAddr>,
    /// The hosts file.
    pub hosts: Vec<(String, IpAddr)>,
    /// Further certificate authorities (`--ca-file`), DER.
    pub extra_roots: Vec<Vec<u8>>,
    /// How long to wait for a connection, in ms.
    pub connect_timeout_ms: u64,
    /// How long to wait for the next bytes of a response, in ms.
    pub read_timeout_ms: u64,
    /// The `User-Agent` header.
    pub user_agent: String,
}

impl Message for FromChild {
    const MAX_BYTES: usize = TEXT_BYTES_MAX + 256;
    const MAX_HANDLES: usize = 1;
    fn handles(&self) -> Vec<HandleKind> {
        match self {
            FromChild::Sealed { listener: true, .. } => vec![HandleKind::SeccompListener],
            _ => Vec::new(),
        }
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            FromChild::Failed { reason } => check_text(reason, TEXT_BYTES_MAX),
            FromChild::Sealed { canaries, .. } => check_canaries(canaries),
            FromChild::Hello { .. } => Ok(()),
        }
    }
}

/// A few, one a layer, with errnos of the kernel's.
fn check_canaries(canaries: &[CanaryAnswer]) -> Result<(), Misbehaviour> {
    if canaries.len() > SANDBOX_LAYERS_MAX {
        return Err(Misbehaviour::Oversized);
    }
    let mut seen = 0_u32;
    for answer in canaries {
        let layer = 1_u32.checked_shl(answer.layer.into()).unwrap_or(0);
        if layer == 0 || seen & layer != 0 || !(0..=ERRNO_MAX).contains(&answer.errno) {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        seen |= layer;
    }
    Ok(())
}

/// The kernel's `MAX_ERRNO`.
const ERRNO_MAX: i32 = 4095;

impl Message for ToChild {
    const MAX_HANDLES: usize = 5;
    fn handles(&self) -> Vec<HandleKind> {
        use HandleKind::{ByteStream, Channel, Listener, Region};
        let (config, ring) = match self {
            ToChild::Bootstrap { config, ring, .. } => (config, *ring),
            ToChild::Fonts { fonts } if fonts.is_empty() => return Vec::new(),
            ToChild::Fonts { .. } => return vec![Region],
        };
        let mut kinds = match config {
            RoleConfig::Demo => vec![Channel, Listener],
            RoleConfig::Devtools(config) => {
                let mut kinds = vec![Channel];
                kinds.extend(config.port.map(|_| Listener));
                kinds.extend([ByteStream; 2].into_iter().filter(|_| config.has_pipe));
                kinds
            }
            RoleConfig::Gpu {
                x11_filter: true, ..
            }
            | RoleConfig::X11Filter(_) => vec![Channel, Channel],
            RoleConfig::Gpu { .. } | RoleConfig::Network(_) | RoleConfig::Renderer => {
                vec![Channel]
            }
            RoleConfig::Shell => vec![Channel, Channel],
        };
        kinds.extend(ring.then_some(Region));
        kinds
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        let (config, log_filter) = match self {
            ToChild::Bootstrap {
                config, log_filter, ..
            } => (config, log_filter),
            ToChild::Fonts { fonts } if fonts.len() > FONTS_MAX => {
                return Err(Misbehaviour::Oversized);
            }
            ToChild::Fonts { .. } => return Ok(()),
        };
        if let RoleConfig::Gpu { size, scale, .. } = config
            && !(size.is_valid_surface() && scale.is_none_or(Percent::is_valid_scale))
        {
            return Err(Misbehaviour::ValueOutOfRange);
        }
        if let RoleConfig::Devtools(devtools) = config {
            if devtools.origins.len() > DEVTOOLS_ORIGINS_MAX {
                return Err(Misbehaviour::Oversized);
            }
            let texts = [
                &devtools.browser_id,
                &devtools.version,
                &devtools.user_agent,
            ];
            for text in texts.into_iter().chain(&devtools.origins) {
                check_text(text, TEXT_BYTES_MAX)?;
            }
        }
        if let RoleConfig::X11Filter(filter) = config {
            let bytes = [&filter.authority_name, &filter.authority_data];
            if bytes
                .into_iter()
                .any(|bytes| bytes.len() > X11_AUTHORITY_BYTES_MAX)
            {
                return Err(Misbehaviour::Oversized);
            }
            check_text(&filter.display, TEXT_BYTES_MAX)?;
        }
        check_text(log_filter, TEXT_BYTES_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(canaries: &[(u8, i32)]) -> Result<(), Misbehaviour> {
        let canaries = canaries.iter();
        let canaries = canaries.map(|&(layer, errno)| CanaryAnswer { layer, errno });
        let message = FromChild::Sealed {
            listener: false,
            canaries: canaries.collect(),
        };
        message.check()
    }

    #[test]
    fn a_child_tells_of_each_layer_at_most_once() {
        assert_eq!(sealed(&[]), Ok(()));
        assert_eq!(sealed(&[(0, 22), (31, 4095), (1, 0)]), Ok(()));
        for odd in [
            &[(1, 22), (1, 22)][..],
            &[(32, 1)],
            &[(0, -1)],
            &[(0, 4096)],
        ] {
            assert_eq!(sealed(odd), Err(Misbehaviour::ValueOutOfRange), "{odd:?}");
        }
        assert_eq!(sealed(&[(0, 1); 33]), Err(Misbehaviour::Oversized));
    }
}

//! Identifiers. Ids only ever come from the broker; a child that names one it was not given lies.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub $inner);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

id!(
    /// A tab: what the user sees in the strip; it outlives the processes that show it.
    TabId(u32), "tab"
);
id!(
    /// A process of this browser session. Never used twice: a restarted gpu process has a new one,
    /// so a late message of the old one is recognised.
    ProcessId(u32), "p"
);
id!(
    /// A surface: a rectangle of pixels with one producer. Never used twice.
    SurfaceId(u32), "s"
);
id!(
    /// One attempt to bring a tab to a URL. Never used twice.
    NavigationId(u64), "n"
);
id!(
    /// A fetch of one document, chosen by the renderer, unique on its channel.
    RequestId(u32), "r"
);
id!(
    /// Counts the regions of one surface: a resize is a new region with the next generation.
    Generation(u32), "g"
);

/// The part a process plays. The command line's `--type=ROLE` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// The demo server: serves the built-in demo site on loopback, from a listener it is given.
    Demo,
    /// Composes all surfaces; has the window and the raw input.
    Gpu,
    /// HTTP, TLS and DNS.
    Network,
    /// One tab's document.
    Renderer,
    /// Tab strip, address bar and cards.
    Shell,
}

impl Role {
    /// Every role, in alphabetical order.
    pub const ALL: [Role; 5] = [
        Role::Demo,
        Role::Gpu,
        Role::Network,
        Role::Renderer,
        Role::Shell,
    ];

    /// The word used on the command line, in logs and in policy file names.
    pub fn name(self) -> &'static str {
        match self {
            Role::Demo => "demo",
            Role::Gpu => "gpu",
            Role::Network => "network",
            Role::Renderer => "renderer",
            Role::Shell => "shell",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

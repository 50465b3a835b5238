//! The role of a process, under the name that the command line, the messages, the logs and the
//! sandbox share.
//!
//! ```
//! use role::Role;
//!
//! assert_eq!(Role::from_name("renderer"), Some(Role::Renderer));
//! assert_eq!(Role::Renderer.to_string(), "renderer");
//! ```

#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};
use std::fmt;

/// The part a process plays. The command line's `--type=ROLE` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The demo server: serves the built-in demo site on loopback, from a listener it is given.
    Demo,
    /// Speaks the protocol of Chrome's devtools with automation, on a listener it is given.
    Devtools,
    /// Composes all surfaces; has the window and the raw input.
    Gpu,
    /// HTTP, TLS and DNS.
    Network,
    /// One tab's document.
    Renderer,
    /// Tab strip, address bar and cards.
    Shell,
    /// Stands between the gpu process and the X server.
    #[serde(rename = "x11-filter")]
    X11Filter,
}

impl Role {
    /// Every role, in alphabetical order.
    pub const ALL: [Role; 7] = [
        Role::Demo,
        Role::Devtools,
        Role::Gpu,
        Role::Network,
        Role::Renderer,
        Role::Shell,
        Role::X11Filter,
    ];

    /// The word used on the command line, in logs and in policy file names.
    pub fn name(self) -> &'static str {
        match self {
            Role::Demo => "demo",
            Role::Devtools => "devtools",
            Role::Gpu => "gpu",
            Role::Network => "network",
            Role::Renderer => "renderer",
            Role::Shell => "shell",
            Role::X11Filter => "x11-filter",
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

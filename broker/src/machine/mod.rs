//! What the broker learns about this machine.

pub(crate) mod calls;
pub(crate) mod color_scheme;
pub(crate) mod dconf;
pub(crate) mod descriptors;
pub(crate) mod desktop;
pub(crate) mod display;
pub(crate) mod executable;
pub(crate) mod fonts;
pub(crate) mod inherited;
pub(crate) mod network;
pub(crate) mod wayland;
pub(crate) mod x11;

//! Identifiers. Ids only ever come from the broker; a child that names one it was not given lies.

pub use role::Role;

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
    /// A browser context: tabs that share cookies and storage with each other, and with no tab of
    /// another context. Never used twice.
    ContextId(u32), "c"
);

impl ContextId {
    /// The user's own, which is always there.
    pub const DEFAULT: ContextId = ContextId(0);
}

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

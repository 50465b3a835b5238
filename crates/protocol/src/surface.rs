//! What a surface shows, as far as the broker, its producer and the gpu process must agree on it.

use serde::{Deserialize, Serialize};

/// What a surface shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SurfacePart {
    /// The shell's card over a tab that has died or hangs.
    Card,
    /// The shell's dialog for a page's script, over the page.
    Dialog,
    /// The shell's bar for finding text, over the page.
    Find,
    /// A tab's document.
    Page,
    /// The shell's open menu, or its list under the address bar.
    Popup,
    /// The shell's strip: tabs and address bar.
    Strip,
}

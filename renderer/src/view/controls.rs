//! What is going on with the controls of one page and its frames: an open list, a thumb that is held, the
//! focus that is shown.

use crate::document::frames::Spot;
use crate::view::popup::Popup;
use blitz_dom::NodeId;

/// What the user does with the controls of one document.
#[derive(Default)]
pub(crate) struct Controls {
    /// The open list, and the document that it is in.
    pub(crate) popup: Option<(Spot, Popup)>,
    /// The range whose thumb is held.
    pub(crate) dragged: Option<(Spot, NodeId)>,
    /// Whether the pointer's next release belongs to a press that was used up.
    pub(crate) swallows_release: bool,
    /// Whether the focus was last moved by a key.
    pub(crate) is_by_key: bool,
    pub(crate) ring: Option<NodeId>,
    /// The text fields with a placeholder; `None` until the document is laid out.
    pub(crate) placeholders: Option<Vec<(NodeId, String)>>,
}

//! How far the document that a view is going to show has come.

/// How far the document that arrives has come.
#[derive(Default)]
pub(crate) struct Growth {
    /// Whether more of it is still to come.
    pub(crate) is_going_on: bool,
    /// Whether it may be shown as far as it is there.
    pub(crate) is_shown: bool,
    /// Whether something but its growth has changed it since it was laid out.
    pub(crate) is_outdated: bool,
}

impl Growth {
    /// Of a document that has just been begun.
    pub(crate) fn begun() -> Growth {
        Growth {
            is_going_on: true,
            ..Growth::default()
        }
    }
}

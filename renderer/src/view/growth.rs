//! How far the document that a view is going to show has come.

/// How far the document that arrives has come.
#[derive(Default)]
pub(crate) struct Growth {
    /// Whether more of it is still to come.
    pub(crate) is_going_on: bool,
    /// Whether it may be shown as far as it is there.
    pub(crate) is_shown: bool,
    /// Whether a script wants it in its place before it may be shown.
    pub(crate) is_wanted: bool,
    /// Whether something but its growth has changed it since it was laid out.
    pub(crate) is_outdated: bool,
}

impl Growth {
    /// Whether the document before it is to go.
    pub(crate) fn may_take_over(&self) -> bool {
        self.is_shown || self.is_wanted
    }

    /// Whether it has taken over for a script, but is not to be seen.
    pub(crate) fn is_held(&self) -> bool {
        self.is_going_on && !self.is_shown
    }

    /// Of a document that has just been begun.
    pub(crate) fn begun() -> Growth {
        Growth {
            is_going_on: true,
            ..Growth::default()
        }
    }
}

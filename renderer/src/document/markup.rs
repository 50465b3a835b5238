//! The syntax of a text.

/// Which parser reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    Html,
    /// XHTML.
    Xml,
}

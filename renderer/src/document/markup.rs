//! Which parser reads a text.

/// How a text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    Html,
    /// XHTML.
    Xml,
}

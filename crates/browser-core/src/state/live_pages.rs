//! The built-in pages that are told what happens while they are open, and can act.

use protocol::site::Site;

/// Their names. No other built-in page has scripts.
pub(crate) const NAMES: [&str; 7] = [
    "attack",
    "crashes",
    "frames",
    "net",
    "processes",
    "sandbox",
    TOUR,
];

/// The page that guides the tour.
pub(crate) const TOUR: &str = "tour";

/// The name of the built-in page that a site is.
pub(crate) fn page_of(site: &Site) -> Option<&str> {
    site.as_str().strip_prefix("bulkhead://")
}

/// Whether a site is one of the live pages.
pub(crate) fn is_live(site: &Site) -> bool {
    page_of(site).is_some_and(|page| NAMES.contains(&page))
}

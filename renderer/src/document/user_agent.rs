//! The user-agent style of all documents, on top of Blitz's own.

use blitz_dom::{BaseDocument, UserAgentStylesheet};
use std::sync::LazyLock;

static SHEET: LazyLock<UserAgentStylesheet> =
    LazyLock::new(|| UserAgentStylesheet::parse(include_str!("../../assets/ua.css")));

/// Adds what Blitz's sheet leaves out.
pub(crate) fn style(document: &mut BaseDocument) {
    document.add_user_agent_stylesheet(SHEET.clone());
}

static SCRIPTED: LazyLock<UserAgentStylesheet> =
    LazyLock::new(|| UserAgentStylesheet::parse("noscript { display: none !important }"));

/// Hides what is for browsers without scripts. Stylo does not know the medium by which Blitz's own
/// sheet would do so.
pub(crate) fn hide_noscript(document: &mut BaseDocument) {
    document.add_user_agent_stylesheet(SCRIPTED.clone());
}

/// Turns on what Stylo can do and Blitz leaves off. Each was seen to work; docs/blitz.md has those
/// that did not.
pub(crate) fn enable_features() {
    style_config::set_pref!("layout.css.has-selector.enabled", true);
    style_config::set_pref!("layout.css.nth-child-of.enabled", true);
    style_config::set_pref!("layout.css.at-scope.enabled", true);
}

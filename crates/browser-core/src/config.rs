//! The settings of one browser session.

use protocol::appearance::{ColorScheme, Percent};
use protocol::geometry::Size;

/// The settings of one browser session.
#[derive(Clone, Debug)]
pub struct Config {
    /// Size of the window or headless target at the start, in pixels at scale 1.
    pub window: Size,
    /// The scale of the window; without, that of its display.
    pub scale: Option<Percent>,
    /// Whether pages and shell are light or dark.
    pub color_scheme: ColorScheme,
    /// Whether there is a shell (tab strip and address bar). Without one a tab has the whole
    /// window: screenshots of pages.
    pub shell: bool,
    /// Whether a spare renderer is kept ready.
    pub spare: bool,
    /// Whether the gpu process reaches its display through an X11 filter.
    pub x11_filter: bool,
    /// Whether a server of the demo site runs.
    pub demo: bool,
    /// A remark that stays in the shell for the whole session (a degraded sandbox).
    pub banner: Option<String>,
    /// The page of a new tab.
    pub new_tab_url: String,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            window: Size::new(1280, 800),
            scale: None,
            color_scheme: ColorScheme::Light,
            shell: true,
            spare: true,
            x11_filter: false,
            demo: false,
            banner: None,
            new_tab_url: "bulkhead://welcome".to_owned(),
        }
    }
}

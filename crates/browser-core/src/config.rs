//! The settings of one browser session.

use crate::chaos::ChaosSpec;
use protocol::appearance::{ColorScheme, Percent};
use protocol::geometry::Size;
use protocol::limits::{PROCESSES_MAX, TABS_MAX};

/// Descriptors of the broker for each renderer: its control channel, its standard error, and the
/// listener for its refused calls.
const DESCRIPTORS_PER_RENDERER: u64 = 3;
/// Descriptors of the broker besides: files, pictures on show, bodies on their way, helpers.
const DESCRIPTORS_BESIDE: u64 = 64;
/// Processes that renderers may not take, so that a service can always be restarted.
pub(crate) const SERVICE_PROCESSES: usize = 12;
/// Processes for tabs that are on their way to another site.
const NAVIGATING_PROCESSES: usize = 8;

/// How many tabs and processes there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Most tabs; at most [`TABS_MAX`].
    pub tabs: usize,
    /// Most processes, all roles together; at most [`PROCESSES_MAX`].
    pub processes: usize,
}

impl Capacity {
    /// What a broker with so many descriptors has room for. A limit of 1024 allows 300 tabs.
    pub fn of_descriptors(descriptors: u64) -> Capacity {
        let renderers = descriptors.saturating_sub(DESCRIPTORS_BESIDE) / DESCRIPTORS_PER_RENDERER;
        let processes = usize::try_from(renderers).unwrap_or(PROCESSES_MAX);
        let beside = SERVICE_PROCESSES + NAVIGATING_PROCESSES;
        let processes = processes.clamp(beside + 1, PROCESSES_MAX);
        Capacity {
            tabs: (processes - beside).min(TABS_MAX),
            processes,
        }
    }
}

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
    /// Whether a devtools process runs.
    pub devtools: bool,
    /// Whether closing the last tab ends the browser, as it does in a window. Without one, whoever
    /// drives the browser ends it.
    pub ends_with_last_tab: bool,
    /// Whether pages may run scripts.
    pub script: bool,
    /// Whether anybody can answer the dialogs of pages; otherwise they are refused.
    pub dialogs: bool,
    /// The faults that the browser injects into itself from the start, and their seed.
    pub chaos: Option<(ChaosSpec, u64)>,
    /// How many tabs and processes there may be.
    pub capacity: Capacity,
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
            devtools: false,
            ends_with_last_tab: true,
            script: true,
            dialogs: true,
            chaos: None,
            capacity: Capacity {
                tabs: TABS_MAX,
                processes: PROCESSES_MAX,
            },
            banner: None,
            new_tab_url: "bulkhead://welcome".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_1024_descriptors_allows_300_tabs_and_fewer_allow_fewer() {
        let tabs = |descriptors| Capacity::of_descriptors(descriptors).tabs;
        assert_eq!(tabs(1024), 300);
        assert_eq!(tabs(u64::MAX), TABS_MAX);
        assert_eq!(tabs(256), 44);
        assert_eq!(tabs(20), 1);
    }
}

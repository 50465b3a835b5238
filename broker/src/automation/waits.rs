//! What those who drive the browser by the control pipe wait for.
//!
//! Never: waits itself; the event loop looks after each turn whether something has come.

use crate::state::Broker;
use browser_core::TabState;
use protocol::ids::{SurfaceId, TabId};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// Most waits at once.
pub const WAITS_MAX: usize = 100;
/// How often frames are looked for while somebody waits for one.
const FRAMES_EVERY: Duration = Duration::from_millis(10);

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The tab's page is loaded; at once if it is.
    Loaded,
    /// The tab's page has lost its process; at once if it has.
    Crashed,
    /// The tab's page has published a frame since the command.
    Frame,
}

/// A command that is answered later.
#[derive(Debug)]
pub struct Wait {
    /// What it is answered with.
    pub id: String,
    tab: TabId,
    awaited: Awaited,
    /// The last frame before it.
    frame: Option<Frame>,
    limit: Duration,
    until: Instant,
}

/// A surface, how many regions it had, and the number of its newest frame.
type Frame = (SurfaceId, u32, u64);

impl Wait {
    /// Begins to wait.
    ///
    /// # Errors
    /// There is no such tab.
    pub fn begin(
        browser: &Broker,
        id: String,
        (tab, awaited): (TabId, Awaited),
        limit: Duration,
    ) -> Result<Wait, String> {
        if browser.core.tab(tab).is_none() {
            return Err(format!("there is no tab {tab}"));
        }
        Ok(Wait {
            id,
            tab,
            awaited,
            frame: newest_frame(browser, tab),
            limit,
            until: Instant::now() + limit,
        })
    }

    /// When to look again.
    pub fn deadline(&self) -> Instant {
        match self.awaited {
            Awaited::Frame => self.until.min(Instant::now() + FRAMES_EVERY),
            Awaited::Loaded | Awaited::Crashed => self.until,
        }
    }

    /// How it ended; nothing as long as it has not.
    pub fn outcome(&self, browser: &Broker) -> Option<Result<Map<String, Value>, String>> {
        let Some(tab) = browser.core.tab(self.tab) else {
            return Some(Err(format!("tab {} was closed", self.tab)));
        };
        let has_come = match self.awaited {
            Awaited::Loaded => tab.state == TabState::Ready,
            Awaited::Crashed => tab.state == TabState::Crashed,
            Awaited::Frame => {
                let newest = newest_frame(browser, self.tab);
                newest.is_some() && newest != self.frame
            }
        };
        if has_come {
            return Some(Ok(Map::new()));
        }
        let is_over = self.until <= Instant::now();
        is_over.then(|| Err(self.missed(tab.state)))
    }

    /// Why it was in vain.
    fn missed(&self, state: TabState) -> String {
        let Wait { tab, limit, .. } = self;
        let what = match self.awaited {
            Awaited::Loaded if state == TabState::Crashed => "is not loaded, but crashed,",
            Awaited::Loaded => "is not loaded",
            Awaited::Crashed => "has not crashed",
            Awaited::Frame => "has published no frame",
        };
        format!("tab {tab} {what} after {} s", limit.as_secs_f32())
    }
}

fn newest_frame(browser: &Broker, tab: TabId) -> Option<Frame> {
    let surfaces = browser.core.surfaces().into_iter();
    let its = surfaces.filter(|surface| surface.tab == Some(tab));
    let newest = its.filter_map(|surface| {
        let glance = browser
            .store
            .surfaces
            .glance(surface.surface, surface.size)?;
        let newest = glance.slots.iter().map(|slot| slot.sequence).max()?;
        Some((surface.surface, surface.generation.0, newest))
    });
    newest.max()
}

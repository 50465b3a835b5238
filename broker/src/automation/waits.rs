//! What those who drive the browser by the control pipe wait for.
//!
//! Never: waits itself; the event loop looks after each turn whether something has come.

use protocol::ids::{SurfaceId, TabId};
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
    /// Of which tab.
    pub tab: TabId,
    /// What.
    pub awaited: Awaited,
    /// The last frame before it.
    pub frame: Option<Frame>,
    /// For how long.
    pub limit: Duration,
    /// Its end.
    pub until: Instant,
}

/// A surface, how many regions it had, and the number of its newest frame.
pub type Frame = (SurfaceId, u32, u64);

impl Wait {
    /// When to look again.
    pub fn deadline(&self) -> Instant {
        match self.awaited {
            Awaited::Frame => self.until.min(Instant::now() + FRAMES_EVERY),
            Awaited::Loaded | Awaited::Crashed => self.until,
        }
    }
}

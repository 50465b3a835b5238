//! Looks whether what commands of the control pipe wait for has happened.

use crate::automation::waits::{Awaited, Frame, Wait};
use crate::state::Broker;
use browser_core::TabState;
use protocol::ids::TabId;
use serde_json::Map;
use std::time::{Duration, Instant};

impl Broker {
    /// Has a command wait.
    ///
    /// # Errors
    /// There is no such tab.
    pub(crate) fn begin_wait(
        &mut self,
        id: String,
        (tab, awaited): (TabId, Awaited),
        limit: Duration,
    ) -> Result<(), String> {
        if self.core.tab(tab).is_none() {
            return Err(format!("there is no tab {}", tab.0));
        }
        self.automation.waits.push(Wait {
            id,
            tab,
            awaited,
            frame: self.newest_frame(tab),
            limit,
            until: Instant::now() + limit,
        });
        Ok(())
    }

    /// Answers the commands for which what they waited for has happened, or too late.
    pub(crate) fn answer_waits(&mut self) {
        let waits = std::mem::take(&mut self.automation.waits);
        for wait in waits {
            match self.outcome(&wait) {
                Some(outcome) => {
                    let outcome = outcome.map(|()| Map::new());
                    self.automation.answer(&wait.id, outcome);
                }
                None => self.automation.waits.push(wait),
            }
        }
    }

    /// How a wait ended; nothing as long as it has not.
    fn outcome(&self, wait: &Wait) -> Option<Result<(), String>> {
        let Some(tab) = self.core.tab(wait.tab) else {
            return Some(Err(format!("tab {} was closed", wait.tab.0)));
        };
        let has_come = match wait.awaited {
            Awaited::Loaded => tab.state == TabState::Ready,
            Awaited::Crashed => tab.state == TabState::Crashed,
            Awaited::Frame => {
                let newest = self.newest_frame(wait.tab);
                newest.is_some() && newest != wait.frame
            }
        };
        if has_come {
            return Some(Ok(()));
        }
        let is_over = wait.until <= Instant::now();
        is_over.then(|| Err(missed(wait, tab.state)))
    }

    fn newest_frame(&self, tab: TabId) -> Option<Frame> {
        let surfaces = self.core.surfaces().into_iter();
        let its = surfaces.filter(|surface| surface.tab == Some(tab));
        let newest = its.filter_map(|surface| {
            let surfaces = &self.store.surfaces;
            let glance = surfaces.glance(surface.surface, surface.size)?;
            let newest = glance.slots.iter().map(|slot| slot.sequence).max()?;
            Some((surface.surface, surface.generation.0, newest))
        });
        newest.max()
    }
}

/// Why it was in vain.
fn missed(wait: &Wait, state: TabState) -> String {
    let what = match wait.awaited {
        Awaited::Loaded if state == TabState::Crashed => "is not loaded, but crashed,",
        Awaited::Loaded => "is not loaded",
        Awaited::Crashed => "has not crashed",
        Awaited::Frame => "has published no frame",
    };
    format!(
        "tab {} {what} after {} s",
        wait.tab.0,
        wait.limit.as_secs_f32()
    )
}

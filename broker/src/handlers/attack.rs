//! Makes the attacks that users ask for on `bulkhead://attack`.
//!
//! Never: does anything while no attack is asked for.

use crate::attack::{Frames, Seen};
use crate::rings::Rings;
use crate::state::Broker;
use browser_core::{Command, Core, Event, Record, RecordKind};
use protocol::act::{Act, ActKind};
use protocol::ids::SurfaceId;
use protocol::surface::SurfacePart;
use std::time::Instant;

impl Broker {
    /// Carries out an act that concerns the browser as a whole; returns why not.
    pub(crate) fn carry_out(&mut self, act: Act) -> Option<String> {
        let demo = self.demo_url.as_deref();
        match act.kind {
            ActKind::Attack => self.attacks.start(act.of, demo).err(),
            ActKind::EveryAttack => self.attacks.start_every(act.of == 1, demo).err(),
            ActKind::SlowMotion => {
                self.glass.is_slow = act.of == 1;
                None
            }
            _ => Some("this is no act on the whole browser".to_owned()),
        }
    }

    /// Goes on with the attacks.
    pub(crate) fn run_attacks(&mut self) {
        if self.attacks.deadline().is_none() {
            return;
        }
        let now = Instant::now();
        let answer = self.attacks.attacked().and_then(|tab| {
            let process = self.core.tab(tab)?.process?;
            self.children.rings.injected_answer(process)
        });
        let frames = |since| frames(&self.core, &self.children.rings, since);
        let done = self.attacks.look(&Seen { answer }, now, frames);
        let begun = self.attacks.begin_next(now, self.demo_url.as_deref());
        self.order(done);
        self.order(begun);
    }

    /// Tells the attacks what has happened.
    pub(crate) fn note_for_attacks(&mut self, record: &Record) {
        if self.attacks.running().is_none() || matches!(record.kind, RecordKind::Console { .. }) {
            return;
        }
        let frames = |since| frames(&self.core, &self.children.rings, since);
        let command = self.attacks.note(record, Instant::now(), frames);
        self.order(command);
    }

    fn order(&mut self, command: Option<Command>) {
        self.events.extend(command.map(Event::Command));
    }
}

/// The frames of the page on show that were taken since then.
fn frames(core: &Core, rings: &Rings, since_ns: u64) -> Option<Frames> {
    let surface = surface_on_show(core)?;
    let taken = rings.frames_taken().into_iter();
    let taken = taken.filter(|it| it.edge == surface.0 && it.time_ns >= since_ns);
    let times: Vec<u64> = taken.map(|it| it.time_ns).collect();
    let gaps = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    Some(Frames {
        count: u32::try_from(times.len()).unwrap_or(u32::MAX),
        longest_gap_ms: gaps.max().unwrap_or(0) / 1_000_000,
    })
}

fn surface_on_show(core: &Core) -> Option<SurfaceId> {
    let active = core.active_tab()?;
    let surfaces = core.surfaces().into_iter();
    let mut pages = surfaces.filter(|it| it.part == SurfacePart::Page && it.is_visible);
    let page = pages.find(|it| it.tab == Some(active))?;
    Some(page.surface)
}

//! The process with the window is killed.

use super::kill_tab::claim_others;
use crate::rings::history::Party;
use crate::tour::guide::Halt;
use crate::tour::stage::{Mark, Stage};
use crate::tour::stop::Stop;
use browser_core::RecordKind;
use flight::Kind;
use protocol::ids::Role;

pub const STOP: Stop = Stop {
    title: "Kill the gpu process: the window comes back",
    look: "The window is the gpu process's. It goes with it and comes back with the next one, \
           with all tabs, for the pages never were in that process.",
    source: "crates/browser-core/src/rules/processes.rs, crates/browser-core/src/rules/surfaces.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let beside = stage.open("long")?;
    let moving = stage.open("animated")?;
    let others = [stage.row(moving.tab)?, stage.row(beside.tab)?];
    let old = stage.service(Role::Gpu)?;
    stage.let_see()?;
    let next = replaced(stage, Role::Gpu, old)?;
    if flight::ENABLED {
        let page = Party(stage.pid(moving.tab)?);
        let taken = stage.look(|stage| {
            let all = stage.history();
            let mut taken = all.iter().filter(|it| {
                it.kind == Kind::Taken && it.by == Party(next) && it.with == Some(page)
            });
            taken.next().map(|it| it.bytes)
        })?;
        let evidence = taken.map_or_else(
            || "no frame was taken".to_owned(),
            |pixels| format!("gpu {next} took a frame of {pixels} changed pixels"),
        );
        let text = "The next gpu process takes the frames of the page that was there before it";
        stage.claim(text, taken.is_some(), vec![evidence]);
    }
    claim_others(stage, &others)
}

/// Kills a service, and claims that another one has taken its place; returns its process.
pub fn replaced(stage: &mut Stage<'_>, role: Role, old: u32) -> Result<u32, Halt> {
    let mark = stage.mark();
    let began = stage.browser.now();
    stage.kill(old)?;
    let cause = cause_of(stage, mark, old)?;
    let what = format!("another {role} process is sealed");
    let (next, tier) = stage.wait(mark, &what, |_, record| match &record.kind {
        RecordKind::Sealed {
            role: sealed,
            pid,
            tier,
        } if *sealed == role => Some((*pid, tier.clone())),
        _ => None,
    })?;
    let ms = stage.browser.now().0.saturating_sub(began.0);
    let evidence = vec![
        format!("{role} {old} is gone: {cause}"),
        format!("{role} {next} is sealed, tier {tier}, {ms} ms later"),
    ];
    let text = format!("The broker has started another {role} process");
    stage.claim(&text, next != old && cause.contains("SIGKILL"), evidence);
    Ok(next)
}

/// What the core says of the end of that process.
fn cause_of(stage: &mut Stage<'_>, mark: Mark, old: u32) -> Result<String, Halt> {
    stage.wait(mark, "the process dies", |_, record| match &record.kind {
        RecordKind::Died { pid, cause, .. } if *pid == old => Some(cause.clone()),
        _ => None,
    })
}

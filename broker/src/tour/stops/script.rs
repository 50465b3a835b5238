//! A page whose script never ends.

use super::kill_tab::claim_others;
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use browser_core::{Command, RecordKind};
use protocol::ids::TabId;
use protocol::input::Key;
use std::time::{Duration, Instant};

pub const STOP: Stop = Stop {
    title: "The hostile script: it stops its own tab",
    look: "A page that loops for ever. After three seconds without an answer its tab is marked. \
           The other tabs go on meanwhile, and the script can be stopped while its page stays.",
    source: "crates/browser-core/src/rules/liveness.rs, renderer/src/script/limits.rs, \
             crates/demo/src/attacks.rs",
    act,
};

/// How often a key is pressed.
const KEY_INTERVAL: Duration = Duration::from_millis(500);

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let moving = stage.open("animated")?;
    let others = [stage.row(moving.tab)?];
    let hostile = stage.open("attack/loop")?;
    let (tab, pid) = (hostile.tab, stage.pid(hostile.tab)?);
    // The button of the page has the focus.
    stage.press(Key::Enter);
    let begun = stage.look(|stage| {
        let row = stage.row(tab).ok()?;
        row.title.contains("started").then_some(())
    })?;
    if begun.is_none() {
        return Err(Halt::Failed("the page did not begin to loop".to_owned()));
    }
    unanswered(stage, tab)?;
    let row = stage.row(tab)?;
    stage.claim(
        "The tab that does not answer is marked",
        row.state == "slow" && row.pid == Some(pid),
        vec![format!("tab {}: {}, pid {pid}", tab.0, row.state)],
    );
    stage.let_see()?;
    claim_others(stage, &others)?;
    stage.show(tab);
    let mark = stage.mark();
    stage.command(Command::StopScript(tab));
    stage.wait(mark, "the script is stopped", |_, record| {
        let is_its = record.tab == Some(tab);
        (is_its && matches!(record.kind, RecordKind::ScriptStopped)).then_some(())
    })?;
    let row = stage.look(|stage| {
        let row = stage.row(tab).ok()?;
        (row.state == "live").then_some(row)
    })?;
    let state = row.as_ref().map_or("not live", |row| row.state);
    stage.claim(
        "The script is stopped, and its page stays in its process",
        row.is_some_and(|row| row.pid == Some(pid)),
        vec![format!("tab {}: {state}, pid {pid} as before", tab.0)],
    );
    stage.let_see()
}

/// Presses a key now and then until the tab is marked: it may answer until its loop has begun.
fn unanswered(stage: &mut Stage<'_>, tab: TabId) -> Result<(), Halt> {
    let mut pressed = Instant::now();
    stage.press(Key::ArrowDown);
    let marked = stage.look(|stage| {
        if pressed.elapsed() > KEY_INTERVAL {
            pressed = Instant::now();
            stage.press(Key::ArrowDown);
        }
        (stage.row(tab).ok()?.state == "slow").then_some(())
    })?;
    marked.ok_or_else(|| Halt::Failed("the tab is not marked".to_owned()))
}

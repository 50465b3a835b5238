//! The process of a tab is killed; the others do not notice.

use crate::rings::last_words::RingWords;
use crate::snapshot::{self, TabRow};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use crate::tour::witness::counted;
use browser_core::RecordKind;
use std::path::Path;

pub const STOP: Stop = Stop {
    title: "Kill a tab: the others do not notice",
    look: "A tab whose process is killed as kill -9 does it. It keeps its address and shows a \
           card; the other tabs go on; Reload brings the page back in a new process.",
    source: "broker/src/handlers/death.rs, crates/browser-core/src/rules/tabs.rs, \
             broker/src/rings/last_words.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let moving = stage.open("animated")?;
    let beside = stage.open("long")?;
    let victim = stage.open("article")?;
    let others = [stage.row(moving.tab)?, stage.row(beside.tab)?];
    let pid = stage.pid(victim.tab)?;
    stage.rest()?;
    let held = snapshot::descriptors().len();
    let cause = die(stage, &victim, pid)?;
    stage.let_see()?;
    claim_card(stage, &victim, pid, &cause)?;
    claim_gone(stage, pid, held)?;
    claim_words(stage, pid);
    claim_others(stage, &others)?;
    stage.show(victim.tab);
    let row = stage.reload(victim.tab)?;
    let next = stage.pid(row.tab)?;
    let mut evidence = vec![format!(
        "tab {}: {} again in pid {next}",
        row.tab.0, row.state
    )];
    evidence.extend(stage.write_picture("reloaded.png")?);
    let holds = row.state == "live" && next != pid;
    stage.claim(
        "Reload brings the page back in a new process",
        holds,
        evidence,
    );
    stage.let_see()
}

/// Kills the process of the tab; returns what the core says of its end.
pub fn die(stage: &mut Stage<'_>, victim: &TabRow, pid: u32) -> Result<String, Halt> {
    let mark = stage.mark();
    stage.kill(pid)?;
    let tab = victim.tab;
    stage.wait(mark, "the tab shows the crash", |_, record| {
        match &record.kind {
            RecordKind::TabCrashed { cause } if record.tab == Some(tab) => Some(cause.clone()),
            _ => None,
        }
    })
}

fn claim_card(stage: &mut Stage<'_>, victim: &TabRow, pid: u32, cause: &str) -> Result<(), Halt> {
    let row = stage.row(victim.tab)?;
    let keeps = row.url == victim.url && row.title == victim.title;
    let holds = row.state == "crashed" && keeps && cause.contains("SIGKILL");
    let mut evidence = vec![
        format!("pid {pid} is gone: {cause}"),
        format!(
            "tab {}: {}, {} \"{}\"",
            row.tab.0, row.state, row.url, row.title
        ),
    ];
    evidence.extend(stage.write_picture("crashed.png")?);
    let text = "The tab shows a card, and keeps its address and its title";
    stage.claim(text, holds, evidence);
    Ok(())
}

/// The kernel has no such process any more, and the broker has closed what it held of it.
fn claim_gone(stage: &mut Stage<'_>, pid: u32, held: usize) -> Result<(), Halt> {
    let is_gone = stage.look(|_| {
        let is_there = Path::new(&format!("/proc/{pid}")).exists();
        let holds = snapshot::descriptors().len();
        (!is_there && holds < held).then_some(holds)
    })?;
    let now = is_gone.unwrap_or_else(|| snapshot::descriptors().len());
    let evidence = vec![format!(
        "no /proc/{pid}; the broker had {held} descriptors and has {now}"
    )];
    let text = "Nothing of the process is left, in the kernel or in the broker";
    stage.claim(text, is_gone.is_some(), evidence);
    Ok(())
}

/// Its ring has outlived it.
fn claim_words(stage: &mut Stage<'_>, pid: u32) {
    if !flight::ENABLED {
        return;
    }
    let (count, mut evidence) = last_words(stage, pid);
    evidence.insert(0, format!("{} of it", counted(count as u64, "record")));
    let text = "What it did last is known, although it was killed: bulkhead://crashes shows it";
    stage.claim(text, count > 0, evidence);
}

/// How many records of a dead process there are, and the last few.
fn last_words(stage: &Stage<'_>, pid: u32) -> (usize, Vec<String>) {
    let mut deaths = stage.browser.store.deaths.iter();
    let death = deaths.find(|death| death.pid == pid);
    let own: Option<&RingWords> = death.and_then(|death| death.last_words.rings.first());
    let lines = own.map(|own| own.lines.as_slice()).unwrap_or_default();
    let last = lines.iter().rev().take(3).map(|line| {
        let before_ms = line.before_ns as f64 / 1e6;
        let with = match line.with.as_str() {
            "" => String::new(),
            with => format!(", {with}"),
        };
        format!(
            "{before_ms:.1} ms before: {} {}{with}",
            line.kind, line.name
        )
    });
    (lines.len(), last.collect())
}

/// The other tabs have the processes that they had, and the moving one moves.
pub fn claim_others(stage: &mut Stage<'_>, before: &[TabRow]) -> Result<(), Halt> {
    let mut holds = true;
    let mut evidence = Vec::new();
    for old in before {
        let row = stage.row(old.tab)?;
        holds &= row.state == "live" && row.pid == old.pid;
        let pid = row.pid.map_or("none".to_owned(), |pid| pid.to_string());
        evidence.push(format!(
            "tab {}: {}, pid {pid} as before",
            row.tab.0, row.state
        ));
    }
    let moving = before.first().map(|row| row.tab);
    if let Some(tab) = moving {
        stage.show(tab);
    }
    let moves = stage.moves()?;
    evidence.push(if moves {
        "the moving page still moves: two pictures differ".to_owned()
    } else {
        "the moving page stands still".to_owned()
    });
    let text = "The other tabs live on in their processes";
    stage.claim(text, holds && moves, evidence);
    stage.let_see()
}

//! What is left when all is over.

use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use sandbox::report::Report;
use std::path::Path;

pub const STOP: Stop = Stop {
    title: "What is left: nothing",
    look: "The tabs of the tour are closed. Who was killed is gone, what was opened is closed, \
           and whoever runs now is confined.",
    source: "broker/src/child/children.rs, crates/browser-core/src/invariants.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let ended: Vec<u32> = stage.ended.iter().copied().collect();
    let gone = stage.look(|_| {
        let is_there = |pid: &u32| Path::new(&format!("/proc/{pid}")).exists();
        (!ended.iter().any(is_there)).then_some(())
    })?;
    let pids: Vec<String> = ended.iter().map(u32::to_string).collect();
    let pids = match pids.join(" ") {
        none if none.is_empty() => "none was ended".to_owned(),
        pids => format!("gone: {pids}"),
    };
    stage.claim(
        "The processes that the tour has ended are gone",
        gone.is_some(),
        vec![pids],
    );
    let confined = stage.look(|stage| {
        let mut children = stage.browser.children.values();
        let reports = children.all(|it| it.report.as_ref().is_some_and(Report::is_sufficient));
        reports.then(|| stage.browser.children.values().count())
    })?;
    let count = confined.unwrap_or(0);
    stage.claim(
        "Each process that runs now is confined",
        confined.is_some_and(|count| count > 0),
        vec![format!("{count} reports, all of them sufficient")],
    );
    let first = stage.first;
    if stage.inventory().tabs != first.tabs {
        // The user has opened or closed tabs meanwhile.
        return Ok(());
    }
    let now = stage.look(|stage| {
        let now = stage.inventory();
        let is_back = now.processes <= first.processes && now.descriptors <= first.descriptors;
        is_back.then_some(now)
    })?;
    let is_back = now.is_some();
    let now = now.unwrap_or_else(|| stage.inventory());
    let told =
        |what: &str, first: usize, now: usize| format!("{what}: {first} at first, {now} now");
    stage.claim(
        "The broker holds no more than before the first stop",
        is_back,
        vec![
            told("processes", first.processes, now.processes),
            told("descriptors", first.descriptors, now.descriptors),
        ],
    );
    Ok(())
}

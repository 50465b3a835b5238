//! A process is started, gives up its rights, and is examined before it gets anything.

use crate::rings::history::{Entry, Party};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use crate::tour::witness::{counted, micros};
use browser_core::RecordKind;
use flight::{Kind, Step};
use protocol::ids::Role;
use sandbox::report::{Report, State};

pub const STOP: Stop = Stop {
    title: "Spawn and seal: rights are given up before anything is given",
    look: "A page takes the renderer that waited for it, so the next one is started at once. It \
           gives up all rights for good; the broker looks from outside whether that is so, and \
           only then locks it to a site.",
    source: "crates/sandbox/src/seal/mod.rs, broker/src/child/verify.rs, \
             crates/sandbox/policies/renderer.policy",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let mark = stage.mark();
    let row = stage.open("article")?;
    let page = stage.pid(row.tab)?;
    let spare = stage.wait(mark, "the next renderer is sealed", |_, record| {
        let RecordKind::Sealed { role, pid, .. } = &record.kind else {
            return None;
        };
        (*role == Role::Renderer && *pid != page).then_some(*pid)
    })?;
    stage.let_see()?;
    claim_report(stage, spare);
    claim_order(stage, spare)?;
    claim_page(stage, page, &row.url);
    Ok(())
}

/// The broker has looked for itself.
fn claim_report(stage: &mut Stage<'_>, pid: u32) {
    let report = report_of(stage, pid);
    let holds = report.as_ref().is_some_and(Report::is_sufficient);
    let evidence = report.map_or_else(|| vec!["no report".to_owned()], |it| seen(&it));
    let text = format!("The broker has examined renderer {pid} from outside: it is confined");
    stage.claim(&text, holds, evidence);
}

fn report_of(stage: &Stage<'_>, pid: u32) -> Option<Report> {
    let mut children = stage.browser.children.values();
    let child = children.find(|child| u32::try_from(child.pid) == Ok(pid))?;
    child.report.clone()
}

fn seen(report: &Report) -> Vec<String> {
    let count = |state: State| report.rows.iter().filter(|row| row.state == state).count();
    let (enforced, missing) = (count(State::Enforced), count(State::Missing));
    let tried = report.rows.iter().filter_map(|row| row.tried.as_ref());
    let mut evidence = vec![format!(
        "tier {}: {} in force, {missing} missing",
        report.tier(),
        counted(enforced as u64, "layer")
    )];
    evidence.extend(
        tried
            .take(3)
            .map(|it| format!("{} → {}", it.call, it.answer)),
    );
    evidence
}

/// Nothing was received before the seal but what a process needs to begin.
fn claim_order(stage: &mut Stage<'_>, pid: u32) -> Result<(), Halt> {
    if !flight::ENABLED {
        return Ok(());
    }
    let own = stage.look(|stage| {
        let all = stage.history();
        let own: Vec<Entry> = all.into_iter().filter(|it| it.by == Party(pid)).collect();
        let is_sealed = |it: &Entry| it.kind == Kind::Ended && it.step == Some(Step::Seal);
        own.iter().any(is_sealed).then_some(own)
    })?;
    let own = own.unwrap_or_default();
    let time = |kind| {
        let mut steps = own.iter().filter(|it| it.step == Some(Step::Seal));
        steps.find(|it| it.kind == kind).map(|it| it.time_ns)
    };
    let (begun, ended) = (time(Kind::Begun), time(Kind::Ended));
    let is_early = |it: &&Entry| {
        it.kind == Kind::Received && it.name.starts_with("ToRenderer::") && Some(it.time_ns) < ended
    };
    let early: Vec<String> = own
        .iter()
        .filter(is_early)
        .map(|it| stage.told(it))
        .collect();
    let mut evidence = early.clone();
    if let (Some(begun), Some(ended)) = (begun, ended) {
        evidence.push(format!(
            "its ring: seal begun, ended {} later",
            micros(ended.saturating_sub(begun))
        ));
        evidence.push(format!(
            "{} before that",
            counted(early.len() as u64, "order")
        ));
    }
    let holds = ended.is_some() && early.is_empty();
    let text = format!("Renderer {pid} got no order before its seal was complete");
    stage.claim(&text, holds, evidence);
    Ok(())
}

/// The page's process is locked to one site.
fn claim_page(stage: &mut Stage<'_>, pid: u32, url: &str) {
    let processes = stage.browser.core.processes();
    let process = processes.into_iter().find(|it| it.pid == Some(pid));
    let site = process.and_then(|process| process.site);
    let site = site.map(|site| site.to_string()).unwrap_or_default();
    let evidence = vec![format!("renderer {pid}: site {site}, page {url}")];
    let holds = !site.is_empty() && url.starts_with(&site);
    stage.claim(
        "The page's renderer is locked to the page's site",
        holds,
        evidence,
    );
}

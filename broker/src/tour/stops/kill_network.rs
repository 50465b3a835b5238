//! The process with the network is killed.

use super::kill_gpu::replaced;
use super::kill_tab::claim_others;
use crate::rings::history::Party;
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use protocol::ids::Role;

pub const STOP: Stop = Stop {
    title: "Kill the network process: pages stay, and load again",
    look: "The pages that are there stay. The next network process gets a fresh channel to each \
           of them, and a page loads through it as if nothing had been.",
    source: "crates/browser-core/src/rules/network.rs, broker/src/perform/grants.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let beside = stage.open("long")?;
    let moving = stage.open("animated")?;
    let others = [stage.row(moving.tab)?, stage.row(beside.tab)?];
    let old = stage.service(Role::Network)?;
    let next = Party(replaced(stage, Role::Network, old)?);
    let page = Party(stage.pid(moving.tab)?);
    let broker = Party::BROKER;
    stage.claim_messages(
        "The next network process has one end of a fresh fetch channel",
        &[("ToNetwork::OpenFetch", broker, next)],
    )?;
    stage.claim_messages(
        "A page that was there before it has the other end of one",
        &[("ToRenderer::FetchChannel", broker, page)],
    )?;
    let fresh = stage.open("article")?;
    stage.claim(
        "Another page loads",
        fresh.state == "live",
        vec![format!(
            "tab {}: {} \"{}\"",
            fresh.tab.0, fresh.url, fresh.title
        )],
    );
    stage.claim_messages(
        "It came through the next network process",
        &[("ToNetwork::Navigate", broker, next)],
    )?;
    claim_others(stage, &others)
}

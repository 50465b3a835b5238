//! The bytes of a page, from the network process to a renderer.

use crate::rings::history::{Entry, Party};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use crate::tour::witness::{counted, micros};
use flight::Kind;
use protocol::ids::Role;

pub const STOP: Stop = Stop {
    title: "The pipe of a page's bytes: past the broker",
    look: "First a page that comes slowly and is shown while it comes. Then one of four \
           megabytes: the broker made the pipe and gave both ends away, so none of these bytes is \
           ever in the broker.",
    source: "broker/src/perform/documents.rs, network/src/navigation.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let slow = stage.open("slow")?;
    let network = Party(stage.service(Role::Network)?);
    let page = Party(stage.pid(slow.tab)?);
    claim_early_frames(stage, page, network)?;
    stage.since_ns = flight::now_ns();
    let huge = stage.open("huge")?;
    let page = Party(stage.pid(huge.tab)?);
    stage.let_see()?;
    stage.claim(
        "The page is complete",
        huge.state == "live",
        vec![format!("{} \"{}\"", huge.url, huge.title)],
    );
    claim_ends(stage, page, network)?;
    claim_bytes(stage, page, network);
    Ok(())
}

/// Frames of the page were shown before its last byte was there.
fn claim_early_frames(stage: &mut Stage<'_>, page: Party, network: Party) -> Result<(), Halt> {
    if !flight::ENABLED {
        return Ok(());
    }
    let end = stage.message("FromNetwork::BodyEnd", network, Party::BROKER)?;
    let end_ns = end.as_ref().map_or(0, |end| end.time_ns);
    let all = stage.history();
    let is_early = |it: &&Entry| it.kind == Kind::Published && it.by == page && it.time_ns < end_ns;
    let early: Vec<u64> = all.iter().filter(is_early).map(|it| it.time_ns).collect();
    let before = early.first().map_or(0, |first| end_ns - first);
    let evidence = vec![format!(
        "{} before the network process had the last byte, the first one {} before",
        counted(early.len() as u64, "frame"),
        micros(before)
    )];
    stage.claim(
        "A page is shown while it arrives",
        !early.is_empty(),
        evidence,
    );
    Ok(())
}

/// One descriptor went to each side.
fn claim_ends(stage: &mut Stage<'_>, page: Party, network: Party) -> Result<(), Halt> {
    if !flight::ENABLED {
        return Ok(());
    }
    let navigate = stage.message("ToNetwork::Navigate", Party::BROKER, network)?;
    let commit = stage.message("ToRenderer::Commit", Party::BROKER, page)?;
    let both = [navigate, commit];
    let holds = both
        .iter()
        .all(|it| it.as_ref().is_some_and(|it| it.handles == 1));
    let evidence = both.iter().flatten().map(|it| stage.told(it)).collect();
    let text =
        "The write end of the pipe went to the network process, the read end to the renderer";
    stage.claim(text, holds, evidence);
    Ok(())
}

/// What the broker received of both is far less than the page.
fn claim_bytes(stage: &mut Stage<'_>, page: Party, network: Party) {
    if !flight::ENABLED {
        return;
    }
    let all = stage.history();
    let of_these = |party: Option<Party>| party == Some(page) || party == Some(network);
    let own = all
        .iter()
        .filter(|it| it.by == Party::BROKER && of_these(it.with));
    let is_message = |it: &&Entry| matches!(it.kind, Kind::Sent | Kind::Received);
    let messages: Vec<&Entry> = own.filter(is_message).collect();
    let bytes: u64 = messages.iter().map(|it| u64::from(it.bytes)).sum();
    let page_bytes: u64 = demo::Stream::Huge { sent: 0 }
        .map(|piece| piece.bytes.len() as u64)
        .sum();
    let holds = !messages.is_empty() && bytes * 50 < page_bytes;
    let evidence = vec![
        format!("the page has {}", counted(page_bytes, "byte")),
        format!(
            "the broker and these two processes said {} to each other, {} in all",
            counted(messages.len() as u64, "message"),
            counted(bytes, "byte")
        ),
    ];
    stage.claim(
        "No byte of the page went through the broker",
        holds,
        evidence,
    );
}

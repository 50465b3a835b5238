//! Frames on their way from a page to the window.

use crate::rings::history::{Entry, Party};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use crate::tour::witness::{counted, micros};
use flight::Kind;
use protocol::ids::Role;

pub const STOP: Stop = Stop {
    title: "A frame's way: pixels stay where they are",
    look: "The moving page. Its renderer paints into memory that the gpu process reads; one word \
           in it hands a frame over. Only a doorbell of some bytes goes through a channel.",
    source: "crates/shm/src/latch.rs, gpu/src/surface.rs, crates/protocol/src/frames.rs",
    act,
};

/// Frames that are followed.
const FRAMES: usize = 5;

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let row = stage.open("animated")?;
    let gpu = Party(stage.service(Role::Gpu)?);
    let page = Party(stage.pid(row.tab)?);
    let moves = stage.moves()?;
    stage.claim(
        "The page moves: two pictures of the window differ",
        moves,
        vec![format!(
            "two pictures of {}",
            stage.browser.core.window_size()
        )],
    );
    stage.let_see()?;
    if !flight::ENABLED {
        return Ok(());
    }
    let frames = stage.look(|stage| frames(&stage.history(), page, gpu))?;
    let frames = frames.unwrap_or_default();
    claim_ways(stage, &frames, page, gpu);
    claim_bytes(stage, &frames, page, gpu);
    claim_broker(stage, &frames);
    Ok(())
}

/// The last frames that went from the page to the gpu process, as published.
fn frames(all: &[Entry], page: Party, gpu: Party) -> Option<Vec<Entry>> {
    let is_one = |it: &&Entry| {
        it.kind == Kind::Published && it.by == page && it.with == Some(gpu) && it.way_ns.is_some()
    };
    let found: Vec<Entry> = all.iter().filter(is_one).cloned().collect();
    (found.len() >= FRAMES).then(|| found[found.len() - FRAMES..].to_vec())
}

fn claim_ways(stage: &mut Stage<'_>, frames: &[Entry], page: Party, gpu: Party) {
    let ends = format!("{} → {}", stage.name_of(page), stage.name_of(gpu));
    let evidence = frames.iter().map(|frame| {
        let way = frame.way_ns.map(micros).unwrap_or_default();
        format!("{ends}: {} changed pixels, taken after {way}", frame.bytes)
    });
    let evidence = evidence.collect();
    let text = "Each frame that the page published was taken by the gpu process";
    stage.claim(text, frames.len() == FRAMES, evidence);
}

/// The doorbells beside the frames: some bytes against megabytes.
fn claim_bytes(stage: &mut Stage<'_>, frames: &[Entry], page: Party, gpu: Party) {
    let all = stage.history();
    let since = frames.first().map_or(0, |frame| frame.time_ns);
    let bells = all.iter().filter(|it| {
        let between =
            (it.by, it.with) == (page, Some(gpu)) || (it.by, it.with) == (gpu, Some(page));
        it.kind == Kind::Sent && between && it.time_ns >= since
    });
    let (count, bytes) = bells.fold((0_u64, 0_u64), |(count, bytes), it| {
        (count + 1, bytes + u64::from(it.bytes))
    });
    let surfaces = stage.browser.core.surfaces().into_iter();
    let surface = surfaces.filter(|it| frames.iter().any(|frame| frame.edge == it.surface.0));
    let size = surface.map(|it| it.size).next();
    let pixels = size.and_then(|size| size.frame_bytes()).unwrap_or(0) * frames.len();
    let holds = count > 0 && pixels > 0 && bytes * 1_000 < pixels as u64;
    let size = size.map(|size| size.to_string()).unwrap_or_default();
    let evidence = vec![
        format!(
            "{}, {} together",
            counted(count, "message"),
            counted(bytes, "byte")
        ),
        format!("{FRAMES} frames of {size} are {pixels} bytes, in shared memory"),
    ];
    stage.claim("No pixel went through a channel", holds, evidence);
}

/// The broker made the surface; it has no part in its frames.
fn claim_broker(stage: &mut Stage<'_>, frames: &[Entry]) {
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else {
        return stage.claim(
            "The broker takes no part",
            false,
            vec!["no frames".to_owned()],
        );
    };
    let all = stage.history();
    let own = all.iter().filter(|it| it.by == Party::BROKER);
    let meanwhile = own.filter(|it| (first.time_ns..=last.time_ns).contains(&it.time_ns));
    let is_part =
        |it: &&Entry| it.name.starts_with("FromProducer::") || it.name.starts_with("ToProducer::");
    let (mut parts, mut others) = (0, 0);
    meanwhile.for_each(|it| {
        if is_part(&it) {
            parts += 1
        } else {
            others += 1
        }
    });
    let evidence = vec![format!(
        "the broker's ring in these {}: {} about frames, {others} others",
        micros(last.time_ns - first.time_ns),
        counted(parts, "record")
    )];
    stage.claim("The broker takes no part in it", parts == 0, evidence);
}

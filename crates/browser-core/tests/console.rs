//! What pages write to their consoles.

use browser_core::{Action, RecordKind};
use protocol::console::{ConsoleLevel, ConsoleLine};
use protocol::ids::TabId;
use protocol::limits::CONSOLE_LINES_PER_SECOND_MAX;
use protocol::renderer::FromRenderer;
use sim::world::{World, records};

const ONE: &str = "https://one.example/";

fn writes(world: &mut World, tab: TabId, text: &str) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let line = ConsoleLine {
        level: ConsoleLevel::Warn,
        text: text.to_owned(),
        source: "https://one.example/a.js".to_owned(),
        line: 3,
        column: 9,
        groups: 1,
        left_out: 0,
    };
    world.renderer(process, FromRenderer::Console { navigation, line })
}

/// The texts that are kept, and how many were left out before.
fn kept(actions: &[Action]) -> Vec<(String, u32)> {
    let records = records(actions);
    let lines = records.iter().filter_map(|kind| match kind {
        RecordKind::Console { text, left_out, .. } => Some((text.clone(), *left_out)),
        _ => None,
    });
    lines.collect()
}

#[test]
fn a_line_is_kept_without_what_would_make_it_read_as_another_one() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = writes(&mut world, tab, "one\n\ttwo\u{1b}[2J\u{202e}three");
    assert_eq!(kept(&actions), [("one\n\ttwo[2Jthree".to_owned(), 0)]);
}

#[test]
fn a_flood_is_cut_and_counted_and_its_page_lives() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let count: usize = (0..1_000)
        .map(|_| kept(&writes(&mut world, tab, "x")).len())
        .sum();
    assert_eq!(count, 2 * CONSOLE_LINES_PER_SECOND_MAX);
    world.advance(1_000);
    let next = kept(&writes(&mut world, tab, "y"));
    let left_out = 1_000 - 2 * CONSOLE_LINES_PER_SECOND_MAX as u32;
    assert_eq!(next, [("y".to_owned(), left_out)]);
}

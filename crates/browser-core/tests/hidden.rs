//! What nobody sees has no pixels, and says that it is loaded all the same.

use browser_core::{Action, Command, RecordKind, action};
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, SurfaceId, TabId};
use protocol::misbehaviour::Misbehaviour;
use sim::world::{World, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";
const THREE: &str = "https://three.example/";

fn surface_of(world: &World, tab: TabId) -> SurfaceId {
    let process = world.process_of(tab);
    let mut surfaces = world.core.surfaces().into_iter();
    let found = surfaces.find(|surface| surface.producer == Some(process));
    found.expect("its page has one").surface
}

/// The surfaces that were hidden.
fn hidden(actions: &[Action]) -> Vec<SurfaceId> {
    let hidden = actions.iter().filter_map(|action| match action {
        Action::HideSurface(hide) => Some(hide.surface),
        _ => None,
    });
    hidden.collect()
}

/// The surfaces that got their regions again, with the generation.
fn shown_again(actions: &[Action]) -> Vec<(SurfaceId, Generation)> {
    let shown = actions.iter().filter_map(|action| match action {
        Action::ReattachSurface(action::ReattachSurface {
            surface,
            generation,
            ..
        }) => Some((*surface, *generation)),
        _ => None,
    });
    shown.collect()
}

fn is_loaded(actions: &[Action], url: &str) -> bool {
    let mut all = records(actions).into_iter();
    all.any(|kind| matches!(kind, RecordKind::Loaded { url: its, .. } if its == url))
}

#[test]
fn a_page_in_a_tab_behind_begins_without_pixels_and_is_loaded() {
    let mut world = World::running();
    world.open(ONE);
    let from = world.log.len();
    world.command(Command::Open {
        address: TWO.to_owned(),
        activate: false,
    });
    world.settle();
    let log = &world.log[from..];
    assert!(!log.iter().any(|a| matches!(a, Action::CreateSurface(_))));
    assert_eq!(hidden(log).len(), 1);
    assert!(is_loaded(log, TWO));
    let behind = world.core.tabs()[1].tab;
    let actions = world.command(Command::Activate(behind));
    let surface = surface_of(&world, behind);
    assert_eq!(shown_again(&actions), [(surface, Generation(1))]);
    assert!(world.shown().contains(&surface));
}

#[test]
fn a_navigation_to_another_site_in_a_tab_behind_is_loaded() {
    let mut world = World::running();
    let one = world.open(ONE);
    world.open(TWO);
    let from = world.log.len();
    world.navigate(one, THREE);
    world.settle();
    assert!(is_loaded(&world.log[from..], THREE));
}

#[test]
fn a_navigation_within_the_site_of_a_tab_that_was_just_shown_is_loaded() {
    let mut world = World::running();
    let one = world.open(ONE);
    world.open(TWO);
    let before = surface_of(&world, one);
    let from = world.log.len();
    world.navigate(one, "https://one.example/next");
    world.settle();
    assert_eq!(surface_of(&world, one), before, "the same process");
    assert_eq!(
        hidden(&world.log[from..]),
        [before],
        "it waits for no frame"
    );
}

#[test]
fn the_tab_shown_before_keeps_its_pixels_and_the_one_before_that_does_not() {
    let mut world = World::running();
    let one = world.open(ONE);
    let two = world.open(TWO);
    let first = surface_of(&world, one);
    assert_eq!(hidden(&world.command(Command::Activate(one))), []);
    assert_eq!(hidden(&world.command(Command::Activate(two))), []);
    let from = world.log.len();
    world.open(THREE);
    assert_eq!(hidden(&world.log[from..]), [first]);
    let actions = world.command(Command::Activate(one));
    assert_eq!(shown_again(&actions), [(first, Generation(2))]);
}

#[test]
fn news_of_the_channel_that_was_given_back_harm_nobody() {
    let mut world = World::running();
    let one = world.open(ONE);
    let surface = surface_of(&world, one);
    let process = world.process_of(one);
    world.open(TWO);
    world.open(THREE);
    let closed = || FromGpu::ProducerMisbehaved {
        surface,
        misbehaviour: Misbehaviour::ClosedChannel,
    };
    world.gpu_says(closed());
    world.command(Command::Activate(one));
    world.gpu_says(closed());
    assert!(!world.child(process).is_killed);
    world.settle();
    world.gpu_says(closed());
    assert!(world.child(process).is_killed, "this one is in use");
}

#[test]
fn a_page_that_died_behind_has_a_card_over_nothing() {
    let mut world = World::running();
    let one = world.open(ONE);
    let surface = surface_of(&world, one);
    let process = world.process_of(one);
    world.open(TWO);
    world.open(THREE);
    world.die(process, 11);
    world.settle();
    world.command(Command::Activate(one));
    world.settle();
    assert!(!world.shown().contains(&surface));
    assert!(world.shell_state().card.is_some());
    world.command(Command::Reload(one));
    world.settle();
    assert!(world.shown().contains(&surface_of(&world, one)));
}

#[test]
fn a_new_gpu_process_gets_no_surface_that_nobody_sees() {
    let mut world = World::running();
    let one = world.open(ONE);
    let first = surface_of(&world, one);
    world.open(TWO);
    world.open(THREE);
    let from = world.log.len();
    let gpu = world.gpu().expect("it runs");
    world.die(gpu, 11);
    world.settle();
    let again = shown_again(&world.log[from..]);
    assert!(!again.is_empty() && again.iter().all(|(surface, _)| *surface != first));
    let actions = world.command(Command::Activate(one));
    assert_eq!(shown_again(&actions).first().map(|it| it.0), Some(first));
}

//! What the shell is told, and its death.

use browser_core::{Action, Command, Config};
use protocol::Message;
use protocol::ids::Role;
use protocol::limits::{TABS_MAX, TITLE_BYTES_MAX, URL_BYTES_MAX};
use protocol::renderer::FromRenderer;
use protocol::shell::{FromShell, Security, ToShell};
use protocol::surface::SurfacePart;
use sim::world::World;

const ONE: &str = "https://one.example/";

#[test]
fn shell_is_told_only_when_something_has_changed() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let is_update = |action: &Action| matches!(action, Action::UpdateShell { .. });
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let scrolled = world.renderer(process, FromRenderer::Scrolled { navigation, y: 5 });
    assert!(!scrolled.iter().any(is_update));
    let title = "new".to_owned();
    let titled = world.renderer(process, FromRenderer::Title { navigation, title });
    assert_eq!(titled.iter().filter(|action| is_update(action)).count(), 1);
    assert_eq!(world.shell_state().tabs[0].title, "new");
}

#[test]
fn address_asked_for_is_shown_without_a_promise_until_something_is_committed() {
    let mut world = World::running();
    world.hold.heads = true;
    world.open(ONE);
    let state = world.shell_state();
    assert_eq!((state.url.as_str(), state.security), (ONE, Security::Plain));
    assert!(state.loading);
}

#[test]
fn hostile_title_is_one_line() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let title = "a\u{202e}b\n\0c".to_owned();
    world.renderer(process, FromRenderer::Title { navigation, title });
    assert_eq!(world.tab(tab).title, "ab  c");
}

#[test]
fn fullest_state_fits_into_a_message() {
    let mut world = World::running();
    let address = format!("https://one.example/{}", "a".repeat(URL_BYTES_MAX - 100));
    for _ in 0..TABS_MAX {
        let tab = world.open(&address);
        let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
        let title = "ä".repeat(TITLE_BYTES_MAX / 2);
        world.renderer(process, FromRenderer::Title { navigation, title });
        let reason = "r".repeat(4_000);
        world.renderer(process, FromRenderer::Incomplete { navigation, reason });
    }
    world.command(Command::Kill(
        world.core.active_tab().expect("there is one"),
    ));
    let state = world.shell_state().clone();
    assert!(state.card.is_some() && state.url.len() > URL_BYTES_MAX - 100);
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let card = state.card.as_ref().map_or(0, |card| {
        card.details.iter().map(String::len).sum::<usize>() + card.cause.len() + 200
    });
    let titles: usize = state.tabs.iter().map(|tab| tab.title.len() + 24).sum();
    let remarks = text(&state.notice) + text(&state.banner) + text(&state.hover_link);
    assert!(
        state.url.len() + state.host.len() + card + titles + remarks + 200 < ToShell::MAX_BYTES
    );
    assert_eq!(ToShell::State(Box::new(state)).check(), Ok(()));
}

#[test]
fn tabs_do_not_notice_the_death_of_the_shell() {
    let mut world = World::running();
    world.open(ONE);
    let before = world.core.tabs();
    let state = world.shell_state().clone();
    let shell = world.service(Role::Shell).expect("it runs");
    let page = world.shown()[0];
    world.die(shell, 11);
    assert_eq!(world.shown(), [page]);
    world.shell = None;
    world.settle();
    assert_eq!(world.core.tabs(), before);
    assert_eq!(world.shell_state(), &state);
    assert_eq!(world.shown().len(), 2, "the strip is back");
}

#[test]
fn shell_that_keeps_dying_comes_back_each_time_and_the_pages_stay() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for _ in 0..20 {
        let shell = world.service(Role::Shell).expect("it is restarted");
        world.die(shell, 11);
        assert_eq!(world.shown().len(), 1, "the page");
        world.settle();
        world.wait_for_service(Role::Shell);
    }
    assert_eq!(world.shown().len(), 2, "the strip is back");
    assert!(world.tab(tab).process.is_some());
}

#[test]
fn banner_of_the_session_stays() {
    let banner = Some("the sandbox is degraded".to_owned());
    let mut world = World::new(Config {
        banner: banner.clone(),
        ..Config::default()
    });
    world.settle();
    world.open(ONE);
    assert_eq!(world.shell_state().banner, banner);
}

#[test]
fn card_surface_is_there_only_while_a_card_is_shown() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let is_card_there = |world: &World| {
        world
            .core
            .surfaces()
            .iter()
            .any(|surface| surface.part == SurfacePart::Card)
    };
    assert!(!is_card_there(&world));
    world.command(Command::Kill(tab));
    assert!(is_card_there(&world));
    let other = world.open("https://two.example/");
    assert!(!is_card_there(&world), "the other tab has none");
    world.shell_says(FromShell::Activate(tab));
    assert!(is_card_there(&world));
    world.shell_says(FromShell::Reload);
    world.settle();
    assert!(!is_card_there(&world));
    assert!(world.core.tab(other).is_some());
}

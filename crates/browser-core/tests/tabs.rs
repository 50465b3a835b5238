//! Tabs: opened, closed, counted.

use browser_core::{Action, Capacity, Command, Config, RecordKind};
use protocol::gpu::FromGpu;
use protocol::limits::{STALE_PAGE_MS_MAX, TABS_MAX};
use protocol::shell::{FromShell, TabMark};
use sim::world::{World, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

#[test]
fn background_tab_loads_without_being_shown() {
    let mut world = World::running();
    world.hold.documents = true;
    let one = world.open(ONE);
    world.command(Command::Open {
        address: TWO.to_owned(),
        activate: false,
    });
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!((tabs[1].url.as_str(), tabs[1].is_pending), (TWO, false));
    assert_eq!(world.core.active_tab(), Some(one));
    assert_eq!(world.shown().len(), 2, "one page and the strip");
    assert_eq!(world.shell_state().tabs[1].mark, TabMark::Loading);
    world.hold.documents = false;
    world.settle();
    assert_eq!(world.shell_state().tabs[1].mark, TabMark::Ready);
}

#[test]
fn closing_a_tab_ends_its_process_and_shows_its_neighbour() {
    let mut world = World::running();
    let one = world.open(ONE);
    let two = world.open(TWO);
    let process = world.process_of(two);
    let actions = world.shell_says(FromShell::Close(two));
    assert!(records(&actions).contains(&&RecordKind::TabClosed));
    assert!(world.child(process).is_killed);
    assert_eq!(world.core.active_tab(), Some(one));
    world.settle();
    assert_eq!(world.core.process(process), None);
}

#[test]
fn closing_a_tab_that_loads_gives_everything_back() {
    let mut world = World::running();
    world.open(ONE);
    world.hold.heads = true;
    let two = world.open(TWO);
    let fetch = world.fetches[0].clone();
    let actions = world.command(Command::Close(two));
    let (navigation, network) = (fetch.navigation, fetch.network);
    assert!(actions.contains(&Action::CancelFetch {
        navigation,
        network
    }));
    assert!(actions.contains(&Action::DropBody { navigation }));
    world.check_at_rest();
}

#[test]
fn closing_the_last_tab_or_the_window_ends_the_browser() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = world.command(Command::Close(tab));
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
    let mut world = World::running();
    world.open(ONE);
    let actions = world.gpu_says(FromGpu::CloseRequested);
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
    world.settle();
    assert!(world.children.is_empty());
    assert!(world.core.is_exiting());
}

#[test]
fn closing_the_last_tab_ends_a_browser_with_a_window_and_no_other() {
    for ends_with_last_tab in [true, false] {
        let mut world = World::new(Config {
            ends_with_last_tab,
            ..Config::default()
        });
        world.settle();
        assert!(!world.core.is_exiting(), "no tab is no end");
        let one = world.open(ONE);
        world.command(Command::Close(one));
        assert_eq!(world.core.is_exiting(), ends_with_last_tab);
        if !ends_with_last_tab {
            world.settle();
            let two = world.open(TWO);
            assert_eq!(world.tab(two).url, TWO);
            assert_eq!(world.core.active_tab(), Some(two));
        }
    }
}

#[test]
fn a_tab_beyond_the_limit_is_told_in_a_record_and_in_the_strip() {
    let capacity = Capacity {
        tabs: 3,
        processes: 30,
    };
    let mut world = World::new(Config {
        capacity,
        ..Config::default()
    });
    world.settle();
    for _ in 0..3 {
        world.open(ONE);
    }
    let actions = world.command(Command::Open {
        address: TWO.to_owned(),
        activate: true,
    });
    assert_eq!(records(&actions), [&RecordKind::TabLimit { tabs: 3 }]);
    let notice = world.shell_state().notice.clone();
    assert!(notice.is_some_and(|notice| notice.contains("3 tabs")));
}

#[test]
fn tabs_are_bounded() {
    let mut world = World::running();
    for _ in 0..TABS_MAX + 3 {
        world.open(ONE);
    }
    assert_eq!(world.core.tabs().len(), TABS_MAX);
    let active = world.core.active_tab().expect("one is shown");
    assert!(world.tab(active).notice.is_some());
    assert!(world.core.tabs().iter().all(|tab| tab.process.is_some()));
}

#[test]
fn new_tab_button_opens_the_new_tab_page_with_the_keyboard_in_the_address_bar() {
    let mut world = World::running();
    world.open(ONE);
    let actions = world.shell_says(FromShell::NewTab);
    assert!(
        actions
            .iter()
            .any(|action| matches!(action, Action::FocusAddress { .. }))
    );
    world.settle();
    let tab = world.core.active_tab().expect("one is shown");
    assert_eq!(world.tab(tab).url, "bulkhead://welcome");
}

#[test]
fn tab_shown_while_its_next_page_waits_for_a_frame_is_not_left_blank() {
    let mut world = World::running();
    let one = world.open(ONE);
    world.open(TWO);
    world.hold.frames = true;
    world.navigate(one, "https://three.example/");
    world.settle();
    world.shell_says(FromShell::Activate(one));
    assert_eq!(world.tab(one).url, "https://three.example/");
    assert_eq!(
        world.shown().len(),
        2,
        "the page in the background was swapped at once"
    );
    world.advance(STALE_PAGE_MS_MAX);
    assert_eq!(world.shown().len(), 2);
}

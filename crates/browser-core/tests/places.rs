//! Places of one document, named tabs, refreshes and icons.

use browser_core::{Action, Command, RecordKind, action};
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::{ICON_BYTES, QUICK_REFRESHES_MAX};
use protocol::network::FromNetwork;
use protocol::renderer::{FromRenderer, GoWithin};
use protocol::shell::FromShell;
use sim::world::{World, commit, head, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

/// The user clicks somewhere on the page that is shown.
fn click(world: &mut World) {
    let (x, y, button) = (300.0, 300.0, Button::Left);
    let modifiers = Modifiers::default();
    world.input(InputEvent::PointerDown {
        x,
        y,
        button,
        modifiers,
    });
    world.input(InputEvent::PointerUp {
        x,
        y,
        button,
        modifiers,
    });
    world.settle();
}

fn says(
    world: &mut World,
    tab: TabId,
    message: impl FnOnce(protocol::ids::NavigationId) -> FromRenderer,
) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(process, message(navigation))
}

fn went(world: &mut World, tab: TabId, fragment: &str) -> Vec<Action> {
    let fragment = fragment.to_owned();
    says(world, tab, |navigation| FromRenderer::WentWithin {
        navigation,
        fragment,
    })
}

#[test]
fn places_within_a_page_are_visits() {
    let mut world = World::running();
    let tab = world.open(ONE);
    click(&mut world);
    went(&mut world, tab, "part");
    world.input(InputEvent::KeyDown {
        key: Key::Character('l'),
        modifiers: Modifiers {
            ctrl: true,
            ..Modifiers::default()
        },
        repeat: false,
    });
    world.shell_says(FromShell::Typed("part".to_owned()));
    let rows = world.popup.as_ref().map(|popup| popup.rows.clone());
    let details: Vec<_> = rows.into_iter().flatten().map(|row| row.detail).collect();
    assert_eq!(details, [format!("{ONE}#part")]);
}

fn scrolled(world: &mut World, tab: TabId, y: u32) {
    says(world, tab, |navigation| FromRenderer::Scrolled {
        navigation,
        y,
    });
}

fn moves(actions: &[Action]) -> Vec<(Option<String>, Option<u32>)> {
    let go = actions.iter().filter_map(|action| match action {
        Action::GoWithin { go, .. } => Some(go),
        _ => None,
    });
    let fragment = |url: &'_ str| url.split_once('#').map(|(_, fragment)| fragment.to_owned());
    go.map(|GoWithin { url, scroll_y, .. }| (fragment(url), *scroll_y))
        .collect()
}

#[test]
fn a_place_of_the_document_is_an_entry_to_which_back_and_forward_lead_without_a_load() {
    let mut world = World::running();
    let tab = world.open(ONE);
    scrolled(&mut world, tab, 10);
    click(&mut world);
    let actions = went(&mut world, tab, "a b");
    assert_eq!(world.tab(tab).url, "https://one.example/#a%20b");
    assert!(world.tab(tab).can_go_back && commit(&actions).is_none());
    scrolled(&mut world, tab, 900);
    let back = world.command(Command::Back(tab));
    assert_eq!(moves(&back), [(None, Some(10))]);
    assert_eq!(world.tab(tab).url, ONE);
    world.settle();
    let forward = world.command(Command::Forward(tab));
    assert_eq!(moves(&forward), [(Some("a%20b".to_owned()), Some(900))]);
    assert_eq!(world.tab(tab).url, "https://one.example/#a%20b");
    world.settle();
    world.check_at_rest();
}

#[test]
fn a_typed_address_that_differs_by_its_fragment_loads_nothing() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = world.navigate(tab, "https://one.example/#here");
    assert_eq!(moves(&actions), [(Some("here".to_owned()), None)]);
    assert_eq!(world.tab(tab).url, "https://one.example/#here");
    world.settle();
    let other = world.navigate(tab, "https://one.example/other#here");
    assert_eq!(moves(&other), []);
    world.settle();
    assert_eq!(world.tab(tab).url, "https://one.example/other#here");
    world.command(Command::Back(tab));
    world.settle();
    assert_eq!(world.tab(tab).url, "https://one.example/#here");
    let back = world.command(Command::Back(tab));
    assert_eq!(
        moves(&back).len(),
        1,
        "a place of the document loaded again"
    );
}

#[test]
fn a_document_with_scripts_is_moved_within_like_any_other() {
    let mut world = World::running();
    let tab = world.open(ONE);
    says(&mut world, tab, |navigation| FromRenderer::Scripted {
        navigation,
    });
    let process = world.process_of(tab);
    let typed = world.navigate(tab, "https://one.example/#here");
    assert_eq!(moves(&typed), [(Some("here".to_owned()), None)]);
    world.settle();
    let back = world.command(Command::Back(tab));
    assert_eq!(moves(&back).len(), 1);
    world.settle();
    assert_eq!(world.process_of(tab), process);
    world.check_at_rest();
}

#[test]
fn reload_keeps_the_fragment_and_a_dead_document_is_loaded_again() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.navigate(tab, "https://one.example/#here");
    world.settle();
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(world.tab(tab).url, "https://one.example/#here");
    let process = world.process_of(tab);
    world.die(process, 11);
    let back = world.command(Command::Back(tab));
    assert_eq!(moves(&back), []);
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
    assert!(world.tab(tab).card.is_none());
}

#[test]
fn page_that_moves_by_itself_fills_no_history() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for n in 0..10 {
        went(&mut world, tab, &n.to_string());
    }
    assert_eq!(world.tab(tab).url, "https://one.example/#9");
    assert!(!world.tab(tab).can_go_back);
}

#[test]
fn page_names_no_address_but_its_own_however_it_writes_a_fragment() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for fragment in [
        "",
        "//two.example/",
        "#\n@two.example",
        "x".repeat(20_000).as_str(),
    ] {
        click(&mut world);
        went(&mut world, tab, fragment);
        let url = world.tab(tab).url;
        assert!(url.starts_with("https://one.example/#"), "{url}");
    }
}

#[test]
fn a_name_opens_one_tab_and_is_found_again_by_the_same_site_only() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let named = |world: &mut World, tab, name: &str| {
        let (url, name) = (TWO.to_owned(), name.to_owned());
        says(world, tab, |navigation| FromRenderer::NavigateNamed {
            navigation,
            url,
            name,
        });
        world.settle();
    };
    named(&mut world, tab, "help");
    assert_eq!(world.core.tabs().len(), 1, "nobody clicked");
    for (name, tabs) in [("help", 2), ("help", 2), ("", 3), ("", 4), ("more", 5)] {
        world.command(Command::Activate(tab));
        click(&mut world);
        named(&mut world, tab, name);
        assert_eq!(world.core.tabs().len(), tabs, "{name:?}");
        assert_ne!(world.core.active_tab(), Some(tab));
    }
    world.command(Command::Activate(tab));
    world.navigate(tab, "https://three.example/");
    world.settle();
    click(&mut world);
    named(&mut world, tab, "help");
    assert_eq!(
        world.core.tabs().len(),
        6,
        "another site has names of its own"
    );
}

fn refresh(world: &mut World, tab: TabId, url: &str, after_s: u32) -> Vec<Action> {
    let url = url.to_owned();
    says(world, tab, |navigation| FromRenderer::Refresh {
        navigation,
        url,
        after_s,
    })
}

#[test]
fn a_refresh_waits_for_the_clock_and_replaces_the_entry() {
    let mut world = World::running();
    let tab = world.open(ONE);
    refresh(&mut world, tab, TWO, 5);
    world.advance(4_999);
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
    world.advance(1);
    world.settle();
    let info = world.tab(tab);
    assert_eq!((info.url.as_str(), info.can_go_back), (TWO, false));
}

#[test]
fn what_the_user_does_cancels_a_refresh() {
    let undo: [fn(&mut World, TabId); 2] = [
        |world, tab| {
            world.navigate(tab, "https://three.example/");
        },
        |world, _| {
            world.shell_says(FromShell::Stop);
        },
    ];
    for undo in undo {
        let mut world = World::running();
        let tab = world.open(ONE);
        refresh(&mut world, tab, TWO, 5);
        undo(&mut world, tab);
        world.settle();
        world.advance(60_000);
        world.settle();
        assert_ne!(world.tab(tab).url, TWO);
    }
}

#[test]
fn a_circle_of_refreshes_without_a_pause_ends_and_says_so() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for turn in 0..=QUICK_REFRESHES_MAX {
        let next = [TWO, ONE][turn as usize % 2];
        refresh(&mut world, tab, next, 0);
        world.settle();
    }
    let notice = world.tab(tab).notice.expect("a remark");
    assert!(notice.contains("refreshes"), "{notice}");
    // Slow ones go on for as long as the tab is open.
    world.navigate(tab, ONE);
    world.settle();
    for _ in 0..=QUICK_REFRESHES_MAX {
        let actions = refresh(&mut world, tab, ONE, 1);
        assert!(records(&actions).is_empty());
        let before = world.last_navigation(tab);
        world.advance(1_000);
        world.settle();
        assert_ne!(world.last_navigation(tab), before);
    }
}

#[test]
fn a_refresh_opens_nothing_that_a_link_could_not() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = refresh(&mut world, tab, "file:///etc/passwd", 0);
    let is_refused = |kind: &&RecordKind| matches!(kind, RecordKind::Refused { .. });
    assert!(records(&actions).iter().any(is_refused));
    assert_eq!(world.tab(tab).url, ONE);
}

#[test]
fn second_refresh_or_icon_of_a_document_is_misbehaviour() {
    for message in [
        |navigation| FromRenderer::Refresh {
            navigation,
            url: TWO.to_owned(),
            after_s: 100,
        },
        |navigation| FromRenderer::Icon {
            navigation,
            pixels: Vec::new(),
        },
    ] {
        let mut world = World::running();
        let tab = world.open(ONE);
        says(&mut world, tab, message);
        says(&mut world, tab, message);
        let card = world.tab(tab).card.expect("it is dead");
        assert_eq!(card.cause, "broke the protocol: WrongState");
    }
}

#[test]
fn an_icon_reaches_the_shell_and_leaves_with_its_site() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let shown = |actions: &[Action]| -> Vec<usize> {
        let icons = actions.iter().filter_map(|action| match action {
            Action::ShowIcon { pixels, .. } => Some(pixels.len()),
            _ => None,
        });
        icons.collect()
    };
    let actions = says(&mut world, tab, |navigation| FromRenderer::Icon {
        navigation,
        pixels: vec![9; ICON_BYTES],
    });
    assert_eq!(shown(&actions), [ICON_BYTES]);
    let start = world.log.len();
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(shown(&world.log[start..]), Vec::<usize>::new(), "it stays");
    let start = world.log.len();
    world.navigate(tab, TWO);
    world.settle();
    assert_eq!(shown(&world.log[start..]), [0]);
}

#[test]
fn an_answer_without_content_leaves_the_page() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.heads = true;
    world.navigate(tab, "https://one.example/ping");
    let fetch = world.fetches.remove(0);
    let head = protocol::document::ResponseHead {
        status: 204,
        ..head("https://one.example/ping")
    };
    let actions = world.network(
        fetch.network,
        FromNetwork::Head {
            navigation: fetch.navigation,
            head,
        },
    );
    assert!(
        !actions
            .iter()
            .any(|a| matches!(a, Action::Commit(action::Commit { .. })))
    );
    assert_eq!(world.tab(tab).url, ONE);
    assert!(!world.tab(tab).is_pending);
    world.check_at_rest();
}

//! What pages with scripts do to addresses, history and tabs, and what the user decides of them.

use browser_core::{Action, Command, Config, RecordKind};
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::PAGE_NAVIGATIONS_MAX;
use protocol::renderer::{FromRenderer, GoWithin, HistoryPlace};
use protocol::shell::FromShell;
use sim::world::{World, is_kill, records};

const ONE: &str = "https://one.example/";

fn says(
    world: &mut World,
    tab: TabId,
    message: impl FnOnce(protocol::ids::NavigationId) -> FromRenderer,
) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(process, message(navigation))
}

/// A tab with a page that runs scripts.
fn scripted(world: &mut World, address: &str) -> TabId {
    let tab = world.open(address);
    says(world, tab, |navigation| FromRenderer::Scripted {
        navigation,
    });
    tab
}

fn pushes(world: &mut World, tab: TabId, url: &str, state: &str, replaces: bool) -> Vec<Action> {
    let (url, state) = (url.to_owned(), Some(state.to_owned()));
    says(world, tab, |navigation| FromRenderer::PushState {
        navigation,
        url,
        state,
        replaces,
    })
}

fn acts(world: &mut World) {
    world.input(InputEvent::KeyDown {
        key: Key::Character('x'),
        modifiers: Modifiers::default(),
        repeat: false,
    });
    world.settle();
}

fn moves(actions: &[Action]) -> Vec<GoWithin> {
    let go = actions.iter().filter_map(|action| match action {
        Action::GoWithin { go, .. } => Some(go.clone()),
        _ => None,
    });
    go.collect()
}

fn commits(actions: &[Action]) -> Vec<&browser_core::action::Commit> {
    let commit = actions.iter().filter_map(|action| match action {
        Action::Commit(commit) => Some(commit),
        _ => None,
    });
    commit.collect()
}

#[test]
fn a_pushed_state_is_an_entry_that_the_same_document_goes_back_to() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    let process = world.process_of(tab);
    acts(&mut world);
    pushes(
        &mut world,
        tab,
        "https://one.example/two?x#y",
        "{\"n\":2}",
        false,
    );
    assert_eq!(world.tab(tab).url, "https://one.example/two?x#y");
    let back = moves(&world.command(Command::Back(tab)));
    assert_eq!(
        (back[0].url.as_str(), back[0].state.as_deref()),
        (ONE, None)
    );
    let place = HistoryPlace {
        index: 0,
        length: 2,
    };
    assert_eq!(back[0].place, place);
    world.settle();
    let by = 1;
    let forward = says(&mut world, tab, |navigation| FromRenderer::Traverse {
        navigation,
        by,
    });
    assert_eq!(moves(&forward)[0].state.as_deref(), Some("{\"n\":2}"));
    assert_eq!(world.process_of(tab), process);
}

#[test]
fn a_state_comes_back_with_its_document_and_with_no_other() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    pushes(&mut world, tab, "https://one.example/a", "7", true);
    world.log.clear();
    world.shell_says(FromShell::Reload);
    world.settle();
    let log = std::mem::take(&mut world.log);
    assert_eq!(commits(&log)[0].state.as_deref(), Some("7"));
    world.navigate(tab, "https://one.example/b");
    world.settle();
    let log = std::mem::take(&mut world.log);
    assert_eq!(commits(&log)[0].state, None);
}

#[test]
fn an_address_of_another_origin_is_a_lie() {
    for url in [
        "https://two.example/",
        "http://one.example/",
        "https://one.example:444/",
        "bulkhead://welcome",
        "file:///etc/passwd",
        "no address",
    ] {
        let mut world = World::running();
        let tab = scripted(&mut world, ONE);
        let process = world.process_of(tab);
        let actions = pushes(&mut world, tab, url, "1", false);
        assert!(actions.iter().any(|it| is_kill(it, process)), "{url}");
        assert_eq!(world.tab(tab).url, ONE);
    }
}

#[test]
fn a_page_changes_its_address_so_often_and_no_oftener_without_the_user() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    let mut changes = 0;
    let mut refusals = 0;
    for n in 0..600 {
        let url = format!("https://one.example/{n}");
        let actions = pushes(&mut world, tab, &url, "1", n % 2 == 0);
        for kind in records(&actions) {
            changes += usize::from(matches!(kind, RecordKind::Within { .. }));
            refusals += usize::from(matches!(kind, RecordKind::Refused { .. }));
        }
    }
    assert_eq!(changes, PAGE_NAVIGATIONS_MAX);
    assert_eq!(
        refusals, PAGE_NAVIGATIONS_MAX,
        "they do not drown the records"
    );
}

#[test]
fn back_leads_past_entries_that_the_page_made_by_itself() {
    let mut world = World::running();
    let tab = scripted(&mut world, "https://before.example/");
    world.navigate(tab, ONE);
    world.settle();
    for n in 0..5 {
        pushes(
            &mut world,
            tab,
            &format!("https://one.example/{n}"),
            "1",
            false,
        );
    }
    world.command(Command::Back(tab));
    world.settle();
    assert_eq!(world.tab(tab).url, "https://before.example/");
}

#[test]
fn a_page_goes_nowhere_beyond_its_history_and_not_too_often() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    for by in [1, -1, 0, i32::MIN, i32::MAX] {
        let actions = says(&mut world, tab, |navigation| FromRenderer::Traverse {
            navigation,
            by,
        });
        assert!(moves(&actions).is_empty() && commits(&actions).is_empty());
    }
    pushes(&mut world, tab, "https://one.example/2", "1", false);
    let steps: usize = (0..100)
        .map(|n| {
            let by = if n % 2 == 0 { -1 } else { 1 };
            let actions = says(&mut world, tab, |navigation| FromRenderer::Traverse {
                navigation,
                by,
            });
            world.settle();
            moves(&actions).len()
        })
        .sum();
    assert_eq!(steps, PAGE_NAVIGATIONS_MAX);
}

#[test]
fn a_page_may_put_another_one_in_its_place_and_load_itself_again() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    let url = "https://one.example/next".to_owned();
    says(&mut world, tab, |navigation| FromRenderer::Replace {
        navigation,
        url,
    });
    world.settle();
    assert_eq!(world.tab(tab).url, "https://one.example/next");
    assert!(!world.tab(tab).can_go_back);
    world.log.clear();
    says(&mut world, tab, |navigation| FromRenderer::Reload {
        navigation,
    });
    world.settle();
    let log = std::mem::take(&mut world.log);
    assert_eq!(commits(&log)[0].url, "https://one.example/next");
    let url = "file:///etc/passwd".to_owned();
    says(&mut world, tab, |navigation| FromRenderer::Replace {
        navigation,
        url,
    });
    world.settle();
    assert_eq!(world.tab(tab).url, "https://one.example/next");
}

fn opens(world: &mut World, tab: TabId) -> Vec<Action> {
    let (url, name) = ("https://popup.example/".to_owned(), String::new());
    says(world, tab, |navigation| FromRenderer::NavigateNamed {
        navigation,
        url,
        name,
    })
}

#[test]
fn a_blocked_popup_is_named_and_the_user_can_open_it() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    opens(&mut world, tab);
    assert_eq!(world.core.tabs().len(), 1);
    let blocked = world.shell_state().blocked_popup.clone();
    assert_eq!(blocked.as_deref(), Some("popup.example"));
    world.shell_says(FromShell::OpenBlocked);
    world.settle();
    let urls: Vec<String> = world.core.tabs().into_iter().map(|tab| tab.url).collect();
    assert_eq!(urls, [ONE, "https://popup.example/"]);
    world.shell_says(FromShell::Activate(tab));
    assert_eq!(world.shell_state().blocked_popup, None);
    world.shell_says(FromShell::OpenBlocked);
    assert_eq!(world.core.tabs().len(), 2, "it is open already");
}

#[test]
fn one_tab_is_opened_for_one_thing_that_the_user_did_and_only_such_a_tab_closes_itself() {
    let mut world = World::running();
    let tab = scripted(&mut world, ONE);
    says(&mut world, tab, |navigation| FromRenderer::CloseTab {
        navigation,
    });
    assert_eq!(world.core.tabs().len(), 1);
    acts(&mut world);
    opens(&mut world, tab);
    opens(&mut world, tab);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!(tabs.len(), 2);
    let popup = tabs[1].tab;
    says(&mut world, popup, |navigation| FromRenderer::CloseTab {
        navigation,
    });
    assert_eq!(world.core.tabs().len(), 1);
}

/// Opens the menu of the active tab's site and takes that row of it.
fn choose(world: &mut World, text: &str) {
    world.shell_says(FromShell::SiteMenu);
    let popup = world.popup.clone().expect("a menu is open");
    let row = popup.rows.iter().position(|row| row.text == text);
    let row = row.unwrap_or_else(|| panic!("no {text} in {:?}", popup.rows));
    assert!(popup.rows[row].is_enabled, "{text}");
    let (x, y) = (130.0, 84.0 + 6.0 + 28.0 * row as f32 + 14.0);
    let (button, modifiers) = (Button::Left, Modifiers::default());
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
}

fn reloaded_with_script(world: &mut World) -> bool {
    world.log.clear();
    world.shell_says(FromShell::Reload);
    world.settle();
    let log = std::mem::take(&mut world.log);
    commits(&log)[0].script
}

#[test]
fn scripts_of_a_site_are_turned_off_and_on_again_from_its_menu() {
    let mut world = World::running();
    world.open(ONE);
    assert!(reloaded_with_script(&mut world));
    choose(&mut world, "Turn off scripts of this site");
    assert!(!reloaded_with_script(&mut world));
    let other = world.open("https://two.example/");
    assert!(reloaded_with_script(&mut world));
    world.shell_says(FromShell::Close(other));
    choose(&mut world, "Turn on scripts of this site");
    assert!(reloaded_with_script(&mut world));
}

#[test]
fn where_no_scripts_run_at_all_no_site_can_turn_them_on() {
    for (script, address) in [(false, ONE), (true, "bulkhead://welcome")] {
        let mut world = World::new(Config {
            script,
            ..Config::default()
        });
        world.settle();
        world.open(address);
        world.shell_says(FromShell::SiteMenu);
        let popup = world.popup.clone().expect("a menu is open");
        let rows = popup.rows.iter();
        let toggles: Vec<_> = rows.filter(|row| row.text.starts_with("Turn")).collect();
        assert!(toggles.iter().all(|row| !row.is_enabled) && toggles.len() == 1);
        assert!(!reloaded_with_script(&mut world));
    }
}

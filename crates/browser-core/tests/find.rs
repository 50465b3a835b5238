//! Finding text in a page.

use browser_core::{Action, Command, action};
use protocol::find::{FindCommand, FindMatches, FindStep};
use protocol::ids::{ProcessId, Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::renderer::FromRenderer;
use protocol::shell::FromShell;
use sim::world::World;

const ONE: &str = "https://one.example/";
const NONE: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};
const CTRL: Modifiers = Modifiers { ctrl: true, ..NONE };

fn press(world: &mut World, key: Key, modifiers: Modifiers) -> Vec<Action> {
    world.input(InputEvent::KeyDown {
        key,
        modifiers,
        repeat: false,
    })
}

/// Who was asked what.
fn asked(actions: &[Action]) -> Vec<(ProcessId, FindCommand)> {
    let asked = |action: &Action| match action {
        Action::Find(action::Find {
            process, command, ..
        }) => Some((*process, command.clone())),
        _ => None,
    };
    actions.iter().filter_map(asked).collect()
}

fn search(request: u32, text: &str, step: FindStep) -> FindCommand {
    FindCommand::Search {
        request,
        text: text.to_owned(),
        step,
    }
}

fn matches(current: u32, count: u32) -> FindMatches {
    FindMatches {
        current,
        count,
        has_more: false,
    }
}

fn found(world: &mut World, tab: TabId, request: u32, matches: FindMatches) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let message = FromRenderer::Found {
        navigation,
        request,
        matches,
    };
    world.renderer(process, message)
}

/// A page with its bar open.
fn with_bar() -> (World, TabId, ProcessId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    let shell = world.service(Role::Shell).expect("it runs");
    let actions = press(&mut world, Key::Character('f'), CTRL);
    let focus = Action::FocusFind { process: shell };
    assert!(actions.contains(&focus), "{actions:?}");
    world.settle();
    let page = world.process_of(tab);
    (world, tab, page)
}

#[test]
fn the_bar_asks_the_page_and_shows_its_answer() {
    let (mut world, tab, page) = with_bar();
    assert_eq!(world.shown().len(), 3, "page, strip and bar");
    let actions = world.shell_says(FromShell::Find("word".to_owned()));
    assert_eq!(asked(&actions), [(page, search(1, "word", FindStep::Stay))]);
    found(&mut world, tab, 1, matches(3, 12));
    let bar = world.shell_state().find.clone().expect("it is open");
    assert_eq!(
        (bar.text.as_str(), bar.matches),
        ("word", Some(matches(3, 12)))
    );
    let actions = world.shell_says(FromShell::FindStep(FindStep::Previous));
    assert_eq!(
        asked(&actions),
        [(page, search(2, "word", FindStep::Previous))]
    );
    found(&mut world, tab, 2, matches(2, 12));
    for (key, modifiers) in [(Key::Function(3), NONE), (Key::Character('g'), CTRL)] {
        let actions = press(&mut world, key, modifiers);
        let request = world
            .log
            .iter()
            .filter(|a| matches!(a, Action::Find(_)))
            .count();
        let expected = search(request as u32, "word", FindStep::Next);
        assert_eq!(asked(&actions), [(page, expected)]);
        found(&mut world, tab, request as u32, matches(3, 12));
    }
    let actions = world.shell_says(FromShell::CloseFind);
    assert_eq!(asked(&actions), [(page, FindCommand::Close)]);
    world.settle();
    assert_eq!(world.shell_state().find, None);
    assert_eq!(world.shown().len(), 2);
}

#[test]
fn one_question_is_on_its_way_at_a_time_and_the_newest_text_is_asked_for() {
    let (mut world, tab, page) = with_bar();
    world.shell_says(FromShell::Find("w".to_owned()));
    for text in ["wo", "wor", "word"] {
        let actions = world.shell_says(FromShell::Find(text.to_owned()));
        assert_eq!(asked(&actions), []);
    }
    let actions = found(&mut world, tab, 1, matches(1, 9));
    assert_eq!(asked(&actions), [(page, search(2, "word", FindStep::Stay))]);
    found(&mut world, tab, 2, matches(1, 4));
    // A page that grows says so of the newest search; of an older one it says nothing new.
    found(&mut world, tab, 2, matches(1, 5));
    found(&mut world, tab, 1, matches(1, 9));
    let bar = world.shell_state().find.clone().expect("it is open");
    assert_eq!(bar.matches, Some(matches(1, 5)));
}

#[test]
fn an_answer_without_a_question_is_misbehaviour() {
    let (mut world, tab, page) = with_bar();
    world.shell_says(FromShell::Find("w".to_owned()));
    let actions = found(&mut world, tab, 2, matches(1, 1));
    assert!(sim::world::is_kill(&actions[0], page));
    let card = world.tab(tab).card.expect("it has crashed");
    assert_eq!(card.cause, "broke the protocol: WrongState");
    assert_eq!(world.shell_state().find, None, "the bar goes with the page");
}

#[test]
fn the_bar_goes_with_the_page_and_the_next_one_has_the_last_text() {
    let (mut world, tab, _) = with_bar();
    world.shell_says(FromShell::Find("word".to_owned()));
    world.navigate(tab, "https://one.example/next");
    world.settle();
    assert_eq!(world.shell_state().find, None);
    let actions = press(&mut world, Key::Function(3), NONE);
    let page = world.process_of(tab);
    assert_eq!(asked(&actions), [(page, search(2, "word", FindStep::Stay))]);
}

#[test]
fn each_tab_has_its_own_bar() {
    let (mut world, one, _) = with_bar();
    world.open("https://two.example/");
    assert_eq!(world.shell_state().find, None);
    world.shell_says(FromShell::Find("late".to_owned()));
    assert_eq!(
        world.shell_state().find,
        None,
        "what comes too late is nothing"
    );
    world.command(Command::Activate(one));
    world.settle();
    assert!(world.shell_state().find.is_some());
    press(&mut world, Key::Escape, NONE);
    world.settle();
    assert_eq!(world.shell_state().find, None);
}

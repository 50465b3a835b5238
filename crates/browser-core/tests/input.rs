//! Pointer, keyboard, focus and shortcuts.

use browser_core::{Action, TabState, action};
use protocol::ids::{ProcessId, Role, TabId};
use protocol::input::{Button, Cursor, InputEvent, Key, Modifiers};
use protocol::limits::SHELL_HEIGHT;
use protocol::renderer::FromRenderer;
use sim::world::World;

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";
const NONE: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};
const CTRL: Modifiers = Modifiers { ctrl: true, ..NONE };
const ALT: Modifiers = Modifiers { alt: true, ..NONE };

fn moved(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerMove {
        x,
        y,
        modifiers: NONE,
    }
}

fn down(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerDown {
        x,
        y,
        button: Button::Left,
        modifiers: NONE,
    }
}

fn up(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerUp {
        x,
        y,
        button: Button::Left,
        modifiers: NONE,
    }
}

fn press(world: &mut World, key: Key, modifiers: Modifiers) -> Vec<Action> {
    world.input(InputEvent::KeyDown {
        key,
        modifiers,
        repeat: false,
    })
}

/// Who got what.
fn inputs(actions: &[Action]) -> Vec<(ProcessId, InputEvent)> {
    let input = |action: &Action| match action {
        Action::Input(action::Input { process, event, .. }) => Some((*process, *event)),
        _ => None,
    };
    actions.iter().filter_map(input).collect()
}

fn with_page() -> (World, TabId, ProcessId, ProcessId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    let page = world.process_of(tab);
    let shell = world.service(Role::Shell).expect("it runs");
    (world, tab, page, shell)
}

#[test]
fn pointer_goes_to_the_topmost_surface_in_its_own_pixels() {
    let (mut world, _, page, shell) = with_page();
    let below = SHELL_HEIGHT as f32 + 6.0;
    assert_eq!(
        inputs(&world.input(moved(5.0, below))),
        [(page, moved(5.0, 6.0))]
    );
    let crossed = inputs(&world.input(moved(7.0, 8.0)));
    assert_eq!(
        crossed,
        [(page, InputEvent::PointerLeave), (shell, moved(7.0, 8.0))]
    );
    let left = inputs(&world.input(InputEvent::PointerLeave));
    assert_eq!(left, [(shell, InputEvent::PointerLeave)]);
    assert_eq!(inputs(&world.input(moved(-5.0, 5.0))), []);
}

#[test]
fn held_button_keeps_the_pointer() {
    let (mut world, _, page, shell) = with_page();
    world.input(down(5.0, 300.0));
    let dragged = inputs(&world.input(moved(5.0, 4.0)));
    assert_eq!(dragged, [(page, moved(5.0, 4.0 - SHELL_HEIGHT as f32))]);
    world.input(up(5.0, 4.0));
    assert_eq!(
        inputs(&world.input(moved(6.0, 4.0))),
        [(shell, moved(6.0, 4.0))]
    );
}

#[test]
fn click_moves_the_keyboard() {
    let (mut world, _, page, shell) = with_page();
    let clicked = inputs(&world.input(down(5.0, 5.0)));
    assert!(
        clicked.contains(&(page, InputEvent::Focus(false))),
        "{clicked:?}"
    );
    assert!(
        clicked.contains(&(shell, InputEvent::Focus(true))),
        "{clicked:?}"
    );
    let typed = inputs(&press(&mut world, Key::Character('x'), NONE));
    assert!(matches!(typed[..], [(process, _)] if process == shell));
}

#[test]
fn keyboard_follows_the_tab_on_show() {
    let (mut world, one, first, _) = with_page();
    let two = world.open(TWO);
    let second = world.process_of(two);
    let typed = inputs(&press(&mut world, Key::Character('x'), NONE));
    assert!(matches!(typed[..], [(process, _)] if process == second));
    let switched = inputs(&world.command(browser_core::Command::Activate(one)));
    let expected = [
        (second, InputEvent::Focus(false)),
        (first, InputEvent::Focus(true)),
    ];
    assert_eq!(switched, expected);
}

#[test]
fn page_that_is_left_gets_no_input() {
    let (mut world, tab, page, _) = with_page();
    world.hold.frames = true;
    world.navigate(tab, TWO);
    world.settle();
    let sent = inputs(&world.input(down(5.0, 300.0)));
    assert!(sent.iter().all(|(process, _)| *process != page), "{sent:?}");
}

#[test]
fn dead_page_gets_no_input_and_its_card_does() {
    let (mut world, _, page, shell) = with_page();
    world.die(page, 11);
    world.settle();
    assert_eq!(inputs(&world.input(moved(5.0, 700.0))), []);
    let center = inputs(&world.input(moved(640.0, 440.0)));
    assert!(
        matches!(center[..], [(process, _)] if process == shell),
        "{center:?}"
    );
}

#[test]
fn cursor_is_that_of_the_surface_under_the_pointer() {
    let (mut world, _, page, _) = with_page();
    world.input(moved(5.0, 300.0));
    let hover = FromRenderer::Hover {
        cursor: Cursor::Pointer,
        link: Some(TWO.to_owned()),
    };
    let actions = world.renderer(page, hover);
    assert!(actions.iter().any(|a| matches!(
        a,
        Action::SetCursor {
            cursor: Cursor::Pointer,
            ..
        }
    )));
    assert_eq!(world.shell_state().hover_link.as_deref(), Some(TWO));
    let actions = world.input(moved(5.0, 5.0));
    assert!(actions.iter().any(|a| matches!(
        a,
        Action::SetCursor {
            cursor: Cursor::Default,
            ..
        }
    )));
}

#[test]
fn tabs_are_opened_closed_and_chosen_by_keys() {
    let (mut world, one, ..) = with_page();
    let shell = world.service(Role::Shell).expect("it runs");
    let actions = press(&mut world, Key::Character('t'), CTRL);
    assert!(actions.contains(&Action::FocusAddress { process: shell }));
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!(tabs.len(), 2);
    assert_eq!(tabs[1].url, "bulkhead://welcome");
    let two = tabs[1].tab;
    assert_eq!(world.core.active_tab(), Some(two));
    press(&mut world, Key::Tab, CTRL);
    assert_eq!(world.core.active_tab(), Some(one));
    press(
        &mut world,
        Key::Tab,
        Modifiers {
            shift: true,
            ..CTRL
        },
    );
    assert_eq!(world.core.active_tab(), Some(two));
    press(&mut world, Key::Character('1'), CTRL);
    assert_eq!(world.core.active_tab(), Some(one));
    press(&mut world, Key::Character('9'), CTRL);
    assert_eq!(world.core.active_tab(), Some(two));
    press(&mut world, Key::Character('w'), CTRL);
    assert_eq!(world.core.active_tab(), Some(one));
    let actions = press(&mut world, Key::Character('w'), CTRL);
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
}

#[test]
fn pages_are_reloaded_and_left_by_keys() {
    let (mut world, tab, ..) = with_page();
    world.navigate(tab, TWO);
    world.settle();
    for (key, modifiers) in [(Key::Function(5), NONE), (Key::Character('r'), CTRL)] {
        let start = world.log.len();
        press(&mut world, key, modifiers);
        world.settle();
        assert!(
            world.log[start..]
                .iter()
                .any(|a| matches!(a, Action::Commit(_))),
            "{key:?}"
        );
    }
    press(&mut world, Key::ArrowLeft, ALT);
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
    press(&mut world, Key::ArrowRight, ALT);
    world.settle();
    assert_eq!(world.tab(tab).url, TWO);
    let shell = world.service(Role::Shell).expect("it runs");
    let actions = press(&mut world, Key::Character('l'), CTRL);
    assert!(actions.contains(&Action::FocusAddress { process: shell }));
}

#[test]
fn escape_stops_the_load_and_otherwise_goes_to_the_page() {
    let (mut world, tab, page, _) = with_page();
    let sent = inputs(&press(&mut world, Key::Escape, NONE));
    assert!(matches!(sent[..], [(process, _)] if process == page));
    world.hold.heads = true;
    world.navigate(tab, TWO);
    assert_eq!(inputs(&press(&mut world, Key::Escape, NONE)), []);
    assert_eq!(
        (world.tab(tab).is_pending, world.tab(tab).state),
        (false, TabState::Ready)
    );
}

#[test]
fn shortcuts_work_while_the_page_hangs() {
    let (mut world, _, page, _) = with_page();
    world.hold.inputs = true;
    world.input(moved(5.0, 300.0));
    world.advance(60_000);
    let sent = inputs(&press(&mut world, Key::Character('t'), CTRL));
    assert!(
        sent.iter()
            .all(|(process, event)| { *process != page || matches!(event, InputEvent::Focus(_)) })
    );
    assert_eq!(world.core.tabs().len(), 2);
}

#[test]
fn window_that_loses_the_focus_takes_it_from_the_page() {
    let (mut world, _, page, _) = with_page();
    let lost = inputs(&world.input(InputEvent::Focus(false)));
    assert_eq!(lost, [(page, InputEvent::Focus(false))]);
    let found = inputs(&world.input(InputEvent::Focus(true)));
    assert_eq!(found, [(page, InputEvent::Focus(true))]);
}

#[test]
fn keys_go_to_the_card_that_lies_over_a_page() {
    let (mut world, tab, page, shell) = with_page();
    let typed = inputs(&press(&mut world, Key::Tab, NONE));
    assert!(typed.iter().all(|(process, _)| *process == page));
    world.die(page, 11);
    world.settle();
    assert!(world.tab(tab).card.is_some());
    let typed = inputs(&press(&mut world, Key::Tab, NONE));
    assert_eq!(typed.len(), 1, "{typed:?}");
    assert_eq!(typed[0].0, shell);
    // One in another tab has no part in it.
    world.open(TWO);
    world.settle();
    let typed = inputs(&press(&mut world, Key::Tab, NONE));
    assert!(typed.iter().all(|(process, _)| *process != shell));
}

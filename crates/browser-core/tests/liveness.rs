//! Processes that do not answer input.

use browser_core::{Action, KillReason, RecordKind, TabState};
use protocol::ids::{Role, TabId};
use protocol::input::{Button, InputEvent, Modifiers};
use protocol::limits::{HANG_CARD_MS, HANG_MARK_MS, STOP_SCRIPT_MS_MAX};
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::shell::{CardButton, FromShell, TabMark};
use sim::world::{World, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

fn pointer(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerMove {
        x,
        y,
        modifiers: Modifiers::default(),
    }
}

/// A tab whose process has left an input unanswered.
fn silent() -> (World, TabId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.inputs = true;
    world.input(pointer(100.0, 300.0));
    (world, tab)
}

#[test]
fn silent_tab_is_marked_and_then_has_a_card() {
    let (mut world, tab) = silent();
    assert_eq!(world.tab(tab).state, TabState::Ready);
    let actions = world.advance(HANG_MARK_MS);
    assert!(records(&actions).contains(&&RecordKind::Slow { card: false }));
    assert_eq!(world.shell_state().tabs[0].mark, TabMark::Slow);
    let actions = world.advance(HANG_CARD_MS - HANG_MARK_MS);
    assert!(records(&actions).contains(&&RecordKind::Slow { card: true }));
    let card = world.shell_state().card.clone().expect("the card is up");
    assert_eq!(card.buttons, [CardButton::Wait, CardButton::Kill]);
}

#[test]
fn answer_takes_mark_and_card_away() {
    let (mut world, tab) = silent();
    world.advance(HANG_CARD_MS);
    world.hold.inputs = false;
    world.settle();
    assert_eq!(
        (world.tab(tab).state, world.tab(tab).card),
        (TabState::Ready, None)
    );
}

#[test]
fn waiting_brings_the_card_back_after_as_long_again() {
    let (mut world, tab) = silent();
    world.advance(HANG_CARD_MS);
    world.shell_says(FromShell::CardButton(tab, CardButton::Wait));
    assert_eq!(
        (world.tab(tab).state, world.tab(tab).card),
        (TabState::Slow, None)
    );
    world.advance(HANG_CARD_MS - 1);
    assert_eq!(world.tab(tab).card, None);
    world.advance(1);
    assert!(world.tab(tab).card.is_some());
}

#[test]
fn killing_a_silent_tab_leaves_it_with_its_card_and_the_others_alone() {
    let (mut world, tab) = silent();
    world.advance(HANG_CARD_MS);
    let process = world.process_of(tab);
    let actions = world.shell_says(FromShell::CardButton(tab, CardButton::Kill));
    assert!(actions.contains(&Action::Kill {
        process,
        reason: KillReason::Wanted
    }));
    assert_eq!(
        world.tab(tab).card.expect("a card").heading,
        "The process of this tab was ended"
    );
    world.shell_says(FromShell::CardButton(tab, CardButton::Reload));
    world.settle();
    assert_eq!(world.tab(tab).state, TabState::Ready);
}

/// Likewise, with a page that runs scripts.
fn busy() -> (World, TabId) {
    let (mut world, tab) = silent();
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(process, FromRenderer::Scripted { navigation });
    (world, tab)
}

fn asks_to_stop(actions: &[Action], process: protocol::ids::ProcessId) -> bool {
    actions.contains(&Action::StopScript { process })
}

#[test]
fn a_busy_script_can_be_stopped_from_the_mark_and_from_the_card() {
    let (mut world, tab) = busy();
    assert!(!world.shell_state().can_stop_script);
    world.advance(HANG_MARK_MS);
    assert!(world.shell_state().can_stop_script);
    world.advance(HANG_CARD_MS - HANG_MARK_MS);
    let card = world.tab(tab).card.expect("the card is up");
    let buttons = [CardButton::StopScript, CardButton::Wait, CardButton::Kill];
    assert_eq!(card.buttons, buttons);
    let process = world.process_of(tab);
    let actions = world.shell_says(FromShell::CardButton(tab, CardButton::StopScript));
    assert!(asks_to_stop(&actions, process));
    let actions = world.shell_says(FromShell::StopScript);
    assert!(!asks_to_stop(&actions, process), "it was asked already");
}

#[test]
fn a_script_that_stops_takes_the_card_away_and_is_offered_no_more() {
    let (mut world, tab) = busy();
    world.advance(HANG_CARD_MS);
    let process = world.process_of(tab);
    world.shell_says(FromShell::CardButton(tab, CardButton::StopScript));
    world.hold.inputs = false;
    world.settle();
    let navigation = world.last_navigation(tab);
    let actions = world.renderer(process, FromRenderer::ScriptStopped { navigation });
    assert!(records(&actions).contains(&&RecordKind::ScriptStopped));
    assert_eq!(
        (world.tab(tab).state, world.tab(tab).card),
        (TabState::Ready, None)
    );
    world.advance(STOP_SCRIPT_MS_MAX);
    assert_eq!(world.process_of(tab), process);
    assert!(!world.shell_state().can_stop_script);
}

#[test]
fn a_script_that_does_not_stop_within_a_second_can_be_killed_at_once() {
    let (mut world, tab) = busy();
    world.advance(HANG_MARK_MS);
    world.shell_says(FromShell::StopScript);
    assert!(!world.shell_state().can_stop_script);
    world.advance(STOP_SCRIPT_MS_MAX - 1);
    assert_eq!(world.tab(tab).card, None);
    world.advance(1);
    let card = world.tab(tab).card.expect("the card is up");
    assert_eq!(card.buttons, [CardButton::Kill, CardButton::Wait]);
    assert_eq!(card.cause, "its script does not stop");
}

#[test]
fn silent_background_tab_has_its_card_when_it_is_shown() {
    let (mut world, tab) = silent();
    world.open(TWO);
    world.advance(HANG_CARD_MS);
    assert_eq!(world.tab(tab).state, TabState::Slow);
    assert_eq!(world.tab(tab).card, None);
    world.shell_says(FromShell::Activate(tab));
    assert!(world.tab(tab).card.is_some());
}

#[test]
fn reload_of_a_silent_tab_takes_another_process() {
    let (mut world, tab) = silent();
    world.advance(HANG_MARK_MS);
    let process = world.process_of(tab);
    world.shell_says(FromShell::Reload);
    world.settle();
    assert_ne!(world.process_of(tab), process);
    assert_eq!(world.core.process(process), None);
}

#[test]
fn a_process_that_does_not_take_a_page_is_slow_too() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.hold.inputs = true;
    world.hold.documents = true;
    world.shell_says(FromShell::Reload);
    world.settle();
    assert_eq!(world.process_of(tab), process, "it was not known to hang");
    world.advance(HANG_CARD_MS);
    assert!(world.tab(tab).card.is_some());
    world.hold = Default::default();
    world.shell_says(FromShell::Reload);
    world.settle();
    assert_ne!(world.process_of(tab), process);
    assert_eq!(world.tab(tab).state, TabState::Ready);
}

#[test]
fn a_process_that_leaves_too_much_unanswered_gets_no_further_page() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.hold.inputs = true;
    for _ in 0..100 {
        world.shell_says(FromShell::Reload);
        world.settle();
    }
    assert_ne!(world.process_of(tab), process);
}

#[test]
fn silent_process_is_not_flooded_with_input() {
    let (mut world, tab) = silent();
    for n in 0..500 {
        world.input(pointer(100.0 + n as f32, 300.0));
        world.input(InputEvent::Focus(n % 2 == 0));
    }
    let process = world.process_of(tab);
    assert!(world.child(process).inputs.len() <= 64);
    world.hold.inputs = false;
    world.settle();
    assert_eq!(world.tab(tab).state, TabState::Ready);
}

#[test]
fn a_wheel_that_outruns_its_page_loses_no_way_and_no_press_overtakes_it() {
    let wheel = |delta_y| InputEvent::Wheel {
        x: 100.0,
        y: 300.0,
        delta_x: 0.0,
        delta_y,
        modifiers: Modifiers::default(),
    };
    let press = InputEvent::PointerDown {
        x: 100.0,
        y: 300.0,
        button: Button::Left,
        modifiers: Modifiers::default(),
    };
    for ends_with_press in [false, true] {
        let (mut world, tab) = silent();
        let process = world.process_of(tab);
        let mut actions = Vec::new();
        for _ in 0..1000 {
            actions.extend(world.input(wheel(2.0)));
        }
        if ends_with_press {
            actions.extend(world.input(press));
        }
        while let Some(sequence) = world.child(process).inputs.pop_front() {
            actions.extend(world.renderer(process, FromRenderer::Done { sequence }));
        }
        let mut sum = 0.0;
        let mut events = 0;
        for action in &actions {
            let Action::Input(input) = action else {
                continue;
            };
            events += 1;
            match input.event {
                InputEvent::Wheel { delta_y, .. } => sum += delta_y,
                InputEvent::PointerDown { .. } => assert_eq!(sum, 2000.0, "the press came first"),
                _ => {}
            }
        }
        assert_eq!(sum, 2000.0);
        assert!(events < 40, "{events}");
    }
}

#[test]
fn silent_shell_is_restarted() {
    let mut world = World::running();
    world.open(ONE);
    let shell = world.service(Role::Shell).expect("it runs");
    world.hold.inputs = true;
    world.input(pointer(100.0, 10.0));
    let actions = world.advance(HANG_CARD_MS);
    assert!(actions.contains(&Action::Kill {
        process: shell,
        reason: KillReason::Fault
    }));
    world.settle();
    assert!(world.service(Role::Shell).is_some_and(|new| new != shell));
}

#[test]
fn each_answer_gives_new_patience() {
    let (mut world, tab) = silent();
    world.input(pointer(101.0, 300.0));
    world.advance(HANG_MARK_MS - 1);
    let process = world.process_of(tab);
    let sequence = world.child(process).inputs.pop_front().expect("it waits");
    world.renderer(process, FromRenderer::Done { sequence });
    world.advance(HANG_MARK_MS - 1);
    assert_eq!(world.tab(tab).state, TabState::Ready);
    world.advance(1);
    assert_eq!(world.tab(tab).state, TabState::Slow);
}

#[test]
fn services_that_do_not_answer_are_replaced() {
    for role in [Role::Gpu, Role::Network] {
        let mut world = World::running();
        world.hold.pings = true;
        world.open(ONE);
        let silent = world.service(role).expect("it runs");
        world.advance(HANG_CARD_MS - 1);
        assert_eq!(world.service(role), Some(silent));
        let actions = world.advance(1);
        let reason = KillReason::Fault;
        assert!(
            actions.contains(&Action::Kill {
                process: silent,
                reason
            }),
            "{actions:?}"
        );
        world.settle();
        assert_ne!(world.service(role).expect("a new one runs"), silent);
    }
}

#[test]
fn an_idle_browser_asks_nobody() {
    let mut world = World::running();
    world.open(ONE);
    world.settle();
    let asked = world.log.len();
    world.advance(10 * HANG_CARD_MS);
    assert_eq!(world.log[asked..], []);
}

#[test]
fn a_service_that_answers_what_nobody_asked_is_killed() {
    let mut world = World::running();
    let network = world.service(Role::Network).expect("it runs");
    world.network(network, FromNetwork::Done { sequence: 4711 });
    assert!(world.child(network).is_killed);
}

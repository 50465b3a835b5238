//! Dialogs of pages, and pages that do not want to be left.

use browser_core::{Action, Command, Config, RecordKind};
use protocol::dialog::{DialogAnswer, DialogKind, DialogRequest};
use protocol::ids::{ProcessId, Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::limits::{HANG_MARK_MS, LEAVE_MS_MAX};
use protocol::misbehaviour::Misbehaviour;
use protocol::renderer::FromRenderer;
use protocol::shell::{FromShell, TabMark};
use protocol::surface::SurfacePart;
use sim::world::{World, is_kill, records};

const ONE: &str = "https://one.example:8443/";
const TWO: &str = "https://two.example/";

fn asks(world: &mut World, tab: TabId, request: u32, kind: DialogKind) -> Vec<Action> {
    let navigation = world.last_navigation(tab);
    let dialog = DialogRequest {
        request,
        kind,
        text: "Delete everything?".to_owned(),
        default_text: String::new(),
    };
    let process = world.process_of(tab);
    world.renderer(process, FromRenderer::Dialog { navigation, dialog })
}

/// The answers that scripts got.
fn answers(actions: &[Action]) -> Vec<(ProcessId, u32, DialogAnswer)> {
    let answer = |action: &Action| match action {
        Action::AnswerDialog {
            process,
            request,
            answer,
        } => Some((*process, *request, answer.clone())),
        _ => None,
    };
    actions.iter().filter_map(answer).collect()
}

fn accepted() -> DialogAnswer {
    DialogAnswer {
        is_accepted: true,
        ..DialogAnswer::default()
    }
}

fn press(world: &mut World, key: Key) -> Vec<Action> {
    press_with(world, key, Modifiers::default())
}

fn press_with(world: &mut World, key: Key, modifiers: Modifiers) -> Vec<Action> {
    world.input(InputEvent::KeyDown {
        key,
        modifiers,
        repeat: false,
    })
}

fn shown_serial(world: &World) -> u32 {
    let told = world.log.iter().rev().find_map(|action| match action {
        Action::UpdateDialog { dialog, .. } => Some(dialog.clone()),
        _ => None,
    });
    told.flatten().expect("a dialog is shown").serial
}

fn has_dialog(world: &World) -> bool {
    let surfaces = world.core.surfaces();
    surfaces
        .iter()
        .any(|surface| surface.part == SurfacePart::Dialog)
}

#[test]
fn a_script_waits_for_the_user_who_answers_in_the_shell() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = asks(&mut world, tab, 4, DialogKind::Confirm);
    assert!(answers(&actions).is_empty() && has_dialog(&world));
    let site = actions.iter().find_map(|action| match action {
        Action::UpdateDialog { dialog, .. } => dialog.as_ref().map(|it| it.site.clone()),
        _ => None,
    });
    assert_eq!(site.as_deref(), Some("one.example:8443"));
    let (serial, process) = (shown_serial(&world), world.process_of(tab));
    let stale = FromShell::Dialog {
        tab,
        serial: serial + 1,
        answer: accepted(),
    };
    assert!(answers(&world.shell_says(stale)).is_empty());
    let said = FromShell::Dialog {
        tab,
        serial,
        answer: accepted(),
    };
    let actions = world.shell_says(said);
    assert_eq!(answers(&actions), [(process, 4, accepted())]);
    assert!(!has_dialog(&world));
}

#[test]
fn a_page_under_its_dialog_is_not_slow_and_hears_no_input() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.inputs = true;
    press(&mut world, Key::Character('a'));
    asks(&mut world, tab, 1, DialogKind::Alert);
    world.advance(2 * HANG_MARK_MS);
    assert_eq!(world.shell_state().tabs[0].mark, TabMark::Ready);
    let page = world.process_of(tab);
    let shell = world.service(Role::Shell);
    let sent = press(&mut world, Key::Character('b'));
    let to = |action: &Action| match action {
        Action::Input(input) => Some(input.process),
        _ => None,
    };
    let to: Vec<ProcessId> = sent.iter().filter_map(to).collect();
    assert!(!to.contains(&page) && to.contains(&shell.expect("it runs")));
    press(&mut world, Key::Escape);
    // Its time begins anew.
    world.advance(HANG_MARK_MS - 1);
    assert_eq!(world.shell_state().tabs[0].mark, TabMark::Ready);
    world.advance(1);
    assert_eq!(world.shell_state().tabs[0].mark, TabMark::Slow);
}

#[test]
fn escape_refuses_and_other_tabs_do_not_wait() {
    let mut world = World::running();
    let tab = world.open(ONE);
    asks(&mut world, tab, 1, DialogKind::Prompt);
    let other = world.open(TWO);
    assert!(!has_dialog(&world), "it lies over its own tab only");
    assert!(answers(&press(&mut world, Key::Escape)).is_empty());
    world.shell_says(FromShell::Activate(tab));
    assert!(has_dialog(&world));
    let process = world.process_of(tab);
    let actions = press(&mut world, Key::Escape);
    assert_eq!(answers(&actions), [(process, 1, DialogAnswer::default())]);
    assert_eq!(world.tab(other).card, None);
}

#[test]
fn in_a_tab_that_nobody_sees_an_alert_does_not_wait_and_a_question_is_refused() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.open(TWO);
    let actions = asks(&mut world, tab, 1, DialogKind::Confirm);
    let process = world.process_of(tab);
    assert_eq!(answers(&actions), [(process, 1, DialogAnswer::default())]);
    let actions = asks(&mut world, tab, 2, DialogKind::Alert);
    assert_eq!(answers(&actions), [(process, 2, accepted())]);
    world.shell_says(FromShell::Activate(tab));
    assert!(has_dialog(&world), "what was said stands there");
    assert!(answers(&press(&mut world, Key::Escape)).is_empty());
    assert!(!has_dialog(&world));
}

#[test]
fn after_the_first_dialog_the_user_may_mute_the_page_and_a_page_that_asks_on_is_killed() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let mute = |world: &mut World| {
        let answer = DialogAnswer {
            mute: true,
            ..DialogAnswer::default()
        };
        let serial = shown_serial(world);
        let actions = world.shell_says(FromShell::Dialog {
            tab,
            serial,
            answer,
        });
        answers(&actions)[0].2.mute
    };
    asks(&mut world, tab, 1, DialogKind::Alert);
    assert!(!mute(&mut world), "the first one has no such choice");
    asks(&mut world, tab, 2, DialogKind::Alert);
    assert!(mute(&mut world));
    let process = world.process_of(tab);
    let actions = asks(&mut world, tab, 3, DialogKind::Alert);
    assert!(actions.iter().any(|action| is_kill(action, process)));
}

#[test]
fn a_second_dialog_before_the_answer_is_a_lie() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    asks(&mut world, tab, 1, DialogKind::Alert);
    let actions = asks(&mut world, tab, 2, DialogKind::Alert);
    assert!(actions.iter().any(|action| is_kill(action, process)));
    let cause = world.tab(tab).card.expect("a card").cause;
    assert!(cause.contains(&Misbehaviour::WrongState.to_string()));
    assert!(!has_dialog(&world));
}

#[test]
fn dialogs_without_end_in_a_hidden_tab_are_muted() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.open(TWO);
    let muted = (1..100).find(|request| {
        let actions = asks(&mut world, tab, *request, DialogKind::Alert);
        answers(&actions)[0].2.mute
    });
    assert!(muted.is_some_and(|count| count < 50), "{muted:?}");
}

#[test]
fn with_a_dialog_up_a_tab_can_be_closed_reloaded_killed_and_resized() {
    for step in ["close", "reload", "kill", "resize"] {
        let mut world = World::running();
        world.open(TWO);
        let tab = world.open(ONE);
        let process = world.process_of(tab);
        asks(&mut world, tab, 1, DialogKind::Alert);
        match step {
            "close" => drop(world.shell_says(FromShell::Close(tab))),
            "reload" => {
                let actions = world.shell_says(FromShell::Reload);
                assert_eq!(answers(&actions)[0].1, 1, "its script goes on");
            }
            "kill" => drop(world.command(Command::Kill(tab))),
            _ => drop(world.resize(700, 500)),
        }
        world.settle();
        assert_eq!(has_dialog(&world), step == "resize", "{step}");
        if step == "kill" {
            assert_eq!(world.core.process(process), None);
        }
    }
}

#[test]
fn where_nobody_can_answer_a_dialog_is_refused_for_good() {
    let mut world = World::new(Config {
        dialogs: false,
        ..Config::default()
    });
    world.settle();
    let tab = world.open(ONE);
    let actions = asks(&mut world, tab, 1, DialogKind::Confirm);
    let (_, _, answer) = answers(&actions)[0].clone();
    assert!(!answer.is_accepted && answer.mute && !has_dialog(&world));
}

#[test]
fn a_dialog_of_a_document_that_is_gone_is_answered() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.navigate(tab, "https://one.example:8443/next");
    world.settle();
    assert_eq!(world.process_of(tab), process);
    let dialog = DialogRequest {
        request: 9,
        kind: DialogKind::Alert,
        text: String::new(),
        default_text: String::new(),
    };
    let actions = world.renderer(process, FromRenderer::Dialog { navigation, dialog });
    assert_eq!(answers(&actions)[0].1, 9);
    assert!(!has_dialog(&world));
}

/// A page that does not want to be left, on which the user has acted.
fn guarded(has_acted: bool) -> (World, TabId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(process, FromRenderer::GuardsLeaving { navigation });
    if has_acted {
        press(&mut world, Key::Character('a'));
        world.settle();
    }
    (world, tab)
}

fn asked_to_leave(actions: &[Action]) -> Option<(ProcessId, u32)> {
    actions.iter().find_map(|action| match action {
        Action::AskLeave { process, sequence } => Some((*process, *sequence)),
        _ => None,
    })
}

#[test]
fn a_page_that_wants_to_stay_is_left_only_if_the_user_wants_it() {
    let (mut world, tab) = guarded(true);
    for leaves in [false, true] {
        world.hold.inputs = true;
        let actions = world.shell_says(FromShell::Close(tab));
        let (process, sequence) = asked_to_leave(&actions).expect("it is asked");
        let stays = true;
        world.renderer(process, FromRenderer::LeaveAnswer { sequence, stays });
        world.renderer(process, FromRenderer::Done { sequence });
        assert!(has_dialog(&world));
        let serial = shown_serial(&world);
        let answer = DialogAnswer {
            is_accepted: leaves,
            ..DialogAnswer::default()
        };
        let actions = world.shell_says(FromShell::Dialog {
            tab,
            serial,
            answer,
        });
        let closed = records(&actions).contains(&&RecordKind::TabClosed);
        assert_eq!(closed, leaves);
        world.hold.inputs = false;
        world.settle();
    }
}

#[test]
fn a_page_is_not_asked_before_the_user_has_acted_on_it() {
    let (mut world, tab) = guarded(false);
    let actions = world.shell_says(FromShell::Close(tab));
    assert!(records(&actions).contains(&&RecordKind::TabClosed));
}

#[test]
fn a_page_that_does_not_answer_is_left_after_a_second_or_when_it_is_wanted_again() {
    let ctrl = Modifiers {
        ctrl: true,
        ..Modifiers::default()
    };
    for waits in [true, false] {
        let (mut world, _) = guarded(true);
        world.hold.inputs = true;
        let actions = press_with(&mut world, Key::Character('w'), ctrl);
        assert!(asked_to_leave(&actions).is_some());
        let actions = match waits {
            true => world.advance(LEAVE_MS_MAX),
            false => press_with(&mut world, Key::Character('w'), ctrl),
        };
        assert!(records(&actions).contains(&&RecordKind::TabClosed));
    }
}

#[test]
fn an_answer_to_a_question_that_was_not_asked_is_a_lie() {
    let (mut world, tab) = guarded(true);
    let process = world.process_of(tab);
    let answer = FromRenderer::LeaveAnswer {
        sequence: 77,
        stays: true,
    };
    let actions = world.renderer(process, answer);
    assert!(actions.iter().any(|action| is_kill(action, process)));
}

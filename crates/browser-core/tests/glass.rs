//! Built-in pages that look at the browser, and act on it.

use browser_core::action::ChildSignal;
use browser_core::{Action, Config};
use protocol::act::{Act, ActKind, TourKey};
use protocol::ids::{Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::renderer::FromRenderer;
use sim::world::{World, is_kill};

const ONE: &str = "https://one.example/";
const PROCESSES: &str = "bulkhead://processes";

fn acts(world: &mut World, tab: TabId, kind: ActKind, of: u32) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let act = Act { kind, of };
    let request = 7;
    world.renderer(
        process,
        FromRenderer::Act {
            navigation,
            request,
            act,
        },
    )
}

fn press(world: &mut World) {
    world.input(InputEvent::KeyDown {
        key: Key::Enter,
        modifiers: Modifiers::default(),
        repeat: false,
    });
}

fn refusal(actions: &[Action]) -> Option<&str> {
    let found = actions.iter().find_map(|action| match action {
        Action::Acted {
            refusal, request, ..
        } => {
            assert_eq!(*request, 7);
            Some(refusal.as_deref())
        }
        _ => None,
    });
    found.expect("it is answered")
}

fn signals(actions: &[Action]) -> Vec<ChildSignal> {
    let signal = |action: &Action| match action {
        Action::Signal { signal, .. } => Some(*signal),
        _ => None,
    };
    actions.iter().filter_map(signal).collect()
}

#[test]
fn an_act_is_done_once_for_each_click() {
    let mut world = World::running();
    let one = world.open(ONE);
    let process = world.process_of(one);
    let pid = world.core.process(process).and_then(|it| it.pid);
    let pid = pid.expect("it runs");
    let tab = world.open(PROCESSES);
    let actions = acts(&mut world, tab, ActKind::Segfault, pid);
    let unasked = "an act needs a click or a key in its page";
    assert_eq!(refusal(&actions), Some(unasked));
    assert_eq!(signals(&actions), []);
    press(&mut world);
    let actions = acts(&mut world, tab, ActKind::Segfault, pid);
    assert_eq!(refusal(&actions), None);
    assert_eq!(signals(&actions), [ChildSignal::Segfault]);
    let actions = acts(&mut world, tab, ActKind::Segfault, pid);
    assert_eq!(refusal(&actions), Some(unasked), "the click is used up");
}

#[test]
fn what_is_not_there_can_not_be_acted_on() {
    let mut world = World::running();
    let tab = world.open(PROCESSES);
    for (kind, of, why) in [
        (
            ActKind::Kill,
            999_999,
            "there is no process 999999 any more",
        ),
        (
            ActKind::Hang,
            999_999,
            "there is no process 999999 any more",
        ),
        (ActKind::Reload, 99, "there is no tab 99"),
    ] {
        press(&mut world);
        let actions = acts(&mut world, tab, kind, of);
        assert_eq!(refusal(&actions), Some(why));
    }
}

#[test]
fn every_act_reaches_a_service() {
    let mut world = World::running();
    let gpu = world.service(Role::Gpu).expect("it runs");
    let pid = world.core.process(gpu).and_then(|it| it.pid);
    let pid = pid.expect("it runs");
    let tab = world.open(PROCESSES);
    for (kind, signal) in [
        (ActKind::Stop, ChildSignal::Stop),
        (ActKind::Continue, ChildSignal::Continue),
        (ActKind::Kill, ChildSignal::Kill),
    ] {
        press(&mut world);
        assert_eq!(signals(&acts(&mut world, tab, kind, pid)), [signal]);
    }
    for kind in [ActKind::Hang, ActKind::ExhaustMemory] {
        press(&mut world);
        let actions = acts(&mut world, tab, kind, pid);
        let is_broken =
            |it: &Action| matches!(it, Action::Inject { process, .. } if *process == gpu);
        assert!(actions.iter().any(is_broken), "{actions:?}");
    }
}

#[test]
fn a_page_without_acts_is_told_so() {
    let mut world = World::running();
    let tab = world.open("bulkhead://welcome");
    press(&mut world);
    let actions = acts(&mut world, tab, ActKind::Reload, tab.0);
    assert_eq!(refusal(&actions), Some("this page has no acts"));
}

#[test]
fn a_page_of_the_web_that_asks_is_ended() {
    for is_stream in [true, false] {
        let mut world = World::running();
        let tab = world.open(ONE);
        let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
        press(&mut world);
        let actions = if is_stream {
            let stream = 1;
            world.renderer(process, FromRenderer::OpenStream { navigation, stream })
        } else {
            acts(&mut world, tab, ActKind::Kill, 1)
        };
        assert!(actions.iter().any(|action| is_kill(action, process)));
        let card = world.tab(tab).card.expect("it has crashed");
        assert_eq!(card.cause, "broke the protocol: ForeignOrigin");
    }
}

#[test]
fn a_stream_is_that_of_the_page() {
    let mut world = World::running();
    let tab = world.open(PROCESSES);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let stream = 3;
    let actions = world.renderer(process, FromRenderer::OpenStream { navigation, stream });
    let expected = Action::OpenStream {
        process,
        navigation,
        stream,
        page: "processes".to_owned(),
    };
    assert_eq!(actions, [expected]);
}

#[test]
fn of_the_built_in_pages_the_live_ones_alone_have_scripts() {
    for (page, has_scripts) in [
        ("processes", true),
        ("crashes", true),
        ("tour", true),
        ("console", false),
    ] {
        let mut world = World::running();
        world.open(&format!("bulkhead://{page}"));
        let script = world.log.iter().find_map(|action| match action {
            Action::Commit(commit) => Some(commit.script),
            _ => None,
        });
        assert_eq!(script, Some(has_scripts), "{page}");
    }
}

#[test]
fn what_concerns_the_whole_browser_is_carried_out_by_a_click_and_answered_there() {
    for kind in [ActKind::Attack, ActKind::EveryAttack, ActKind::SlowMotion] {
        let mut world = World::running();
        let tab = world.open("bulkhead://attack");
        let unasked = "an act needs a click or a key in its page";
        let actions = acts(&mut world, tab, kind, 1);
        assert_eq!(refusal(&actions), Some(unasked));
        press(&mut world);
        let actions = acts(&mut world, tab, kind, 1);
        let act = Act { kind, of: 1 };
        let is_it = |it: &Action| match it {
            Action::CarryOut {
                act: wanted,
                request,
                ..
            } => (*wanted, *request) == (act, 7),
            _ => false,
        };
        assert!(actions.iter().any(is_it), "{actions:?}");
        let is_answer = |it: &Action| matches!(it, Action::Acted { .. });
        assert!(
            !actions.iter().any(is_answer),
            "whoever carries it out answers"
        );
    }
}

#[test]
fn the_spare_renderer_is_replaced_by_one_that_tries_its_sandbox_anew() {
    let mut world = World::running();
    let tab = world.open("bulkhead://sandbox");
    world.advance(1_000);
    world.settle_for_good();
    let before = world.spare().expect("there is one");
    press(&mut world);
    let actions = acts(&mut world, tab, ActKind::TryCanaries, 0);
    assert_eq!(refusal(&actions), None);
    assert!(actions.iter().any(|action| is_kill(action, before)));
    let is_spawn = |it: &Action| {
        matches!(
            it,
            Action::Spawn {
                role: Role::Renderer,
                ..
            }
        )
    };
    assert!(actions.iter().any(is_spawn), "{actions:?}");
    press(&mut world);
    let actions = acts(&mut world, tab, ActKind::TryCanaries, 0);
    let why = "the spare renderer is not ready at the moment";
    assert_eq!(refusal(&actions), Some(why));
}

#[test]
fn the_page_of_the_tour_alone_guides_it_and_needs_the_demo_site() {
    let guided = |actions: &[Action]| {
        let is_it = |action: &Action| matches!(action, Action::Tour { .. });
        actions.iter().any(is_it)
    };
    let next = ActKind::Tour(TourKey::Next);
    let mut world = World::running();
    let tab = world.open("bulkhead://tour");
    press(&mut world);
    let actions = acts(&mut world, tab, next, 0);
    let why = "the demo site does not run; `bulkhead tour` starts with it";
    assert_eq!(refusal(&actions), Some(why));
    assert!(!guided(&actions));

    let mut world = World::new(Config {
        demo: true,
        ..Config::default()
    });
    world.settle();
    let tab = world.open("bulkhead://tour");
    let actions = acts(&mut world, tab, next, 0);
    assert!(refusal(&actions).is_some() && !guided(&actions), "unasked");
    press(&mut world);
    let actions = acts(&mut world, tab, next, 0);
    assert_eq!(refusal(&actions), None);
    assert!(actions.contains(&Action::Tour {
        tab,
        key: TourKey::Next
    }));
    let other = world.open(PROCESSES);
    press(&mut world);
    let actions = acts(&mut world, other, next, 0);
    let why = "only bulkhead://tour guides the tour";
    assert_eq!(refusal(&actions), Some(why));
    assert!(!guided(&actions));
}

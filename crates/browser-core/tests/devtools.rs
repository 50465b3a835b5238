//! The devtools process: what it is told, what it may ask for, and its channels to documents.

use browser_core::{Action, Config, Event, RecordKind};
use protocol::devtools::{Answer, Ending, FromDevtools, Look, ToDevtools, Wish};
use protocol::fault::Fault;
use protocol::geometry::Size;
use protocol::gpu::FromGpu;
use protocol::ids::{ContextId, ProcessId, Role, TabId};
use protocol::input::InputEvent;
use protocol::misbehaviour::Misbehaviour;
use sim::world::{World, records};

/// A browser that automation drives.
pub(crate) fn driven() -> World {
    let mut world = World::new(Config {
        devtools: true,
        ..Config::default()
    });
    world.settle();
    world
}

fn devtools(world: &World) -> ProcessId {
    world.service(Role::Devtools).expect("there is one")
}

fn says(world: &mut World, message: FromDevtools) -> Vec<Action> {
    let process = devtools(world);
    world.send(Event::FromDevtools { process, message })
}

/// Lets everybody answer; returns what the core wanted meanwhile.
fn settle(world: &mut World) -> Vec<Action> {
    let from = world.log.len();
    world.settle();
    world.log[from..].to_vec()
}

fn wishes(world: &mut World, wish: Wish) -> Vec<Action> {
    says(world, FromDevtools::Call { call: 5, wish })
}

fn resize(tab: TabId, size: Option<Size>) -> Wish {
    let scale = None;
    Wish::Resize { tab, size, scale }
}

/// What the devtools process is told by these actions.
fn told(actions: &[Action]) -> Vec<ToDevtools> {
    let news = actions.iter().filter_map(|action| match action {
        Action::TellDevtools { news, .. } => Some((**news).clone()),
        _ => None,
    });
    news.collect()
}

fn answers(actions: &[Action]) -> Vec<Answer> {
    let answers = told(actions).into_iter().filter_map(|news| match news {
        ToDevtools::Answer { call: 5, answer } => Some(answer),
        _ => None,
    });
    answers.collect()
}

fn open(world: &mut World, url: &str) -> (TabId, Vec<Action>) {
    let mut actions = wishes(
        world,
        Wish::Open {
            url: url.to_owned(),
            activate: true,
            context: ContextId::DEFAULT,
        },
    );
    let opened = answers(&actions)
        .into_iter()
        .find_map(|answer| match answer {
            Answer::Opened { tab } => Some(tab),
            _ => None,
        });
    actions.extend(settle(world));
    (opened.expect("a tab"), actions)
}

#[test]
fn without_the_setting_nobody_is_told_anything() {
    let mut world = World::new(Config::default());
    world.settle();
    assert_eq!(world.service(Role::Devtools), None);
}

#[test]
fn a_document_is_told_of_once_its_process_has_it() {
    let mut world = driven();
    let (tab, actions) = open(&mut world, "about:blank");
    let lock = actions.iter().position(|it| matches!(it, Action::Lock(_)));
    let channel = actions.iter().position(
        |it| matches!(it, Action::OpenInspector { holds: true, tab: its, .. } if *its == tab),
    );
    let commit = actions
        .iter()
        .position(|it| matches!(it, Action::Commit(_)));
    assert!(
        lock < channel && channel < commit && lock.is_some(),
        "{actions:#?}"
    );
    let news = told(&actions);
    let began = news
        .iter()
        .position(|it| matches!(it, ToDevtools::Began { .. }));
    let committed = news
        .iter()
        .position(|it| matches!(it, ToDevtools::Committed { .. }));
    assert!(began < committed && began.is_some(), "{news:#?}");
}

#[test]
fn one_that_is_new_is_told_of_all_there_is() {
    let mut world = driven();
    let (tab, _) = open(&mut world, "about:blank");
    let old = devtools(&world);
    let actions = world.die(old, 9);
    let restarted: Vec<Action> = actions.into_iter().chain(settle(&mut world)).collect();
    let news = told(&restarted);
    let is_told =
        |news: &ToDevtools| matches!(news, ToDevtools::Opened { tab: its, .. } if *its == tab);
    assert!(news.iter().any(is_told), "{news:#?}");
    let channels = restarted.iter().filter(
        |it| matches!(it, Action::OpenInspector { holds: false, devtools, .. } if *devtools != old),
    );
    assert_eq!(channels.count(), 1);
    assert_ne!(devtools(&world), old);
    world.check_at_rest();
}

#[test]
fn a_crash_is_told_with_its_signal_and_a_reload_mends_it() {
    let mut world = driven();
    let (tab, _) = open(&mut world, "about:blank");
    let actions = wishes(&mut world, Wish::Break(tab, Fault::Crash));
    assert!(actions.iter().any(|it| matches!(it, Action::Inject { .. })));
    let process = world
        .core
        .tab(tab)
        .and_then(|it| it.process)
        .expect("a process");
    let actions = world.die(process, 9);
    let crashed = told(&actions).into_iter().find_map(|news| match news {
        ToDevtools::Crashed { ending, .. } => Some(ending),
        _ => None,
    });
    assert_eq!(crashed, Some(Ending::Signal(9)));
    assert_eq!(
        answers(&wishes(&mut world, Wish::Reload(tab))),
        [Answer::Done]
    );
    world.settle();
    assert!(world.core.tab(tab).is_some_and(|it| it.process.is_some()));
}

#[test]
fn a_look_at_the_browser_is_the_brokers() {
    let mut world = driven();
    let process = devtools(&world);
    for wanted in [Look::StartTrace, Look::EndTrace, Look::SandboxReport] {
        let actions = wishes(&mut world, Wish::Look(wanted));
        let is_it = |it: &&Action| match it {
            Action::Look {
                devtools,
                call: 5,
                look,
            } => (*devtools, *look) == (process, wanted),
            _ => false,
        };
        assert_eq!(actions.iter().filter(is_it).count(), 1, "{actions:?}");
        assert_eq!(answers(&actions), [], "the broker answers");
    }
    world.check_at_rest();
}

#[test]
fn what_is_not_there_is_refused_and_harms_nobody() {
    let mut world = driven();
    let nobodys = TabId(4_000_000);
    for wish in [
        Wish::Close(nobodys),
        Wish::Picture(nobodys, None),
        resize(nobodys, Some(Size::new(5, 5))),
        Wish::Input(nobodys, InputEvent::PointerLeave),
        Wish::Signal {
            pid: 1,
            signal: protocol::devtools::ChildSignal::Kill,
        },
        Wish::BreakProcess {
            pid: 1,
            fault: Fault::Crash,
        },
    ] {
        let actions = wishes(&mut world, wish.clone());
        assert!(
            matches!(answers(&actions)[..], [Answer::Refused { .. }]),
            "{wish:?}: {actions:?}"
        );
    }
    says(&mut world, FromDevtools::Inspecting { tab: nobodys });
    world.check_at_rest();
}

#[test]
fn a_frame_is_waited_for_while_the_tab_is_on_show() {
    let mut world = driven();
    let (tab, _) = open(&mut world, "about:blank");
    let watched = |actions: &[Action]| {
        actions.iter().find_map(|action| match action {
            Action::WatchSurface {
                gpu,
                surface,
                frame,
            } => Some((*gpu, *surface, *frame)),
            _ => None,
        })
    };
    let is_captured = |actions: &[Action]| {
        let mut all = actions.iter();
        all.any(|action| matches!(action, Action::CapturePage { .. }))
    };
    let actions = wishes(&mut world, Wish::Frame { tab, after: 4 });
    let (gpu, surface, 4) = watched(&actions).expect("it is watched") else {
        panic!("{actions:#?}");
    };
    let painted = |world: &mut World, frame| {
        let message = FromGpu::Painted { surface, frame };
        let process = world.service(Role::Gpu).expect("there is one");
        world.send(Event::FromGpu { process, message })
    };
    assert!(!is_captured(&painted(&mut world, 4)), "it has that one");
    assert!(is_captured(&painted(&mut world, 5)));
    assert!(!is_captured(&painted(&mut world, 6)), "it is answered");

    // Another tab comes on show: the gpu process is asked again once this one is back.
    wishes(&mut world, Wish::Frame { tab, after: 5 });
    open(&mut world, "about:blank");
    assert!(!is_captured(&painted(&mut world, 7)), "nobody sees it");
    let mut actions = wishes(&mut world, Wish::Activate(tab));
    actions.extend(settle(&mut world));
    assert_eq!(watched(&actions), Some((gpu, surface, 5)));

    // A second one takes its place.
    let actions = wishes(&mut world, Wish::Frame { tab, after: 6 });
    assert!(matches!(answers(&actions)[..], [Answer::Refused { .. }]));

    // So does a new gpu process.
    let mut actions = world.die(gpu, 9);
    actions.extend(settle(&mut world));
    assert!(watched(&actions).is_some_and(|(new, _, frame)| new != gpu && frame == 6));
    let page = world.process_of(tab);
    let mut actions = world.die(page, 11);
    actions.extend(settle(&mut world));
    assert!(matches!(answers(&actions)[..], [Answer::Refused { .. }]));
}

#[test]
fn a_process_of_another_role_that_speaks_like_one_is_ended() {
    let mut world = driven();
    let network = world.service(Role::Network).expect("there is one");
    let message = FromDevtools::Inspecting { tab: TabId(1) };
    let actions = world.send(Event::FromDevtools {
        process: network,
        message,
    });
    let name = Misbehaviour::WrongState.to_string();
    let actions: Vec<Action> = actions.into_iter().chain(settle(&mut world)).collect();
    let is_named = |record: &&RecordKind| match record {
        RecordKind::Died { role, cause, .. } => *role == Role::Network && cause.contains(&name),
        _ => false,
    };
    assert!(records(&actions).iter().any(is_named), "{actions:#?}");
}

#[test]
fn a_page_has_the_size_that_automation_chooses() {
    let mut world = driven();
    let (tab, _) = open(&mut world, "about:blank");
    let size = Size::new(320, 200);
    wishes(&mut world, resize(tab, Some(size)));
    let sizes = |world: &World| {
        let surfaces = world.core.surfaces().into_iter();
        let its = surfaces.filter(|it| it.tab == Some(tab));
        its.map(|it| it.size).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&world), [size]);
    wishes(&mut world, resize(tab, None));
    assert_ne!(sizes(&world), [size]);
    world.settle();
    world.check_at_rest();
}

#[test]
fn scripts_of_a_tab_are_off_for_its_next_documents() {
    let mut world = driven();
    let (tab, _) = open(&mut world, "https://one.example/");
    let (other, _) = open(&mut world, "https://two.example/");
    assert_eq!(world.scripts, [true, true]);
    assert_eq!(
        answers(&wishes(&mut world, Wish::Scripts(tab, false))),
        [Answer::Done]
    );
    wishes(&mut world, Wish::Reload(tab));
    wishes(&mut world, Wish::Reload(other));
    settle(&mut world);
    let mut last = world.scripts.split_off(2);
    last.sort_unstable();
    assert_eq!(last, [false, true], "the other tab runs its scripts");
    wishes(&mut world, Wish::Scripts(tab, true));
    wishes(&mut world, Wish::Reload(tab));
    settle(&mut world);
    assert_eq!(world.scripts.split_off(2), [true]);
    // Whoever wanted it so is gone.
    wishes(&mut world, Wish::Scripts(tab, false));
    let process = devtools(&world);
    world.die(process, 9);
    settle(&mut world);
    wishes(&mut world, Wish::Reload(tab));
    settle(&mut world);
    assert_eq!(world.scripts.split_off(2), [true]);
}

//! Browser contexts: what their tabs share, and what goes with them.

use crate::devtools::driven;
use browser_core::action::{self, StorageTold};
use browser_core::{Action, Command, Event};
use protocol::devtools::{Answer, FromDevtools, ToDevtools, Wish};
use protocol::ids::{ContextId, ProcessId, Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::limits::CONTEXTS_MAX;
use protocol::renderer::FromRenderer;
use protocol::storage::{StorageArea, StorageChange};
use sim::world::World;

const ONE: &str = "https://one.example/";

fn answer(world: &mut World, wish: Wish) -> Answer {
    let process = world.service(Role::Devtools).expect("there is one");
    let message = FromDevtools::Call { call: 5, wish };
    let actions = world.send(Event::FromDevtools { process, message });
    let told = actions.into_iter().find_map(|action| match action {
        Action::TellDevtools { news, .. } => match *news {
            ToDevtools::Answer { call: 5, answer } => Some(answer),
            _ => None,
        },
        _ => None,
    });
    told.expect("an answer")
}

fn open_context(world: &mut World, ends_with_devtools: bool) -> ContextId {
    match answer(world, Wish::OpenContext { ends_with_devtools }) {
        Answer::Context { context } => context,
        other => panic!("{other:?}"),
    }
}

fn open(world: &mut World, context: ContextId, url: &str) -> TabId {
    let wish = Wish::Open {
        url: url.to_owned(),
        activate: true,
        context,
    };
    let Answer::Opened { tab } = answer(world, wish) else {
        panic!("no tab");
    };
    world.settle();
    if url.starts_with("https") {
        let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
        world.renderer(process, FromRenderer::Scripted { navigation });
    }
    tab
}

/// The contexts of what the network process is asked for.
fn asked(actions: &[Action]) -> Vec<ContextId> {
    let contexts = actions.iter().filter_map(|action| match action {
        Action::Fetch(action::Fetch { context, .. })
        | Action::Lock(action::Lock {
            context,
            network: Some(_),
            ..
        })
        | Action::ReplaceFetch { context, .. } => Some(*context),
        _ => None,
    });
    contexts.collect()
}

fn store(world: &mut World, tab: TabId, value: &str) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let message = FromRenderer::Stored {
        navigation,
        area: StorageArea::Local,
        change: StorageChange::Set {
            key: "k".to_owned(),
            value: value.to_owned(),
            bytes_left: 0,
        },
    };
    world.renderer(process, message)
}

fn hearers(actions: &[Action]) -> Vec<ProcessId> {
    let hearers = actions.iter().filter_map(|action| match action {
        Action::Storage { process, .. } => Some(*process),
        _ => None,
    });
    hearers.collect()
}

/// A key with Ctrl, with or without Shift.
fn press(world: &mut World, key: char, shift: bool) {
    let modifiers = Modifiers {
        ctrl: true,
        shift,
        ..Modifiers::default()
    };
    world.input(InputEvent::KeyDown {
        key: Key::Character(key),
        modifiers,
        repeat: false,
    });
    world.settle();
}

#[test]
fn tabs_fetch_in_their_context_and_share_storage_inside_of_it_alone() {
    let mut world = driven();
    let user = open(&mut world, ContextId::DEFAULT, ONE);
    let context = open_context(&mut world, false);
    let from = world.log.len();
    let first = open(&mut world, context, ONE);
    let second = open(&mut world, context, ONE);
    assert_eq!(asked(&world.log[from..]), [context; 4]);
    assert_eq!(
        hearers(&store(&mut world, first, "1")),
        [world.process_of(second)]
    );
    let from = world.log.len();
    store(&mut world, user, "2");
    let third = open(&mut world, context, ONE);
    let given = world.log[from..].iter().find_map(|action| match action {
        Action::Storage {
            process,
            told: StorageTold::All(_, bytes),
        } if *process == world.process_of(third) => protocol::storage::from_bytes(bytes),
        _ => None,
    });
    let (local, _) = given.expect("it is kept");
    assert_eq!(local.get("k").map(String::as_str), Some("1"));
}

#[test]
fn what_a_tab_opens_is_of_its_context() {
    let mut world = driven();
    let context = open_context(&mut world, false);
    let tab = open(&mut world, context, ONE);
    let from = world.log.len();
    // Its source, and what a click in it opens.
    press(&mut world, 'u', false);
    world.command(Command::Activate(tab));
    press(&mut world, ' ', true);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let url = "https://two.example/".to_owned();
    let message = FromRenderer::Navigate {
        navigation,
        url,
        new_tab: true,
    };
    world.renderer(process, message);
    world.settle();
    let tabs = world.core.tabs();
    assert_eq!(tabs.len(), 3, "{tabs:#?}");
    assert!(tabs.iter().all(|tab| tab.context == context), "{tabs:#?}");
    let contexts = asked(&world.log[from..]);
    assert!(contexts.iter().all(|it| *it == context), "{contexts:?}");
}

#[test]
fn a_context_takes_its_tabs_and_what_they_kept_with_it() {
    let mut world = driven();
    let user = open(&mut world, ContextId::DEFAULT, "about:blank");
    let context = open_context(&mut world, false);
    let tab = open(&mut world, context, ONE);
    store(&mut world, tab, "1");
    let from = world.log.len();
    assert_eq!(
        answer(&mut world, Wish::CloseContext(context)),
        Answer::Done
    );
    let actions = &world.log[from..];
    let is_its_end = |action: &Action| match action {
        Action::TellContext {
            context: its,
            is_open,
            ..
        } => *its == context && !is_open,
        _ => false,
    };
    assert!(actions.iter().any(is_its_end), "{actions:#?}");
    world.settle();
    let ids: Vec<TabId> = world.core.tabs().iter().map(|it| it.tab).collect();
    assert!(ids.contains(&user) && !ids.contains(&tab), "{ids:?}");
    // It is not to be had again, neither itself nor its tab.
    for wish in [
        Wish::CloseContext(context),
        Wish::Open {
            url: ONE.to_owned(),
            activate: true,
            context,
        },
        Wish::CloseContext(ContextId::DEFAULT),
    ] {
        let refused = answer(&mut world, wish);
        assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
    }
    press(&mut world, 'T', true);
    assert_eq!(world.core.tabs().len(), ids.len());
    world.check_at_rest();
}

#[test]
fn a_new_network_process_is_told_of_contexts_before_it_is_asked() {
    let mut world = driven();
    let context = open_context(&mut world, false);
    open(&mut world, context, ONE);
    let network = world.service(Role::Network).expect("there is one");
    let from = world.log.len();
    world.die(network, 9);
    world.settle();
    let actions = &world.log[from..];
    let opened = actions
        .iter()
        .position(|it| matches!(it, Action::TellContext { is_open: true, .. }));
    let replaced = actions
        .iter()
        .position(|it| matches!(it, Action::ReplaceFetch { .. }));
    assert!(opened.is_some() && opened < replaced, "{actions:#?}");
    assert_eq!(asked(actions), [context]);
}

#[test]
fn a_new_devtools_process_finds_the_contexts_that_do_not_end_with_one() {
    let mut world = driven();
    let (stays, goes) = (
        open_context(&mut world, false),
        open_context(&mut world, true),
    );
    let (kept, lost) = (
        open(&mut world, stays, ONE),
        open(&mut world, goes, "https://two.example/"),
    );
    let from = world.log.len();
    let devtools = world.service(Role::Devtools).expect("there is one");
    world.die(devtools, 9);
    world.settle();
    let told = world.log[from..].iter().filter_map(|action| match action {
        Action::TellDevtools { news, .. } => match **news {
            ToDevtools::Context { context } => Some(context),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [stays]);
    let ids: Vec<TabId> = world.core.tabs().iter().map(|it| it.tab).collect();
    assert!(ids.contains(&kept) && !ids.contains(&lost), "{ids:?}");
}

#[test]
fn contexts_are_bounded() {
    let mut world = driven();
    for _ in 0..CONTEXTS_MAX {
        open_context(&mut world, false);
    }
    let wish = Wish::OpenContext {
        ends_with_devtools: false,
    };
    let refused = answer(&mut world, wish);
    assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
}

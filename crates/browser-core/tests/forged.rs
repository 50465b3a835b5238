//! Children that lie.

use browser_core::{Action, Event};
use protocol::clipboard::Target;
use protocol::find::FindMatches;
use protocol::ids::{NavigationId, ProcessId, Role, TabId};
use protocol::input::{Cursor, InputEvent, Key, Modifiers};
use protocol::misbehaviour::Misbehaviour;
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::shell::{CardButton, FromShell};
use sim::world::{WAITING, World, is_kill};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

fn cause(world: &World, tab: TabId) -> String {
    world.tab(tab).card.expect("it has crashed").cause
}

#[test]
fn renderer_naming_a_foreign_navigation_is_killed() {
    let mut world = World::running();
    let one = world.open(ONE);
    let two = world.open(TWO);
    let navigation = world.last_navigation(two);
    let before = world.tab(two);
    let process = world.process_of(one);
    world.renderer(
        process,
        FromRenderer::Title {
            navigation,
            title: "two, honestly".to_owned(),
        },
    );
    assert_eq!(cause(&world, one), "broke the protocol: ForeignId");
    assert_eq!(world.tab(two), before);
}

#[test]
fn renderer_naming_its_own_past_is_ignored() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.navigate(tab, "https://one.example/next");
    world.settle();
    let before = world.tab(tab);
    let url = TWO.to_owned();
    for message in [
        FromRenderer::Title {
            navigation,
            title: "old".to_owned(),
        },
        FromRenderer::Navigate {
            navigation,
            url,
            new_tab: false,
        },
        FromRenderer::Incomplete {
            navigation,
            reason: "old".to_owned(),
        },
    ] {
        assert_eq!(world.renderer(process, message), []);
    }
    assert_eq!(world.tab(tab), before);
}

#[test]
fn page_that_is_left_can_not_speak_for_the_new_one() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.hold.frames = true;
    world.navigate(tab, TWO);
    world.settle();
    let title = "still here".to_owned();
    assert_eq!(
        world.renderer(process, FromRenderer::Title { navigation, title }),
        []
    );
    assert_ne!(world.tab(tab).title, "still here");
}

#[test]
fn renderer_without_a_document_has_nothing_to_say() {
    let messages = [
        FromRenderer::Hover {
            cursor: Cursor::Default,
            link: None,
        },
        FromRenderer::Painted {
            navigation: NavigationId(1),
        },
    ];
    for message in messages {
        let mut world = World::running();
        let spare = world.spare().expect("there is one");
        assert!(is_kill(&world.renderer(spare, message)[0], spare));
    }
}

#[test]
fn message_before_the_seal_is_misbehaviour() {
    let mut world = World::new(browser_core::Config::default());
    let shell = world.service(Role::Shell).expect("it was asked for");
    world.send(Event::Spawned {
        process: shell,
        pid: 7,
    });
    world.send(Event::Hello { process: shell });
    let actions = world.send(Event::FromShell {
        process: shell,
        message: FromShell::NewTab,
    });
    assert!(is_kill(&actions[0], shell));
    assert!(world.core.tabs().is_empty());
}

#[test]
fn message_of_another_role_is_misbehaviour() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    let message = FromShell::NewTab;
    assert!(is_kill(
        &world.send(Event::FromShell { process, message })[0],
        process
    ));
    assert_eq!(world.core.tabs().len(), 1);
}

#[test]
fn answer_to_an_input_that_was_not_sent_is_misbehaviour() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.renderer(process, FromRenderer::Done { sequence: 77 });
    assert_eq!(cause(&world, tab), "broke the protocol: ValueOutOfRange");
}

#[test]
fn shell_naming_a_tab_that_never_was_is_killed() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let gone = world.open(TWO);
    world.shell_says(FromShell::Close(gone));
    world.settle();
    assert_eq!(
        world.shell_says(FromShell::Activate(gone)),
        [],
        "that is late news"
    );
    let shell = world.service(Role::Shell).expect("it runs");
    let forged = FromShell::CardButton(TabId(99), CardButton::Close);
    assert!(is_kill(&world.shell_says(forged)[0], shell));
    assert!(world.core.tab(tab).is_some());
}

#[test]
fn card_button_without_its_card_does_nothing() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for button in [
        CardButton::Close,
        CardButton::Kill,
        CardButton::Reload,
        CardButton::Wait,
    ] {
        assert_eq!(world.shell_says(FromShell::CardButton(tab, button)), []);
    }
}

#[test]
fn shell_naming_a_navigation_is_killed() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let navigation = world.last_navigation(tab);
    let shell = world.service(Role::Shell).expect("it runs");
    let url = "https://evil.example/".to_owned();
    let actions = world.renderer(
        shell,
        FromRenderer::Navigate {
            navigation,
            url,
            new_tab: false,
        },
    );
    assert!(is_kill(&actions[0], shell));
    assert_eq!(world.tab(tab).url, ONE);
}

#[test]
fn network_process_naming_a_navigation_it_was_not_given_is_killed() {
    let mut world = World::running();
    let tab = world.open("bulkhead://welcome");
    let navigation = world.last_navigation(tab);
    let network = world.service(Role::Network).expect("it runs");
    let message = FromNetwork::Head {
        navigation,
        head: sim::world::head(ONE),
    };
    assert!(is_kill(&world.network(network, message)[0], network));
    assert_eq!(world.tab(tab).url, "bulkhead://welcome");
}

fn accusation(process: ProcessId) -> FromNetwork {
    FromNetwork::ClientMisbehaved {
        process,
        misbehaviour: Misbehaviour::WrongState,
    }
}

#[test]
fn renderer_that_lies_to_the_network_process_is_killed_under_the_name_of_its_lie() {
    let mut world = World::running();
    let (one, two) = (world.open(ONE), world.open(TWO));
    let network = world.service(Role::Network).expect("it runs");
    let before = world.tab(two);
    let process = world.process_of(one);
    let actions = world.network(network, accusation(process));
    assert!(is_kill(&actions[0], process));
    assert_eq!(cause(&world, one), "broke the protocol: WrongState");
    assert_eq!(world.tab(two), before);
    assert_eq!(world.network(network, accusation(process)), [], "late news");
    world.settle();
    assert_eq!(world.network(network, accusation(process)), [], "late news");
}

#[test]
fn network_process_accusing_whom_it_has_no_channel_with_is_killed() {
    let accused: [fn(&mut World) -> ProcessId; 5] = [
        |world| world.spare().expect("there is one"),
        |world| world.gpu().expect("it runs"),
        |world| world.service(Role::Shell).expect("it runs"),
        |world| {
            let tab = world.open("bulkhead://welcome");
            world.process_of(tab)
        },
        |_| ProcessId(9_999),
    ];
    for accused in accused {
        let mut world = World::running();
        let accused = accused(&mut world);
        let network = world.service(Role::Network).expect("it runs");
        let actions = world.network(network, accusation(accused));
        assert!(is_kill(&actions[0], network), "{accused}");
    }
}

#[test]
fn nothing_is_sent_to_a_process_nobody_knows() {
    let mut world = World::running();
    let process = ProcessId(9_999);
    let messages: [Event; 4] = [
        Event::Hello { process },
        Event::QueueFull {
            process,
            waiting: WAITING,
        },
        Event::Exited {
            process,
            exit: browser_core::Exit::default(),
        },
        Event::FromShell {
            process,
            message: FromShell::NewTab,
        },
    ];
    for message in messages {
        assert_eq!(world.send(message), Vec::<Action>::new());
    }
}

#[test]
fn renderer_that_gives_text_without_being_asked_is_killed() {
    let mut world = World::running();
    let one = world.open(ONE);
    let process = world.process_of(one);
    let bytes = 12;
    let sequence = 1;
    let said = world.renderer(process, FromRenderer::Copied { sequence, bytes });
    let is_taken = |action: &Action| matches!(action, Action::TakeCopy { .. });
    assert!(!said.iter().any(is_taken), "{said:?}");
    assert_eq!(cause(&world, one), "broke the protocol: WrongState");
}

#[test]
fn renderer_that_gives_text_twice_or_late_is_killed() {
    let copy = InputEvent::KeyDown {
        key: Key::Character('c'),
        modifiers: Modifiers {
            ctrl: true,
            ..Modifiers::default()
        },
        repeat: false,
    };
    for is_late in [false, true] {
        let mut world = World::running();
        let one = world.open(ONE);
        let process = world.process_of(one);
        let asked = world.input(copy);
        let sequence = asked.iter().find_map(|action| match action {
            Action::Edit { sequence, .. } => Some(*sequence),
            _ => None,
        });
        let sequence = sequence.expect("it is asked");
        let copied = FromRenderer::Copied { sequence, bytes: 3 };
        if is_late {
            world.settle();
        } else {
            world.renderer(process, copied.clone());
        }
        assert!(world.tab(one).card.is_none());
        world.renderer(process, copied);
        assert_eq!(cause(&world, one), "broke the protocol: WrongState");
    }
}

#[test]
fn renderer_that_opens_a_menu_unasked_is_killed() {
    let mut world = World::running();
    let one = world.open(ONE);
    let process = world.process_of(one);
    let target = Target {
        is_editable: true,
        ..Target::default()
    };
    let sequence = 1;
    world.renderer(process, FromRenderer::Inspected { sequence, target });
    assert_eq!(world.popup, None);
    assert_eq!(cause(&world, one), "broke the protocol: WrongState");
}

#[test]
fn shell_that_moves_a_tab_of_nobody_is_killed() {
    let mut world = World::running();
    world.open(ONE);
    let shell = world.service(Role::Shell).expect("it runs");
    let killed = world.shell_says(FromShell::Move(TabId(4_000), 0));
    assert!(killed.iter().any(|action| is_kill(action, shell)));
}
#[test]
fn answer_to_a_search_that_was_not_asked_for_is_misbehaviour() {
    for request in [0, 1, u32::MAX] {
        let mut world = World::running();
        let tab = world.open(ONE);
        let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
        let matches = FindMatches {
            current: 1,
            count: 1,
            has_more: false,
        };
        world.renderer(
            process,
            FromRenderer::Found {
                navigation,
                request,
                matches,
            },
        );
        assert_eq!(cause(&world, tab), "broke the protocol: WrongState");
    }
}

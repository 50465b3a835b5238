//! The death of a tab's process, and the break-it addresses.

use browser_core::{
    Action, Body, Command, Config, Event, Exit, KillReason, RecordKind, Stack, TabState, Usage,
};
use protocol::fault::Fault;
use protocol::gpu::Effect;
use protocol::ids::{ProcessId, Role, TabId};
use protocol::limits::PROCESSES_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::shell::{CardButton, FromShell, TabMark};
use sim::world::{WAITING, World, commit, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

fn cause_after(kill: impl Fn(&mut World, ProcessId)) -> String {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    kill(&mut world, process);
    world.settle();
    let info = world.tab(tab);
    assert_eq!(info.state, TabState::Crashed);
    info.card.expect("there is a card").cause
}

#[test]
fn card_names_the_cause() {
    let exit = |exit: Exit| {
        cause_after(move |world, process| {
            world.exit(process, exit.clone());
        })
    };
    assert_eq!(
        exit(Exit {
            signal: Some(9),
            ..Exit::default()
        }),
        "was killed by signal 9 (SIGKILL)"
    );
    assert_eq!(
        exit(Exit {
            code: Some(139),
            reported_signal: Some(11),
            ..Exit::default()
        }),
        "was killed by signal 11 (SIGSEGV)"
    );
    let panic = Some("index out of bounds".to_owned());
    assert_eq!(
        exit(Exit {
            panic,
            reported_signal: Some(6),
            ..Exit::default()
        }),
        "panicked: index out of bounds"
    );
    assert_eq!(
        exit(Exit {
            code: Some(3),
            ..Exit::default()
        }),
        "exited with code 3"
    );
    let misbehaved = cause_after(|world, process| {
        world.send(Event::Misbehaved {
            process,
            misbehaviour: Misbehaviour::BadEncoding,
        });
    });
    assert_eq!(misbehaved, "broke the protocol: BadEncoding");
    let refused = cause_after(|world, process| {
        world.send(Event::SystemCallRefused {
            process,
            call: "socket(AF_INET, SOCK_STREAM, 0)".to_owned(),
            place: "number 41, at 0x5500".to_owned(),
        });
    });
    assert_eq!(refused, "tried to call socket(AF_INET, SOCK_STREAM, 0)");
}

#[test]
fn record_of_a_refused_call_says_where_it_was_made() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    let actions = world.send(Event::SystemCallRefused {
        process,
        call: "getpid()".to_owned(),
        place: "number 39, at 0x5500".to_owned(),
    });
    let cause = "tried to call getpid() (number 39, at 0x5500)".to_owned();
    assert!(records(&actions).contains(&&RecordKind::TabCrashed { cause }));
}

#[test]
fn card_says_which_limit_was_met_with_what_was_used_and_allowed() {
    const MIB: u64 = 1 << 20;
    let exit = |exit: Exit| {
        let cause = cause_after(move |world, process| {
            world.exit(process, exit.clone());
        });
        assert!(cause.len() < 200, "{cause}");
        cause
    };
    let refused = Exit {
        allocation_refused: Some(4096),
        reported_signal: Some(6),
        resident_bytes_peak: Some(1000 * MIB + MIB / 2),
        private_bytes_max: Some(1024 * MIB),
        ..Exit::default()
    };
    assert_eq!(
        exit(refused.clone()),
        "ran out of memory: a request for 4096 bytes failed; peak 1000.5 MiB (resident, with \
         shared memory); limit 1024 MiB (private memory)"
    );
    let group_memory = Some(Usage {
        used: 64 * MIB,
        allowed: 64 * MIB,
    });
    assert_eq!(
        exit(Exit {
            group_memory,
            signal: Some(9),
            ..refused
        }),
        "reached the memory limit of its control group: 64 MiB used, limit 64 MiB"
    );
    let main = Stack::Main(Usage {
        used: 8 * MIB,
        allowed: 8 * MIB,
    });
    let overflow = |stack| Exit {
        stack_overflow: Some(stack),
        reported_signal: Some(11),
        ..Exit::default()
    };
    assert_eq!(
        exit(overflow(main)),
        "overflowed its stack: 8 MiB used, limit 8 MiB (SIGSEGV)"
    );
    assert_eq!(
        exit(overflow(Stack::Other)),
        "overflowed the stack of a thread (SIGSEGV)"
    );
    let flooded = cause_after(|world, process| {
        world.send(Event::Flooded {
            process,
            messages: 20_001,
        });
    });
    assert_eq!(
        flooded,
        "broke the protocol: Flood, 20001 messages in one second (limit 20000)"
    );
    let queue = cause_after(|world, process| {
        world.send(Event::QueueFull {
            process,
            waiting: WAITING,
        });
    });
    assert_eq!(
        queue,
        "stopped reading: 256 messages wait (9000 bytes), the limit is 256 (1048576 bytes)"
    );
}

#[test]
fn exit_of_which_the_system_tells_little_has_a_cause_all_the_same() {
    let cause = cause_after(|world, process| {
        let exit = Exit {
            allocation_refused: Some(1),
            ..Exit::default()
        };
        world.exit(process, exit);
    });
    assert_eq!(cause, "ran out of memory: a request for 1 bytes failed");
}

#[test]
fn own_reason_for_a_kill_is_stronger_than_the_signal_that_carried_it_out() {
    let mut world = World::running();
    world.open(ONE);
    let tab = world.core.active_tab().expect("there is one");
    let process = world.process_of(tab);
    world.hold.exits = true;
    world.send(Event::QueueFull {
        process,
        waiting: WAITING,
    });
    let actions = world.die(process, 9);
    let died = RecordKind::Died {
        role: Role::Renderer,
        pid: 1000 + process.0,
        cause: "stopped reading: 256 messages wait (9000 bytes), the limit is 256 (1048576 bytes)"
            .to_owned(),
    };
    assert_eq!(records(&actions), [&died]);
}

#[test]
fn dead_tab_keeps_address_title_history_and_its_last_frame_stale() {
    let mut world = World::running();
    let tab = world.open(TWO);
    world.navigate(tab, ONE);
    world.settle();
    let before = world.tab(tab);
    let page = world.shown()[0];
    let process = world.process_of(tab);
    let actions = world.die(process, 11);
    assert!(
        records(&actions)
            .iter()
            .any(|kind| matches!(kind, RecordKind::TabCrashed { .. }))
    );
    let after = world.tab(tab);
    assert_eq!((after.url, after.title), (before.url, before.title));
    assert!(world.shell_state().can_go_back);
    assert_eq!(world.scene.items[0].surface, page);
    assert_eq!(world.scene.items[0].effect, Effect::Stale);
    assert_eq!(world.scene.items.len(), 3, "page, strip, card");
    let card = world
        .shell_state()
        .card
        .clone()
        .expect("the shell has the card");
    assert_eq!(card.buttons, [CardButton::Reload, CardButton::Close]);
    assert!(
        card.details.iter().any(|line| line.contains("Commit")),
        "{card:?}"
    );
}

#[test]
fn other_tabs_do_not_notice() {
    let mut world = World::running();
    let one = world.open(ONE);
    let two = world.open(TWO);
    let process = world.process_of(one);
    let (before, scene) = (world.tab(two), world.scene.clone());
    world.die(process, 11);
    world.settle();
    assert_eq!(world.tab(two), before);
    assert_eq!(world.scene, scene);
    let marks: Vec<TabMark> = world
        .shell_state()
        .tabs
        .iter()
        .map(|tab| tab.mark)
        .collect();
    assert_eq!(marks, [TabMark::Crashed, TabMark::Ready]);
    assert_eq!(
        world.shell_state().card,
        None,
        "the card is the other tab's"
    );
}

#[test]
fn reload_brings_a_dead_tab_back_in_a_new_process() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, page) = (world.process_of(tab), world.shown()[0]);
    world.die(process, 11);
    world.settle();
    world.hold.frames = true;
    world.shell_says(FromShell::CardButton(tab, CardButton::Reload));
    world.settle();
    assert_ne!(world.process_of(tab), process);
    assert_eq!(world.tab(tab).card, None);
    assert!(
        world.shown().contains(&page),
        "the old frame waits for the new one"
    );
    world.hold.frames = false;
    world.settle();
    assert!(!world.shown().contains(&page));
    assert_eq!(world.tab(tab).state, TabState::Ready);
    assert!(!world.shell_state().can_go_back, "it is the same entry");
}

#[test]
fn dead_tab_can_go_anywhere() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.command(Command::Kill(tab));
    world.navigate(tab, TWO);
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).state),
        (TWO, TabState::Ready)
    );
}

#[test]
fn death_during_a_navigation_elsewhere_does_not_stop_it() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.hold.heads = true;
    world.navigate(tab, TWO);
    world.die(process, 11);
    assert!(world.tab(tab).is_pending);
    world.hold.heads = false;
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).card),
        (TWO, None)
    );
}

#[test]
fn death_of_the_process_that_a_navigation_waits_for_is_an_error_page() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.renderers = true;
    let spare = world.spare().expect("there is one");
    world.die(spare, 11);
    world.navigate(tab, TWO);
    world.settle();
    let waiting = world
        .core
        .processes()
        .into_iter()
        .rev()
        .find(|p| p.tab == Some(tab));
    world.send(Event::SpawnFailed {
        process: waiting.expect("one is starting").process,
        reason: "no memory".to_owned(),
    });
    world.hold.renderers = false;
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).error),
        (TWO, Some("PROCESS"))
    );
    world.check_at_rest();
}

#[test]
fn tab_for_which_no_process_starts_shows_its_card() {
    let mut world = World::new(Config::default());
    world.hold.renderers = true;
    let tab = world.open(ONE);
    for _ in 0..8 {
        let starting = world.core.processes().into_iter().find(|p| {
            p.role == Role::Renderer && p.tab == Some(tab) && !world.children[&p.process].is_killed
        });
        let Some(starting) = starting else { break };
        let (process, reason) = (starting.process, "no memory".to_owned());
        world.send(Event::SpawnFailed { process, reason });
        world.settle();
    }
    assert_eq!(world.tab(tab).state, TabState::Crashed);
    assert!(
        world
            .tab(tab)
            .card
            .expect("a card")
            .cause
            .contains("no memory")
    );
    world.check_at_rest();
}

#[test]
fn death_between_commit_and_first_frame_shows_no_frame_of_the_page_before() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let old_page = world.shown()[0];
    world.hold.frames = true;
    world.navigate(tab, TWO);
    world.settle();
    let process = world.process_of(tab);
    world.die(process, 11);
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).state),
        (TWO, TabState::Crashed)
    );
    assert!(!world.shown().contains(&old_page));
}

#[test]
fn break_addresses_break_the_tab_they_are_typed_into() {
    let faults = [
        ("bulkhead://abort", Fault::Abort),
        ("bulkhead://bad-message", Fault::BadMessage),
        ("bulkhead://crash", Fault::Crash),
        ("bulkhead://hang", Fault::Hang),
        ("bulkhead://memory", Fault::Memory),
        ("bulkhead://panic", Fault::Panic),
        ("bulkhead://syscall/openat", Fault::Syscall { number: 257 }),
        ("bulkhead://syscall/7", Fault::Syscall { number: 7 }),
    ];
    for (address, fault) in faults {
        let mut world = World::running();
        let tab = world.open(ONE);
        let process = world.process_of(tab);
        let actions = world.shell_says(FromShell::Go(address.to_owned()));
        assert!(
            actions.contains(&Action::Inject { process, fault }),
            "{address}"
        );
        assert_eq!(
            (world.tab(tab).url.as_str(), world.tab(tab).is_pending),
            (ONE, false)
        );
    }
}

#[test]
fn kill_address_kills_and_says_so() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    let actions = world.navigate(tab, "bulkhead://kill");
    assert_eq!(
        actions[0],
        Action::Kill {
            process,
            reason: KillReason::Fault
        }
    );
    assert_eq!(
        world.tab(tab).card.expect("a card").cause,
        "was killed by signal 9 (SIGKILL)"
    );
}

#[test]
fn break_addresses_of_services_break_these() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for (address, role) in [
        ("bulkhead://gpu-crash", Role::Gpu),
        ("bulkhead://net-crash", Role::Network),
    ] {
        let process = world.service(role).expect("it runs");
        world.hold.pings = true;
        let actions = world.navigate(tab, address);
        assert_eq!(
            actions[0],
            Action::Inject {
                process,
                fault: Fault::Crash
            }
        );
        let is_ping = |action: &Action| matches!(action, Action::Ping { .. });
        assert!(actions[1..].iter().all(is_ping), "{actions:?}");
    }
}

#[test]
fn break_address_in_a_new_tab_opens_the_page_of_these_first() {
    let mut world = World::running();
    world.hold.documents = true;
    let tab = world.open("bulkhead://crash");
    assert_eq!(world.tab(tab).url, "bulkhead://crashes");
    let process = world.process_of(tab);
    assert_eq!(world.child(process).broken, None);
    world.hold.documents = false;
    world.settle();
    assert_eq!(world.child(process).broken, Some(Fault::Crash));
}

#[test]
fn unknown_system_call_is_an_error_page() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.navigate(tab, "bulkhead://syscall/nonsense");
    world.settle();
    assert_eq!(world.tab(tab).error, Some("NO_SUCH_PAGE"));
}

#[test]
fn body_under_way_is_cancelled_when_the_tab_dies() {
    let mut world = World::running();
    world.hold.bodies = true;
    let tab = world.open(ONE);
    let navigation = world.last_navigation(tab);
    let process = world.process_of(tab);
    let actions = world.die(process, 11);
    let network = world.service(Role::Network).expect("it runs");
    assert!(actions.contains(&Action::CancelFetch {
        navigation,
        network
    }));
}

#[test]
fn dead_tabs_reload_even_when_processes_do_not_go_away() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.exits = true;
    for _ in 0..2 * PROCESSES_MAX {
        world.command(Command::Kill(tab));
        world.command(Command::Reload(tab));
        world.settle();
    }
    assert_eq!(
        world.tab(tab).state,
        TabState::Crashed,
        "there is no room for a process"
    );
    world.hold.exits = false;
    world.settle();
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(
        (world.tab(tab).state, world.tab(tab).error),
        (TabState::Ready, None)
    );
}

#[test]
fn error_page_is_made_for_the_url_that_failed() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let actions = world.navigate(tab, "gopher://old.example/");
    let (_, url, body) = commit(&actions).expect("an error page");
    assert_eq!(url, "gopher://old.example/");
    assert!(matches!(body, Body::Error(error) if error.code() == "UNSUPPORTED_SCHEME"));
}

#[test]
fn a_break_command_reaches_the_process_of_its_tab_alone() {
    let mut world = World::running();
    let (one, two) = (world.open(ONE), world.open(TWO));
    let (process, other) = (world.process_of(one), world.process_of(two));
    let actions = world.command(Command::Inject(one, Fault::Hang));
    let broken = |action: &Action| match action {
        Action::Inject { process, fault } => Some((*process, fault.clone())),
        _ => None,
    };
    let broken: Vec<_> = actions.iter().filter_map(broken).collect();
    assert_eq!(broken, [(process, Fault::Hang)]);
    assert_eq!(world.child(other).broken, None);
}

#[test]
fn a_break_command_for_a_tab_without_a_process_breaks_nothing() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.die(process, 9);
    world.settle();
    for tab in [tab, TabId(9_999)] {
        let actions = world.command(Command::Inject(tab, Fault::Hang));
        let mut broken = actions
            .iter()
            .filter(|it| matches!(it, Action::Inject { .. }));
        assert_eq!(broken.next(), None);
    }
}

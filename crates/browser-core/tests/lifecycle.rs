//! From spawn to sealed, and every way not to get there.

use browser_core::{Action, Config, Event, Exit, KillReason, ProcessState, RecordKind};
use protocol::ids::{ProcessId, Role};
use protocol::limits::{HANDSHAKE_MS_MAX, RESTART_PAUSE_MS_MAX, SERVICE_HEALTHY_MS};
use sim::world::{WAITING, World, is_kill, records};

fn roles(actions: &[Action]) -> Vec<Role> {
    let role = |action: &Action| match action {
        Action::Spawn { role, .. } => Some(*role),
        _ => None,
    };
    actions.iter().filter_map(role).collect()
}

#[test]
fn start_spawns_the_services_and_a_spare_renderer() {
    let world = World::new(Config::default());
    assert_eq!(
        roles(&world.log),
        [Role::Gpu, Role::Network, Role::Shell, Role::Renderer]
    );
    let bare = World::new(Config {
        shell: false,
        spare: false,
        ..Config::default()
    });
    assert_eq!(roles(&bare.log), [Role::Gpu, Role::Network]);
}

#[test]
fn child_is_bootstrapped_after_its_hello_and_used_after_its_seal() {
    let mut world = World::new(Config::default());
    let process = world.spare().expect("a spare is asked for");
    assert_eq!(world.send(Event::Spawned { process, pid: 7 }), []);
    assert_eq!(
        world.send(Event::Hello { process }),
        [Action::Bootstrap { process }]
    );
    let actions = world.send(Event::Sealed {
        process,
        tier: "A".to_owned(),
    });
    assert!(matches!(
        records(&actions)[..],
        [RecordKind::Sealed { pid: 7, .. }]
    ));
    assert_eq!(world.core.process_state(process), Some(ProcessState::Ready));
}

#[test]
fn child_that_does_not_seal_in_time_is_killed() {
    let mut world = World::new(Config::default());
    let network = world.service(Role::Network).expect("it was asked for");
    world.send(Event::Spawned {
        process: network,
        pid: 7,
    });
    world.advance(HANDSHAKE_MS_MAX - 1);
    assert!(!world.child(network).is_killed);
    let actions = world.advance(1);
    assert!(actions.iter().any(|action| is_kill(action, network)));
    let actions = world.die(network, 9);
    let cause = "did not start in time".to_owned();
    let died = RecordKind::Died {
        role: Role::Network,
        pid: 7,
        cause,
    };
    assert_eq!(records(&actions)[0], &died);
}

#[test]
fn handshake_out_of_order_is_misbehaviour() {
    let events: [fn(ProcessId) -> Event; 2] = [
        |process| Event::Hello { process },
        |process| Event::Sealed {
            process,
            tier: "A".to_owned(),
        },
    ];
    for event in events {
        let mut world = World::running();
        let spare = world.spare().expect("there is one");
        let actions = world.send(event(spare));
        let kill = Action::Kill {
            process: spare,
            reason: KillReason::Fault,
        };
        assert_eq!(actions[0], kill);
        let actions = world.die(spare, 9);
        let died = records(&actions)[0];
        assert!(format!("{died:?}").contains("Handshake"), "{died:?}");
    }
}

#[test]
fn child_whose_sandbox_does_not_hold_is_killed_before_it_gets_anything() {
    let mut world = World::new(Config::default());
    let spare = world.spare().expect("it was asked for");
    world.send(Event::Spawned {
        process: spare,
        pid: 7,
    });
    world.send(Event::Hello { process: spare });
    let reason = "no seccomp filter".to_owned();
    let actions = world.send(Event::SealRefused {
        process: spare,
        reason,
    });
    assert!(is_kill(&actions[0], spare));
}

#[test]
fn killed_process_is_heard_no_more() {
    let mut world = World::running();
    let tab = world.open("https://one.example/");
    let process = world.process_of(tab);
    world.hold.exits = true;
    world.send(Event::QueueFull {
        process,
        waiting: WAITING,
    });
    let before = world.tab(tab);
    for event in [
        Event::QueueFull {
            process,
            waiting: WAITING,
        },
        Event::Hello { process },
        Event::SystemCallRefused {
            process,
            call: "fork()".to_owned(),
            place: "number 57".to_owned(),
        },
    ] {
        assert_eq!(world.send(event), []);
    }
    assert_eq!(world.tab(tab), before);
}

#[test]
fn spare_that_keeps_dying_is_replaced_after_pauses() {
    let mut world = World::running();
    let first = world.spare().expect("there is one");
    world.die(first, 11);
    let second = world.spare().expect("it is replaced at once");
    world.die(second, 11);
    assert_eq!(world.spare(), None);
    for _ in 0..20 {
        world.wait_for_service(Role::Renderer);
        let spare = world.spare().expect("it is replaced");
        world.die(spare, 11);
        assert_eq!(world.spare(), None);
    }
    world.advance(RESTART_PAUSE_MS_MAX);
    assert!(world.spare().is_some());
}

#[test]
fn quitting_kills_every_child_and_then_ends() {
    let mut world = World::running();
    world.open("https://one.example/");
    let actions = world.command(browser_core::Command::Quit);
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
    assert!(world.children.values().all(|child| child.is_killed));
}

#[test]
fn demo_server_is_a_service_that_is_started_once() {
    let mut world = World::new(Config {
        demo: true,
        ..Config::default()
    });
    let demos = |world: &World| {
        let roles = roles(&world.log).into_iter();
        roles.filter(|&role| role == Role::Demo).count()
    };
    assert_eq!(demos(&world), 1);
    world.settle();
    let demo = world.core.processes().into_iter();
    let demo = demo.filter(|process| process.role == Role::Demo);
    let demo: Vec<ProcessId> = demo.map(|process| process.process).collect();
    let actions = world.send(Event::Exited {
        process: demo[0],
        exit: Exit {
            signal: Some(11),
            ..Exit::default()
        },
    });
    let told = records(&actions);
    assert!(matches!(
        told[..],
        [
            RecordKind::Died {
                role: Role::Demo,
                ..
            },
            RecordKind::GivenUp { role: Role::Demo }
        ]
    ));
    world.advance(SERVICE_HEALTHY_MS * 2);
    world.settle();
    assert_eq!(demos(&world), 1, "its listening socket is gone");
    world.check_at_rest();
}

//! The X11 filter and the gpu process: one pair at a time.

use browser_core::{Action, Config, EXIT_NO_WINDOW, Event, RecordKind};
use protocol::gpu::FromGpu;
use protocol::ids::{ProcessId, Role};
use protocol::misbehaviour::Misbehaviour;
use protocol::x11_filter::FromX11Filter;
use sim::world::{World, is_kill, records};

fn filtered() -> World {
    let mut world = World::new(Config {
        x11_filter: true,
        ..Config::default()
    });
    world.settle();
    world
}

fn filter(world: &World) -> ProcessId {
    world.service(Role::X11Filter).expect("there is a filter")
}

fn says(world: &mut World, message: FromX11Filter) -> Vec<Action> {
    let process = filter(world);
    world.send(Event::FromX11Filter { process, message })
}

fn causes(actions: &[Action]) -> Vec<(Role, String)> {
    let told = records(actions).into_iter();
    told.filter_map(|record| match record {
        RecordKind::Died { role, cause, .. } => Some((*role, cause.clone())),
        _ => None,
    })
    .collect()
}

#[test]
fn the_gpu_process_starts_once_its_filter_is_sealed() {
    let mut world = World::new(Config {
        x11_filter: true,
        ..Config::default()
    });
    let process = filter(&world);
    assert_eq!(world.service(Role::Gpu), None);
    while world.service(Role::Gpu).is_none() {
        assert!(world.step(process), "the filter has made all its steps");
    }
    world.settle();
    assert!(world.gpu().is_some());
    world.check_at_rest();
}

#[test]
fn a_refused_request_ends_the_gpu_process_and_both_are_replaced() {
    let mut world = filtered();
    let (gpu, old) = (world.gpu().expect("a window"), filter(&world));
    let request = "GrabKeyboard: is on no list".to_owned();
    let actions = says(&mut world, FromX11Filter::Refused { request });
    assert!(actions.iter().any(|action| is_kill(action, gpu)));
    assert!(actions.iter().any(|action| is_kill(action, old)));
    let told = world.die(gpu, 9);
    let expected = "asked the X server for what is not allowed: GrabKeyboard: is on no list";
    assert_eq!(causes(&told), [(Role::Gpu, expected.to_owned())]);
    assert_eq!(causes(&world.die(old, 9)), []);
    world.settle();
    assert_ne!(world.gpu().expect("another window"), gpu);
    assert_ne!(filter(&world), old);
    world.check_at_rest();
}

#[test]
fn the_death_of_the_filter_ends_the_gpu_process() {
    let mut world = filtered();
    let (gpu, old) = (world.gpu().expect("a window"), filter(&world));
    world.gpu_says(FromGpu::DisplayLost);
    assert_eq!(world.gpu(), Some(gpu), "the filter will say why");
    let told = world.die(old, 11);
    assert_eq!(causes(&told).len(), 1);
    assert!(told.iter().any(|action| is_kill(action, gpu)));
    let told = world.die(gpu, 9);
    let cause = "lost its display: the X11 filter died".to_owned();
    assert_eq!(causes(&told), [(Role::Gpu, cause)]);
    world.settle();
    assert!(world.gpu().is_some());
    world.check_at_rest();
}

#[test]
fn the_death_of_the_gpu_process_ends_its_filter() {
    let mut world = filtered();
    let (gpu, old) = (world.gpu().expect("a window"), filter(&world));
    let actions = world.die(gpu, 11);
    assert!(actions.iter().any(|action| is_kill(action, old)));
    assert_eq!(world.service(Role::Gpu), None, "it waits for its filter");
    world.settle();
    assert!(world.gpu().is_some());
    world.check_at_rest();
}

#[test]
fn a_server_that_is_gone_ends_the_browser() {
    let mut world = filtered();
    let actions = says(&mut world, FromX11Filter::ServerGone);
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
    let mut plain = World::running();
    let actions = plain.gpu_says(FromGpu::DisplayLost);
    assert_eq!(actions.last(), Some(&Action::Exit { code: 0 }));
}

#[test]
fn a_server_that_refuses_the_client_ends_the_browser_with_the_reason() {
    let mut world = World::new(Config {
        x11_filter: true,
        ..Config::default()
    });
    let process = filter(&world);
    while world.service(Role::Gpu).is_none() {
        assert!(world.step(process), "the filter has made all its steps");
    }
    let gpu = world.service(Role::Gpu).expect("it was asked for");
    let actions = says(&mut world, FromX11Filter::ServerGone);
    let is_exit = |action: &Action| matches!(action, Action::Exit { .. });
    assert!(!actions.iter().any(is_exit), "the gpu process says why");
    assert!(actions.iter().any(|action| is_kill(action, process)));
    let reason = "XOpenDisplay failed".to_owned();
    let actions = world.send(Event::StartFailed {
        process: gpu,
        reason,
    });
    assert!(records(&actions).iter().any(
        |record| matches!(record, RecordKind::NoWindow { reason } if reason.contains("XOpen"))
    ));
    let code = EXIT_NO_WINDOW;
    assert_eq!(actions.last(), Some(&Action::Exit { code }));
}

#[test]
fn a_filter_that_cannot_start_ends_the_browser_before_there_is_a_window() {
    let mut world = World::new(Config {
        x11_filter: true,
        ..Config::default()
    });
    let process = filter(&world);
    world.send(Event::Spawned { process, pid: 7 });
    let reason = "the X server does not answer".to_owned();
    let actions = world.send(Event::StartFailed { process, reason });
    let code = EXIT_NO_WINDOW;
    assert_eq!(actions.last(), Some(&Action::Exit { code }));
}

#[test]
fn only_a_ready_filter_may_say_anything() {
    let mut world = World::new(Config {
        x11_filter: true,
        ..Config::default()
    });
    let process = filter(&world);
    let message = FromX11Filter::ServerGone;
    let actions = world.send(Event::FromX11Filter { process, message });
    assert!(actions.iter().any(|action| is_kill(action, process)));
    let told = world.die(process, 9);
    let expected = format!("broke the protocol: {}", Misbehaviour::WrongState);
    assert_eq!(causes(&told), [(Role::X11Filter, expected)]);
}

#[test]
fn a_filter_that_keeps_dying_comes_back_each_time() {
    let mut world = filtered();
    for _ in 0..20 {
        let process = filter(&world);
        world.die(process, 11);
        world.settle();
        world.wait_for_service(Role::X11Filter);
        world.wait_for_service(Role::Gpu);
        assert!(world.gpu().is_some());
    }
    let is_told = |kind: &&RecordKind| {
        matches!(
            kind,
            RecordKind::KeepsDying {
                role: Role::X11Filter,
                ..
            }
        )
    };
    assert!(records(&world.log).iter().any(is_told));
}

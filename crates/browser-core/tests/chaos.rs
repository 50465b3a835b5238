//! Faults by a list and a seed: what is decided, whom it meets, and what is left.

use browser_core::action::ChildSignal;
use browser_core::{Action, ChaosFault, ChaosSpec, Command, Config, Core, RecordKind, Time};
use protocol::fault::Fault;
use protocol::ids::{ProcessId, Role};
use sim::world::{World, records};

const SPEC: &str = "kill=700ms,hang=900ms,stop=800ms,crash=1s,reload=300ms,kill-gpu=9s,\
    kill-network=11s,segv-shell=12s,bad-message-network=13s";
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;

fn spec(text: &str) -> ChaosSpec {
    text.parse().expect("a list")
}

fn begin(world: &mut World, text: &str, seed: u64) -> Vec<Action> {
    world.command(Command::Chaos(Some((spec(text), seed))))
}

/// A browser with that many tabs.
fn browser(tabs: u32) -> World {
    let mut world = World::running();
    for tab in 0..tabs {
        world.open(&format!("https://site{tab}.example/"));
    }
    world
}

/// Lets so much time go by. Children do what the kernel and their own faults have them do.
fn play(world: &mut World, ms: u64) -> Vec<Action> {
    let (from, end) = (world.log.len(), world.now + ms);
    let mut met = from;
    while world.now < end {
        let next = world.core.deadline().map_or(end, |at| at.0.min(end));
        world.advance(next.saturating_sub(world.now).max(1));
        while met < world.log.len() {
            let ended = match &world.log[met] {
                Action::Signal { process, signal } => match signal {
                    ChildSignal::Kill => Some((*process, SIGKILL)),
                    ChildSignal::Segfault => Some((*process, SIGSEGV)),
                    ChildSignal::Stop | ChildSignal::Continue => None,
                },
                Action::Inject { process, fault } if *fault != Fault::Hang => {
                    Some((*process, SIGSEGV))
                }
                _ => None,
            };
            met += 1;
            if let Some((process, signal)) = ended
                && world.children.contains_key(&process)
            {
                world.die(process, signal);
            }
        }
        world.settle();
    }
    world.log[from..].to_vec()
}

fn faults(actions: &[Action]) -> Vec<ChaosFault> {
    let kinds = records(actions).into_iter();
    let fault = |kind: &RecordKind| match kind {
        RecordKind::Chaos(fault) => Some(fault.clone()),
        _ => None,
    };
    kinds.filter_map(fault).collect()
}

/// What repeats.
fn decided(actions: &[Action]) -> Vec<ChaosFault> {
    let mut all = faults(actions);
    for fault in &mut all {
        fault.pid = None;
    }
    all
}

#[test]
fn the_same_seed_decides_alike_whatever_the_ids_are() {
    let mut first = browser(5);
    begin(&mut first, SPEC, 7);
    let first = decided(&play(&mut first, 30_000));
    // Processes have other ids here.
    let mut second = browser(5);
    let extra = second.open("https://extra.example/");
    second.command(Command::Close(extra));
    second.settle();
    begin(&mut second, SPEC, 7);
    let second = decided(&play(&mut second, 30_000));
    assert!(first.len() > 60, "{first:?}");
    assert_eq!(first, second);
    let mut third = browser(5);
    begin(&mut third, SPEC, 8);
    assert_ne!(first, decided(&play(&mut third, 30_000)));
}

#[test]
fn every_tab_is_live_or_sad_in_the_end() {
    for seed in 0..20 {
        let mut world = browser(5);
        begin(&mut world, SPEC, seed);
        play(&mut world, 20_000);
        let ended = world.command(Command::Chaos(None));
        let kinds = records(&ended);
        let is_end = |kind: &&RecordKind| matches!(kind, RecordKind::ChaosEnded { .. });
        assert!(kinds.iter().any(is_end), "seed {seed}: {kinds:?}");
        world.settle_for_good();
        world.check_at_rest();
        assert_eq!(world.core.tabs().len(), 5, "seed {seed}");
        // What was hung is gone.
        let is_hung = |id: &ProcessId| world.children[id].broken == Some(Fault::Hang);
        let hung: Vec<_> = world.children.keys().filter(|id| is_hung(id)).collect();
        assert_eq!(hung, Vec::<&ProcessId>::new(), "seed {seed}");
    }
}

#[test]
fn what_is_stopped_goes_on() {
    let mut world = browser(2);
    begin(&mut world, "stop=1s", 3);
    let actions = play(&mut world, 20_000);
    let signal = |action: &Action| match action {
        Action::Signal { process, signal } => Some((*process, *signal)),
        _ => None,
    };
    let mut stopped = Vec::new();
    for (process, signal) in actions.iter().filter_map(signal) {
        match signal {
            ChildSignal::Stop => {
                assert!(!stopped.contains(&process), "it is stopped already");
                stopped.push(process);
            }
            ChildSignal::Continue => stopped.retain(|it| *it != process),
            other => panic!("{other:?}"),
        }
    }
    let all = faults(&actions);
    let of = |kind| all.iter().filter(|it| it.kind == kind).count();
    assert!(of("stop") > 5 && of("cont") > 3, "{all:?}");
    let ended = world.command(Command::Chaos(None));
    for (process, signal) in ended.iter().filter_map(signal) {
        assert_eq!(signal, ChildSignal::Continue);
        stopped.retain(|it| *it != process);
    }
    assert_eq!(stopped, []);
}

#[test]
fn what_meets_nobody_is_told_as_skipped() {
    let mut world = World::running();
    begin(&mut world, "kill=1s,kill-devtools=1s,reload=1s", 1);
    let all = faults(&play(&mut world, 5_000));
    assert!(all.len() > 6, "{all:?}");
    for fault in all {
        assert!(fault.is_skipped && fault.of == 0 && fault.pid.is_none());
    }
}

#[test]
fn a_new_run_takes_the_place_of_another() {
    let mut world = browser(1);
    begin(&mut world, "kill-gpu=1s", 1);
    let actions = begin(&mut world, "kill-network=1s", 2);
    let ended = RecordKind::ChaosEnded { decisions: 0 };
    let began = RecordKind::ChaosBegan {
        spec: "kill-network=1s".to_owned(),
        seed: 2,
    };
    assert_eq!(records(&actions), [&ended, &began]);
    let all = faults(&play(&mut world, 10_000));
    assert!(all.iter().all(|it| it.role == Role::Network), "{all:?}");
    assert_eq!(records(&world.command(Command::Chaos(None))).len(), 1);
    assert_eq!(world.command(Command::Chaos(None)), []);
    world.settle_for_good();
}

#[test]
fn it_may_begin_with_the_browser() {
    let chaos = Some((spec("kill=1s"), 7));
    let mut core = Core::new(
        Config {
            chaos,
            ..Config::default()
        },
        1,
    );
    let Some(Action::Record(record)) = core.poll_action() else {
        panic!("the seed is the first thing that is told");
    };
    let spec = "kill-renderer=1s".to_owned();
    assert_eq!(record.kind, RecordKind::ChaosBegan { spec, seed: 7 });
    let deadline = core.deadline().expect("a fault is due");
    assert!(deadline <= Time(1_500), "{deadline:?}");
}

#[test]
fn a_browser_that_was_stopped_for_long_does_what_is_due_bit_by_bit() {
    let mut world = browser(1);
    begin(&mut world, "stop=100ms", 3);
    let from = world.log.len();
    world.advance(60 * 60 * 1000);
    let first = faults(&world.log[from..]).len();
    assert!((1..1_000).contains(&first), "{first}");
    let due = world.core.deadline().expect("more is due");
    assert!(due.0 <= world.now, "at once");
    world.command(Command::Chaos(None));
    let ended = records(&world.log).into_iter().find_map(|kind| match kind {
        RecordKind::ChaosEnded { decisions } => Some(*decisions),
        _ => None,
    });
    assert_eq!(ended, Some(first as u32));
}

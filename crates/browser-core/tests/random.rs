//! Random sequences of plausible and hostile events, shrunk by proptest when one breaks a rule.

use browser_core::{Action, Command, Config};
use proptest::prelude::*;
use sim::op::ops;
use sim::play::play;
use sim::world::World;

/// Faults enough for the seconds of a run.
const CHAOS: &str = "kill=300ms,hang=400ms,stop=200ms,reload=300ms,kill-gpu=1s,stop-network=500ms,\
    hang-shell=1s,panic-network=1s,segv-devtools=1s";

/// 10,000 cases, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(10_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// 1 to 11 after every event; 13 once faults have stopped; and no deadline stands for ever.
    #[test]
    fn invariants_hold_in_any_sequence_and_every_tab_ends_live_or_crashed(
        ops in ops(),
        shell in any::<bool>(),
    ) {
        let mut world = play(&ops, shell);
        world.settle_for_good();
        world.check_at_rest();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..config() })]

    /// The same, while the browser breaks itself.
    #[test]
    fn invariants_hold_in_any_chaos(ops in ops(), seed in any::<u32>()) {
        let spec = CHAOS.parse().expect("a list");
        let chaos = Some((spec, u64::from(seed)));
        let mut world = World::new(Config { chaos, ..Config::default() });
        for op in &ops {
            world.apply(op);
        }
        world.command(Command::Chaos(None));
        world.settle_for_good();
        world.check_at_rest();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..config() })]

    /// 12.
    #[test]
    fn the_same_seed_and_events_give_the_same_actions(ops in ops()) {
        let text = |log: &[Action]| format!("{log:?}");
        let (one, other) = (play(&ops, true), play(&ops, true));
        prop_assert_eq!(text(&one.log), text(&other.log));
    }
}

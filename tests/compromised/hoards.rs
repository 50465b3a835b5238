//! Descriptors hoarded in flight. The kernel counts descriptors that are sent and not received by
//! user, not by process, and holds every sender of that user to its own limit. Where children have
//! the broker's user, theirs count against what the broker may send.

use crate::rig::{Attacker, Outcome, Rig};
use libtest_mimic::{Failed, Trial};
use std::sync::{Mutex, MutexGuard, PoisonError};
use testkit::world::{User, World};

const FEW: u64 = 256;
/// The most that children can have in flight: their own limit, and one packet more.
const ENOUGH: u64 = 1024 + 253;

pub fn trials() -> Vec<Trial> {
    let alone = [Attacker::Gpu, Attacker::Network, Attacker::Renderer];
    let alone = alone.into_iter().map(|attacker| {
        let title = format!("hoards::{}-among-few-descriptors", attacker.name());
        Trial::test(title, move || hoard_alone(attacker))
    });
    let together = [(FEW, FEW), (1024, 1024), (FEW, 4096)].map(|(soft, hard)| {
        let title = format!("hoards::of-two-that-conspire-at-{soft}-of-{hard}");
        Trial::test(title, move || conspire(soft, hard))
    });
    alone.chain(together).collect()
}

/// One trial at a time: all browsers of an ordinary user count against one number.
static ONE_HOARD: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    // A trial that failed holds nothing any more: its browser is gone.
    ONE_HOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One that sends what is refused at once.
fn hoard_alone(attacker: Attacker) -> Result<(), Failed> {
    let _alone = alone();
    for user in User::all() {
        let world = || World::new(user).with_descriptors_max(FEW);
        if let Err(error) = world().output(&["--version"]) {
            println!("SKIP: {FEW} descriptors, {user:?}: {error}");
            continue;
        }
        let mut rig = Rig::of(world().browser(&[]));
        let outcome = rig.attack(attacker, "lie-hoard-in-flight");
        let is_fatal = matches!(&outcome, Outcome::Died(cause) if cause.contains("SurplusHandle"));
        assert!(is_fatal, "{user:?}: {outcome:?}");
    }
    Ok(())
}

/// One sends and the other never receives.
fn conspire(soft: u64, hard: u64) -> Result<(), Failed> {
    let _alone = alone();
    for user in User::all() {
        let world = || World::new(user).with_descriptors(soft, hard);
        if let Err(error) = world().output(&["--version"]) {
            println!("SKIP: {hard} descriptors, {user:?}: {error}");
            continue;
        }
        // Root gives each child a user of its own.
        let (can_send, can_start) = (user == User::Root || hard > ENOUGH, user == User::Root);
        Rig::of(world().browser(&[])).conspire(can_send, can_start);
    }
    Ok(())
}

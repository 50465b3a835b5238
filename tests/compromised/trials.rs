//! The trials: each hostile action of each attacker, and what must hold whatever its outcome.
//!
//! A browser is used again while nobody but a tab has died in it.

use crate::lies::Expected;
use crate::outcomes;
use crate::rig::{Attacker, Outcome, Rig};
use crate::{attacks, handshake, hoards, lies};
use libtest_mimic::{Failed, Trial};
use std::sync::Mutex;

static IDLE: Mutex<Vec<Rig>> = Mutex::new(Vec::new());

pub fn all() -> Vec<Trial> {
    let actions = outcomes::actions().into_iter();
    let actions = actions.map(|(attacker, name)| {
        let title = format!("{}::{name}", attacker.name());
        Trial::test(title, move || try_out(attacker, name))
    });
    actions.chain(hoards::trials()).collect()
}

fn try_out(attacker: Attacker, name: &'static str) -> Result<(), Failed> {
    let takes_rig = handshake::find(name).is_none();
    let idle = || IDLE.lock().expect("nobody panics with it").pop();
    let mut rig = takes_rig.then(idle).flatten();
    let outcome = attack_once(attacker, name, &mut rig);
    let found = outcomes::words(&outcome);
    // A service may die only so often before the browser goes on without it.
    if let Some(rig) = rig.filter(|_| attacker == Attacker::Renderer) {
        IDLE.lock().expect("nobody panics with it").push(rig);
    }
    match outcomes::known(attacker, name) {
        Some(expected) if outcomes::agree(&expected, &found) => Ok(()),
        Some(expected) => Err(format!("{found}, where outcomes.txt has {expected}").into()),
        None => Err(format!("{found}; outcomes.txt does not know this action").into()),
    }
}

/// Does it and checks what holds for every outcome: a call that is on no list is refused or fatal,
/// a lie has the outcome that it names.
pub fn attack_once(attacker: Attacker, name: &str, rig: &mut Option<Rig>) -> Outcome {
    if let Some(deed) = handshake::find(name) {
        return handshake::attack(attacker, deed);
    }
    let rig = rig.get_or_insert_with(Rig::new);
    let outcome = rig.attack(attacker, name);
    if let Some(lie) = lies::find(attacker, name) {
        check_lie(lie, &outcome);
        return outcome;
    }
    let attack = attacks::find(name).expect("what is no lie is an attack");
    match &outcome {
        Outcome::Died(cause) if name == "stack-overflow" => assert!(
            cause.contains("SIGSEGV"),
            "{name}: the record names another end: {cause}"
        ),
        Outcome::Died(cause) => assert!(
            cause.starts_with("tried to call ") || cause.contains("SIGSYS"),
            "{name}: the record names no call: {cause}"
        ),
        Outcome::Returned(value, _) if *value >= 0 => assert!(
            attack.work_of.contains(&attacker.role()),
            "{name} succeeded"
        ),
        Outcome::Returned(_, errno) => {
            let is_foreign = attacks::FOREIGN.iter().any(|known| known.name == name);
            assert!(*errno > 0 && !is_foreign, "{name} came back");
        }
    }
    outcome
}

fn check_lie(lie: &lies::Lie, outcome: &Outcome) {
    let is_right = match (lie.expected, outcome) {
        (Expected::Dies(name), Outcome::Died(cause)) => cause.contains(name),
        (Expected::GoesOn, Outcome::Returned(value, _)) => *value >= 0,
        (Expected::Refused, Outcome::Returned(value, _)) => *value == -1,
        _ => false,
    };
    let (name, expected) = (lie.name, lie.expected);
    assert!(is_right, "{name}: {outcome:?}, not {expected:?}");
}

//! Which layers confine a process, seen from outside.
//!
//! Trusts: the decisions of the launcher, the probe for what is unavailable, and
//! [`process`](crate::examine::process) for the rest. Never: takes the word of a child for a layer.
//!
//! The kernel does not show some layers (Landlock, memory-deny-write-execute, the parent-death
//! signal and others). The child installs its filter last, and only if all other layers and their
//! canaries succeeded, before it sees any content. So the filter implies these layers, and the
//! report says `implied` rather than `seen`.
//!
//! The answers to the [`canary`](crate::Canary) attacks are the word of the child, given before it
//! has seen any content. They can only make a report worse: a layer without the expected answer
//! counts as missing.

use crate::examine::finding::Finding;
use crate::examine::process::Look;
use crate::launch::attempted::Attempted;
use crate::namespaces::Namespace;
use crate::seal::attacks;
use crate::seal::canary::Canary;
use crate::support::{Availability, Feature, Support, Tier};
use role::Role;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use crate::examine::finding::State;
pub use crate::layer::Layer;

/// How the state of a layer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The kernel shows it from outside.
    Seen,
    /// The filter implies it, because it goes on last.
    Implied,
}

/// Who made the attack and reports its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teller {
    /// The broker, on the child.
    Broker,
    /// The child, on itself, while it sealed itself.
    Child,
}

/// The attack that tested a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The call.
    pub call: String,
    /// The answer: the name of an errno.
    pub answer: String,
    /// Who reports it.
    pub told_by: Teller,
}

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What.
    pub layer: Layer,
    /// How it stands.
    pub state: State,
    /// How that is known.
    pub basis: Basis,
    /// The attack that tested it; `None` if the layer is absent or [`untried`](crate::untried)
    /// gives a reason.
    pub tried: Option<Tried>,
    /// The finding, in a few words.
    pub note: String,
}

/// The layers of one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub pid: i32,
    /// Its role.
    pub role: Role,
    /// All layers.
    pub rows: Vec<Row>,
}

impl Report {
    /// The state of one layer.
    pub fn state(&self, layer: Layer) -> State {
        let row = self.rows.iter().find(|row| row.layer == layer);
        row.map_or(State::Missing, |row| row.state)
    }

    /// The tier that this process really has.
    pub fn tier(&self) -> Tier {
        let has = |layer| self.state(layer) == State::Enforced;
        let namespaces = Namespace::ESSENTIAL.into_iter().all(|namespace| {
            let state = self.state(Layer::Namespace(namespace));
            state == State::Enforced || state == State::NotAttempted
        });
        // All four omitted does not count: without a user namespace there is none.
        let namespaces = namespaces && has(Layer::Namespace(Namespace::User));
        Tier::of(namespaces, has(Layer::Landlock), has(Layer::Seccomp))
    }

    /// Whether the broker may give content to the process: no expected layer is missing, and the
    /// filter confines all threads. Whether its tier is acceptable is up to the caller.
    pub fn is_sufficient(&self) -> bool {
        self.state(Layer::Seccomp) == State::Enforced
            && self.rows.iter().all(|row| row.state != State::Missing)
    }

    /// The rows of expected layers that are missing.
    pub fn missing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.state == State::Missing)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, process {}: tier {}",
            self.role,
            self.pid,
            self.tier()
        )?;
        writeln!(
            f,
            "  {:20} {:22} {:8} {:41} FOUND",
            "LAYER", "STATE", "KNOWN", "TRIED -> ANSWER"
        )?;
        for row in &self.rows {
            let state = row.state.to_string();
            let basis = row.basis_word();
            let tried = row.tried_words();
            let line = format!(
                "  {:20} {state:22} {basis:8} {tried:41} {}",
                row.layer, row.note
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl Row {
    /// `seen` or `implied`; empty for a layer that is absent.
    pub fn basis_word(&self) -> &'static str {
        match (self.state, self.basis) {
            (State::Enforced | State::Missing, Basis::Seen) => "seen",
            (State::Enforced, Basis::Implied) => "implied",
            _ => "",
        }
    }

    /// The attack and its answer, on one line.
    pub fn tried_words(&self) -> String {
        self.tried.as_ref().map_or(String::new(), |tried| {
            format!("{} -> {}", tried.call, tried.answer)
        })
    }
}

/// Examines a process that claims to be sealed. Call it from the process that launched it, with the
/// decisions of the launch and the canaries that the child reported.
pub fn verify(
    pid: i32,
    role: Role,
    support: &Support,
    attempted: Attempted,
    canaries: &[Canary],
) -> Report {
    let look = Look::new(pid, role, support, attempted);
    let filter = look.seccomp();
    // A filter implies nothing if a test switched off a layer.
    let is_filtered = filter.0 == State::Enforced && !support.is_for_tests_only();
    let find = |layer| match layer {
        Layer::Seccomp => Some(filter.clone()),
        layer => look.layer(layer),
    };
    let mut rows: Vec<Row> = Layer::ALL
        .into_iter()
        .map(|layer| {
            let (basis, (state, note)) = match find(layer) {
                Some(finding) => (Basis::Seen, finding),
                None => (Basis::Implied, imply(layer, &look, support, is_filtered)),
            };
            Row {
                layer,
                state,
                basis,
                tried: None,
                note,
            }
        })
        .collect();
    for row in &mut rows {
        hear(row, canaries);
    }
    try_from_outside(&mut rows, &look);
    Report { pid, role, rows }
}

/// The state of a layer that the kernel does not show.
fn imply(layer: Layer, look: &Look<'_>, support: &Support, is_filtered: bool) -> Finding {
    let availability = match layer {
        Layer::NestingLimit => look.namespaced(Feature::NestingLimit),
        Layer::Keyring => support.feature(Feature::Keyring),
        Layer::DenyWriteExecute => support.feature(Feature::DenyWriteExecute),
        Layer::Landlock => support.feature(Feature::Landlock),
        _ => Availability::Available,
    };
    match availability {
        Availability::Unavailable(errno) => (State::Unavailable(errno), String::new()),
        Availability::Available if is_filtered && layer == Layer::Landlock => {
            let note = format!("version {} of its interface", support.landlock_abi());
            (State::Enforced, note)
        }
        Availability::Available if is_filtered => (State::Enforced, String::new()),
        Availability::Available => (State::Missing, String::new()),
    }
}

/// Compares the canaries with the layers: each layer that is on has the expected answer, and no
/// other layer has any.
fn hear(row: &mut Row, canaries: &[Canary]) {
    let told = canaries.iter().find(|canary| canary.layer == row.layer);
    let attack = attacks::attack_on(row.layer);
    if let (Some(attack), Some(told)) = (attack, told) {
        row.tried = Some(Tried {
            call: attack.call.to_owned(),
            answer: attacks::answer_name(told.errno),
            told_by: Teller::Child,
        });
    }
    if row.state == State::Missing {
        return;
    }
    let due = attack.filter(|_| row.state == State::Enforced);
    let problem = match (due.map(|attack| attack.refusal), told.map(|it| it.errno)) {
        (Some(due), Some(told)) if due == told => return,
        (None, None) => return,
        (Some(due), _) => format!("its canary must end with {}", attacks::answer_name(due)),
        (None, Some(_)) => "an unexpected canary".to_owned(),
    };
    (row.state, row.note) = (State::Missing, problem);
}

/// Makes the attacks that the broker itself can make.
fn try_from_outside(rows: &mut [Row], look: &Look<'_>) {
    let row = rows.iter_mut().find(|row| row.layer == Layer::NotDumpable);
    let (Some(row), Some(result)) = (row, look.try_to_read_memory()) else {
        return;
    };
    row.tried = Some(Tried {
        call: "broker: open(\"/proc/PID/maps\")".to_owned(),
        answer: match result {
            Ok(()) => "success".to_owned(),
            Err(errno) => attacks::answer_name(errno),
        },
        told_by: Teller::Broker,
    });
    let is_refused = matches!(result, Err(libc::EACCES | libc::EPERM));
    match row.state {
        State::Enforced if is_refused => row.basis = Basis::Seen,
        State::Enforced => row.state = State::Missing,
        _ => {}
    }
}

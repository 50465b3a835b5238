//! What holds a process, seen from outside.
//!
//! Owns: the words of a report and the judgement. Trusts: what the launcher decided, the probe for
//! what could not be had, and `look` for the rest. Never: asks the child.
//!
//! The kernel shows some layers to nobody (Landlock, memory-deny-write-execute, the parent-death
//! signal, …). The child puts its filter on last and only if all of those succeeded, Landlock's
//! canary included, while it has seen nothing of a stranger yet: so a filter that is there implies
//! them, and the report says `implied` rather than `seen`.

use crate::launch::Attempted;
use crate::look::{Finding, Look};
use crate::namespaces::Namespace;
use crate::policy::Policy;
use crate::support::{Availability, Feature, Support, Tier};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One layer of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A namespace of its own.
    Namespace(Namespace),
    /// An empty read-only root directory, and no other mount.
    Root,
    /// A user id of its own outside.
    DistinctUid,
    /// No capability in any set.
    Capabilities,
    /// Nothing executed gains privileges.
    NoNewPrivileges,
    /// No further namespaces.
    NestingLimit,
    /// A session keyring of its own.
    Keyring,
    /// Resource limits.
    Limits,
    /// A control group with limits.
    Cgroup,
    /// Only descriptors of kinds that were handed over.
    Descriptors,
    /// Nobody attaches, no core.
    NotDumpable,
    /// No memory becomes executable.
    DenyWriteExecute,
    /// Dies with the browser.
    ParentDeathSignal,
    /// Shares no core with strangers.
    CoreScheduling,
    /// Speculation mitigations.
    Speculation,
    /// Landlock.
    Landlock,
    /// System-call filters on all threads.
    Seccomp,
}

/// How it stands with a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds the process.
    Enforced,
    /// This machine does not have it: the probe failed with this errno.
    Unavailable(i32),
    /// Left off on purpose for this process: the launcher decided so.
    NotAttempted,
    /// It should be there and is not.
    Missing,
}

/// How that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The kernel shows it from outside.
    Seen,
    /// It follows from the filter, which goes on last.
    Implied,
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
    /// What was found, in few words.
    pub note: String,
}

/// What holds one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub pid: i32,
    /// Its role.
    pub policy: Policy,
    /// All layers.
    pub rows: Vec<Row>,
}

impl Report {
    /// How it stands with one layer.
    pub fn state(&self, layer: Layer) -> State {
        let row = self.rows.iter().find(|row| row.layer == layer);
        row.map_or(State::Missing, |row| row.state)
    }

    /// The tier that this process really is in.
    pub fn tier(&self) -> Tier {
        let has = |layer| self.state(layer) == State::Enforced;
        let namespaces = Namespace::ESSENTIAL.into_iter().all(|namespace| {
            let state = self.state(Layer::Namespace(namespace));
            state == State::Enforced || state == State::NotAttempted
        });
        // All four left off is not "as intended": without a user namespace there is none.
        let namespaces = namespaces && has(Layer::Namespace(Namespace::User));
        Tier::of(namespaces, has(Layer::Landlock), has(Layer::Seccomp))
    }

    /// Whether content may be given to the process: nothing is missing that should be there, and
    /// the filter holds all threads. Whether its tier is acceptable is the caller's decision.
    pub fn is_sufficient(&self) -> bool {
        self.state(Layer::Seccomp) == State::Enforced
            && self.rows.iter().all(|row| row.state != State::Missing)
    }

    /// The lines of layers that should be there and are not.
    pub fn missing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.state == State::Missing)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} (process {}): tier {}",
            self.policy,
            self.pid,
            self.tier()
        )?;
        for row in &self.rows {
            let layer = row.layer.to_string();
            let state = row.state.to_string();
            let implied = if row.basis == Basis::Implied {
                " (implied)"
            } else {
                ""
            };
            writeln!(f, "  {layer:22} {state}{implied}  {}", row.note)?;
        }
        Ok(())
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layer::Namespace(namespace) => return write!(f, "{} namespace", namespace.link_name()),
            Layer::Root => "empty root",
            Layer::DistinctUid => "distinct user id",
            Layer::Capabilities => "capabilities",
            Layer::NoNewPrivileges => "no new privileges",
            Layer::NestingLimit => "nesting limit",
            Layer::Keyring => "session keyring",
            Layer::Limits => "resource limits",
            Layer::Cgroup => "control group",
            Layer::Descriptors => "descriptors",
            Layer::NotDumpable => "not dumpable",
            Layer::DenyWriteExecute => "deny write+execute",
            Layer::ParentDeathSignal => "dies with browser",
            Layer::CoreScheduling => "core scheduling",
            Layer::Speculation => "speculation control",
            Layer::Landlock => "Landlock",
            Layer::Seccomp => "system-call filter",
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Enforced => f.write_str("enforced"),
            State::Unavailable(errno) => {
                let name = crate::constants::errno_name(*errno);
                match name {
                    Some(name) => write!(f, "unavailable ({name})"),
                    None => write!(f, "unavailable (errno {errno})"),
                }
            }
            State::NotAttempted => f.write_str("not attempted"),
            State::Missing => f.write_str("MISSING"),
        }
    }
}

/// Looks at a process that says that it is sealed. Call it from the process that launched it, with
/// what the launch decided.
pub fn verify(pid: i32, policy: Policy, support: &Support, attempted: Attempted) -> Report {
    let look = Look::new(pid, policy, support, attempted);
    let filter = look.seccomp();
    // A filter implies nothing where a test has left something off.
    let is_filtered = filter.0 == State::Enforced && !support.is_for_tests_only();
    let mut rows = Vec::new();
    let mut seen = |layer, (state, note): Finding| {
        rows.push(Row {
            layer,
            state,
            basis: Basis::Seen,
            note,
        });
    };
    for namespace in Namespace::ALL {
        seen(Layer::Namespace(namespace), look.namespace(namespace));
    }
    seen(Layer::Root, look.root());
    seen(Layer::DistinctUid, look.distinct_uid());
    seen(Layer::Capabilities, look.capabilities());
    seen(Layer::NoNewPrivileges, look.no_new_privileges());
    seen(Layer::Limits, look.limits());
    seen(Layer::Cgroup, look.cgroup());
    seen(Layer::Descriptors, look.descriptors());
    seen(Layer::CoreScheduling, look.core_scheduling());
    seen(Layer::Speculation, look.speculation());
    seen(Layer::Seccomp, filter);
    let nesting = look.namespaced(Feature::NestingLimit);
    let implied = [
        (Layer::NestingLimit, nesting),
        (Layer::Keyring, support.feature(Feature::Keyring)),
        (Layer::NotDumpable, Availability::Available),
        (
            Layer::DenyWriteExecute,
            support.feature(Feature::DenyWriteExecute),
        ),
        (Layer::ParentDeathSignal, Availability::Available),
        (Layer::Landlock, support.feature(Feature::Landlock)),
    ];
    for (layer, availability) in implied {
        let state = match availability {
            Availability::Unavailable(errno) => State::Unavailable(errno),
            Availability::Available if is_filtered => State::Enforced,
            Availability::Available => State::Missing,
        };
        let note = match layer {
            Layer::Landlock if state == State::Enforced => {
                format!("version {} of its interface", support.landlock_abi())
            }
            _ => String::new(),
        };
        rows.push(Row {
            layer,
            state,
            basis: Basis::Implied,
            note,
        });
    }
    Report { pid, policy, rows }
}

//! What holds a process, seen from outside.
//!
//! Owns: the look into `/proc/PID` after a child said that it is sealed. Trusts: the kernel's
//! files, and the probe for what could not be had. Never: asks the child.
//!
//! The kernel shows some layers to nobody (Landlock, memory-deny-write-execute, the parent-death
//! signal, …). The child puts its filter on last and only if all of those succeeded, Landlock's
//! canary included, while it has seen nothing of a stranger yet: so a filter that is there implies
//! them, and the report says `implied` rather than `seen`.

use crate::cgroup::GROUP_PREFIX;
use crate::namespaces::Namespace;
use crate::policy::Policy;
use crate::process;
use crate::rlimits;
use crate::seccomp;
use crate::support::{Availability, Feature, Support, Tier};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io;

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
    /// Left off on purpose for this process.
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

/// Looks at a process that says that it is sealed. Call it from the process that launched it.
pub fn verify(pid: i32, policy: Policy, support: &Support) -> Report {
    let look = Look {
        pid,
        policy,
        support,
        threads: read_threads(pid),
    };
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

type Finding = (State, String);

/// A process being looked at.
struct Look<'a> {
    pid: i32,
    policy: Policy,
    support: &'a Support,
    /// `/proc/PID/task/*/status`.
    threads: io::Result<Vec<String>>,
}

impl Look<'_> {
    fn namespace(&self, namespace: Namespace) -> Finding {
        if !self.support.has_namespaces() || !self.support.namespace(namespace).is_available() {
            return unavailable(self.namespaces_availability(namespace));
        }
        let name = namespace.link_name();
        let link = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/{name}"));
        let (theirs, ours) = match (link(&self.pid.to_string()), link("self")) {
            (Ok(theirs), Ok(ours)) => (theirs, ours),
            (Err(error), _) | (_, Err(error)) => return (State::Missing, error.to_string()),
        };
        if theirs != ours {
            return (State::Enforced, theirs.display().to_string());
        }
        let is_shared = namespace == Namespace::Net
            && (self.policy.connects_out() || self.policy == Policy::Gpu);
        if is_shared {
            return (
                State::NotAttempted,
                "the host's, to reach a server or display".to_owned(),
            );
        }
        (State::Missing, "the browser's own".to_owned())
    }

    /// Why there is no namespace of that kind: its own reason or that of an essential one.
    fn namespaces_availability(&self, namespace: Namespace) -> Availability {
        let own = [namespace].into_iter().chain(Namespace::ESSENTIAL);
        let failed = own
            .map(|n| self.support.namespace(n))
            .find(|a| !a.is_available());
        failed.unwrap_or(Availability::Available)
    }

    /// The availability of a feature that lives in a namespace.
    fn namespaced(&self, feature: Feature) -> Availability {
        match self.namespaces_availability(Namespace::User) {
            Availability::Available => self.support.feature(feature),
            failed => failed,
        }
    }

    fn root(&self) -> Finding {
        let availability = self.namespaces_availability(Namespace::Mount);
        if !availability.is_available() {
            return unavailable(availability);
        }
        match fs::read_to_string(format!("/proc/{}/mountinfo", self.pid)) {
            Err(error) => (State::Missing, error.to_string()),
            Ok(text) => {
                let mounts: Vec<&str> = text.lines().collect();
                let is_empty_tmpfs = matches!(mounts.as_slice(), [only]
                    if only.contains(" - tmpfs ") && only.contains(" / / ro,"));
                if is_empty_tmpfs {
                    return (State::Enforced, "one empty read-only tmpfs".to_owned());
                }
                (State::Missing, format!("{} mounts", mounts.len()))
            }
        }
    }

    fn distinct_uid(&self) -> Finding {
        if let Availability::Unavailable(errno) = self.support.feature(Feature::DistinctUid) {
            return (
                State::Unavailable(errno),
                "only root can give one".to_owned(),
            );
        }
        // SAFETY: takes nothing and cannot fail.
        let own = unsafe { libc::geteuid() }.to_string();
        match self.field("Uid:") {
            Err(problem) => (State::Missing, problem),
            Ok(ids)
                if ids
                    .iter()
                    .all(|ids| ids.split_whitespace().all(|id| id != own)) =>
            {
                let id = ids.first().and_then(|ids| ids.split_whitespace().next());
                (State::Enforced, id.unwrap_or_default().to_owned())
            }
            // For a display's sake, or since the program is its owner's alone.
            Ok(_) => (
                State::NotAttempted,
                "keeps the browser's user id".to_owned(),
            ),
        }
    }

    fn capabilities(&self) -> Finding {
        let is_empty = |name: &str| -> Result<bool, String> {
            Ok(self
                .field(name)?
                .iter()
                .all(|set| set.chars().all(|digit| digit == '0')))
        };
        for name in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
            match is_empty(name) {
                Ok(true) => {}
                Ok(false) => return (State::Missing, format!("{name} is not empty")),
                Err(problem) => return (State::Missing, problem),
            }
        }
        match is_empty("CapBnd:") {
            Ok(true) => (State::Enforced, "all five sets are empty".to_owned()),
            // Without power over a user namespace the bounding set cannot be emptied; what it
            // bounds is unreachable by `no_new_privs`.
            Ok(false) if !self.support.has_namespaces() => (
                State::Enforced,
                "all but the bounding set are empty".to_owned(),
            ),
            Ok(false) => (State::Missing, "CapBnd: is not empty".to_owned()),
            Err(problem) => (State::Missing, problem),
        }
    }

    fn no_new_privileges(&self) -> Finding {
        match self.field("NoNewPrivs:") {
            Ok(values) if values.iter().all(|value| value == "1") => {
                (State::Enforced, String::new())
            }
            Ok(_) => (State::Missing, "NoNewPrivs is 0".to_owned()),
            Err(problem) => (State::Missing, problem),
        }
    }

    fn limits(&self) -> Finding {
        let text = match fs::read_to_string(format!("/proc/{}/limits", self.pid)) {
            Ok(text) => text,
            Err(error) => return (State::Missing, error.to_string()),
        };
        for limit in rlimits::limits(self.policy) {
            let line = text.lines().find_map(|line| line.strip_prefix(limit.label));
            let values = line.unwrap_or_default().split_whitespace().take(2);
            let is_low = |value: &str| value.parse::<u64>().is_ok_and(|v| v <= limit.value);
            if values.clone().count() != 2 || !values.clone().all(is_low) {
                return (State::Missing, format!("{} is too high", limit.label));
            }
        }
        (State::Enforced, String::new())
    }

    fn cgroup(&self) -> Finding {
        let text = fs::read_to_string(format!("/proc/{}/cgroup", self.pid)).unwrap_or_default();
        let own = text
            .lines()
            .find(|line| line.contains(&format!("/{GROUP_PREFIX}")));
        match (own, self.support.feature(Feature::Cgroup)) {
            (Some(line), _) => (State::Enforced, line.to_owned()),
            (None, Availability::Unavailable(errno)) => {
                (State::Unavailable(errno), "none is writable".to_owned())
            }
            (None, Availability::Available) => (State::NotAttempted, String::new()),
        }
    }

    fn descriptors(&self) -> Finding {
        let folder = format!("/proc/{}/fd", self.pid);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if !self.support.has_namespaces() => {
                // Not dumpable, and no user namespace gives us power over it.
                let errno = error.raw_os_error().unwrap_or(libc::EIO);
                return (State::Unavailable(errno), "cannot be seen".to_owned());
            }
            Err(error) => return (State::Missing, error.to_string()),
        };
        let mut count = 0;
        for entry in entries.flatten() {
            // One that was closed meanwhile has no target.
            let Ok(target) = fs::read_link(entry.path()) else {
                continue;
            };
            let target = target.display().to_string();
            if !DESCRIPTOR_KINDS.iter().any(|kind| target.starts_with(kind)) {
                let number = entry.file_name().display().to_string();
                return (State::Missing, format!("{number} is {target}"));
            }
            count += 1;
        }
        (State::Enforced, format!("{count}, none of them a file"))
    }

    fn core_scheduling(&self) -> Finding {
        let availability = self.support.feature(Feature::CoreScheduling);
        if !availability.is_available() {
            return unavailable(availability);
        }
        match process::core_cookie(self.pid) {
            Ok(0) => (State::Missing, "no cookie".to_owned()),
            Ok(_) => (State::Enforced, String::new()),
            Err(errno) if !self.support.has_namespaces() => {
                (State::Unavailable(errno), "cannot be seen".to_owned())
            }
            Err(errno) => (
                State::Missing,
                io::Error::from_raw_os_error(errno).to_string(),
            ),
        }
    }

    fn speculation(&self) -> Finding {
        let kinds = [
            (Feature::StoreBypass, "Speculation_Store_Bypass:"),
            (Feature::IndirectBranch, "SpeculationIndirectBranch:"),
        ];
        if !self.policy.holds_content() {
            return (
                State::NotAttempted,
                "handles no code of strangers".to_owned(),
            );
        }
        let mut notes = Vec::new();
        for (feature, field) in kinds {
            if !self.support.feature(feature).is_available() {
                continue;
            }
            match self.field(field) {
                Ok(values) if values.iter().all(|v| is_mitigated(v)) => {
                    notes.push(values.into_iter().next().unwrap_or_default());
                }
                Ok(values) => return (State::Missing, format!("{field} {values:?}")),
                Err(problem) => return (State::Missing, problem),
            }
        }
        if notes.is_empty() {
            return unavailable(self.support.feature(Feature::StoreBypass));
        }
        (State::Enforced, notes.join(", "))
    }

    fn seccomp(&self) -> Finding {
        let availability = self.support.feature(Feature::Seccomp);
        if !availability.is_available() {
            return unavailable(availability);
        }
        let modes = match self.field("Seccomp:") {
            Ok(modes) => modes,
            Err(problem) => return (State::Missing, problem),
        };
        if modes.iter().any(|mode| mode != "2") {
            return (State::Missing, "a thread has no filter".to_owned());
        }
        let expected = seccomp::compile(self.policy, 1, false).map_or(usize::MAX, |p| p.count());
        // Older kernels do not count.
        let counts = self.field("Seccomp_filters:").unwrap_or_default();
        if counts
            .iter()
            .any(|count| count.parse::<usize>().is_ok_and(|c| c < expected))
        {
            return (State::Missing, format!("fewer than {expected} filters"));
        }
        let tells = self
            .support
            .feature(Feature::SeccompListener)
            .is_available();
        let default = if tells { "tells the browser" } else { "kills" };
        (
            State::Enforced,
            format!("{expected} filters on {} threads; {default}", modes.len()),
        )
    }

    /// A field of the status of every thread.
    fn field(&self, name: &str) -> Result<Vec<String>, String> {
        let threads = self.threads.as_ref().map_err(ToString::to_string)?;
        let values: Option<Vec<String>> = threads
            .iter()
            .map(|status| status.lines().find_map(|line| line.strip_prefix(name)))
            .map(|value| value.map(|value| value.trim().to_owned()))
            .collect();
        values.ok_or_else(|| format!("the kernel shows no {name}"))
    }
}

fn unavailable(availability: Availability) -> Finding {
    match availability {
        Availability::Unavailable(errno) => (State::Unavailable(errno), String::new()),
        Availability::Available => (State::NotAttempted, String::new()),
    }
}

fn is_mitigated(value: &str) -> bool {
    ["not vulnerable", "mitigated", "disabled"]
        .iter()
        .any(|word| value.contains(word))
}

fn read_threads(pid: i32) -> io::Result<Vec<String>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread that ended meanwhile needs no sandbox.
        if let Ok(status) = fs::read_to_string(entry?.path().join("status")) {
            threads.push(status);
        }
    }
    if threads.is_empty() {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(threads)
}

/// How the targets of allowed descriptors begin.
const DESCRIPTOR_KINDS: [&str; 9] = [
    "/dev/null",
    "/dev/shm/softbuffer-",
    "/memfd:",
    "anon_inode:[eventfd]",
    "anon_inode:[eventpoll]",
    "anon_inode:[timerfd]",
    "anon_inode:seccomp notify",
    "pipe:[",
    "socket:[",
];

//! Looks for each layer of a process from outside: the findings of a report.
//!
//! Trusts: the files of the Linux kernel, the probe, and the decisions of the launcher. Never:
//! takes what it could not read for a layer that is on.

use crate::examine::finding::{Finding, State};
use crate::launch::attempted::Attempted;
use crate::launch::cgroup::{self, GROUP_PREFIX};
use crate::layer::Layer;
use crate::namespaces::Namespace;
use crate::policy::filter;
use crate::policy::needs;
use crate::proc_files::{self, FILTERS};
use crate::properties;
use crate::rlimits;
use crate::support::{Availability, Feature, Support};
use crate::sys::RawResult;
use role::Role;
use std::fs;
use std::io;
use std::path::Path;

/// A process under examination.
pub(crate) struct Look<'a> {
    pid: i32,
    role: Role,
    support: &'a Support,
    attempted: Attempted,
    /// `/proc/PID/task/*/status`.
    threads: io::Result<Vec<String>>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(
        pid: i32,
        role: Role,
        support: &'a Support,
        attempted: Attempted,
    ) -> Look<'a> {
        Look {
            pid,
            role,
            support,
            attempted,
            threads: proc_files::read_threads(Path::new(&format!("/proc/{pid}/task"))),
        }
    }

    /// The state of a layer other than the filter. `None`: the kernel does not show it.
    pub(crate) fn layer(&self, layer: Layer) -> Option<Finding> {
        Some(match layer {
            Layer::Namespace(namespace) => self.namespace(namespace),
            Layer::Root => self.root(),
            Layer::DistinctUid => self.distinct_uid(),
            Layer::Capabilities => self.capabilities(),
            Layer::NoNewPrivileges => self.no_new_privileges(),
            Layer::Limits => self.limits(),
            Layer::Cgroup => self.cgroup(),
            Layer::Descriptors => self.descriptors(),
            Layer::CoreScheduling => self.core_scheduling(),
            Layer::Speculation => self.speculation(),
            Layer::NestingLimit
            | Layer::Keyring
            | Layer::NotDumpable
            | Layer::DenyWriteExecute
            | Layer::ParentDeathSignal
            | Layer::Landlock
            | Layer::Seccomp => return None,
        })
    }

    /// Reads what the kernel shows of a dumpable process to others of the same user. `None`: the
    /// broker has power over the process (as root, or because it created its user namespace), so
    /// the answer would prove nothing.
    pub(crate) fn try_to_read_memory(&self) -> Option<RawResult<()>> {
        // SAFETY: takes nothing and cannot fail.
        let is_root = unsafe { libc::geteuid() } == 0;
        if is_root || self.support.has_namespaces() {
            return None;
        }
        let result = fs::File::open(format!("/proc/{}/maps", self.pid));
        Some(match result {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raw_os_error().unwrap_or(libc::EIO)),
        })
    }

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
        if namespace == Namespace::Net && !self.attempted.network_namespace {
            return (
                State::NotAttempted,
                "the host's, to reach a server or display".to_owned(),
            );
        }
        (State::Missing, "the browser's own".to_owned())
    }

    /// Why there is no namespace of that kind: its own errno or that of an essential one.
    fn namespaces_availability(&self, namespace: Namespace) -> Availability {
        let own = [namespace].into_iter().chain(Namespace::ESSENTIAL);
        let failed = own
            .map(|n| self.support.namespace(n))
            .find(|a| !a.is_available());
        failed.unwrap_or(Availability::Available)
    }

    /// The availability of a feature that lives in a namespace.
    pub(crate) fn namespaced(&self, feature: Feature) -> Availability {
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
        let kept = "keeps the browser's user id".to_owned();
        // For the sake of a display, or because only its owner may execute the program.
        if !self.attempted.distinct_uid {
            return (State::NotAttempted, kept);
        }
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
            Ok(_) => (State::Missing, kept),
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
            // Without power over a user namespace the bounding set cannot be emptied;
            // `no_new_privs` makes it irrelevant.
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
        for limit in rlimits::limits(self.role) {
            let is_low = |value: &str| value.parse::<u64>().is_ok_and(|v| v <= limit.value);
            let found = proc_files::limit(&text, limit.label);
            if !found.is_some_and(|(soft, hard)| is_low(soft) && is_low(hard)) {
                return (State::Missing, format!("{} is too high", limit.label));
            }
        }
        (State::Enforced, String::new())
    }

    fn cgroup(&self) -> Finding {
        if !self.attempted.cgroup {
            return match self.support.feature(Feature::Cgroup) {
                Availability::Unavailable(errno) => {
                    (State::Unavailable(errno), "no group is writable".to_owned())
                }
                Availability::Available => (State::NotAttempted, String::new()),
            };
        }
        let text = match fs::read_to_string(format!("/proc/{}/cgroup", self.pid)) {
            Ok(text) => text,
            Err(error) => return (State::Missing, error.to_string()),
        };
        let prefix = format!("/{GROUP_PREFIX}");
        // Version 2 has one hierarchy, which names no controllers; version 1 has one hierarchy per
        // controller.
        let group_of = |controller: &str| {
            text.lines().find(|line| {
                let controllers = line.split(':').nth(1).unwrap_or_default();
                controllers.split(',').any(|it| it == controller) && line.contains(&prefix)
            })
        };
        match group_of("").or_else(|| group_of("memory").and(group_of("pids"))) {
            Some(line) => {
                let share = cgroup::share_of(self.pid).map(|share| format!(", {share}"));
                (
                    State::Enforced,
                    format!("{line}{}", share.unwrap_or_default()),
                )
            }
            None => (State::Missing, "in none of the browser's groups".to_owned()),
        }
    }

    fn descriptors(&self) -> Finding {
        let folder = format!("/proc/{}/fd", self.pid);
        match proc_files::count_descriptors(Path::new(&folder)) {
            Ok(Ok(count)) => (State::Enforced, format!("{count}, none of them a file")),
            Ok(Err(stranger)) => (State::Missing, stranger),
            // The process is not dumpable, and no user namespace gives the broker power over it.
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied
                    && !self.support.has_namespaces() =>
            {
                let errno = error.raw_os_error().unwrap_or(libc::EACCES);
                (
                    State::Unavailable(errno),
                    "not visible to the browser".to_owned(),
                )
            }
            Err(error) => (State::Missing, error.to_string()),
        }
    }

    fn core_scheduling(&self) -> Finding {
        let availability = self.support.feature(Feature::CoreScheduling);
        if !availability.is_available() {
            return unavailable(availability);
        }
        match properties::core_cookie(self.pid) {
            Ok(0) => (State::Missing, "no cookie".to_owned()),
            Ok(_) => (State::Enforced, String::new()),
            Err(errno) if !self.support.has_namespaces() => (
                State::Unavailable(errno),
                "not visible to the browser".to_owned(),
            ),
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
        if !needs::holds_content(self.role) {
            return (
                State::NotAttempted,
                "runs no code from strangers".to_owned(),
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

    pub(crate) fn seccomp(&self) -> Finding {
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
        let Ok(programs) = filter::compile(self.role, 1, false) else {
            return (State::Missing, "the policy does not compile".to_owned());
        };
        let own = programs.count();
        // Inherited filters (a container has some) prove nothing about this child.
        let Some(inherited) = self.attempted.inherited_filters else {
            let note = "the kernel does not distinguish its filters from the browser's";
            return (State::Missing, note.to_owned());
        };
        match self.field(FILTERS) {
            Ok(counts) => {
                let expected = (inherited + own).to_string();
                if let Some(count) = counts.iter().find(|count| **count != expected) {
                    let note = format!("{count} filters, {inherited} of them inherited, not {own}");
                    return (State::Missing, note);
                }
            }
            // Older kernels do not count filters, and none was inherited.
            Err(_) if inherited == 0 => {}
            Err(problem) => return (State::Missing, problem),
        }
        let tells = self
            .support
            .feature(Feature::CallNotifications)
            .is_available();
        let default = if tells {
            "notifies the browser"
        } else {
            "kills"
        };
        (
            State::Enforced,
            match modes.len() {
                1 => format!("{own} filters on its only thread; {default}"),
                all => format!("{own} filters on all {all} threads; {default}"),
            },
        )
    }

    /// One field of the status of every thread.
    fn field(&self, name: &str) -> Result<Vec<String>, String> {
        let threads = self.threads.as_ref().map_err(ToString::to_string)?;
        let values: Option<Vec<String>> = threads
            .iter()
            .map(|status| proc_files::field(status, name).map(str::to_owned))
            .collect();
        values.ok_or_else(|| format!("the kernel shows no {name}"))
    }
}

fn unavailable(availability: Availability) -> Finding {
    match availability {
        Availability::Unavailable(errno) => (State::Unavailable(errno), String::new()),
        Availability::Available => (State::Missing, String::new()),
    }
}

fn is_mitigated(value: &str) -> bool {
    ["not vulnerable", "mitigated", "disabled"]
        .iter()
        .any(|word| value.contains(word))
}

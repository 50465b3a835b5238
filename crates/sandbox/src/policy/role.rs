//! The roles a policy exists for, and the texts of their policies.
//!
//! Owns: the names, the embedded `policies/*.policy`. Trusts: those texts, which are part of the
//! program and parsed by its tests. Never: reads a policy from a file at run time.

use crate::policy::language::{self, CallRule, ParseError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A role, as the sandbox sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The demo server.
    Demo,
    /// Composition and the window.
    Gpu,
    /// DNS and HTTP(S).
    Network,
    /// One document.
    Renderer,
    /// Tab strip and address bar.
    Shell,
}

impl Policy {
    /// All of them.
    pub const ALL: [Policy; 5] = [
        Policy::Demo,
        Policy::Gpu,
        Policy::Network,
        Policy::Renderer,
        Policy::Shell,
    ];

    /// Its name: that of its file, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Policy::Demo => "demo",
            Policy::Gpu => "gpu",
            Policy::Network => "network",
            Policy::Renderer => "renderer",
            Policy::Shell => "shell",
        }
    }

    /// The policy of that name.
    pub fn from_name(name: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.name() == name)
    }

    /// The text of its policy.
    pub fn text(self) -> &'static str {
        source(self.name()).expect("every role has an embedded policy")
    }

    /// Its system calls, inclusions resolved. `own_pid` is what the word `SELF` stands for.
    ///
    /// # Errors
    /// The first line that cannot be understood; the tests show that there is none.
    pub fn rules(self, own_pid: u32) -> Result<Vec<CallRule>, ParseError> {
        language::parse(self.name(), own_pid, &source)
    }

    /// Whether processes of this role have to reach the network themselves.
    pub fn connects_out(self) -> bool {
        self == Policy::Network
    }

    /// Whether it works on bytes of strangers, so that speculation control is worth its price.
    pub(crate) fn holds_content(self) -> bool {
        matches!(self, Policy::Network | Policy::Renderer)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The embedded text of that name.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "demo" => include_str!("../../policies/demo.policy"),
        "gpu" => include_str!("../../policies/gpu.policy"),
        "network" => include_str!("../../policies/network.policy"),
        "renderer" => include_str!("../../policies/renderer.policy"),
        "shell" => include_str!("../../policies/shell.policy"),
        "thread-start" => include_str!("../../policies/thread-start.policy"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::language::Verdict;
    use std::collections::BTreeSet;

    fn allowed(policy: Policy) -> BTreeSet<String> {
        let rules = policy.rules(1).expect("embedded policies parse");
        rules
            .into_iter()
            .filter(|r| r.verdict == Verdict::Allow)
            .map(|r| r.call)
            .collect()
    }

    #[test]
    fn every_line_of_every_policy_has_a_reason() {
        for policy in Policy::ALL {
            for rule in policy.rules(1).expect("embedded policies parse") {
                assert!(
                    rule.reason.len() > 5,
                    "{policy}: {} has no reason",
                    rule.call
                );
            }
        }
    }

    #[test]
    fn renderer_has_at_most_31_calls() {
        let calls = allowed(Policy::Renderer);
        assert!(calls.len() <= 31, "{}: {calls:?}", calls.len());
    }

    #[test]
    fn shell_has_exactly_the_renderers_calls() {
        assert_eq!(allowed(Policy::Shell), allowed(Policy::Renderer));
    }

    #[test]
    fn no_role_may_make_processes_or_change_its_sandbox() {
        let never = [
            "clone",
            "clone3",
            "fork",
            "vfork",
            "execve",
            "execveat",
            "ptrace",
            "unshare",
            "setns",
            "mount",
            "bpf",
            "io_uring_setup",
            "seccomp",
            "process_vm_readv",
            "pidfd_getfd",
            "kill",
            "userfaultfd",
            "keyctl",
            "perf_event_open",
            "chroot",
            "listen",
            "socketpair",
            "dup",
        ];
        for policy in Policy::ALL {
            let calls = allowed(policy);
            for call in never {
                assert!(!calls.contains(call), "{policy} allows {call}");
            }
        }
    }

    #[test]
    fn only_the_network_role_makes_sockets_or_connects() {
        for policy in Policy::ALL {
            let calls = allowed(policy);
            for call in ["socket", "connect", "bind"] {
                assert_eq!(
                    calls.contains(call),
                    policy == Policy::Network,
                    "{policy}: {call}"
                );
            }
        }
    }

    #[test]
    fn no_policy_answers_a_call_that_it_also_allows() {
        for policy in Policy::ALL {
            let calls = allowed(policy);
            for rule in policy.rules(1).expect("embedded policies parse") {
                if rule.verdict != Verdict::Allow {
                    assert!(!calls.contains(&rule.call), "{policy}: {}", rule.call);
                }
            }
        }
    }
}

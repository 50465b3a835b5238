//! The policies of the roles, as text.
//!
//! The texts are part of the program, and its tests parse them. Nothing reads a policy from a file
//! at run time.

use crate::policy::language::{self, CallRule, ParseError};
use role::Role;

/// The text of a role's policy, without what it includes.
pub fn text(role: Role) -> &'static str {
    source(role.name()).expect("every role has an embedded policy")
}

/// The system calls of a role, inclusions resolved. `own_pid` is what the word `SELF` stands for.
///
/// # Errors
/// The first line that does not parse; the tests show that there is none.
pub fn rules(role: Role, own_pid: u32) -> Result<Vec<CallRule>, ParseError> {
    language::parse(role.name(), own_pid, &source)
}

/// The embedded text of that name.
fn source(name: &str) -> Option<&'static str> {
    Some(match name {
        "demo" => include_str!("../../policies/demo.policy"),
        "devtools" => include_str!("../../policies/devtools.policy"),
        "gpu" => include_str!("../../policies/gpu.policy"),
        "network" => include_str!("../../policies/network.policy"),
        "renderer" => include_str!("../../policies/renderer.policy"),
        "shell" => include_str!("../../policies/shell.policy"),
        "x11-filter" => include_str!("../../policies/x11-filter.policy"),
        "thread-start" => include_str!("../../policies/thread-start.policy"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::language::Verdict;
    use std::collections::BTreeSet;

    fn allowed(role: Role) -> BTreeSet<String> {
        let rules = rules(role, 1).expect("embedded policies parse");
        rules
            .into_iter()
            .filter(|r| r.verdict == Verdict::Allow)
            .map(|r| r.call)
            .collect()
    }

    #[test]
    fn every_line_of_every_policy_has_a_reason() {
        for role in Role::ALL {
            for rule in rules(role, 1).expect("embedded policies parse") {
                assert!(rule.reason.len() > 5, "{role}: {} has no reason", rule.call);
            }
        }
    }

    #[test]
    fn renderer_has_at_most_31_calls() {
        let calls = allowed(Role::Renderer);
        assert!(calls.len() <= 31, "{}: {calls:?}", calls.len());
    }

    #[test]
    fn shell_has_exactly_the_renderers_calls() {
        assert_eq!(allowed(Role::Shell), allowed(Role::Renderer));
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
        for role in Role::ALL {
            let calls = allowed(role);
            for call in never {
                assert!(!calls.contains(call), "{role} allows {call}");
            }
        }
    }

    #[test]
    fn only_the_network_role_makes_sockets_or_connects() {
        for role in Role::ALL {
            let calls = allowed(role);
            for call in ["socket", "connect", "bind"] {
                assert_eq!(
                    calls.contains(call),
                    role == Role::Network,
                    "{role}: {call}"
                );
            }
        }
    }

    #[test]
    fn no_policy_answers_a_call_that_it_also_allows() {
        for role in Role::ALL {
            let calls = allowed(role);
            for rule in rules(role, 1).expect("embedded policies parse") {
                if rule.verdict != Verdict::Allow {
                    assert!(!calls.contains(&rule.call), "{role}: {}", rule.call);
                }
            }
        }
    }
}

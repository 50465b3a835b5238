//! Each attack against each role; the layers one by one.

use crate::attacks::{ATTACKS, FOREIGN};
use crate::fixture::{self, Fixture};

use crate::harness::{Claim, Outcome, SUPPORT, TestChild, is_killed_by, life_of};
use sandbox::report::{self, Basis, Layer, State};
use sandbox::{Availability, Feature, Namespace, Role, Support, Tier};
use std::os::fd::AsRawFd;

pub const CLAIMS: &[Claim] = &[
    ("demo_survives_no_attack_unpunished", || {
        attack_all(Role::Demo)
    }),
    ("devtools_survives_no_attack_unpunished", || {
        attack_all(Role::Devtools)
    }),
    ("gpu_survives_no_attack_unpunished", || {
        attack_all(Role::Gpu)
    }),
    ("network_survives_no_attack_unpunished", || {
        attack_all(Role::Network)
    }),
    ("renderer_survives_no_attack_unpunished", || {
        attack_all(Role::Renderer)
    }),
    ("shell_survives_no_attack_unpunished", || {
        attack_all(Role::Shell)
    }),
    ("x11_filter_survives_no_attack_unpunished", || {
        attack_all(Role::X11Filter)
    }),
    (
        "calls_of_foreign_conventions_kill",
        calls_of_foreign_conventions_kill,
    ),
    (
        "a_thread_from_before_the_seal_is_held_too",
        a_thread_from_before_the_seal_is_held_too,
    ),
    (
        "a_call_on_no_list_is_told_with_name_and_arguments",
        notification_names_the_call,
    ),
    (
        "without_a_listener_a_call_on_no_list_kills",
        without_a_listener_calls_kill,
    ),
    (
        "only_the_network_role_can_make_a_socket",
        only_the_network_role_can_make_a_socket,
    ),
    (
        "urgent_data_never_reaches_a_socket_in_any_role",
        urgent_data_never_reaches_a_socket,
    ),
    (
        "every_role_is_reported_with_every_layer",
        every_role_is_reported_with_every_layer,
    ),
    (
        "an_unsealed_child_is_reported_as_insufficient",
        unsealed_is_insufficient,
    ),
    (
        "without_the_filter_the_file_system_is_still_empty",
        without_the_filter_no_file_opens,
    ),
    (
        "each_tier_launches_and_is_reported",
        each_tier_launches_and_is_reported,
    ),
    (
        "memory_beyond_the_limit_is_refused",
        memory_beyond_the_limit_is_refused,
    ),
];

fn attack_all(role: Role) {
    let fixture = Fixture::new();
    let sibling = TestChild::launch(role, "idle").sealed();
    for attack in ATTACKS {
        let mut child = TestChild::launch(role, attack.name).sealed();
        let outcome = fixture::run_attack(&mut child, &fixture.setup(sibling.pid));
        assert_eq!(
            outcome.is_refused_or_killed(),
            !attack.work_of.contains(&role),
            "{role}: {}: {outcome:?}",
            attack.name
        );
    }
}

fn calls_of_foreign_conventions_kill() {
    for name in FOREIGN.iter().map(|attack| attack.name) {
        for role in Role::ALL {
            let mut child = TestChild::launch(role, name).sealed();
            match child.go() {
                Outcome::Died(status) if is_killed_by(status, libc::SIGSYS) => {}
                // A kernel without i386 answers int 0x80 with a fault.
                Outcome::Died(status) if name.starts_with("int80") => {
                    assert_eq!(libc::WEXITSTATUS(status), 128 + libc::SIGSEGV, "{name}");
                }
                other => panic!("{role}: {name}: {other:?}"),
            }
        }
    }
}

fn a_thread_from_before_the_seal_is_held_too() {
    for role in [Role::Network, Role::Demo, Role::Gpu] {
        for attack in ["openat", "execve", "socket-unix", "x32-getpid"] {
            let mut child = TestChild::launch(role, &format!("worker:{attack}")).sealed();
            let outcome = child.go();
            assert!(
                outcome.is_refused_or_killed(),
                "{role}: {attack}: {outcome:?}"
            );
        }
    }
}

fn notification_names_the_call() {
    if !SUPPORT.feature(Feature::CallNotifications).is_available() {
        return println!("SKIP: no seccomp listener here");
    }
    let mut child = TestChild::launch(Role::Renderer, "unshare").sealed();
    let outcome = child.go();
    let Outcome::Notified(notification) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(notification.name, "unshare");
    assert_eq!(notification.number, libc::SYS_unshare as i32);
    assert_eq!(notification.args[0], libc::CLONE_NEWUSER as u64);
    assert_eq!(notification.pid.cast_signed(), child.pid);
    assert_ne!(notification.instruction_pointer, 0);
    child.kill();
}

fn without_a_listener_calls_kill() {
    let support = without(&[Feature::CallNotifications]);
    let mut child = TestChild::launch_with(Role::Renderer, &support, "unshare").sealed();
    match child.go() {
        Outcome::Died(status) => assert!(is_killed_by(status, libc::SIGSYS), "{status:x}"),
        other => panic!("{other:?}"),
    }
}

fn only_the_network_role_can_make_a_socket() {
    for role in Role::ALL {
        let mut child = TestChild::launch(role, "clone-socket").sealed();
        let outcome = child.go();
        match outcome {
            // Nobody listens on the discard port.
            Outcome::Returned { errno, .. } if role == Role::Network => {
                assert_eq!(errno, libc::ECONNREFUSED);
            }
            Outcome::Notified(_) | Outcome::Died(_) if role != Role::Network => {}
            other => panic!("{role}: {other:?}"),
        }
    }
}

/// The channel itself would refuse it with an errno: here the call must not even be made.
fn urgent_data_never_reaches_a_socket() {
    if !SUPPORT.feature(Feature::Seccomp).is_available() {
        return println!("SKIP: no filter can be installed here");
    }
    for name in ATTACKS.iter().map(|attack| attack.name) {
        let Some(call) = name.strip_prefix("oob-") else {
            continue;
        };
        for role in Role::ALL {
            let mut child = TestChild::launch(role, name).sealed();
            match child.go() {
                Outcome::Notified(told) => assert_eq!(told.name, call),
                Outcome::Died(status) => assert!(is_killed_by(status, libc::SIGSYS), "{name}"),
                other => panic!("{role}: {name}: {other:?}"),
            }
        }
    }
}

fn every_role_is_reported_with_every_layer() {
    for role in Role::ALL {
        let child = TestChild::launch(role, "idle").sealed();
        let report = child.report(&SUPPORT);
        assert!(report.is_sufficient(), "{report}");
        assert_eq!(report.tier(), SUPPORT.tier(), "{report}");
        assert_eq!(report.state(Layer::Seccomp), State::Enforced, "{report}");
        for namespace in Namespace::ALL {
            let expected = match SUPPORT.namespace(namespace) {
                _ if namespace == Namespace::Net && role == Role::Network => State::NotAttempted,
                Availability::Available => State::Enforced,
                Availability::Unavailable(errno) => State::Unavailable(errno),
            };
            assert_eq!(
                report.state(Layer::Namespace(namespace)),
                expected,
                "{report}"
            );
        }
        for layer in [
            Layer::Capabilities,
            Layer::NoNewPrivileges,
            Layer::Limits,
            Layer::Descriptors,
        ] {
            assert_eq!(report.state(layer), State::Enforced, "{report}");
        }
        let distinct = match SUPPORT.feature(Feature::DistinctUid) {
            Availability::Available => State::Enforced,
            Availability::Unavailable(errno) => State::Unavailable(errno),
        };
        assert_eq!(report.state(Layer::DistinctUid), distinct, "{report}");
        if role == Role::Renderer {
            println!("{report}");
        }
    }
}

fn unsealed_is_insufficient() {
    let child = TestChild::launch(Role::Renderer, "unsealed").sealed();
    let report = child.report(&SUPPORT);
    assert!(!report.is_sufficient(), "{report}");
    for layer in [
        Layer::Seccomp,
        Layer::Root,
        Layer::Capabilities,
        Layer::Limits,
    ] {
        assert!(!matches!(report.state(layer), State::Enforced), "{report}");
    }
    assert!(
        report.missing().any(|row| row.basis == Basis::Implied),
        "{report}"
    );
    let gone = report::verify(i32::MAX, Role::Renderer, &SUPPORT, child.attempted, &[]);
    assert!(!gone.is_sufficient(), "{gone}");
}

fn without_the_filter_no_file_opens() {
    if !SUPPORT.has_namespaces() {
        return println!("SKIP: no namespaces here");
    }
    let all = [Feature::Seccomp, Feature::CallNotifications];
    let plain = [
        Feature::Seccomp,
        Feature::CallNotifications,
        Feature::Landlock,
    ];
    let landlock = SUPPORT.feature(Feature::Landlock).is_available();
    let refusal = if landlock { libc::EACCES } else { 0 };
    // The root directory is there, so only Landlock refuses it; a file is in neither.
    for (off, attack, expected) in [
        (&all[..], "openat-root", refusal),
        (&all[..], "open", libc::ENOENT),
        (&plain[..], "open", libc::ENOENT),
        (&all[..], "unshare", libc::ENOSPC),
        (&plain[..], "unshare", libc::ENOSPC),
        (&plain[..], "mkdir", libc::EROFS),
        (&plain[..], "mount", 0),
    ] {
        if attack == "unshare" && !SUPPORT.feature(Feature::NestingLimit).is_available() {
            continue;
        }
        let mut child = TestChild::launch_with(Role::Renderer, &without(off), attack).sealed();
        let report = child.report(&without(off));
        assert!(!report.is_sufficient(), "{report}");
        match child.go() {
            Outcome::Returned { value: -1, errno } if expected == 0 || errno == expected => {}
            Outcome::Returned { value: 0.., .. } if attack == "openat-root" && expected == 0 => {}
            other => panic!("{attack}: {other:?}, not errno {expected}"),
        }
    }
}

fn each_tier_launches_and_is_reported() {
    let has = |support: &Support| support.tier();
    let mut no_namespaces = SUPPORT.clone();
    for namespace in Namespace::ALL {
        no_namespaces.set_namespace(namespace, Availability::Unavailable(libc::EPERM));
    }
    let mut filter_alone = no_namespaces.clone();
    filter_alone.set_feature(
        Feature::Landlock,
        Availability::Unavailable(libc::EOPNOTSUPP),
    );
    let no_landlock = without(&[Feature::Landlock]);
    for support in [&SUPPORT, &no_namespaces, &no_landlock, &filter_alone] {
        for role in Role::ALL {
            let mut child = TestChild::launch_with(role, support, life_of(role)).sealed();
            let report = child.report(support);
            assert_eq!(report.tier(), has(support), "{report}");
            assert!(report.is_sufficient(), "{report}");
            let outcome = child.go();
            assert!(
                matches!(outcome, Outcome::Returned { value: 0, .. }),
                "{role}: {outcome:?}"
            );
        }
    }
    assert_eq!(filter_alone.tier(), Tier::D);
}

fn memory_beyond_the_limit_is_refused() {
    for role in Role::ALL {
        let mut child = TestChild::launch(role, "memory").sealed();
        let outcome = child.go();
        assert!(
            matches!(outcome, Outcome::Returned { value: 0, .. }),
            "{role}: {outcome:?}"
        );
        assert!(child.pidfd.as_raw_fd() > 2);
    }
}

fn without(features: &[Feature]) -> Support {
    let mut support = SUPPORT.clone();
    for feature in features {
        support.set_feature(*feature, Availability::Unavailable(libc::ENOSYS));
    }
    support
}

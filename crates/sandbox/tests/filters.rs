//! The compiled filters, run in a small machine of the tests: what must hold of them.

#[path = "sweep/machine.rs"]
mod machine;

use machine::{ALLOW, Call, I386, KILL, NOTIFY, X86_64, answer};
use sandbox::{Programs, Role, compile};

const OWN_PID: u32 = 77;

fn verdict(programs: &Programs, number: i64, arguments: [u64; 6]) -> u32 {
    verdict_of(programs, X86_64, number as u32, arguments)
}

fn verdict_of(programs: &Programs, architecture: u32, number: u32, arguments: [u64; 6]) -> u32 {
    let call = Call {
        architecture,
        number,
        arguments,
    };
    machine::run_stack(&machine::stack_of(programs), &call).expect("a program")
}

fn both(role: Role) -> [(Programs, u32); 2] {
    [(true, NOTIFY), (false, KILL)]
        .map(|(notify, default)| (compile(role, OWN_PID, notify).expect("compiles"), default))
}

#[test]
fn a_call_on_no_list_gets_the_default_in_every_role() {
    for role in Role::ALL {
        for (programs, default) in both(role) {
            for number in [libc::SYS_ptrace, libc::SYS_execve, libc::SYS_clone3, 999] {
                assert_eq!(
                    verdict(&programs, number, [0; 6]),
                    default,
                    "{role}: {number}"
                );
            }
        }
    }
}

#[test]
fn foreign_conventions_are_killed_even_where_the_default_is_to_notify() {
    for role in Role::ALL {
        for (programs, _) in both(role) {
            for number in [0, 1, 20, 60, 231] {
                assert_eq!(verdict_of(&programs, I386, number, [0; 6]), KILL);
                assert_eq!(
                    verdict_of(&programs, X86_64, number | machine::X32_BIT, [0; 6]),
                    KILL
                );
            }
            assert_eq!(verdict_of(&programs, X86_64, u32::MAX, [0; 6]), KILL);
        }
    }
}

#[test]
fn answered_calls_are_answered_whatever_the_default() {
    for (programs, _) in both(Role::Renderer) {
        assert_eq!(
            verdict(&programs, libc::SYS_openat, [9; 6]),
            answer(libc::EPERM)
        );
        assert_eq!(
            verdict(&programs, libc::SYS_statx, [9; 6]),
            answer(libc::ENOSYS)
        );
        assert_eq!(
            verdict(&programs, libc::SYS_getcwd, [9; 6]),
            answer(libc::ENOENT)
        );
    }
}

#[test]
fn no_placeholder_is_left_in_a_program() {
    for role in Role::ALL {
        for (programs, default) in both(role) {
            for instruction in &programs.allow_list {
                if instruction.code == 0x06 {
                    assert!(
                        [KILL, ALLOW, default].contains(&instruction.k),
                        "{instruction:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn memory_is_never_executable() {
    for role in Role::ALL {
        for (programs, default) in both(role) {
            let private = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
            let mmap = |prot: u64, flags: u64| {
                verdict(
                    &programs,
                    libc::SYS_mmap,
                    [0, 4096, prot, flags, u64::MAX, 0],
                )
            };
            assert_eq!(mmap(3, private), ALLOW);
            assert_eq!(mmap(0, private | libc::MAP_NORESERVE as u64), ALLOW);
            // The X11 filter passes shared memory on and looks into none.
            let maps_regions = role != Role::X11Filter;
            let shared = if maps_regions { ALLOW } else { default };
            assert_eq!(mmap(1, libc::MAP_SHARED as u64), shared);
            assert_eq!(mmap(7, private), default);
            assert_eq!(mmap(5, libc::MAP_SHARED as u64), default);
            assert_eq!(mmap(3 | 1 << 32, private), default);
            assert_eq!(mmap(3, private | libc::MAP_LOCKED as u64), default);
            assert_eq!(mmap(3, private | libc::MAP_HUGETLB as u64), default);
            assert_eq!(
                mmap(3, (libc::MAP_SHARED | libc::MAP_ANONYMOUS) as u64),
                default
            );
            assert_eq!(
                verdict(&programs, libc::SYS_mprotect, [0, 1, 3, 0, 0, 0]),
                ALLOW
            );
            assert_eq!(
                verdict(&programs, libc::SYS_mprotect, [0, 1, 5, 0, 0, 0]),
                default
            );
        }
    }
}

#[test]
fn locks_are_the_only_futexes() {
    for (programs, default) in both(Role::Renderer) {
        let futex =
            |operation: u64| verdict(&programs, libc::SYS_futex, [0, operation, 0, 0, 0, 0]);
        for operation in [0, 1, 9, 10, 128, 129, 137, 138, 265, 393] {
            assert_eq!(futex(operation), ALLOW, "{operation}");
        }
        for operation in [2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 134, 512] {
            assert_eq!(futex(operation), default, "{operation}");
        }
    }
}

#[test]
fn a_process_may_abort_itself_and_signal_nobody_else() {
    for role in Role::ALL {
        for (programs, default) in both(role) {
            let tgkill = |pid: u32, signal: i32| {
                let arguments = [u64::from(pid), 5, signal as u64, 0, 0, 0];
                verdict(&programs, libc::SYS_tgkill, arguments)
            };
            assert_eq!(tgkill(OWN_PID, libc::SIGABRT), ALLOW);
            assert_eq!(tgkill(OWN_PID, libc::SIGKILL), default);
            assert_eq!(tgkill(OWN_PID + 1, libc::SIGABRT), default);
        }
    }
}

#[test]
fn the_network_role_makes_internet_sockets_alone() {
    for (programs, default) in both(Role::Network) {
        let socket = |domain: i32, kind: i32, protocol: i32| {
            let arguments = [domain as u64, kind as u64, protocol as u64, 0, 0, 0];
            verdict(&programs, libc::SYS_socket, arguments)
        };
        let stream = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
        assert_eq!(socket(libc::AF_INET, stream, 0), ALLOW);
        assert_eq!(
            socket(libc::AF_INET6, stream | libc::SOCK_NONBLOCK, 6),
            ALLOW
        );
        assert_eq!(socket(libc::AF_INET, libc::SOCK_DGRAM, 17), ALLOW);
        assert_eq!(socket(libc::AF_INET, libc::SOCK_RAW, 1), default);
        assert_eq!(socket(libc::AF_INET, libc::SOCK_DGRAM, 1), default);
        assert_eq!(socket(libc::AF_INET, stream, 132), default);
        for domain in [
            libc::AF_UNIX,
            libc::AF_NETLINK,
            libc::AF_VSOCK,
            libc::AF_ALG,
        ] {
            assert_eq!(socket(domain, stream, 0), default);
        }
    }
}

#[test]
fn urgent_data_is_neither_sent_nor_taken_in_any_role() {
    let used = [
        0,
        libc::MSG_DONTWAIT,
        libc::MSG_NOSIGNAL,
        libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
        libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC,
        libc::MSG_DONTWAIT | libc::MSG_PEEK,
    ];
    for role in Role::ALL {
        for (programs, default) in both(role) {
            for flags in used.map(|flags| (flags | libc::MSG_OOB) as u64) {
                for number in [libc::SYS_sendto, libc::SYS_recvfrom] {
                    let arguments = [3, 0x1000, 1, flags, 0, 0];
                    assert_eq!(verdict(&programs, number, arguments), default, "{role}");
                }
                for number in [libc::SYS_sendmsg, libc::SYS_recvmsg] {
                    let arguments = [3, 0x1000, flags, 0, 0, 0];
                    assert_eq!(verdict(&programs, number, arguments), default, "{role}");
                }
            }
        }
    }
}

#[test]
fn sockets_are_used_with_the_flags_of_their_role_alone() {
    let send = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    let peek = libc::MSG_DONTWAIT | libc::MSG_PEEK;
    for (role, number, allowed, refused) in [
        (Role::Demo, libc::SYS_sendto, send, libc::MSG_MORE),
        (Role::Demo, libc::SYS_recvfrom, libc::MSG_DONTWAIT, peek),
        (Role::Devtools, libc::SYS_sendto, send, libc::MSG_MORE),
        (Role::Devtools, libc::SYS_recvfrom, libc::MSG_DONTWAIT, peek),
        (Role::Gpu, libc::SYS_sendto, send, libc::MSG_MORE),
        (Role::Gpu, libc::SYS_recvfrom, 0, libc::MSG_PEEK),
        (Role::Network, libc::SYS_sendto, send, libc::MSG_FASTOPEN),
        (Role::Network, libc::SYS_recvfrom, peek, libc::MSG_TRUNC),
    ] {
        for (programs, default) in both(role) {
            let call = |flags: i32| [3, 0x1000, 1, flags as u64, 0, 0];
            assert_eq!(verdict(&programs, number, call(allowed)), ALLOW, "{role}");
            assert_eq!(verdict(&programs, number, call(refused)), default, "{role}");
        }
    }
}

#[test]
fn terminal_tricks_are_on_no_list() {
    for role in Role::ALL {
        for (programs, default) in both(role) {
            for request in [libc::TIOCSTI, libc::TIOCLINUX, 0xc050_2100, 0xc018_2101] {
                let arguments = [0, request, 0, 0, 0, 0];
                assert_eq!(
                    verdict(&programs, libc::SYS_ioctl, arguments),
                    default,
                    "{role}"
                );
            }
        }
    }
}

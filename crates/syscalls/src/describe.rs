//! A system call in words: `socket(AF_INET, SOCK_STREAM, 0)`.
//!
//! Never: follows a pointer. The memory behind it belongs to the caller, and another thread of the
//! caller can write to it meanwhile. Pointers stay numbers.

use crate::kinds::{ArgKind, Words};
use crate::signatures;
use crate::words::SOCKET_OPTION;
use std::fmt::Write;

/// The call with its arguments in words; an unknown call with all six arguments as numbers.
pub fn call(name: &str, arguments: &[u64; 6]) -> String {
    let Some(kinds) = signatures::of(name) else {
        let arguments = arguments.map(|argument| format!("{argument:#x}"));
        return format!("{name}({})", arguments.join(", "));
    };
    let arguments: Vec<String> = kinds
        .iter()
        .enumerate()
        .map(|(index, kind)| argument(*kind, index, arguments))
        .collect();
    format!("{name}({})", arguments.join(", "))
}

fn argument(kind: ArgKind, index: usize, all: &[u64; 6]) -> String {
    let value = all[index];
    // The kernel reads only the low half of an `int` or an `unsigned int`.
    let low = value as u32;
    match kind {
        ArgKind::Folder if low.cast_signed() == libc::AT_FDCWD => "AT_FDCWD".to_owned(),
        ArgKind::Int | ArgKind::Folder => low.cast_signed().to_string(),
        ArgKind::Mode => format!("{low:#o}"),
        ArgKind::Number if value < 4096 => value.to_string(),
        ArgKind::Number => format!("{value:#x}"),
        ArgKind::Pointer if value == 0 => "NULL".to_owned(),
        ArgKind::Pointer => format!("{value:#x}"),
        ArgKind::Size => value.to_string(),
        ArgKind::SocketOption if all[1] as u32 == libc::SOL_SOCKET.cast_unsigned() => {
            words(&SOCKET_OPTION, low.into())
        }
        ArgKind::SocketOption => low.cast_signed().to_string(),
        ArgKind::Words(known) => words(known, low.into()),
        ArgKind::LongWords(known) => words(known, value),
    }
}

/// The names of a value, with the bits that have none as a number.
fn words(known: &Words, value: u64) -> String {
    if let Some((name, _)) = known.choices.iter().find(|(_, choice)| *choice == value) {
        return (*name).to_owned();
    }
    let mut text = String::new();
    let mut add = |part: &str| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{part}", if text.is_empty() { "" } else { "|" });
    };
    let base = value & known.mask;
    match known.choices.iter().find(|(_, choice)| *choice == base) {
        Some((name, _)) if known.mask != 0 => add(name),
        _ if base != 0 => add(&base.to_string()),
        _ => {}
    }
    let mut rest = value & !known.mask;
    for (name, flag) in known.flags {
        if rest & flag == *flag {
            add(name);
            rest &= !flag;
        }
    }
    if rest != 0 {
        add(&format!("{rest:#x}"));
    }
    if text.is_empty() {
        text.push('0');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use libc::*;

    fn described(name: &str, arguments: &[i64]) -> String {
        let mut all = [0; 6];
        for (slot, argument) in all.iter_mut().zip(arguments) {
            *slot = argument.cast_unsigned();
        }
        call(name, &all)
    }

    #[test]
    fn arguments_have_the_names_that_people_know() {
        let stream: i64 = (SOCK_STREAM | SOCK_CLOEXEC).into();
        for (name, arguments, expected) in [
            ("socket", vec![2, 1, 0], "socket(AF_INET, SOCK_STREAM, 0)"),
            (
                "socket",
                vec![10, stream, 6],
                "socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, 6)",
            ),
            (
                "mmap",
                vec![0, 4096, 7, 0x22, -1, 0],
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, \
                 0)",
            ),
            (
                "mprotect",
                vec![0x7000_0000, 4096, 0],
                "mprotect(0x70000000, 4096, PROT_NONE)",
            ),
            (
                "openat",
                vec![-100, 0x5000, (O_RDWR | O_CREAT).into()],
                "openat(AT_FDCWD, 0x5000, O_RDWR|O_CREAT)",
            ),
            (
                "open",
                vec![0, (O_CLOEXEC | O_DIRECTORY).into()],
                "open(NULL, O_RDONLY|O_CLOEXEC|O_DIRECTORY)",
            ),
            (
                "clone",
                vec![(CLONE_NEWUSER | SIGCHLD).into()],
                "clone(SIGCHLD|CLONE_NEWUSER, NULL, NULL, NULL, NULL)",
            ),
            (
                "clone",
                vec![CLONE_VM.into()],
                "clone(CLONE_VM, NULL, NULL, NULL, NULL)",
            ),
            ("unshare", vec![0x1000_0000], "unshare(CLONE_NEWUSER)"),
            ("kill", vec![-1, 9], "kill(-1, SIGKILL)"),
            ("tgkill", vec![5, 6, 0], "tgkill(5, 6, 0)"),
            ("prctl", vec![4, 1], "prctl(PR_SET_DUMPABLE, 1)"),
            (
                "ioctl",
                vec![0, 0x5412, 0x9000],
                "ioctl(0, TIOCSTI, 0x9000)",
            ),
            (
                "sendmsg",
                vec![3, 0x9000, MSG_OOB.into()],
                "sendmsg(3, 0x9000, MSG_OOB)",
            ),
            (
                "futex",
                vec![0x9000, 128 | 9],
                "futex(0x9000, FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0)",
            ),
            (
                "setsockopt",
                vec![3, 1, 16, 0x9000, 4],
                "setsockopt(3, SOL_SOCKET, SO_PASSCRED, 0x9000, 4)",
            ),
            (
                "setsockopt",
                vec![3, 6, 1, 0x9000, 4],
                "setsockopt(3, IPPROTO_TCP, 1, 0x9000, 4)",
            ),
            (
                "madvise",
                vec![0x9000, 4096, 4],
                "madvise(0x9000, 4096, MADV_DONTNEED)",
            ),
            ("fcntl", vec![3, 4, 2048], "fcntl(3, F_SETFL, 2048)"),
            (
                "rt_sigaction",
                vec![33, 0, 0, 8],
                "rt_sigaction(33, NULL, NULL, 8)",
            ),
            ("chmod", vec![0x9000, 0o4755], "chmod(0x9000, 0o4755)"),
            ("getpid", vec![1, 2, 3], "getpid()"),
        ] {
            assert_eq!(described(name, &arguments), expected);
        }
    }

    #[test]
    fn a_call_that_is_not_known_shows_all_six_numbers() {
        assert_eq!(
            described("unknown", &[1, -1]),
            "unknown(0x1, 0xffffffffffffffff, 0x0, 0x0, 0x0, 0x0)"
        );
    }

    #[test]
    fn bits_without_a_name_are_not_left_out() {
        assert_eq!(
            described("sendmsg", &[3, 0, 0x0800_0000 | i64::from(MSG_DONTWAIT)]),
            "sendmsg(3, NULL, MSG_DONTWAIT|0x8000000)"
        );
        // All 64 bits of a protection count, and 32 of a family.
        assert_eq!(
            described("mprotect", &[0, 1, 1 << 40]),
            "mprotect(NULL, 1, 0x10000000000)"
        );
        assert_eq!(
            described("socket", &[2 | 1 << 40, 77, 0]),
            "socket(AF_INET, 13|0x40, 0)"
        );
    }

    #[test]
    fn whatever_the_arguments_the_text_is_short() {
        for name in signatures::names() {
            let text = call(name, &[u64::MAX; 6]);
            assert!(text.len() < 800, "{text}");
        }
    }
}

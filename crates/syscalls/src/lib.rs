//! The system calls of x86-64: names, numbers, and the words for their arguments.
//!
//! One table for everybody in this project who names a system call. The crate only holds data: it
//! makes no system call itself.
//!
//! ```
//! assert_eq!(syscalls::number_of("socket"), Some(41));
//! assert_eq!(syscalls::name_of(41_u32), Some("socket"));
//! assert_eq!(
//!     syscalls::describe(41_u32, &[2, 1, 0, 0, 0, 0]),
//!     "socket(AF_INET, SOCK_STREAM, 0)",
//! );
//! // An unknown number stays a number.
//! assert_eq!(syscalls::number_of("sockets"), None);
//! assert_eq!(syscalls::describe(999_u32, &[0; 6]), "number 999(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
//! ```

#![forbid(unsafe_code)]

mod describe;
mod kinds;
mod signatures;
mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<u32, &'static str>> = LazyLock::new(|| lines(TEXT).collect());

/// The bit that marks a number of the x32 calling convention.
pub const X32_BIT: u32 = 0x4000_0000;

/// The name of the call with this number, or `None` for a number that no call had when the table
/// was made.
pub fn name_of(number: impl Into<i64>) -> Option<&'static str> {
    let number = u32::try_from(number.into()).ok()?;
    TABLE.get(&number).copied()
}

/// The number of the call with this name.
pub fn number_of(name: &str) -> Option<u32> {
    let found = TABLE.iter().find(|(_, known)| **known == name);
    found.map(|(number, _)| *number)
}

/// The call as people write it: `socket(AF_INET, SOCK_STREAM, 0)`. Pointers are shown as numbers.
pub fn describe(number: impl Into<i64>, arguments: &[u64; 6]) -> String {
    let number = number.into();
    match name_of(number) {
        Some(name) => describe::call(name, arguments),
        None => describe::call(&format!("number {number}"), arguments),
    }
}

/// The name of a signal, or `None` for a number without one, such as a real-time signal.
pub fn signal_name(number: i32) -> Option<&'static str> {
    let number = u64::try_from(number).ok()?;
    let found = words::SIGNALS.iter().find(|(_, known)| *known == number);
    found.map(|(name, _)| *name)
}

fn lines(text: &'static str) -> impl Iterator<Item = (u32, &'static str)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (number, name) = line.split_once(' ')?;
            Some((number.parse().ok()?, name))
        })
}

/// Number and name of every call, one a line.
const TEXT: &str = include_str!("../tables/x86_64.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_libc() {
        let known = [
            ("read", libc::SYS_read),
            ("mmap", libc::SYS_mmap),
            ("clone3", libc::SYS_clone3),
            ("futex", libc::SYS_futex),
            ("mseal", libc::SYS_mseal),
            ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
        ];
        for (name, number) in known {
            assert_eq!(number_of(name).map(i64::from), Some(number));
            assert_eq!(name_of(number), Some(name));
        }
    }

    #[test]
    fn signals_have_the_names_of_the_manual() {
        assert_eq!(signal_name(11), Some("SIGSEGV"));
        assert_eq!(signal_name(31), Some("SIGSYS"));
        assert_eq!(signal_name(34), None);
        assert_eq!(signal_name(-11), None);
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let expected = TEXT.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), expected);
        assert_eq!(name_of(9_999), None);
        assert_eq!(name_of(-1), None);
    }

    #[test]
    fn every_call_of_the_table_exists_once() {
        for (at, name) in signatures::names().enumerate() {
            assert!(number_of(name).is_some(), "{name}");
            assert_eq!(
                signatures::names().position(|known| known == name),
                Some(at),
                "{name}"
            );
        }
    }
}

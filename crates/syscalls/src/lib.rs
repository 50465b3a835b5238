//! Names and numbers of the system calls.
//!
//! Owns: the embedded table. Trusts: it. Never: asks the system's headers at run time.

#![forbid(unsafe_code)]

pub mod describe;
mod signatures;

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<i64, &'static str>> =
    LazyLock::new(|| lines(include_str!("../tables/x86_64.txt")).collect());

/// The bit that marks a number of the x32 calling convention.
pub const X32_BIT: u32 = 0x4000_0000;

/// The name of a call, or `None` for a number that the table does not have.
pub fn name_of(number: i64) -> Option<&'static str> {
    TABLE.get(&number).copied()
}

/// The number of a call.
pub fn number_of(name: &str) -> Option<i64> {
    TABLE
        .iter()
        .find(|(_, known)| **known == name)
        .map(|(number, _)| *number)
}

/// A table of libc's `int` constants, none of which is negative.
#[macro_export]
macro_rules! values {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), $name as u64)),*] };
}

fn lines(text: &'static str) -> impl Iterator<Item = (i64, &'static str)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (number, name) = line.split_once(' ')?;
            Some((number.parse().ok()?, name))
        })
}

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
            assert_eq!(number_of(name), Some(number));
            assert_eq!(name_of(number), Some(name));
        }
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let text = include_str!("../tables/x86_64.txt");
        let expected = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), expected);
        assert_eq!(name_of(9_999), None);
    }
}

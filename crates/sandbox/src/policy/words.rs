//! The words for values of arguments and errnos that policies may use.
//!
//! Never: takes an unknown word for zero.

use libc::*;

/// The value of `word`: a known name, `0x…`, or a decimal number.
pub(crate) fn value(word: &str) -> Option<u64> {
    if let Some(hex) = word.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok();
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return word.parse().ok();
    }
    VALUES
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value)
}

/// The errno of that name.
pub(crate) fn errno(name: &str) -> Option<i32> {
    ERRNOS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, errno)| *errno)
}

/// The name of that errno, among those that policies and canaries use.
pub(crate) fn errno_name(errno: i32) -> Option<&'static str> {
    ERRNOS
        .iter()
        .find(|(_, known)| *known == errno)
        .map(|(name, _)| *name)
}

const ERRNOS: &[(&str, i32)] = &[
    ("EACCES", EACCES),
    ("EAGAIN", EAGAIN),
    ("EBADF", EBADF),
    ("EFAULT", EFAULT),
    ("EINVAL", EINVAL),
    ("ENETUNREACH", ENETUNREACH),
    ("ENODEV", ENODEV),
    ("ENOENT", ENOENT),
    ("ENOMEM", ENOMEM),
    ("ENOSPC", ENOSPC),
    ("ENOSYS", ENOSYS),
    ("ENOTTY", ENOTTY),
    ("ENXIO", ENXIO),
    ("EOPNOTSUPP", EOPNOTSUPP),
    ("EPERM", EPERM),
    ("EROFS", EROFS),
    ("ESRCH", ESRCH),
];

/// A table of libc's `int` constants, none of which is negative.
macro_rules! values {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), $name as u64)),*] };
}

const VALUES: &[(&str, u64)] = values![
    AF_INET,
    AF_INET6,
    FIONBIO,
    FIONREAD,
    FUTEX_CLOCK_REALTIME,
    FUTEX_PRIVATE_FLAG,
    FUTEX_WAIT,
    FUTEX_WAIT_BITSET,
    FUTEX_WAKE,
    FUTEX_WAKE_BITSET,
    F_ADD_SEALS,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_GETFL,
    F_GET_SEALS,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SETFL,
    IPPROTO_TCP,
    IPPROTO_UDP,
    MADV_DONTNEED,
    MADV_FREE,
    MAP_ANONYMOUS,
    MAP_FIXED,
    MAP_NORESERVE,
    MAP_PRIVATE,
    MAP_SHARED,
    MAP_STACK,
    MFD_ALLOW_SEALING,
    MFD_CLOEXEC,
    MFD_NOEXEC_SEAL,
    MREMAP_MAYMOVE,
    MSG_CMSG_CLOEXEC,
    MSG_DONTWAIT,
    MSG_NOSIGNAL,
    MSG_PEEK,
    O_NONBLOCK,
    O_RDWR,
    O_WRONLY,
    PROT_READ,
    PROT_WRITE,
    PR_SET_NAME,
    SIGABRT,
    SOCK_CLOEXEC,
    SOCK_DGRAM,
    SOCK_NONBLOCK,
    SOCK_STREAM,
    SOL_SOCKET,
    SO_ACCEPTCONN,
    SO_DOMAIN,
    SO_ERROR,
    SO_KEEPALIVE,
    SO_PROTOCOL,
    SO_RCVBUF,
    SO_RCVTIMEO,
    SO_SNDTIMEO,
    SO_TYPE,
    TCP_NODELAY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_has_no_value() {
        assert_eq!(value("PROT_EXEC"), None);
        assert_eq!(value("0xzz"), None);
        assert_eq!(value("12x"), None);
        assert_eq!(errno("EWHATEVER"), None);
    }

    #[test]
    fn words_and_numbers_have_their_value() {
        assert_eq!(value("PROT_WRITE"), Some(2));
        assert_eq!(value("0x10"), Some(16));
        assert_eq!(value("17"), Some(17));
        assert_eq!(errno("ENOSYS"), Some(38));
    }
}

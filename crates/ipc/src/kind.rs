//! What a descriptor really is. Owns: the checks. Trusts: what `fstat`, `getsockopt` and `fcntl`
//! say of a descriptor, never what a message says. Never: takes, keeps or closes one.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, SealFlag, fcntl};
use nix::sys::socket::{SockType, getsockopt, sockopt};
use nix::sys::stat::SFlag;
use protocol::HandleKind;
use protocol::misbehaviour::Misbehaviour;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Checks the kind of a descriptor. A failed system call is the peer's fault too, since none fails
/// on a descriptor of the right kind.
pub(crate) fn check_kind(kind: HandleKind, fd: BorrowedFd<'_>) -> Result<(), Misbehaviour> {
    let fine = match kind {
        HandleKind::ByteStream => is_byte_stream(fd),
        HandleKind::Channel => is_channel(fd),
        HandleKind::Listener => is_listener(fd),
        HandleKind::PipeReader => is_pipe(fd, OFlag::O_RDONLY),
        HandleKind::PipeWriter => is_pipe(fd, OFlag::O_WRONLY),
        HandleKind::Region => return check_region(fd),
        HandleKind::SeccompListener => is_anonymous(fd),
        HandleKind::UnixStream => is_unix_stream(fd),
    };
    if fine.unwrap_or(false) {
        Ok(())
    } else {
        Err(Misbehaviour::BadHandle)
    }
}

fn is_channel(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    Ok(socket_domain(fd)? == libc::AF_UNIX
        && getsockopt(&fd, sockopt::SockType)? == SockType::SeqPacket
        && !getsockopt(&fd, sockopt::AcceptConn)?)
}

fn is_unix_stream(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    Ok(socket_domain(fd)? == libc::AF_UNIX
        && getsockopt(&fd, sockopt::SockType)? == SockType::Stream
        && !getsockopt(&fd, sockopt::AcceptConn)?)
}

fn is_listener(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    Ok(matches!(socket_domain(fd)?, libc::AF_INET | libc::AF_INET6)
        && getsockopt(&fd, sockopt::SockType)? == SockType::Stream
        && getsockopt(&fd, sockopt::AcceptConn)?)
}

fn is_byte_stream(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
    match file_type(fd)? == SFlag::S_IFIFO {
        true => Ok(!flags.contains(OFlag::O_PATH)),
        false => is_unix_stream(fd),
    }
}

fn is_pipe(fd: BorrowedFd<'_>, access: OFlag) -> Result<bool, Errno> {
    let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
    Ok(file_type(fd)? == SFlag::S_IFIFO
        // An O_PATH descriptor of a pipe reports read access and has none.
        && !flags.contains(OFlag::O_PATH)
        && (flags & OFlag::O_ACCMODE) == access)
}

fn check_region(fd: BorrowedFd<'_>) -> Result<(), Misbehaviour> {
    // Fails on everything but memory files.
    let seals = fcntl(fd, FcntlArg::F_GET_SEALS).map_err(|_| Misbehaviour::BadHandle)?;
    let needed = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    if SealFlag::from_bits_retain(seals).contains(needed) {
        Ok(())
    } else {
        Err(Misbehaviour::RegionNotSealed)
    }
}

/// Anonymous inodes (a seccomp listener, but also an epoll descriptor) have no file type. This
/// check is enough: the first ioctl on the listener finds out the rest.
fn is_anonymous(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    Ok(file_type(fd)?.is_empty())
}

/// Makes the system call directly: glibc's fstat calls newfstatat, which also takes paths and which
/// the sandbox therefore refuses. `shm` has the same call for the size; the two crates share no
/// lower one that may hold `unsafe`.
fn status(fd: BorrowedFd<'_>) -> Result<libc::stat, Errno> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the buffer is as big as the call writes.
    let answer = unsafe { libc::syscall(libc::SYS_fstat, fd.as_raw_fd(), status.as_mut_ptr()) };
    Errno::result(answer)?;
    // SAFETY: the call succeeded, so it has filled the buffer.
    Ok(unsafe { status.assume_init() })
}

fn file_type(fd: BorrowedFd<'_>) -> Result<SFlag, Errno> {
    Ok(SFlag::from_bits_truncate(
        status(fd)?.st_mode & SFlag::S_IFMT.bits(),
    ))
}

/// The number of an end of a channel in records: that of its inode, as in the link
/// `socket:[N]` under `/proc/PID/fd`. Both its holder and whoever made it can find it out. 0 where
/// nothing is recorded.
pub fn edge_of(channel: BorrowedFd<'_>) -> u32 {
    if !flight::ENABLED {
        return 0;
    }
    // The kernel numbers sockets with 32 bits.
    status(channel).map_or(0, |status| status.st_ino as u32)
}

fn socket_domain(fd: BorrowedFd<'_>) -> Result<libc::c_int, Errno> {
    let mut domain: libc::c_int = 0;
    let mut length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: both pointers are to live locals, and `length` is the size of `domain`.
    let status = unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_DOMAIN,
            (&raw mut domain).cast(),
            &raw mut length,
        )
    };
    Errno::result(status).map(|_| domain)
}

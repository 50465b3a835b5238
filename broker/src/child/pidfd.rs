//! Kills a process, and waits for its end, through its process descriptor.
//!
//! Owns: the two system calls. Never: signals or waits by number, which can name another process.
#![allow(unsafe_code, reason = "pidfd_send_signal and waitid with its usage")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Sends SIGKILL; see pidfd_send_signal(2).
pub fn kill(pidfd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: no pointer is passed but a null one, which the call allows.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            libc::SIGKILL,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// How a process ended.
pub struct End {
    /// Exit code, if the process exited.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Peak of its resident memory. Includes the time before its `execve`, so the peak is never
    /// below the memory of the broker at that moment.
    pub resident_bytes_peak: u64,
}

/// Waits until a child is dead, and frees its process id; see waitid(2).
pub fn wait(pidfd: BorrowedFd<'_>) -> io::Result<End> {
    // SAFETY: plain old data; zero is valid.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // The system call has a fifth argument, which the function of libc lacks.
        // SAFETY: two valid slots of the types that the call fills.
        let result = unsafe {
            libc::syscall(
                libc::SYS_waitid,
                libc::P_PIDFD,
                pidfd.as_raw_fd(),
                &raw mut info,
                libc::WEXITED,
                &raw mut usage,
            )
        };
        if result == 0 {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: a successful wait for an end has filled the field.
    let status = unsafe { info.si_status() };
    let has_left = info.si_code == libc::CLD_EXITED;
    Ok(End {
        code: has_left.then_some(status),
        signal: (!has_left).then_some(status),
        resident_bytes_peak: u64::try_from(usage.ru_maxrss)
            .unwrap_or(0)
            .saturating_mul(1024),
    })
}

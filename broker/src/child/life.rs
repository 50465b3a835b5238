//! Kills a child, learns of its end, and waits for it, by its process id. The id of a child stays
//! its own until the broker has waited for it, so it cannot name another process; and 300 tabs need
//! no descriptor for it.
//!
//! Owns: the system calls. Never: takes an id that has been waited for.
#![allow(
    unsafe_code,
    reason = "waitid with the usage of the child, and sigaction"
)]

use nix::errno::Errno;
use nix::sys::signal::{self, SigHandler, Signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use std::io;

/// Has the kernel tell of dead children, and keep them until they are waited for. A parent that
/// ignores SIGCHLD leaves that to the programs it starts, and then the kernel does neither.
pub fn keep_the_dead() -> io::Result<()> {
    // SAFETY: no handler of ours is installed.
    unsafe { signal::signal(Signal::SIGCHLD, SigHandler::SigDfl)? };
    Ok(())
}

/// Sends a signal to a child that has not been waited for.
pub fn signal(pid: i32, signal: Signal) -> io::Result<()> {
    Ok(signal::kill(Pid::from_raw(pid), signal)?)
}

/// Whether a child is dead. It can still be waited for.
pub fn is_over(pid: i32) -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match waitid(Id::Pid(Pid::from_raw(pid)), flags) {
        Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => false,
        // What cannot be waited for is no child any more.
        Ok(_) | Err(_) => true,
    }
}

/// How a process ended.
pub struct End {
    /// Exit code, if the process exited.
    pub code: Option<i32>,
    /// Signal that ended it.
    pub signal: Option<i32>,
    /// Peak of its resident memory, once it is dead. Includes the time before its `execve`, so the
    /// peak is never below the memory of the broker at that moment.
    pub resident_bytes_peak: Option<u64>,
}

/// How a child ends that has begun to, before the kernel has taken its memory away. Nothing if it
/// runs or exits with code 0, or if the kernel does not say; of a stopped process the signal that
/// stopped it.
pub fn fate(pid: i32) -> Option<End> {
    let status = sandbox::exit_status(u32::try_from(pid).ok()?).ok()?;
    if status == 0 {
        return None;
    }
    let is_signal = libc::WIFSIGNALED(status);
    Some(End {
        code: (!is_signal).then(|| libc::WEXITSTATUS(status)),
        signal: is_signal.then(|| libc::WTERMSIG(status)),
        resident_bytes_peak: None,
    })
}

/// Waits until a child is dead, and frees its process id; see waitid(2).
pub fn wait(pid: i32) -> io::Result<End> {
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
                libc::P_PID,
                pid,
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
            .ok()
            .map(|kib| kib.saturating_mul(1024)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn the_fate_of_a_child_is_known_from_its_end_on_and_not_before() {
        let mut child = Command::new("/bin/cat")
            .stdin(Stdio::piped())
            .spawn()
            .expect("cat is there");
        let pid = i32::try_from(child.id()).expect("a pid fits");
        assert!(fate(pid).is_none());
        signal(pid, Signal::SIGKILL).expect("it is ours");
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(Pid::from_raw(pid)), flags).expect("its end");
        let end = fate(pid).expect("it is dead");
        assert_eq!((end.code, end.signal), (None, Some(libc::SIGKILL)));
        child.wait().expect("it ends");
        assert!(fate(pid).is_none(), "it is gone");
    }
}

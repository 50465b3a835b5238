//! Looks at processes from outside, signals them, and waits for their end.
#![allow(unsafe_code, reason = "pidfd_open, which nix does not offer")]

use crate::wait::Watchdog;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use procfs::process::Process;
use std::collections::BTreeSet;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};

/// Sends a signal.
pub fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).expect("the process is there");
}

/// Whether it runs: neither gone nor a zombie.
pub fn is_running(pid: i32) -> bool {
    let stat = Process::new(pid).and_then(|process| process.stat());
    stat.is_ok_and(|stat| !matches!(stat.state, 'Z' | 'X'))
}

/// Waits until it runs no longer.
pub fn wait_until_gone(pid: i32) {
    let Some(end) = pidfd(pid) else { return };
    let watchdog = Watchdog::start();
    let why = || format!("process {pid} does not end");
    while watchdog.poll([end.as_fd()], why) != [true] {}
}

/// A descriptor that becomes readable when the process ends, or nothing if it is gone; see
/// pidfd_open(2).
pub(crate) fn pidfd(pid: i32) -> Option<OwnedFd> {
    // SAFETY: takes two numbers.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    match Errno::result(result) {
        Ok(fd) => {
            let fd = i32::try_from(fd).expect("a descriptor fits");
            // SAFETY: the call has just made the descriptor, and nothing else knows it.
            Some(unsafe { OwnedFd::from_raw_fd(fd) })
        }
        Err(Errno::ESRCH) => None,
        Err(error) => panic!("pidfd_open({pid}): {error}"),
    }
}

/// How often the process has slept so far, all its threads together.
pub fn wakes(pid: i32) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let of = |thread: std::fs::DirEntry| {
        let status = std::fs::read_to_string(thread.path().join("status")).ok()?;
        let line = status.lines().find(|it| it.starts_with("voluntary_ctxt"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    threads.flatten().filter_map(of).sum()
}

/// Any field of `/proc/PID/status`, by its name there; hence not by the `procfs` crate.
pub fn status_field(pid: i32, name: &str) -> String {
    let text =
        std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name}:")))
        .expect("the field");
    line.split_once(':').expect("a colon").1.trim().to_owned()
}

/// The identity of one of its namespaces.
pub fn namespace(pid: i32, name: &str) -> String {
    let link = std::fs::read_link(format!("/proc/{pid}/ns/{name}")).expect("may be looked at");
    link.display().to_string()
}

/// The numbers of the sockets that a process has open, if it may be looked at.
pub fn sockets(pid: i32) -> Option<BTreeSet<u64>> {
    let folder = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links = folder
        .flatten()
        .flat_map(|it| std::fs::read_link(it.path()));
    let number = |link: std::path::PathBuf| {
        let name = link.to_str()?.strip_prefix("socket:[")?;
        name.strip_suffix(']')?.parse().ok()
    };
    Some(links.filter_map(number).collect())
}

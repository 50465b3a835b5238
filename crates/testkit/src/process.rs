//! Looking at processes from outside, and ending them.

use crate::WATCHDOG;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::time::Instant;

/// Sends a signal.
pub fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).expect("the process is there");
}

/// Whether it runs: neither gone nor a zombie.
pub fn is_running(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // The name stands in parentheses and may hold anything.
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    !matches!(state, Some('Z' | 'X') | None)
}

/// Waits until it runs no longer.
pub fn wait_until_gone(pid: i32) {
    let deadline = Instant::now() + WATCHDOG;
    while is_running(pid) {
        assert!(Instant::now() < deadline, "process {pid} does not end");
        std::thread::yield_now();
    }
}

/// A field of `/proc/PID/status`.
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

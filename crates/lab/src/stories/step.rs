//! Printing the steps of a program, and watching its processes.
//!
//! Never: prints a step that was not done.

use crate::process::Child;
use crate::process_state::{ProcessState, watch_until_asleep};
use nix::unistd::Pid;
use std::io::{self, Write};

/// Prints a step, in the process that does it.
pub(super) fn step(who: &str, text: &str) {
    let line = format!("{:>8} {who:<9} {text}\n", std::process::id());
    // In one call, so that lines of two processes stay whole. A reader that has gone is ignored.
    let _ = io::stdout().write_all(line.as_bytes());
}

/// Waits until the other process sleeps, and prints its state.
pub(super) fn step_asleep(who: &str, other: &str, pid: Pid) {
    match watch_until_asleep(pid) {
        Some(look) => step_look(who, other, pid, &look),
        None => step(who, &format!("{other} {pid} is gone")),
    }
}

pub(super) fn step_look(who: &str, other: &str, pid: Pid, look: &ProcessState) {
    step(who, &format!("{other} {pid} is {look}"));
}

/// Forks a child that does one part of the program; prints its error, if any.
pub(super) fn fork_part(
    who: &'static str,
    part: impl FnOnce() -> io::Result<()>,
) -> io::Result<Child> {
    Child::fork(move || match part() {
        Ok(()) => 0,
        Err(error) => {
            step(who, &format!("failed: {error}"));
            1
        }
    })
}

/// Waits for the child, and prints how it ended.
pub(super) fn step_ended(who: &str, child: &mut Child) -> io::Result<()> {
    use nix::sys::wait::WaitStatus;
    let pid = child.pid();
    let how = match child.wait()? {
        WaitStatus::Exited(_, code) => format!("ended with {code}"),
        WaitStatus::Signaled(_, signal, _) => format!("was ended by {signal}"),
        _ => "changed".to_owned(),
    };
    step(who, &format!("waitpid: child {pid} {how}"));
    Ok(())
}

//! The system calls of a message, counted by a tracer; see ptrace(2). Nothing is timed meanwhile.
//!
//! One process sends and receives, so its calls of one round trip are those of one message, on both
//! sides. The other process answers late, so that the receiver always waits first, as it does on a
//! quiet system.

use crate::link::{End, ends};
use crate::mechanism::Mechanism;
use crate::places;
use crate::process::{call_name, named};
use crate::report::Calls;
use crate::supervisor::{Running, Supervisor, Trouble};
use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::WaitStatus;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// The calls of one message: counted, or, if tracing is forbidden, according to the code.
pub fn count(supervisor: &Supervisor, mechanism: Mechanism) -> Result<Calls, Trouble> {
    match observe(supervisor, mechanism) {
        Err(Trouble::Failed(reason)) => {
            let mut calls = places::calls_by_the_code(mechanism);
            calls.how = format!("by the code ({reason})");
            Ok(calls)
        }
        other => other,
    }
}

fn observe(supervisor: &Supervisor, mechanism: Mechanism) -> Result<Calls, Trouble> {
    let bytes = super::round_trip::sizes(mechanism)[0];
    let (mut near, far) = ends(mechanism, supervisor)?;
    let far = supervisor.start(None, move || answer_late(far, bytes))?;
    let peer = far.child.pid();
    let mut near = supervisor.start(None, move || {
        near.set_peer(peer);
        traced(&mut near, bytes)
    })?;
    let counted = follow(supervisor, &mut near)?;
    if counted.is_empty() && mechanism != Mechanism::SharedMemory {
        return Err(Trouble::Failed("the tracer saw no call".to_owned()));
    }
    let per_message = |count: u32| f64::from(count) / f64::from(MESSAGES);
    Ok(Calls {
        count: per_message(counted.values().sum()),
        by_name: counted
            .iter()
            .map(|(number, count)| (call_name(*number), per_message(*count)))
            .collect(),
        how: "observed".to_owned(),
    })
}

fn answer_late(mut end: End, bytes: usize) -> io::Result<()> {
    let mut message = vec![b'.'; bytes];
    loop {
        end.receive_all(&mut message)?;
        std::thread::sleep(LATE);
        end.send(&message)?;
    }
}

/// The traced process: some trips to warm up, then the trips that count, between two calls of
/// getppid.
fn traced(end: &mut End, bytes: usize) -> io::Result<()> {
    ptrace::traceme().map_err(|errno| named("ptrace", errno))?;
    raise(Signal::SIGSTOP).map_err(|errno| named("raise", errno))?;
    let mut message = vec![b'.'; bytes];
    let mut trips = |count: u32| {
        for _ in 0..count {
            end.send(&message)?;
            end.receive_all(&mut message)?;
        }
        io::Result::Ok(())
    };
    trips(WARM_UPS)?;
    nix::unistd::getppid();
    trips(MESSAGES)?;
    nix::unistd::getppid();
    Ok(())
}

/// Runs the process from call to call; returns the count of each call between the two marks.
fn follow(supervisor: &Supervisor, near: &mut Running<()>) -> Result<BTreeMap<i64, u32>, Trouble> {
    let mut counted = BTreeMap::new();
    let (mut entering, mut marks, mut attached) = (true, 0, false);
    let pid = near.child.pid();
    loop {
        let deliver = match near.child.news()? {
            None => {
                supervisor.pause(Duration::from_millis(1))?;
                continue;
            }
            Some(WaitStatus::PtraceSyscall(_)) => {
                if entering {
                    let registers = ptrace::getregs(pid).map_err(|e| named("ptrace", e))?;
                    let number = registers.orig_rax.cast_signed();
                    if number == libc::SYS_getppid {
                        marks += 1;
                    } else if marks == 1 {
                        *counted.entry(number).or_insert(0) += 1;
                    }
                }
                entering = !entering;
                None
            }
            Some(WaitStatus::Stopped(_, Signal::SIGSTOP)) if !attached => {
                attached = true;
                let options =
                    ptrace::Options::PTRACE_O_TRACESYSGOOD | ptrace::Options::PTRACE_O_EXITKILL;
                ptrace::setoptions(pid, options).map_err(|errno| named("ptrace", errno))?;
                None
            }
            Some(WaitStatus::Stopped(_, signal)) => Some(signal),
            Some(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) => {
                supervisor.result(near)?;
                return Ok(counted);
            }
            Some(_) => None,
        };
        match ptrace::syscall(pid, deliver) {
            // It has ended meanwhile; the next wait reports that.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(errno) => return Err(named("ptrace", errno).into()),
        }
    }
}

const MESSAGES: u32 = 20;
const WARM_UPS: u32 = 3;
const LATE: Duration = Duration::from_millis(5);

//! Signals between a parent and a child: which ones can be caught, what they carry, and what
//! SIGCHLD reports.
//!
//! Never: signals any process but its own children.

use super::step::{fork_part, step, step_asleep, step_ended, step_look};
use crate::memory::Shared;
use crate::process::Child;
use crate::process_state::{BETWEEN_LOOKS, ProcessState};
use crate::signalling::{self, Came};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs the program.
pub fn run() -> io::Result<()> {
    signalling::block(&[libc::SIGCHLD]);
    let words = Shared::new(4096)?;
    let mut child = fork_part("child", || catcher(words.word(0)))?;
    for (at, signal) in CAUGHT.into_iter().enumerate() {
        let turn = u32::try_from(at).unwrap_or(0) + 1;
        wait_turn(words.word(0), turn);
        if at == 0 {
            step_asleep("parent", "child", child.pid());
        }
        if signal == libc::SIGUSR2 {
            step("parent", "sigqueue SIGUSR2 with the number 42");
            signalling::send_value(child.pid(), signal, 42)?;
        } else {
            let name = signalling::name(signal);
            step("parent", &format!("kill {name}"));
            kill(child.pid(), Signal::try_from(signal)?)?;
        }
    }
    wait_turn(words.word(0), CAUGHT.len() as u32 + 1);
    stop_and_continue(&child)?;
    step("parent", "kill SIGKILL");
    kill(child.pid(), Signal::SIGKILL)?;
    step_told("parent")?;
    step_ended("parent", &mut child)?;
    let mut other = fork_part("child 2", || {
        step("child 2", "reads from address 1: a fault, and no handler");
        signalling::fault();
        Ok(())
    })?;
    step_told("parent")?;
    step_ended("parent", &mut other)
}

/// The child: catches what can be caught, and prints what arrives. `turn` rises with each signal.
fn catcher(turn: &AtomicU32) -> io::Result<()> {
    for signal in [libc::SIGKILL, libc::SIGSTOP] {
        let answer = signalling::catch(signal).err();
        let answer = answer.map_or_else(|| "allowed".to_owned(), |error| error.to_string());
        step(
            "child",
            &format!("asks to catch {}: {answer}", signalling::name(signal)),
        );
    }
    for signal in CAUGHT {
        signalling::block(&[signal]);
        signalling::catch(signal)?;
    }
    step(
        "child",
        "has handlers for SIGINT, SIGTERM, SIGSEGV and SIGUSR2, and sleeps",
    );
    for signal in CAUGHT {
        turn.fetch_add(1, Ordering::Release);
        let came = signalling::wait_caught(signal);
        let name = signalling::name(came.signal);
        let carried = match came.code {
            libc::SI_QUEUE => format!("it carries {}", came.value),
            _ => "it carries no data".to_owned(),
        };
        step(
            "child",
            &format!("caught {name} from {}: {carried}", came.pid),
        );
    }
    turn.fetch_add(1, Ordering::Release);
    loop {
        nix::unistd::pause();
    }
}

fn stop_and_continue(child: &Child) -> io::Result<()> {
    step("parent", "kill SIGSTOP");
    kill(child.pid(), Signal::SIGSTOP)?;
    step_told("parent")?;
    step_state("parent", child.pid());
    step("parent", "kill SIGCONT");
    kill(child.pid(), Signal::SIGCONT)?;
    step_told("parent")?;
    step_asleep("parent", "child", child.pid());
    Ok(())
}

fn step_state(who: &str, pid: Pid) {
    if let Some(look) = ProcessState::at(pid) {
        step_look(who, "child", pid, &look);
    }
}

/// Waits for SIGCHLD, and prints its report.
fn step_told(who: &str) -> io::Result<()> {
    let Some(Came { pid, code, .. }) = signalling::next(&[libc::SIGCHLD], None)? else {
        return Ok(());
    };
    let what = match code {
        libc::CLD_STOPPED => "was stopped",
        libc::CLD_CONTINUED => "was continued",
        libc::CLD_KILLED => "was killed",
        libc::CLD_DUMPED => "was killed and its memory dumped",
        libc::CLD_EXITED => "ended",
        _ => "changed",
    };
    step(who, &format!("SIGCHLD: child {pid} {what}"));
    Ok(())
}

fn wait_turn(turn: &AtomicU32, at_least: u32) {
    while turn.load(Ordering::Acquire) < at_least {
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// What the child catches, in this order.
const CAUGHT: [i32; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGSEGV, libc::SIGUSR2];

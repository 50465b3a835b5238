//! Reads the filters of every process of a running browser back from the kernel. Compares them with
//! what the policies compile to, and judges them by the text of the policies.
//!
//! Owns: attaching and detaching. Trusts: the kernel. Never: leaves a process stopped.

use crate::machine::{self, Instruction};
use crate::text;
use ::sandbox::{Feature, Role};
use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::BTreeSet;
use testkit::{Browser, process, server};

const PAGES: &[(&str, &str)] = &[("/", "<title>Page</title>page")];

/// A process of the browser that holds a filter.
struct Sealed {
    role: Role,
    pid: i32,
}

/// The filters of a thread, the one that was installed first at the front.
type Stack = Vec<Vec<Instruction>>;

#[test]
fn the_filters_of_every_living_process_are_those_of_its_policy() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    let notifies = ::sandbox::probe()
        .feature(Feature::CallNotifications)
        .is_available();
    let sealed = sealed_processes(&mut browser);
    for role in [Role::Renderer, Role::Shell, Role::Gpu, Role::Network] {
        assert!(sealed.iter().any(|s| s.role == role), "no {role}");
    }
    assert!(sealed.iter().any(|s| s.pid == tab.pid), "the tab is open");
    for process in &sealed {
        let stacks = match stacks_of(process.pid) {
            Ok(stacks) => stacks,
            Err(errno) if may_be_missing(errno) => {
                println!("SKIP: filters cannot be read back here: {errno}");
                return;
            }
            Err(errno) => panic!("{}: {errno}", process.role),
        };
        check(process, &stacks, notifies);
    }
    // All of them go on as if nothing had been.
    browser.send(&format!("reload {}", tab.id));
    browser.wait_for_tab("loaded", &tab);
    assert_eq!(browser.tab(tab.id), tab);
    let still_there = sealed_processes(&mut browser);
    for process in &sealed {
        assert!(
            still_there.iter().any(|s| s.pid == process.pid),
            "{} did not survive",
            process.role
        );
    }
    assert!(browser.quit().success());
}

/// Compares the filters of all threads of a process with its policy.
fn check(process: &Sealed, stacks: &[Stack], notifies: bool) {
    let Sealed { role, pid } = process;
    let own_pid = pid_inside(*pid);
    let programs = ::sandbox::compile(*role, own_pid, notifies).expect("compiles");
    let expected = machine::stack_of(&programs);
    assert!(!stacks.is_empty(), "{role} has no thread");
    for stack in stacks {
        assert_eq!(stack.len(), expected.len(), "filters of the {role}");
        for (index, (found, expected)) in stack.iter().zip(&expected).enumerate() {
            let same = found.iter().zip(expected).take_while(|(a, b)| a == b);
            let same = same.count();
            assert!(
                found == expected,
                "filter {index} of the {role}, instruction {same}: {:?}, not {:?}",
                found.get(same),
                expected.get(same)
            );
        }
    }
    let rules = ::sandbox::policy::rules(*role, own_pid).expect("parses");
    let default = if notifies {
        machine::NOTIFY
    } else {
        machine::KILL
    };
    let differences = text::differences(&rules, default, &stacks[0]);
    assert!(differences.is_empty(), "{role}: {differences:#?}");
}

/// The processes whose sandbox the broker has found to hold.
fn sealed_processes(browser: &mut Browser) -> Vec<Sealed> {
    let state = browser.state();
    let processes = state["processes"].as_array().expect("processes");
    let sealed = processes.iter().filter(|p| p["tier"] != "");
    sealed
        .filter_map(|p| {
            let role = Role::from_name(p["role"].as_str().expect("a role"))?;
            let pid = i32::try_from(p["pid"].as_i64().expect("a pid")).expect("a pid fits");
            Some(Sealed { role, pid })
        })
        .collect()
}

/// Its id in its own pid namespace, which is what a policy's `SELF` stands for.
fn pid_inside(pid: i32) -> u32 {
    let ids = process::status_field(pid, "NSpid");
    let own = ids.split_whitespace().next_back().expect("an id");
    own.parse().expect("a number")
}

/// Whether the kernel, or who we are, does not let us look: not root, filtered ourselves, or a
/// kernel without checkpoints.
fn may_be_missing(errno: Errno) -> bool {
    matches!(errno, Errno::EPERM | Errno::EACCES | Errno::EINVAL)
}

/// The filters of each thread.
fn stacks_of(pid: i32) -> nix::Result<Vec<Stack>> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process is there");
    let threads: BTreeSet<i32> = threads
        .map(|entry| entry.expect("readable").file_name())
        .map(|name| name.to_str().and_then(|n| n.parse().ok()).expect("an id"))
        .collect();
    let stacks = threads.into_iter().map(|id| Tracee::stop(id)?.stack());
    stacks.collect()
}

/// A stopped thread, let go when dropped.
struct Tracee {
    thread: Pid,
    /// A signal that was on its way to it.
    signal: Option<Signal>,
}

impl Tracee {
    fn stop(thread: i32) -> nix::Result<Tracee> {
        let thread = Pid::from_raw(thread);
        ptrace::seize(thread, ptrace::Options::empty())?;
        ptrace::interrupt(thread)?;
        let status = waitpid(thread, Some(WaitPidFlag::__WALL))?;
        let signal = match status {
            WaitStatus::Stopped(_, signal) => Some(signal),
            WaitStatus::PtraceEvent(..) => None,
            status => panic!("the thread did not stop: {status:?}"),
        };
        Ok(Tracee { thread, signal })
    }

    fn stack(&self) -> nix::Result<Stack> {
        let mut stack = Vec::new();
        loop {
            match self.filter(stack.len()) {
                Ok(filter) => stack.push(filter),
                Err(Errno::ENOENT) => return Ok(stack),
                Err(errno) => return Err(errno),
            }
        }
    }

    /// The filter of that index; the kernel counts from the one that was installed first.
    fn filter(&self, index: usize) -> nix::Result<Vec<Instruction>> {
        // SAFETY: with a null pointer the kernel writes nothing.
        let length = unsafe { self.get_filter(index, std::ptr::null_mut()) }?;
        let mut filter = vec![Instruction::default(); length];
        // SAFETY: a filter never changes, so that its length is still the same.
        let written = unsafe { self.get_filter(index, filter.as_mut_ptr()) }?;
        assert_eq!(written, length);
        Ok(filter)
    }

    /// # Safety
    /// `buffer` must be null or have room for all instructions of the filter.
    unsafe fn get_filter(&self, index: usize, buffer: *mut Instruction) -> nix::Result<usize> {
        let request = PTRACE_SECCOMP_GET_FILTER;
        // SAFETY: the thread is stopped and ours; for the buffer see above.
        let result = unsafe { libc::ptrace(request, self.thread.as_raw(), index, buffer) };
        let length = Errno::result(result)?;
        Ok(usize::try_from(length).expect("not negative"))
    }
}

impl Drop for Tracee {
    fn drop(&mut self) {
        ptrace::detach(self.thread, self.signal).expect("a stopped thread can be let go");
    }
}

/// `linux/ptrace.h`.
const PTRACE_SECCOMP_GET_FILTER: libc::c_uint = 0x420c;

//! What the kernel does with a call, found out by making it in a process for that one call.
//!
//! Never: lets a call of the list through to the kernel with arguments that could do harm. A filter
//! of the test answers those: it lies under the filters of the policy and only sees what they let
//! pass.

use crate::machine::{ALLOW, Instruction, answer};
use crate::text::{Arguments, Convention};
use std::arch::asm;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicI64, Ordering};

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallOutcome {
    /// The filters let it pass, and the test's own filter caught it below them.
    Passed,
    /// It came back with this value.
    Returned(i64),
    /// It ended the process, but not by a filter; this is the wait status.
    Ended(i32),
    /// The kernel killed the process for it.
    Killed,
}

/// Memory in which processes report what they saw, one after the other.
pub struct Laboratory {
    report: NonNull<Report>,
}

/// Shared with the process that makes the call.
struct Report {
    stage: AtomicI64,
    value: AtomicI64,
}

impl Laboratory {
    pub fn new() -> Laboratory {
        let (prot, flags) = (
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANON,
        );
        // SAFETY: a fresh mapping at a place of the kernel's choice.
        let page = unsafe { libc::mmap(ptr::null_mut(), 4096, prot, flags, -1, 0) };
        assert_ne!(page, libc::MAP_FAILED, "no memory");
        let report = NonNull::new(page.cast()).expect("a mapping is nowhere near 0");
        Laboratory { report }
    }

    /// Makes a call, for good, under these filters. To be used with nonsense for arguments.
    pub fn make(
        &self,
        filters: &[Vec<Instruction>],
        convention: Convention,
        number: u32,
        arguments: Arguments,
    ) -> CallOutcome {
        self.outcome(filters, convention, number, arguments)
    }

    /// What these filters make of an x86-64 call, which never reaches the kernel behind them.
    pub fn judge(
        &self,
        filters: &[Vec<Instruction>],
        number: u32,
        arguments: Arguments,
    ) -> CallOutcome {
        let mut stack = vec![net()];
        stack.extend_from_slice(filters);
        match self.outcome(&stack, Convention::X86_64, number, arguments) {
            CallOutcome::Returned(value) if value == -i64::from(NET_ERRNO) => CallOutcome::Passed,
            outcome => outcome,
        }
    }

    fn outcome(
        &self,
        filters: &[Vec<Instruction>],
        convention: Convention,
        number: u32,
        arguments: Arguments,
    ) -> CallOutcome {
        // SAFETY: the page was mapped for as long as this lives, and zeroes are a report.
        let report = unsafe { self.report.as_ref() };
        report.stage.store(STARTED, Ordering::SeqCst);
        // SAFETY: the child does nothing that needs a lock or memory.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "no process");
        if pid == 0 {
            // SAFETY: this is a process of its own, made for it.
            unsafe { child(report, filters, convention, number, arguments) };
        }
        let mut status = 0;
        // SAFETY: one valid slot; the process is this one's child.
        while unsafe { libc::waitpid(pid, &raw mut status, 0) } != pid {}
        let is_killed = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGSYS;
        match report.stage.load(Ordering::SeqCst) {
            RETURNED => CallOutcome::Returned(report.value.load(Ordering::SeqCst)),
            SEALED if is_killed => CallOutcome::Killed,
            SEALED => CallOutcome::Ended(status),
            _ => panic!("the filters could not be installed: status {status:#x}"),
        }
    }
}

impl Drop for Laboratory {
    fn drop(&mut self) {
        // SAFETY: mapped in `new`; nobody refers to it any more.
        unsafe { libc::munmap(self.report.as_ptr().cast(), 4096) };
    }
}

/// Seals itself, makes the call, reports.
///
/// # Safety
/// To be called in a process that was forked for it.
unsafe fn child(
    report: &Report,
    filters: &[Vec<Instruction>],
    convention: Convention,
    number: u32,
    arguments: Arguments,
) -> ! {
    let prctl = |option: i32, value: u64| {
        // SAFETY: takes numbers.
        unsafe { call(libc::SYS_prctl, [option as u64, value, 0, 0, 0, 0]) }
    };
    let mut is_good = prctl(libc::PR_SET_NO_NEW_PRIVS, 1) == 0;
    // No core file, and no handler of the test's in a process that crashes. A call that blocks,
    // which one of nonsense should not, ends by the alarm.
    prctl(libc::PR_SET_DUMPABLE, 0);
    // SAFETY: takes numbers.
    unsafe {
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
        libc::alarm(WATCHDOG_SECONDS);
    }
    for filter in filters {
        let header = libc::sock_fprog {
            len: filter.len() as u16,
            filter: filter.as_ptr().cast_mut().cast(),
        };
        let mode = u64::from(libc::SECCOMP_SET_MODE_FILTER);
        let arguments = [mode, 0, (&raw const header) as u64, 0, 0, MAGIC];
        // SAFETY: the header describes the filter; the kernel copies it.
        is_good &= unsafe { call(libc::SYS_seccomp, arguments) } == 0;
    }
    if is_good {
        report.stage.store(SEALED, Ordering::SeqCst);
        // SAFETY: whatever it does is done to this process, which has nothing more to do.
        let value = unsafe {
            match convention {
                Convention::X86_64 => call(number.into(), arguments),
                Convention::X32 => call((number | crate::machine::X32_BIT).into(), arguments),
                Convention::I386 => call_i386(number, arguments.map(|a| a as u32)),
            }
        };
        report.value.store(value, Ordering::SeqCst);
        report.stage.store(RETURNED, Ordering::SeqCst);
    }
    loop {
        // SAFETY: takes numbers.
        unsafe { call(libc::SYS_exit_group, [0, 0, 0, 0, 0, MAGIC]) };
    }
}

/// A call by the conventions of x86-64, its bare result. The stack pointer leads nowhere meanwhile,
/// so that a return from a signal that never was finds nothing to return to.
///
/// # Safety
/// That of the call.
unsafe fn call(number: i64, arguments: Arguments) -> i64 {
    let [a, b, c, d, e, f] = arguments;
    let mut value = number;
    // SAFETY: the kernel clobbers rcx and r11 alone; the stack pointer is put back.
    unsafe {
        asm!(
            "xchg rsp, r12",
            "syscall",
            "xchg rsp, r12",
            inout("rax") value,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            inout("r12") NOWHERE => _,
            out("rcx") _, out("r11") _,
        );
    }
    value
}

/// A call by the convention of i386.
///
/// # Safety
/// That of the call.
unsafe fn call_i386(number: u32, arguments: [u32; 6]) -> i64 {
    let [a, b, c, d, e, f] = arguments.map(u64::from);
    let mut value = i64::from(number);
    // SAFETY: the kernel clobbers r8 to r11 at most. What LLVM keeps for itself is put back.
    unsafe {
        asm!(
            "xchg rbx, r12",
            "xchg rbp, r13",
            "xchg rsp, r14",
            "int 0x80",
            "xchg rsp, r14",
            "xchg rbp, r13",
            "xchg rbx, r12",
            inout("rax") value,
            inout("r12") a => _,
            in("rcx") b, in("rdx") c, in("rsi") d, in("rdi") e,
            inout("r13") f => _,
            inout("r14") NOWHERE => _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    value
}

/// The test's own filter: answers everything but the calls of the test itself.
fn net() -> Vec<Instruction> {
    let instruction = |code, jt, jf, k| Instruction { code, jt, jf, k };
    vec![
        instruction(0x20, 0, 0, LAST_ARGUMENT_OFFSET),
        instruction(0x15, 0, 1, MAGIC as u32),
        instruction(0x06, 0, 0, ALLOW),
        instruction(0x06, 0, 0, answer(NET_ERRNO)),
    ]
}

const STARTED: i64 = 0;
const SEALED: i64 = 1;
const RETURNED: i64 = 2;
/// The last argument of the test's own calls, which have less than six of them.
const MAGIC: u64 = 0x6268_7377;
const LAST_ARGUMENT_OFFSET: u32 = 56;
/// An errno that no call has.
const NET_ERRNO: i32 = 4000;
const NOWHERE: u64 = 16;
const WATCHDOG_SECONDS: u32 = 60;

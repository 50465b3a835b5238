//! System-call filters: compiles a policy into a stack of BPF programs, and installs the stack on
//! all threads.
//!
//! Trusts: the policies; seccompiler for the code of one filter. Never: installs the last filter
//! without `TSYNC`, or lets a call by an x32 or i386 number pass.
//!
//! The kernel runs every filter of a stack and takes the strictest result: kill before errno before
//! notify before allow. So there is one filter for each errno, one that kills foreign calling
//! conventions, and last the allow-list, whose default is to kill or to notify. See `seccomp(2)`.

use crate::policy::language::{CallRule, Condition, ParseError, Test, Verdict};
use crate::policy::texts;
use crate::sys::{self, RawResult};
use role::Role;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, sock_filter,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use syscalls::X32_BIT;
use thiserror::Error;

/// Instructions for the kernel's filter machine.
pub type Program = BpfProgram;

/// A compiled policy.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Installed first, in this order; each allows by default.
    pub refusals: Vec<Program>,
    /// Installed last: allows the calls on the list.
    pub allow_list: Program,
    /// Whether other calls notify the broker; otherwise they kill the process.
    pub notifies: bool,
}

/// Why a policy does not compile. The tests show that all policies do.
#[derive(Debug, Error)]
pub enum CompileError {
    /// The text does not parse.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The rules do not form a filter.
    #[error("the filter cannot be built: {0}")]
    Build(String),
}

/// Compiles the policy of a role. `notify`: calls on no list notify the broker.
///
/// The text does not parse or is too long for the kernel.
pub fn compile(role: Role, own_pid: u32, notify: bool) -> Result<Programs, CompileError> {
    let rules = texts::rules(role, own_pid)?;
    let answers: BTreeSet<i32> = rules
        .iter()
        .filter_map(|rule| match rule.verdict {
            Verdict::Answer(errno) => Some(errno),
            Verdict::Allow => None,
        })
        .collect();
    let mut refusals = vec![foreign_conventions()];
    for errno in answers {
        let matching = rules
            .iter()
            .filter(|rule| rule.verdict == Verdict::Answer(errno));
        let action = SeccompAction::Errno(errno.unsigned_abs());
        refusals.push(filter(matching, SeccompAction::Allow, action)?);
    }
    // Calls with an errno are on the list too: killing is stricter than answering.
    let mut allow_list = filter(rules.iter(), PLACEHOLDER, SeccompAction::Allow)?;
    let default = if notify {
        SECCOMP_RET_USER_NOTIF
    } else {
        libc::SECCOMP_RET_KILL_PROCESS
    };
    patch_default(&mut allow_list, default);
    Ok(Programs {
        refusals,
        allow_list,
        notifies: notify,
    })
}

impl Programs {
    /// Installs them on all threads of the process, and returns the descriptor for call
    /// notifications if there is one.
    pub(crate) fn install(&self) -> io::Result<Option<OwnedFd>> {
        for program in &self.refusals {
            load(program, libc::SECCOMP_FILTER_FLAG_TSYNC)?;
        }
        if !self.notifies {
            return load(&self.allow_list, libc::SECCOMP_FILTER_FLAG_TSYNC).map(|_| None);
        }
        // Both TSYNC and NEW_LISTENER return a value, hence the third flag.
        let flags = libc::SECCOMP_FILTER_FLAG_TSYNC
            | libc::SECCOMP_FILTER_FLAG_NEW_LISTENER
            | libc::SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
        let listener = load(&self.allow_list, flags)?;
        let listener = i32::try_from(listener).map_err(io::Error::other)?;
        // SAFETY: the kernel has just made the descriptor, and nobody else knows of it.
        Ok(Some(unsafe { OwnedFd::from_raw_fd(listener) }))
    }

    /// How many filters the kernel counts in a process that installed them.
    pub fn count(&self) -> usize {
        self.refusals.len() + 1
    }
}

/// Kills every call of another convention: i386 by the architecture, x32 by its bit, and -1.
fn foreign_conventions() -> Program {
    let statement = |code: u32, k: u32| sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    let jump = |code: u32, k: u32, jt: u8, jf: u8| sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let at_least = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
    let result = libc::BPF_RET | libc::BPF_K;
    vec![
        statement(load, DATA_ARCH_OFFSET),
        jump(equal, AUDIT_ARCH_X86_64, 0, 2),
        statement(load, DATA_NUMBER_OFFSET),
        jump(at_least, X32_BIT, 0, 1),
        statement(result, libc::SECCOMP_RET_KILL_PROCESS),
        statement(result, libc::SECCOMP_RET_ALLOW),
    ]
}

fn filter<'a>(
    rules: impl Iterator<Item = &'a CallRule>,
    default: SeccompAction,
    matched: SeccompAction,
) -> Result<Program, CompileError> {
    let mut chains: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let mut unconditional = BTreeSet::new();
    for rule in rules {
        let chain = chains.entry(rule.number).or_default();
        let alternatives = alternatives(&rule.conditions)?;
        if alternatives.is_empty() {
            unconditional.insert(rule.number);
        }
        chain.extend(alternatives);
    }
    // An empty chain means "any arguments"; conditions beside it would narrow it.
    for number in unconditional {
        chains.insert(number, Vec::new());
    }
    let filter = SeccompFilter::new(chains, default, matched, TargetArch::x86_64);
    filter.and_then(Program::try_from).map_err(build_error)
}

/// All combinations of the values that the conditions list.
fn alternatives(conditions: &[Condition]) -> Result<Vec<SeccompRule>, CompileError> {
    let mut combinations: Vec<Vec<SeccompCondition>> = vec![Vec::new()];
    for condition in conditions {
        let tests = operators(condition);
        let mut longer = Vec::new();
        for combination in &combinations {
            for (operator, value) in &tests {
                let width = if condition.is_int {
                    SeccompCmpArgLen::Dword
                } else {
                    SeccompCmpArgLen::Qword
                };
                let argument = condition.argument;
                let one = SeccompCondition::new(argument, width, operator.clone(), *value);
                let mut combination = combination.clone();
                combination.push(one.map_err(build_error)?);
                longer.push(combination);
            }
        }
        combinations = longer;
    }
    combinations.retain(|combination| !combination.is_empty());
    combinations
        .into_iter()
        .map(|c| SeccompRule::new(c).map_err(build_error))
        .collect()
}

fn operators(condition: &Condition) -> Vec<(SeccompCmpOp, u64)> {
    let all = if condition.is_int {
        u64::from(u32::MAX)
    } else {
        u64::MAX
    };
    match &condition.test {
        Test::Within(bits) => vec![(SeccompCmpOp::MaskedEq(all & !bits), 0)],
        Test::OneOf { ignored: 0, values } => values
            .iter()
            .map(|value| (SeccompCmpOp::Eq, *value))
            .collect(),
        Test::OneOf { ignored, values } => {
            let mask = all & !ignored;
            values
                .iter()
                .map(|value| (SeccompCmpOp::MaskedEq(mask), *value))
                .collect()
        }
    }
}

/// seccompiler does not support notification. Its filters are built with [`PLACEHOLDER`] as the
/// default, and this replaces every return of that value. The architecture check returns a kill and
/// stays.
fn patch_default(program: &mut Program, default: u32) {
    let result = (libc::BPF_RET | libc::BPF_K) as u16;
    let placeholder = u32::from(PLACEHOLDER);
    for instruction in program {
        if instruction.code == result && instruction.k == placeholder {
            instruction.k = default;
        }
    }
}

fn load(program: &Program, flags: libc::c_ulong) -> io::Result<libc::c_long> {
    match load_raw(program, flags) {
        Err(errno) => Err(io::Error::from_raw_os_error(errno)),
        Ok(thread) if thread > 0 && flags == libc::SECCOMP_FILTER_FLAG_TSYNC => Err(
            io::Error::other(format!("thread {thread} has filters of its own")),
        ),
        Ok(value) => Ok(value),
    }
}

/// Raw, for the probe.
fn load_raw(program: &[sock_filter], flags: libc::c_ulong) -> RawResult<libc::c_long> {
    let length = u16::try_from(program.len()).map_err(|_| libc::E2BIG)?;
    let header = ProgramHeader {
        length,
        instructions: program.as_ptr(),
    };
    // SAFETY: the header describes the program, which lives during the call; the kernel copies it.
    sys::check(unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const header,
        )
    })
}

/// Installs a filter that allows everything, for the probe. Raw.
pub(crate) fn try_install(with_listener: bool) -> RawResult<()> {
    let allow = sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: libc::SECCOMP_RET_ALLOW,
    };
    let listener = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    let flags = libc::SECCOMP_FILTER_FLAG_TSYNC | if with_listener { listener } else { 0 };
    load_raw(&[allow], flags).map(drop)
}

fn build_error(error: BackendError) -> CompileError {
    CompileError::Build(error.to_string())
}

/// `struct sock_fprog` of `linux/filter.h`.
#[repr(C)]
struct ProgramHeader {
    length: u16,
    instructions: *const sock_filter,
}

/// A result that no policy uses, to be replaced by the real default.
const PLACEHOLDER: SeccompAction = SeccompAction::Trace(0x6268);
/// `linux/seccomp.h`; libc has it for no target of ours.
pub(crate) const SECCOMP_RET_USER_NOTIF: u32 = 0x7fc0_0000;
const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
/// `offsetof(struct seccomp_data, nr)` and `arch`.
const DATA_NUMBER_OFFSET: u32 = 0;
const DATA_ARCH_OFFSET: u32 = 4;

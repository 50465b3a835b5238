//! Crash records: the last lines that a dying child writes to its standard error.
//!
//! Trusts: nothing once a handler runs: the memory of the process may be corrupt, so the handler
//! formats on the stack, reads registers and stack, and makes raw calls only. Never: returns from a
//! handler. A record is a claim that a hostile child can forge: it is shown to users and decides
//! nothing.
//!
//! Every child is process 1 of its pid namespace, and such a process ignores all signals without a
//! handler, even from outside: without this file `kill -SEGV` would do nothing.

mod line;
mod trace;

use crate::sys;
pub use line::PREFIX;
use line::{Line, parse_hex};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::mem;
use std::panic::{self, PanicHookInfo};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a child ended, according to the child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrashRecord {
    /// A signal.
    Signal {
        /// Its number.
        number: i32,
        /// The faulting address, if the kernel sent the signal.
        address: Option<u64>,
        /// The instruction that was running.
        instruction_pointer: u64,
        /// Which stack overflowed, if one did.
        stack: Option<StackOverflow>,
    },
    /// A Rust panic.
    Panic {
        /// Its message, on one line, with file and line.
        message: String,
    },
    /// The registers at the signal.
    Registers {
        /// By name.
        registers: Vec<(String, u64)>,
    },
    /// The calls that had not returned, as far as they can be told from what else is on the stack.
    Trace {
        /// Addresses in the program's file, innermost first.
        addresses: Vec<u64>,
    },
}

/// A stack overflow: the faulting address is next to the stack pointer, where memory is mapped
/// while the stack has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackOverflow {
    /// The stack of the main thread, with this many bytes used.
    Main {
        /// From its start to the faulting address, in bytes.
        used: u64,
    },
    /// The stack of another thread.
    Other,
}

impl fmt::Display for CrashRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CrashRecord::Signal {
                number,
                address: Some(address),
                ..
            } => {
                write!(f, "{} at address {address:#x}", signal_name(*number))
            }
            CrashRecord::Signal {
                number,
                address: None,
                ..
            } => {
                write!(f, "{}", signal_name(*number))
            }
            CrashRecord::Panic { message } => write!(f, "panic: {message}"),
            CrashRecord::Registers { registers } => {
                let mut each = registers.iter();
                each.try_for_each(|(name, value)| write!(f, "{name}={value:#x} "))
            }
            CrashRecord::Trace { addresses } => {
                addresses.iter().try_for_each(|it| write!(f, "{it:#x} "))
            }
        }
    }
}

/// The name of a signal; `signal N` for one without a name.
pub fn signal_name(number: i32) -> String {
    syscalls::signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
}

/// Installs the handlers and the panic hook. Every child calls it first; both keep working under
/// the filter. Rust gives each thread a signal stack; the calling thread gets a bigger one here.
pub fn install() {
    MAIN_STACK_START.store(main_stack_start(), Ordering::Relaxed);
    trace::find_code();
    install_stack();
    for signal in HANDLED {
        install_handler(signal);
    }
    panic::set_hook(Box::new(report_panic));
}

/// An address in the first page of the main stack, where the Linux kernel puts what a program is
/// started with; getauxval(3). The caller's own depth does not count: the frame of a `main` into
/// which much is inlined has a size of its own.
fn main_stack_start() -> u64 {
    // SAFETY: the call reads a table that does not change after the start of the process.
    unsafe { libc::getauxval(libc::AT_RANDOM) }
}

/// Parses a line that a child wrote. `None`: it is no crash record.
pub fn parse(line: &str) -> Option<CrashRecord> {
    // A record may follow the unfinished line of a thread that was just writing.
    let (_, rest) = line.trim_end().split_once(PREFIX)?;
    if let Some(message) = rest.strip_prefix("panic=") {
        return Some(CrashRecord::Panic {
            message: message.to_owned(),
        });
    }
    if let Some(text) = rest.strip_prefix(trace::REGISTERS_FIELD) {
        let registers = trace::parse_registers(text)?;
        return Some(CrashRecord::Registers { registers });
    }
    if let Some(text) = rest.strip_prefix(trace::TRACE_FIELD) {
        let addresses = trace::parse_trace(text)?;
        return Some(CrashRecord::Trace { addresses });
    }
    let (mut number, mut address, mut instruction_pointer) = (None, None, None);
    let mut stack = None;
    for field in rest.split(' ') {
        let (name, value) = field.split_once('=')?;
        match name {
            "signal" => number = Some(value.parse().ok()?),
            "address" => address = Some(parse_hex(value)?),
            "ip" => instruction_pointer = Some(parse_hex(value)?),
            "stack" if value == "other" => stack = Some(StackOverflow::Other),
            "stack" => {
                let used = parse_hex(value)?;
                stack = Some(StackOverflow::Main { used });
            }
            _ => return None,
        }
    }
    let (number, instruction_pointer) = (number?, instruction_pointer.unwrap_or(0));
    Some(CrashRecord::Signal {
        number,
        address,
        instruction_pointer,
        stack,
    })
}

fn install_stack() {
    // Leaked on purpose: the stack lives as long as the process.
    let stack = Box::leak(vec![0_u8; STACK_BYTES].into_boxed_slice());
    let description = libc::stack_t {
        ss_sp: stack.as_mut_ptr().cast(),
        ss_flags: 0,
        ss_size: STACK_BYTES,
    };
    // SAFETY: the stack is never freed and nothing else uses it. A failure leaves the thread
    // with the one that Rust's runtime gave it.
    unsafe { libc::sigaltstack(&raw const description, ptr::null_mut()) };
}

fn install_handler(signal: i32) {
    // SAFETY: plain old data; zero is valid.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handle_signal as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the handler makes raw calls only and does not return.
    unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
}

extern "C" fn handle_signal(
    signal: i32,
    info: *const libc::siginfo_t,
    context: *const libc::ucontext_t,
) {
    let mut line = Line::<LINE_BYTES>::new();
    line.text(PREFIX.as_bytes());
    line.text(b"signal=");
    line.decimal(signal.unsigned_abs());
    // SAFETY: with SA_SIGINFO the kernel passes a valid context.
    let registers = unsafe { &(*context).uc_mcontext.gregs };
    // SAFETY: with SA_SIGINFO the kernel passes a valid record.
    let code = unsafe { (*info).si_code };
    let mut is_overflow = false;
    // Sent by a process (0 and below) it has no address.
    if code > 0
        && matches!(
            signal,
            libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL
        )
    {
        line.text(b" address=");
        // SAFETY: for these signals from the kernel, the field is there.
        let address = unsafe { (*info).si_addr() } as u64;
        line.hex(address);
        let stack_pointer = registers[libc::REG_RSP as usize].cast_unsigned();
        let main_start = MAIN_STACK_START.load(Ordering::Relaxed);
        let overflowed = overflowed_stack(signal, address, stack_pointer, main_start);
        is_overflow = overflowed.is_some();
        match overflowed {
            Some(StackOverflow::Main { used }) => {
                line.text(b" stack=");
                line.hex(used);
            }
            Some(StackOverflow::Other) => line.text(b" stack=other"),
            None => {}
        }
    }
    line.text(b" ip=");
    line.hex(registers[libc::REG_RIP as usize].cast_unsigned());
    line.text(b"\n");
    // A failed write changes nothing about the end.
    let _ = sys::write(libc::STDERR_FILENO, line.as_bytes());
    let _ = sys::write(libc::STDERR_FILENO, trace::registers(registers).as_bytes());
    // Of a stack that is full, the end is not mapped.
    if !is_overflow {
        let main_start = MAIN_STACK_START.load(Ordering::Relaxed);
        let line = trace::trace(registers, main_start);
        let _ = sys::write(libc::STDERR_FILENO, line.as_bytes());
    }
    sys::exit_group(128 + signal)
}

/// The stack that overflowed, if that caused the fault. `main_start` is an address at the start of
/// the main stack.
fn overflowed_stack(
    signal: i32,
    address: u64,
    stack_pointer: u64,
    main_start: u64,
) -> Option<StackOverflow> {
    // A frame bigger than a page is touched page by page before it is used, so the fault is near.
    if signal != libc::SIGSEGV || address.abs_diff(stack_pointer) > STACK_FAULT_BYTES_MAX {
        return None;
    }
    let used = main_start.checked_sub(address);
    let used = used.filter(|used| *used <= MAIN_STACK_BYTES + STACK_FAULT_BYTES_MAX);
    Some(used.map_or(StackOverflow::Other, |used| StackOverflow::Main { used }))
}

fn report_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    let place = info.location().map_or_else(String::new, |l| {
        format!(" at {}:{}", in_crate(l.file()), l.line())
    });
    let mut text: String = format!("{PREFIX}panic={message}{place}")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(PANIC_CHARACTERS_MAX)
        .collect();
    text.push('\n');
    // One write: lines of other threads do not get between, up to the size of a pipe's page.
    let _ = sys::write(libc::STDERR_FILENO, text.as_bytes());
}

/// The path of a source file, without the folder in which the machine that built this program keeps
/// its crates: that folder may hold a user's name, and helps nobody who reads a card.
fn in_crate(file: &str) -> &str {
    if let Some((_, in_registry)) = file.split_once("/registry/src/") {
        return in_registry.split_once('/').map_or(file, |(_, path)| path);
    }
    if let Some((_, in_checkout)) = file.split_once("/git/checkouts/") {
        return in_checkout;
    }
    // The compiler's own library, under a name that is the same everywhere.
    if file.starts_with("/rustc/") || !file.starts_with('/') {
        return file;
    }
    // Any other folder is this machine's: the standard library with its sources installed, or a
    // workspace that was built from outside.
    if let Some((_, library)) = file.split_once("/rustlib/src/rust/") {
        return library;
    }
    let in_crate = file.rsplit_once("/src/").and_then(|(folder, path)| {
        let name = folder.rsplit('/').next()?;
        Some(name.len() + "/src/".len() + path.len())
    });
    let name = file.rsplit('/').next().map_or(0, str::len);
    &file[file.len() - in_crate.unwrap_or(name)..]
}

/// The start of the main stack, to a page or so; set before any handler runs.
static MAIN_STACK_START: AtomicU64 = AtomicU64::new(0);

/// Size of the main stack in bytes.
pub const MAIN_STACK_BYTES: u64 = crate::rlimits::STACK_BYTES;

/// Largest distance of a stack overflow from the stack pointer.
const STACK_FAULT_BYTES_MAX: u64 = 16 * 1024;

const HANDLED: [i32; 8] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
    libc::SIGSYS,
    libc::SIGTRAP,
    libc::SIGTERM,
];
/// Room for the kernel's register frame, AVX-512 and AMX included, and for the handler.
const STACK_BYTES: usize = 64 * 1024;
/// Room for the line with the signal.
const LINE_BYTES: usize = 160;
const PANIC_CHARACTERS_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_main_stack_does_not_depend_on_the_callers_depth() {
        #[inline(never)]
        fn deep(levels: u32) -> u64 {
            let frame = std::hint::black_box([0_u8; 64 * 1024]);
            let start = if levels == 0 {
                main_stack_start()
            } else {
                deep(levels - 1)
            };
            start + u64::from(std::hint::black_box(frame)[0])
        }
        assert_ne!(main_stack_start(), 0);
        assert_eq!(main_stack_start(), deep(4));
    }

    #[test]
    fn records_are_read_back() {
        let record = parse("bulkhead-crash signal=11 address=0x10 ip=0x55\n");
        let expected = CrashRecord::Signal {
            number: 11,
            address: Some(16),
            instruction_pointer: 0x55,
            stack: None,
        };
        assert_eq!(record, Some(expected));
        let record = parse("half a linebulkhead-crash signal=6 ip=0x1");
        let expected = CrashRecord::Signal {
            number: 6,
            address: None,
            instruction_pointer: 1,
            stack: None,
        };
        assert_eq!(record, Some(expected));
        let record = parse("bulkhead-crash panic=no way at a.rs:3");
        assert_eq!(
            record,
            Some(CrashRecord::Panic {
                message: "no way at a.rs:3".to_owned()
            })
        );
    }

    #[test]
    fn a_panic_in_a_dependency_names_no_folder_of_the_building_machine() {
        let file = "/a/user/.cargo/registry/src/index.crates.io-1949cf8c/taffy-0.15.1/src/lib.rs";
        assert_eq!(in_crate(file), "taffy-0.15.1/src/lib.rs");
        for file in [
            "renderer/src/page.rs",
            "/rustc/59807616/library/core/src/option.rs",
        ] {
            assert_eq!(in_crate(file), file);
        }
        for (file, cut) in [
            (
                "/a/user/.rustup/lib/rustlib/src/rust/library/core/src/option.rs",
                "library/core/src/option.rs",
            ),
            (
                "/a/user/bulkhead/renderer/src/view/view.rs",
                "renderer/src/view/view.rs",
            ),
            ("/a/user/build.rs", "build.rs"),
            (
                "/a/user/.cargo/git/checkouts/taffy-1/abc/src/lib.rs",
                "taffy-1/abc/src/lib.rs",
            ),
        ] {
            assert_eq!(in_crate(file), cut);
        }
    }

    #[test]
    fn a_stack_overflow_is_told_from_a_wild_address() {
        const TOP: u64 = 0x7fff_0000_0000;
        const BOTTOM: u64 = TOP - MAIN_STACK_BYTES;
        let told =
            |address, stack_pointer| overflowed_stack(libc::SIGSEGV, address, stack_pointer, TOP);
        let used = MAIN_STACK_BYTES + 8;
        assert_eq!(told(BOTTOM - 8, BOTTOM), Some(StackOverflow::Main { used }));
        assert_eq!(told(16, BOTTOM + 4096), None);
        assert_eq!(told(0x7000_1000, 0x7000_1008), Some(StackOverflow::Other));
        assert_eq!(
            overflowed_stack(libc::SIGBUS, BOTTOM - 8, BOTTOM, TOP),
            None
        );
    }

    #[test]
    fn records_of_stack_overflows_are_read_back() {
        let stack_of = |line| match parse(line) {
            Some(CrashRecord::Signal { stack, .. }) => stack,
            _ => None,
        };
        assert_eq!(
            stack_of("bulkhead-crash signal=11 address=0x10 stack=0x800000 ip=0x55"),
            Some(StackOverflow::Main { used: 0x80_0000 })
        );
        assert_eq!(
            stack_of("bulkhead-crash signal=11 address=0x10 stack=other ip=0x55"),
            Some(StackOverflow::Other)
        );
    }

    #[test]
    fn other_lines_are_no_records() {
        for line in [
            "",
            "WARN x",
            "bulkhead-crash",
            "bulkhead-crash signal=x",
            "bulkhead-crash a=b",
        ] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }
}

//! The registers and the raw backtrace of a crash: where in the program's image the calls were that
//! had not returned, found by a look at the stack.
//!
//! Trusts: nothing; a value on the stack counts if it points behind a call instruction, and may be
//! left over from a call that has returned. Never: reads outside the main stack and the image.
//! Whoever has the same executable finds the names: `addr2line -e bulkhead -f -C ADDRESS…`.

use super::line::{Line, PREFIX, parse_hex};
use crate::rlimits::STACK_BYTES;
use std::ops::Range;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

/// The registers of a record, in its order.
const REGISTERS: [(&str, libc::c_int); 18] = [
    ("rax", libc::REG_RAX),
    ("rbx", libc::REG_RBX),
    ("rcx", libc::REG_RCX),
    ("rdx", libc::REG_RDX),
    ("rsi", libc::REG_RSI),
    ("rdi", libc::REG_RDI),
    ("rbp", libc::REG_RBP),
    ("rsp", libc::REG_RSP),
    ("r8", libc::REG_R8),
    ("r9", libc::REG_R9),
    ("r10", libc::REG_R10),
    ("r11", libc::REG_R11),
    ("r12", libc::REG_R12),
    ("r13", libc::REG_R13),
    ("r14", libc::REG_R14),
    ("r15", libc::REG_R15),
    ("rip", libc::REG_RIP),
    ("flags", libc::REG_EFL),
];

/// Addresses of a backtrace.
pub(super) const TRACE_MAX: usize = 32;
/// How far up the stack is looked for them, in bytes.
const SCAN_BYTES: u64 = 32 * 1024;
/// Room for a line with either.
const LINE_BYTES: usize = 768;
/// The longest call instruction.
const CALL_BYTES: u64 = 7;

// elf(5); libc has them for other systems only.
const PT_LOAD: u32 = 1;
const PT_PHDR: u32 = 6;
const PF_X: u32 = 1;
const AT_PHDR: u64 = 3;
const AT_PHNUM: u64 = 5;

/// The program's image: its first address, and the first and last of its code. Set before any
/// handler runs.
static IMAGE: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

/// Finds the code of the program, by the headers that the Linux kernel has loaded with it;
/// getauxval(3), elf(5).
pub(super) fn find_code() {
    // SAFETY: the calls read a table that does not change after the start of the process.
    let (at, count) = unsafe { (libc::getauxval(AT_PHDR), libc::getauxval(AT_PHNUM)) };
    if at == 0 {
        return;
    }
    let first = ptr::with_exposed_provenance::<libc::Elf64_Phdr>(at as usize);
    // SAFETY: so many headers stand there, and nobody changes them.
    let headers = unsafe { slice::from_raw_parts(first, count as usize) };
    let own = headers.iter().find(|it| it.p_type == PT_PHDR);
    let code = headers
        .iter()
        .find(|it| it.p_type == PT_LOAD && it.p_flags & PF_X != 0);
    if let (Some(own), Some(code)) = (own, code) {
        let start = at.wrapping_sub(own.p_vaddr);
        let from = start.wrapping_add(code.p_vaddr);
        let bounds = [start, from, from.wrapping_add(code.p_memsz)];
        for (place, value) in IMAGE.iter().zip(bounds) {
            place.store(value, Ordering::Relaxed);
        }
    }
}

/// The line with the registers.
pub(super) fn registers(values: &[i64]) -> Line<LINE_BYTES> {
    let mut line = Line::new();
    line.text(PREFIX.as_bytes());
    line.text(REGISTERS_FIELD.as_bytes());
    for (at, (name, index)) in REGISTERS.iter().enumerate() {
        line.text(if at == 0 { &b""[..] } else { b"," });
        line.text(name.as_bytes());
        line.text(b":");
        line.hex(values[*index as usize].cast_unsigned());
    }
    line.text(b"\n");
    line
}

/// The line with the backtrace. `stack_start`: an address at the start of the main stack.
pub(super) fn trace(values: &[i64], stack_start: u64) -> Line<LINE_BYTES> {
    let register = |index: libc::c_int| values[index as usize].cast_unsigned();
    let mut line = Line::new();
    line.text(PREFIX.as_bytes());
    line.text(TRACE_FIELD.as_bytes());
    let [image, code_start, code_end] =
        [0, 1, 2].map(|at: usize| IMAGE[at].load(Ordering::Relaxed));
    let code = code_start..code_end;
    let mut found = 0;
    let mut add = |address: u64| {
        line.text(if found == 0 { &b""[..] } else { b"," });
        line.hex(address - image);
        found += 1;
        found < TRACE_MAX
    };
    let instruction = register(libc::REG_RIP);
    if code.contains(&instruction) {
        add(instruction);
    }
    let (from, to) = scanned(register(libc::REG_RSP), stack_start);
    for at in (from..to).step_by(size_of::<u64>()) {
        // SAFETY: aligned, and between the stack pointer and the start of the main stack, where
        // memory is mapped; other code of this process may still write there.
        let value = unsafe { ptr::with_exposed_provenance::<u64>(at as usize).read_volatile() };
        if is_behind_call(value, &code) && !add(value) {
            break;
        }
    }
    line.text(b"\n");
    line
}

/// The part of the main stack that is looked through; none if another stack is in use.
fn scanned(stack_pointer: u64, stack_start: u64) -> (u64, u64) {
    let used = stack_start.checked_sub(stack_pointer);
    if used.is_none_or(|used| used > STACK_BYTES) {
        return (0, 0);
    }
    let from = stack_pointer.next_multiple_of(8);
    (from, stack_start.min(from + SCAN_BYTES) & !7)
}

/// Whether a call instruction stands before that address: with an offset, or through a register or
/// memory (`ff /2`, with up to five bytes of operands).
fn is_behind_call(address: u64, code: &Range<u64>) -> bool {
    if !(code.start + CALL_BYTES..code.end).contains(&address) {
        return false;
    }
    let byte = |before: u64| {
        let at = ptr::with_exposed_provenance::<u8>((address - before) as usize);
        // SAFETY: inside the code, which the linker lets be read as well as run.
        unsafe { at.read_volatile() }
    };
    let is_indirect = |before: u64| byte(before) == 0xff && byte(before - 1) & 0x38 == 0x10;
    byte(5) == 0xe8 || [2, 3, 4, 6, 7].into_iter().any(is_indirect)
}

/// What begins the registers in a record.
pub(super) const REGISTERS_FIELD: &str = "registers=";
/// What begins the backtrace.
pub(super) const TRACE_FIELD: &str = "trace=";

/// The registers of a record, if it is one.
pub(super) fn parse_registers(text: &str) -> Option<Vec<(String, u64)>> {
    let mut read = Vec::new();
    for (field, (expected, _)) in text.split(',').zip(REGISTERS) {
        let (name, value) = field.split_once(':')?;
        if name != expected {
            return None;
        }
        read.push((name.to_owned(), parse_hex(value)?));
    }
    Some(read)
}

/// The addresses of a record, if it is one.
pub(super) fn parse_trace(text: &str) -> Option<Vec<u64>> {
    let fields = text.split(',').filter(|field| !field.is_empty());
    fields.take(TRACE_MAX).map(parse_hex).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(line: &Line<LINE_BYTES>) -> String {
        let line = str::from_utf8(line.as_bytes()).expect("it is ASCII");
        assert!(line.ends_with('\n'), "it is whole");
        let rest = line.trim_end().strip_prefix(PREFIX).expect("a record");
        rest.split_once('=').expect("a field").1.to_owned()
    }

    #[test]
    fn registers_are_read_back() {
        let mut values = [0_i64; 23];
        values[libc::REG_RSP as usize] = 0x7fff_1234;
        values[libc::REG_R15 as usize] = -1;
        let registers = parse_registers(&field(&registers(&values))).expect("registers");
        assert_eq!(registers.len(), REGISTERS.len());
        assert!(registers.contains(&("rsp".to_owned(), 0x7fff_1234)));
        assert!(registers.contains(&("r15".to_owned(), u64::MAX)));
    }

    #[test]
    fn a_line_of_the_largest_registers_is_whole() {
        let line = registers(&[-1; 23]);
        assert!(line.as_bytes().ends_with(b"\n"));
    }

    /// The calls of this very test are on its stack.
    #[test]
    fn the_calls_that_have_not_returned_are_found_on_the_stack() {
        #[inline(never)]
        fn deep(levels: u32, start: u64) -> Vec<u64> {
            if levels > 0 {
                let found = deep(levels - 1, start);
                return std::hint::black_box(found);
            }
            let mut values = [0_i64; 23];
            let here = 0_u64;
            values[libc::REG_RSP as usize] = ((&raw const here) as u64 & !7).cast_signed();
            parse_trace(&field(&trace(&values, start))).expect("a backtrace")
        }
        // A test runs on the stack of another thread: what counts as its start is here.
        let start = 0_u64;
        let start = std::hint::black_box((&raw const start) as u64);
        find_code();
        let found = deep(6, start);
        assert!(found.len() >= 6, "{found:x?}");
        let repeated = found.iter().filter(|it| **it == found[1]).count();
        assert!(repeated >= 4, "the recursion is in it: {found:x?}");
    }

    #[test]
    fn another_stack_is_not_looked_at() {
        let start = 0x7fff_0000_0000;
        assert_eq!(scanned(start + 8, start), (0, 0));
        assert_eq!(scanned(start - STACK_BYTES - 8, start), (0, 0));
        assert_eq!(scanned(start - 15, start), (start - 8, start));
    }

    #[test]
    fn forged_fields_are_refused_or_bounded() {
        for text in ["rax", "rbx:0x1", "rax:1"] {
            assert_eq!(parse_registers(text), None, "{text}");
        }
        for text in ["1", "0xg"] {
            assert_eq!(parse_trace(text), None, "{text}");
        }
        let many = parse_trace(&"0x1,".repeat(1_000));
        assert_eq!(many.map(|it| it.len()), Some(TRACE_MAX));
    }
}

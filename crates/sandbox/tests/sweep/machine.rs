//! A small version of the kernel's filter machine: classic BPF, as far as seccomp accepts it.
//!
//! Runs one filter, or a stack of them, over one call. An instruction that the kernel would not
//! load is an error. Tests of two packages share it. See `Documentation/networking/filter.rst` of
//! the kernel and `seccomp(2)`.

use sandbox::{Program, Programs};

/// One instruction, laid out as the kernel's `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instruction {
    pub code: u16,
    pub jt: u8,
    pub jf: u8,
    pub k: u32,
}

/// What a filter sees of a call: the kernel's `struct seccomp_data` but for the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub architecture: u32,
    pub number: u32,
    pub arguments: [u64; 6],
}

/// Why a program is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It runs past its end.
    NoEnd,
    /// An instruction that the kernel knows not, or not here.
    Unknown(Instruction),
}

/// The filters of a compiled policy, the one that is installed first at the front.
pub fn stack_of(programs: &Programs) -> Vec<Vec<Instruction>> {
    let all = programs.refusals.iter().chain([&programs.allow_list]);
    all.map(instructions).collect()
}

fn instructions(program: &Program) -> Vec<Instruction> {
    let instruction = program.iter().map(|i| Instruction {
        code: i.code,
        jt: i.jt,
        jf: i.jf,
        k: i.k,
    });
    instruction.collect()
}

/// What the kernel does with a call under these filters, the oldest first. The strictest result
/// counts, and among equals that of the newest filter.
pub fn run_stack(stack: &[Vec<Instruction>], call: &Call) -> Result<u32, Fault> {
    let mut strictest = ALLOW;
    for program in stack.iter().rev() {
        let result = run(program, call)?;
        let strictness = |result: u32| (result & ACTION_BITS).cast_signed();
        if strictness(result) < strictness(strictest) {
            strictest = result;
        }
    }
    Ok(strictest)
}

/// Runs one filter over one call.
pub fn run(program: &[Instruction], call: &Call) -> Result<u32, Fault> {
    let data = call.words();
    let (mut a, mut x, mut memory) = (0_u32, 0_u32, [0_u32; 16]);
    let mut next = 0_usize;
    loop {
        let instruction = *program.get(next).ok_or(Fault::NoEnd)?;
        let unknown = Fault::Unknown(instruction);
        let Instruction { code, jt, jf, k } = instruction;
        let is_by_x = code & SOURCE_X != 0;
        let operand = if is_by_x { x } else { k };
        next += 1;
        match (code & CLASS_BITS, code & !CLASS_BITS) {
            (LD, ABSOLUTE) if k.is_multiple_of(4) => a = *word(&data, k / 4).ok_or(unknown)?,
            (LD, LENGTH) => a = DATA_BYTES,
            (LDX, LENGTH) => x = DATA_BYTES,
            (LD, IMMEDIATE) => a = k,
            (LDX, IMMEDIATE) => x = k,
            (LD, MEMORY) => a = *word(&memory, k).ok_or(unknown)?,
            (LDX, MEMORY) => x = *word(&memory, k).ok_or(unknown)?,
            (ST, 0) => *memory.get_mut(k as usize).ok_or(unknown)? = a,
            (STX, 0) => *memory.get_mut(k as usize).ok_or(unknown)? = x,
            (ALU, operation) => {
                a = compute(operation & OPERATION_BITS, a, operand, is_by_x).ok_or(unknown)?;
            }
            (JMP, 0) => next = next.saturating_add(k as usize),
            (JMP, operation) => {
                let is_taken = compare(operation & OPERATION_BITS, a, operand).ok_or(unknown)?;
                next += usize::from(if is_taken { jt } else { jf });
            }
            (RET, 0) => return Ok(k),
            (RET, RESULT_A) => return Ok(a),
            (MISC, 0) => x = a,
            (MISC, FROM_X) => a = x,
            _ => return Err(unknown),
        }
    }
}

impl Call {
    /// As the machine sees it: number, architecture, address, arguments, in words of 32 bits.
    fn words(&self) -> [u32; 16] {
        let mut words = [0; 16];
        words[0] = self.number;
        words[1] = self.architecture;
        words[2] = ADDRESS;
        for (argument, pair) in self.arguments.iter().zip(words[4..].chunks_mut(2)) {
            pair[0] = *argument as u32;
            pair[1] = (argument >> 32) as u32;
        }
        words
    }
}

fn word(words: &[u32; 16], index: u32) -> Option<&u32> {
    words.get(index as usize)
}

/// The kernel loads no division by a constant 0 and no shift by a constant of more than 31. By the
/// register X a shift counts modulo 32; a division by 0 would end the filter and is a fault here.
fn compute(operation: u16, a: u32, b: u32, is_by_x: bool) -> Option<u32> {
    Some(match operation {
        0x00 => a.wrapping_add(b),
        0x10 => a.wrapping_sub(b),
        0x20 => a.wrapping_mul(b),
        0x30 => a.checked_div(b)?,
        0x40 => a | b,
        0x50 => a & b,
        0x60 if is_by_x || b < 32 => a.wrapping_shl(b),
        0x70 if is_by_x || b < 32 => a.wrapping_shr(b),
        0x80 if !is_by_x => a.wrapping_neg(),
        0xa0 => a ^ b,
        _ => return None,
    })
}

fn compare(operation: u16, a: u32, b: u32) -> Option<bool> {
    Some(match operation {
        0x10 => a == b,
        0x20 => a > b,
        0x30 => a >= b,
        0x40 => a & b != 0,
        _ => return None,
    })
}

pub const X86_64: u32 = 0xc000_003e;
pub const I386: u32 = 0x4000_0003;
/// The bit of numbers of the x32 convention.
pub const X32_BIT: u32 = 0x4000_0000;
pub const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
pub const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
pub const NOTIFY: u32 = 0x7fc0_0000;

/// The result that answers with this errno.
pub fn answer(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno.unsigned_abs()
}

const ACTION_BITS: u32 = 0xffff_0000;
/// `sizeof(struct seccomp_data)`.
const DATA_BYTES: u32 = 64;
/// Any address: no filter of ours looks at it.
const ADDRESS: u32 = 0x1234;

const CLASS_BITS: u16 = 0x07;
const OPERATION_BITS: u16 = 0xf0;
const SOURCE_X: u16 = 0x08;
const LD: u16 = 0x00;
const LDX: u16 = 0x01;
const ST: u16 = 0x02;
const STX: u16 = 0x03;
const ALU: u16 = 0x04;
const JMP: u16 = 0x05;
const RET: u16 = 0x06;
const MISC: u16 = 0x07;
/// Modes of loading, all of a word of 32 bits.
const IMMEDIATE: u16 = 0x00;
const ABSOLUTE: u16 = 0x20;
const MEMORY: u16 = 0x60;
const LENGTH: u16 = 0x80;
const RESULT_A: u16 = 0x10;
const FROM_X: u16 = 0x80;
